import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest, ManifestStack } from "../../../tools/plans/manifest";
import { hashesOf } from "../../../tools/plans/plan-folder";
import { refusalsOf, type Present } from "../../../tools/plans/refusals";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { COMMIT, manifestWith, NO_HASH, stackWith, TREE } from "./support/manifests";

const folder = temporaryFolder();
const CONNECTIONS = manifestWith([]).connections;
const ENDPOINTS = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" };
const PRESENT: Present = {
  checkout: { commit: COMMIT, tree: TREE, changedPaths: [] },
  estateSha256: NO_HASH,
  terraformVersion: "1.11.4",
  providerVersion: "5.100.0",
  endpoints: {},
};
const DATABASE = "aws_db_instance.database_instance";

function change(address: string, actions: readonly string[]) {
  const [type, name] = address.split(".");
  const after = actions.includes("create") ? {} : null;
  return { address, mode: "managed", type, name, change: { actions, before: {}, after } };
}

/** Writes a stack's files and returns their manifest entry. */
function planned(id: string, ...changes: object[]): ManifestStack {
  const directory = join(folder(), "stacks", id);
  mkdirSync(directory, { recursive: true });
  const json = JSON.stringify({ format_version: "1.2", terraform_version: "1.11.4", resource_changes: changes });
  const files = { "cdk.tf.json": "{}", "plan.tfplan": `plan of ${id}`, "plan.json": json };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return stackWith(id, {
    status: "changes",
  });
}

interface Changes {
  manifest?: Partial<Manifest>;
  present?: Partial<Present>;
  allow?: string[];
  stacks?: ManifestStack[];
}
beforeEach(() => {
  for (const name of ["summary.md", "summary.json"]) writeFileSync(join(folder(), name), "");
});

function refusals({ manifest, present, allow = [], stacks }: Changes = {}) {
  const all = stacks ?? [planned("dev-network", change("aws_vpc.x", ["update"]))];
  const made = manifestWith(all, { files: hashesOf(folder()), ...manifest });
  return refusalsOf(folder(), made, { ...PRESENT, ...present }, allow);
}

test("a plan that is applied where it was made is not refused", () => {
  expect(refusals()).toEqual([]);
});

test("a plan whose stacks do not change or wait is not refused", () => {
  const waiting = stackWith("dev-database", { status: "waiting", reasons: ["it waits"] });
  expect(refusals({ stacks: [planned("dev-network"), stackWith("dev-iam"), waiting] })).toEqual([]);
});

test.each<[string, Changes, RegExp]>([
  [
    "another commit",
    { present: { checkout: { commit: "f".repeat(40), tree: "e".repeat(40), changedPaths: [] } } },
    /made from commit 0123456789.*the checkout is at f{40} with other files\. Run git checkout 0123456789ab, or plan again\./,
  ],
  ["no commit here", { present: { checkout: { changedPaths: [] } } }, /the checkout is at none\./],
  [
    "changes here",
    { present: { checkout: { commit: COMMIT, tree: TREE, changedPaths: ["a", "b", "c", "d", "e"] } } },
    /the checkout has uncommitted changes \(a, b, c and 2 more\)\. Commit or stash them\./,
  ],
  [
    "an estate that no commit holds",
    { present: { checkout: { commit: COMMIT, tree: TREE, changedPaths: ["/x.ts"], unheldPaths: ["/x.ts"] } } },
    /^every file that is read must be in the commit, got \/x\.ts\. Move it into the repository, commit it, and plan again\.$/,
  ],
  ["changes there", { manifest: { dirty: true } }, /made from uncommitted changes\. Commit them and plan again\./],
  ["no commit there", { manifest: { commit: undefined } }, /made from no commit/],
  [
    "another estate",
    { present: { estateSha256: "e".repeat(64) } },
    /the estate differs from the one that was planned \(config\/estate.ts\)\. Check ESTATE/,
  ],
  [
    "another Terraform",
    { present: { terraformVersion: "1.12.0" } },
    /Terraform must be 1.11.4, which made the plan, got 1.12.0/,
  ],
  [
    "another provider",
    { present: { providerVersion: "5.99.0" } },
    /hashicorp\/aws must be 5.100.0, which made the plan, got 5.99.0/,
  ],
  [
    "a plan made against another endpoint",
    { manifest: { connections: { ...CONNECTIONS, endpoints: ENDPOINTS } } },
    /must be applied to AWS_ENDPOINT_URL http:\/\/127\.0\.0\.1:5000, which it was made against, got AWS\. Set the same/,
  ],
  [
    "an apply to another endpoint",
    { present: { endpoints: ENDPOINTS } },
    /must be applied to AWS, which it was made against, got AWS_ENDPOINT_URL http:\/\/127\.0\.0\.1:5000\./,
  ],
  ["a rehearsal", { manifest: { rehearsedOn: COMMIT } }, /rehearsed.*Plan without --rehearse\./],
])("%s is refused, with the remedy", (_, changes, reason) => {
  const found = refusals(changes);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(reason);
});

test("another commit with the same files is accepted: merging a pull request creates one", () => {
  expect(refusals({ present: { checkout: { commit: "f".repeat(40), tree: TREE, changedPaths: [] } } })).toEqual([]);
  expect(refusals({ present: { checkout: { commit: COMMIT, tree: "e".repeat(40), changedPaths: [] } } })).toHaveLength(
    1,
  );
});

test("a plan that would replace an alias is refused, and one that replaces a reviewed setting is not", () => {
  const existing = [
    { address: "aws_iam_account_alias.a", message: "the account has the alias acme", refused: true },
    { address: "aws_iam_account_password_policy.p", message: "replaces the policy", refused: false },
  ];
  expect(refusals({ stacks: [{ ...planned("dev-iam"), existing }] })).toEqual([
    "dev-iam: blocked: aws_iam_account_alias.a: the account has the alias acme",
  ]);
});

test("an incomplete plan is refused", () => {
  const stacks = [stackWith("dev-iam", { status: "failed" }), stackWith("dev-network", { status: "not started" })];
  expect(refusals({ stacks })).toEqual([
    expect.stringMatching(/^dev-iam: its planning failed/),
    expect.stringMatching(/^dev-network: its planning did not start/),
  ]);
});

test.each(["cdk.tf.json", "plan.tfplan", "plan.json"])("a changed or missing %s is refused", (name) => {
  const stacks = [planned("dev-network"), planned("dev-iam")];
  const manifest = { files: hashesOf(folder()) };
  const path = `stacks/dev-network/${name}`;
  const file = join(folder(), path);
  writeFileSync(file, name === "plan.json" ? '{"resource_changes":[]}' : "other");
  expect(refusals({ stacks, manifest })).toEqual([`${path} has changed since the plan was made. Plan again.`]);
  rmSync(file);
  expect(refusals({ stacks, manifest })).toEqual([`${path} is missing. Plan again.`]);
  // A manifest that does not list it leaves no stack to be applied without it.
  expect(refusals({ stacks })).toEqual([`${path} is missing. Plan again.`]);
});

test("a change that AWS refuses is blocked, and nothing allows it", () => {
  const version = (engine_version: string) => ({ engine: "postgres", engine_version });
  const downgrade = { actions: ["update"], before: version("17"), after: version("16") };
  const stacks = [planned("dev-database", { ...change(DATABASE, ["update"]), change: downgrade })];
  const found = refusals({ stacks, allow: [DATABASE] });
  expect(found).toContainEqual(
    expect.stringMatching(/^dev-database: blocked: .*: engine_version: 17 → 16: RDS has no/),
  );
});

test("what AWS would refuse to delete is blocked, with the command that plans again", () => {
  const reasons = ["aws_s3_bucket.b: it holds objects. Empty it."];
  expect(refusals({ stacks: [{ ...planned("dev-application"), reasons }], manifest: { kind: "destroy" } })).toContain(
    "dev-application: blocked: aws_s3_bucket.b: it holds objects. Empty it. Then run npm run destroy -- dev-application.",
  );
});

describe("destroying or replacing a stateful resource", () => {
  const destroys = (id = "dev-database") =>
    planned(id, change(DATABASE, ["delete", "create"]), change("aws_vpc.x", ["delete"]));

  test("is blocked, and the message says exactly how to allow it", () => {
    const [reason, ...others] = refusals({ stacks: [destroys()] });
    expect(others).toEqual([]);
    expect(reason).toMatch(/^dev-database: blocked: /);
    expect(reason).toContain(`--allow-destroy 'dev-database:${DATABASE}'`);
  });

  test.each([`dev-database:${DATABASE}`, DATABASE])("is allowed by naming it: %s", (name) => {
    expect(refusals({ stacks: [destroys()], allow: [name] })).toEqual([]);
  });

  test("needs a permission for each resource", () => {
    const two = planned("dev-database", change(DATABASE, ["delete"]), change("aws_s3_bucket.x", ["delete"]));
    expect(refusals({ stacks: [two], allow: [DATABASE] })).toEqual([
      expect.stringContaining("--allow-destroy 'dev-database:aws_s3_bucket.x'"),
    ]);
  });

  test("is not allowed for two stacks by an address without a stack", () => {
    const found = refusals({ stacks: [destroys(), destroys("prod-database")], allow: [DATABASE] });
    expect(found).toEqual([
      expect.stringContaining(`must be <stack>:${DATABASE}, got ${DATABASE}: several stacks have this address`),
    ]);
  });

  test.each(["prod-database:" + DATABASE, "aws_db_instance.other", "aws_vpc.x"])(
    "refuses a permission for a resource that is not destroyed: %s",
    (name) => {
      expect(refusals({ stacks: [destroys()], allow: [`dev-database:${DATABASE}`, name] })).toEqual([
        `--allow-destroy ${name}: the plan destroys no stateful resource with this address`,
      ]);
    },
  );
});

test("reports all reasons at once", () => {
  const found = refusals({ manifest: { dirty: true }, present: { terraformVersion: "1.12.0" }, allow: ["aws_x.y"] });
  expect(found).toHaveLength(3);
});
