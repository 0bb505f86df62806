import { join } from "node:path";
import { abandonedStates } from "../../../tools/plans/abandoned-states";
import { readStacks } from "../../../tools/synth/read-stacks";
import { exampleWith, found } from "../../support/estates";
import { awsError, FakeS3 } from "../terraform/support/fake-s3";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const BUCKET = "222222222222-galileo-terraform-state";
const ESTATE = exampleWith(({ environments }) => {
  delete found(environments, "dev").database;
});

const state = (...modes: string[]) =>
  JSON.stringify({
    ...{ version: 4, terraform_version: "1.11.4", lineage: "l", serial: 1, outputs: {} },
    resources: modes.map((mode, index) => ({ mode, type: "aws_x", name: `r${index}`, instances: [] })),
  });

/** The lines for dev-network with these objects in its state bucket. */
function abandoned(
  objects: Readonly<Record<string, string>>,
  { change }: { change?: (s3: FakeS3) => void } = {},
): Promise<string[]> {
  const outdir = writeOutput(join(folder(), "out"), { "dev-network": { account: "222222222222", bucket: BUCKET } });
  const s3 = new FakeS3();
  for (const [key, body] of Object.entries(objects)) s3.put(key, body);
  change?.(s3);
  return abandonedStates(readStacks(outdir), ESTATE, () => s3.client);
}

test("lists the state of a database that the estate no longer has, of an own stack, and of another environment", async () => {
  const objects = {
    "dev/network.tfstate": state("managed"),
    "dev/database.tfstate": state("managed", "managed", "data"),
    "dev/database.applied.json": "{}",
    "dev/queue.tfstate": state("managed"),
    "test/network.tfstate": state("managed"),
  };
  const lines = [
    `dev-database: 2 resources in s3://${BUCKET}/dev/database.tfstate`,
    `dev-queue: 1 resource in s3://${BUCKET}/dev/queue.tfstate`,
    `test-network: 1 resource in s3://${BUCKET}/test/network.tfstate`,
  ];
  expect(await abandoned(objects)).toEqual(lines);
  expect(await abandoned(objects, { change: (s3) => (s3.pageSize = 1) })).toEqual(lines);
});

test("a destroyed stack, another tool's object and a deleted state are not listed", async () => {
  const objects = {
    "dev/database.tfstate": state("data"),
    "test/network.tfstate": "",
    "env:/x/dev/network.tfstate": state("managed"),
    "dev/notes.txt": "text",
    "gone/network.tfstate": state("managed"),
  };
  expect(await abandoned(objects, { change: (s3) => s3.put("gone/network.tfstate", undefined) })).toEqual([]);
});

test("a damaged state is listed, since it may have resources", async () => {
  expect(await abandoned({ "dev/database.tfstate": "{" })).toEqual([
    `dev-database: a state that is not JSON in s3://${BUCKET}/dev/database.tfstate`,
  ]);
});

test("a bucket that cannot be read is listed, one that does not exist is not", async () => {
  const failing = (name: string, status: number) => ({
    change: (s3: FakeS3) => {
      s3.before = () => {
        throw awsError(name, status);
      };
    },
  });
  expect(await abandoned({}, failing("AccessDenied", 403))).toEqual([
    expect.stringMatching(new RegExp(`^unknown: ${BUCKET} cannot be read \\(.*AccessDenied`)),
  ]);
  expect(await abandoned({}, failing("NoSuchBucket", 404))).toEqual([]);
});

test("nothing is looked for without a stack", async () => {
  const noClient = () => {
    throw new Error("no client is needed");
  };
  expect(await abandonedStates([], ESTATE, noClient)).toEqual([]);
});
