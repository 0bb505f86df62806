import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf } from "../config/layout";
import { loadEstate } from "../config/load";
import encryptedQueues from "../examples/custom-queue/custom/laws/encrypted-queues";
import { accessModelOf } from "../tools/access/read/model-of";
import { LAWS } from "./support/laws";
import { StackReader } from "./support/stack-reader";
import { synthesize } from "./support/synthesize";

const FOLDER = join(__dirname, "../examples");

const EXAMPLES = [
  {
    file: "one-account.ts",
    stacks: ["only-bootstrap", "only-iam", "only-organization", "dev-network", "dev-application", "dev-master-role"],
  },
  {
    file: "two-accounts.ts",
    stacks: [
      "dev-bootstrap",
      "dev-iam",
      "prod-bootstrap",
      "prod-iam",
      "dev-network",
      "dev-database",
      "dev-database-reports",
      "dev-application",
      "prod-network",
      "prod-database",
      "prod-database-reports",
      "prod-application",
    ],
  },
  {
    file: "organization.ts",
    stacks: [
      "master-bootstrap",
      "master-iam",
      "master-organization",
      "dev-bootstrap",
      "dev-iam",
      "watch-bootstrap",
      "watch-trail-bucket",
      "watch-iam",
      "analytics-bootstrap",
      "analytics-iam",
      "dev-network",
      "dev-application",
      "dev-master-role",
      "dev-member-analytics",
    ],
  },
  {
    file: "seed-002.ts",
    stacks: [
      ...["dev", "ci", "staging"].flatMap((name) => [`${name}-bootstrap`, `${name}-iam`]),
      ...["bootstrap", "iam", "aiven", "microsoft", "google"].map((name) => `prod-${name}`),
      ...["dev", "ci", "staging", "prod"].flatMap((name) => [`${name}-network`, `${name}-application`]),
    ],
  },
  {
    file: "custom-queue/estate.ts",
    stacks: [
      "main-bootstrap",
      "main-iam",
      "dev-network",
      "dev-application",
      "dev-queue",
      "prod-network",
      "prod-application",
      "prod-queue",
    ],
  },
  {
    file: "custom-bucket/estate.ts",
    stacks: ["main-bootstrap", "main-iam", "dev-network", "dev-application", "dev-archive-eu-central-1"],
  },
  {
    file: "custom-module/estate.ts",
    stacks: [
      "main-bootstrap",
      "main-iam",
      "dev-network",
      "dev-application",
      "dev-events",
      "ci-network",
      "ci-application",
      "ci-notifications",
    ],
  },
];

const laws = Object.values(LAWS).flat();

describe.each(EXAMPLES)("$file", ({ file, stacks }) => {
  const estate = loadEstate(join(FOLDER, file));

  test("has these stacks, and synthesizes each", () => {
    expect(stacksOf(estate).map(({ id }) => id)).toEqual(stacks);
    expect(
      synthesize(estate)
        .stacks.map(({ id }) => id)
        .sort(),
    ).toEqual([...stacks].sort());
  });

  test.each(laws.map((law) => [law.name, law] as const))("keeps the rule: %s", (_name, { violations }) => {
    expect(violations(synthesize(estate))).toEqual([]);
  });

  test("begins with what it shows and the command that synthesizes it", () => {
    const comment = readFileSync(join(FOLDER, file), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("// "));
    expect(comment.length).toBeGreaterThan(1);
    expect(comment.at(-1)).toBe(`// ESTATE=examples/${file} npm start -- --synth-only`);
  });
});

test("a team's law of an example notices its breach", () => {
  const { stacks, estate } = synthesize(loadEstate(join(FOLDER, "custom-queue/estate.ts")));
  expect(encryptedQueues.violations({ estate, stacks })).toEqual([]);
  const broken = stacks.map(({ id, json }) => new StackReader(id, structuredClone(json)));
  for (const { values } of broken.flatMap(({ resources }) => resources)) delete values["sqs_managed_sse_enabled"];
  expect(encryptedQueues.violations({ estate, stacks: broken })).toEqual([
    "dev-queue: aws_sqs_queue.orders is not encrypted",
    "prod-queue: aws_sqs_queue.orders is not encrypted",
  ]);
});

test("the access of a module in a folder is read, and that of the registry is reported", () => {
  const { forAccess } = synthesize(loadEstate(join(FOLDER, "custom-module/estate.ts")));
  expect(() => accessModelOf(forAccess)).toThrow(
    /^access cannot be read completely from the synthesized stacks:\n {2}ci-notifications module\.topic is a module whose code is not in custom\/[^\n]*$/,
  );
  expect(() => accessModelOf(forAccess.filter(({ id }) => id !== "ci-notifications"))).not.toThrow();
});

test("every example is tested and listed in the README", () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
    /^([\w-]+|[\w-]+\/estate)\.ts$/.test(name),
  );
  expect(files.sort()).toEqual(EXAMPLES.map(({ file }) => file).sort());
  const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
  for (const file of files) expect(readme).toContain(`](${file})`);
});
