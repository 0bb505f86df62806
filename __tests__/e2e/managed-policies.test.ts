import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sensitive from "../../config/sensitive-reads.json";
import { findPython, pythonEnvironment } from "../../tools/emulator/python";
import { CACHE } from "./support/workplace";

/* Compares the pinned AWS managed policies, and the list of sensitive reads, with those of the emulator's library. */

const ACCESS = join(__dirname, "../../tools/access/policy");
const TOOL = "pin-managed-policies.py";
const PINNED = "managed-policies.json";
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const OTHER = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";

type Pinned = Record<string, { version: string; updated: string; document: object } | undefined>;

const shipped = readFileSync(join(ACCESS, PINNED), "utf8");

let python: string;
let folder: string;

beforeAll(async () => {
  python = await findPython({ cacheFolder: join(CACHE, "emulator") });
  // A copy, so that no test changes the pinned file.
  folder = mkdtempSync(join(tmpdir(), "managed-policies-"));
  copyFileSync(join(ACCESS, TOOL), join(folder, TOOL));
});

beforeEach(() => {
  writeFileSync(join(folder, PINNED), shipped);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  directory: string,
  args: readonly string[],
  options: readonly string[] = [],
  { tool = TOOL, ...more }: { tool?: string; AWS_DATA_PATH?: string } = {},
): Promise<Ending> {
  return new Promise((resolve) => {
    const env = { ...pythonEnvironment(process.env), ...more };
    execFile(
      python,
      [...options, join(directory, tool), ...args],
      { env, timeout: 60_000 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
      },
    );
  });
}

const content = () => readFileSync(join(folder, PINNED), "utf8");

function change(edit: (pinned: Pinned) => void): void {
  const pinned = JSON.parse(shipped) as Pinned;
  edit(pinned);
  writeFileSync(join(folder, PINNED), JSON.stringify(pinned));
}

test("the pinned policies equal those of the emulator's library", async () => {
  const { code, stdout } = await run(ACCESS, ["--check"]);
  const arns = Object.keys(JSON.parse(shipped) as Pinned);
  expect(stdout.trim().split("\n")).toEqual(arns.map((arn) => `${arn}: as pinned`));
  expect(code).toBe(0);
});

test("the check finds an edited text, and writes nothing", async () => {
  change((pinned) => {
    pinned[ADMINISTRATOR] = { version: "v0", updated: "2014-01-01T00:00:00+00:00", document: {} };
  });
  const before = content();
  const { code, stdout } = await run(folder, ["--check"]);
  expect(stdout).toContain(`${ADMINISTRATOR}: v0 of 2014-01-01 updated to v1 of 2015-02-06\n`);
  expect(code).toBe(1);
  expect(content()).toBe(before);
});

test("without an ARN the pinned policies are refreshed, letter by letter", async () => {
  change((pinned) => {
    pinned[ADMINISTRATOR] = { version: "v0", updated: "2014-01-01T00:00:00+00:00", document: {} };
  });
  const { code, stdout } = await run(folder, []);
  expect(stdout).toContain(`${ADMINISTRATOR}: v0 of 2014-01-01 updated to v1 of 2015-02-06\n`);
  expect(code).toBe(0);
  expect(content()).toBe(shipped);
});

test("with an ARN that policy is added and the others stay as they are", async () => {
  change((pinned) => {
    pinned[ADMINISTRATOR] = { version: "v0", updated: "2014-01-01T00:00:00+00:00", document: {} };
  });
  const { code, stdout } = await run(folder, [OTHER]);
  expect(stdout).toMatch(/^arn:aws:iam::aws:policy\/IAMReadOnlyAccess: new, v\d+ of [\d-]+\n$/);
  expect(code).toBe(0);
  const pinned = JSON.parse(content()) as Pinned;
  expect(pinned[OTHER]?.document).toHaveProperty("Statement");
  expect(pinned[ADMINISTRATOR]?.version).toBe("v0");
});

test("an unknown ARN is refused in one line, and nothing is written", async () => {
  const { code, stdout, stderr } = await run(folder, [OTHER, "arn:aws:iam::aws:policy/NoSuchPolicy"]);
  expect(stderr).toMatch(
    /^arn must be an AWS managed policy that moto knows, .+; got arn:aws:iam::aws:policy\/NoSuchPolicy\n$/,
  );
  expect([code, stdout, content()]).toEqual([1, "", shipped]);
});

test("a missing moto is reported in one line", async () => {
  // Hides the installed packages.
  const { code, stdout, stderr } = await run(folder, [], ["-I", "-S"]);
  expect(stderr).toMatch(/^moto is missing \(No module named 'moto'\): .+\n$/);
  expect([code, stdout, content()]).toEqual([1, "", shipped]);
});

describe("the list of sensitive reads", () => {
  const tool = "find-sensitive-reads.py";
  const listed = sensitive as SensitiveReads;
  const output = () => join(folder, "sensitive-reads.json");

  interface SensitiveReads {
    readonly botocore: string;
    readonly reads: Readonly<Record<string, string>>;
  }

  /** A model that this library does not have: one read with a marked member, one with a named one, one with neither. */
  const model = modelOf("sqs", {
    GetQueueAttributes: { Note: { shape: "Marked" } },
    GetQueueUrl: { Deep: { shape: "Deep" } },
    ListQueues: { NextToken: { shape: "Text" }, SecretArn: { shape: "Text" } },
  });
  const NEW = ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"];

  test("is what the script finds in the models of the library, and grows with a new model", async () => {
    const service = join(folder, "models", "new-queues", "2020-01-01");
    mkdirSync(service, { recursive: true });
    writeFileSync(join(service, "service-2.json"), JSON.stringify(model));
    const more = { tool, AWS_DATA_PATH: join(folder, "models") };
    const { code, stdout } = await run(ACCESS, ["--output", output()], [], more);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\+ sqs:GetQueueAttributes\n\+ sqs:GetQueueUrl$/m);
    expect(stdout).not.toContain("sqs:ListQueues");
    const { reads, botocore } = JSON.parse(readFileSync(output(), "utf8")) as SensitiveReads;
    for (const action of [...NEW, "chime:GetBot", "ec2:DescribeInstanceAttribute", "ivs:GetIngestConfiguration"])
      expect(reads).toHaveProperty([action]);
    // Another version of the library has other models.
    const found = Object.keys(reads).filter((action) => !NEW.includes(action));
    expect(botocore === listed.botocore ? found : Object.keys(listed.reads)).toEqual(Object.keys(listed.reads));
  });

  function modelOf(signingName: string, operations: Readonly<Record<string, object>>): object {
    const structure = (members: object) => ({ type: "structure", members });
    const outputs = Object.entries(operations).map(([name, members]) => [`${name}Result`, structure(members)] as const);
    return {
      version: "2.0",
      metadata: {
        apiVersion: "2020-01-01",
        endpointPrefix: "q",
        protocol: "json",
        signatureVersion: "v4",
        signingName,
      },
      operations: Object.fromEntries(
        Object.keys(operations).map((name) => [
          name,
          { name, http: { method: "POST", requestUri: "/" }, output: { shape: `${name}Result` } },
        ]),
      ),
      shapes: {
        ...Object.fromEntries(outputs),
        Deep: structure({ Entries: { shape: "Entries" } }),
        Entries: { type: "list", member: { shape: "Entry" } },
        Entry: structure({ AdminPassword: { shape: "Text" } }),
        Text: { type: "string" },
        Marked: { type: "string", sensitive: true },
      },
    };
  }
});
