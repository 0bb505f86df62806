import type { StackSpec } from "../../../config/layout";
import { usedUp, withFound, writeAdoptions } from "../../../tools/adopt/adoption-file";
import { attributeIn } from "../../../tools/adopt/estate-keys";
import { adoptionText } from "../../../tools/adopt/report-text";
import { isDecided, rowsOf, type AdoptionRow } from "../../../tools/adopt/rows";
import type { Outcome, Searched } from "../../../tools/adopt/search";
import type { PlanJson, PlannedChange } from "../../../tools/review/plan-json";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const NO_EXTRAS = { found: [], problems: new Map<string, string>() };
const spec = {
  id: "dev-database",
  name: "database",
  account: { name: "dev" },
  environment: { name: "dev" },
} as unknown as StackSpec;

const searched = (address: string, outcome: Outcome): Searched =>
  ({ resource: { address, type: address.split(".")[0] }, outcome, others: [] }) as unknown as Searched;
const found = (id: string, isChosen = false): Outcome => ({
  status: "found",
  candidate: { id, description: "x" },
  isChosen,
});

const planOf = (changes: Readonly<Record<string, PlannedChange>>): PlanJson => ({
  format_version: "1.2",
  terraform_version: "1.11.4",
  resource_changes: Object.entries(changes).map(([address, change]) => {
    const [type = "", name = ""] = address.split(".");
    return { address, mode: "managed", type, name, change: { ...change, importing: { id: "x" } } };
  }),
});

const rowsIn = (outcomes: Readonly<Record<string, Outcome>>, changes: Readonly<Record<string, PlannedChange>>) =>
  rowsOf(
    spec,
    Object.entries(outcomes).map(([address, outcome]) => searched(address, outcome)),
    { plan: planOf(changes) },
  );

const DATABASE = "aws_db_instance.database_instance_D7FC2283";
const tags = { ManagedBy: "cdktf" };

test.each([
  { category: "same", change: { actions: ["no-op"], before: { id: "a" }, after: { id: "a" } } },
  {
    category: "tags only",
    change: { actions: ["update"], before: { tags: {}, tags_all: {} }, after: { tags: {}, tags_all: tags } },
  },
  {
    category: "changes in place",
    change: {
      actions: ["update"],
      before: { multi_az: false, tags_all: {} },
      after: { multi_az: true, tags_all: tags },
    },
  },
  { category: "changes in place", change: { actions: ["update"], before: { a: 1 }, after: { a: 1 } } },
  {
    category: "would be replaced",
    change: {
      actions: ["delete", "create"],
      before: { db_name: "" },
      after: { db_name: "x" },
      replace_paths: [["db_name"]],
    },
  },
] satisfies { category: string; change: PlannedChange }[])(
  "what is imported is $category if the plan has $change.actions",
  ({ category, change }) => {
    const [row] = rowsIn({ [DATABASE]: found("studies") }, { [DATABASE]: change });
    expect(row?.category).toBe(category);
    expect(row && isDecided(row)).toBe(category !== "would be replaced");
  },
);

test.each([
  {
    what: "a setting that only the state holds",
    type: "aws_iam_user",
    before: { path: "/", force_destroy: null, tags_all: {} },
    after: { path: "/", force_destroy: false, tags_all: {} },
    category: "same",
    paths: [],
  },
  {
    what: "the protection that only the state of a database holds",
    type: "aws_db_instance",
    before: { skip_final_snapshot: true, final_snapshot_identifier: null, apply_immediately: null },
    after: { skip_final_snapshot: false, final_snapshot_identifier: "last", apply_immediately: false },
    category: "same",
    paths: [],
  },
  {
    what: "changes at once, which AWS then makes of those that wait",
    type: "aws_db_instance",
    before: { skip_final_snapshot: true, apply_immediately: null },
    after: { skip_final_snapshot: false, apply_immediately: true },
    category: "changes in place",
    paths: ["apply_immediately"],
  },
  {
    what: "tags besides such a setting",
    type: "aws_s3_bucket",
    before: { force_destroy: null, tags_all: {} },
    after: { force_destroy: false, tags_all: tags },
    category: "tags only",
    paths: ["tags_all"],
  },
  {
    what: "a change in AWS besides such a setting",
    type: "aws_db_instance",
    before: { skip_final_snapshot: true, deletion_protection: false },
    after: { skip_final_snapshot: false, deletion_protection: true },
    category: "changes in place",
    paths: ["deletion_protection"],
  },
  {
    what: "an unknown value besides such a setting",
    type: "aws_iam_user",
    before: { force_destroy: null, arn: "arn" },
    after: { force_destroy: false },
    after_unknown: { arn: true },
    category: "changes in place",
    paths: [],
  },
  {
    what: "such a name in another type",
    type: "aws_sqs_queue",
    before: { force_destroy: null },
    after: { force_destroy: false },
    category: "changes in place",
    paths: ["force_destroy"],
  },
])("the row of an import that changes $what is $category", ({ type, category, paths, ...change }) => {
  const address = `${type}.x_1234ABCD`;
  const plan = planOf({ [address]: { actions: ["update"], ...change } });
  const written = { address, type, name: "x_1234ABCD", mode: "managed", expressions: {} };
  const [row] = rowsOf(spec, [searched(address, found("x"))], {
    plan: { ...plan, configuration: { root_module: { resources: [written] } } },
  });
  expect([row?.category, row?.changes.map(({ path }) => attributeIn(path))]).toEqual([category, paths]);
});

test("a replacement lists what forces it and what a key would keep, with AWS's own values", () => {
  const change: PlannedChange = {
    actions: ["delete", "create"],
    before: { db_name: "", identifier: "studies", multi_az: false },
    after: { db_name: "galileo", identifier: "dev-database", multi_az: true },
    replace_paths: [["db_name"]],
  };
  const [row] = rowsIn({ [DATABASE]: found("studies") }, { [DATABASE]: change });
  expect(row?.changes.map(({ path, forcesReplacement }) => [path, forcesReplacement])).toEqual([
    ["db_name", true],
    ["identifier", false],
  ]);
  expect(row?.kept.map(({ key, value }) => [key, value])).toEqual([
    ["environments.dev.existing.database.identifier", "studies"],
    ["environments.dev.existing.database.databaseName", false],
  ]);
});

test("a policy that somebody attached and the import would detach is a loss", () => {
  const address = "aws_iam_role_policy_attachments_exclusive.role_1234ABCD";
  const change: PlannedChange = {
    actions: ["update"],
    before: { role_name: "r", policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
    after: { role_name: "r", policy_arns: [] },
  };
  const [row] = rowsIn({ [address]: found("r") }, { [address]: change });
  expect(row?.category).toBe("loses");
  expect(row?.notes.join()).toContain("AdministratorAccess");
});

test("a route that the import keeps is an extra", () => {
  const [type, name] = ["aws_route_table", "network_private_routes_1234ABCD"];
  const address = `${type}.${name}`;
  const table = { id: "rtb-1", route: [{ cidr_block: "10.9.0.0/16", gateway_id: "vgw-1" }] };
  const written = { address, type, name, mode: "managed", expressions: { vpc_id: { references: ["aws_vpc.v.id"] } } };
  const plan = {
    ...planOf({ [address]: { actions: ["no-op"], before: table, after: table } }),
    configuration: { root_module: { resources: [written] } },
  };
  const [row] = rowsOf(spec, [searched(address, found("rtb-1"))], { plan });
  expect([row?.category, row?.extras]).toEqual([
    "same",
    [
      `routes 10.9.0.0/16 of ${address} to the VPN gateway vgw-1: the import keeps the route, which the code does not have`,
    ],
  ]);
  const adoption = { rows: row ? [row] : [], extras: NO_EXTRAS, problems: new Map(), usedUp: [], withoutBucket: [], adoptions: {} }; // prettier-ignore
  expect(adoptionText(adoption, { estateName: "e", fileName: "f", plain: true })).toContain(
    `Extra: in the account, not in the estate. Nothing changes them:\n  dev-database ${address} routes 10.9.0.0/16`,
  );
});

test("a secret is in no row", () => {
  const change: PlannedChange = {
    actions: ["update"],
    before: { password: "old-secret-1" },
    after: { password: "new-secret-2" },
    before_sensitive: { password: true },
    after_sensitive: { password: true },
  };
  const rows = rowsIn({ [DATABASE]: found("studies") }, { [DATABASE]: change });
  expect(rows[0]?.changes).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/old-secret|new-secret/);
});

test("without a plan, what was found is not planned, and a person must look at it", () => {
  const [row] = rowsOf(spec, [searched(DATABASE, found("studies"))], { problem: "Terraform fails" });
  expect([row?.category, row && isDecided(row)]).toEqual(["not planned", false]);
});

const ROWS: readonly AdoptionRow[] = rowsOf(
  spec,
  [
    searched("aws_vpc.same", found("vpc-1")),
    searched("aws_vpc.chosen", found("vpc-2", true)),
    searched("aws_vpc.unknown", found("vpc-3")),
    searched("aws_vpc.managed", { status: "managed" }),
    searched("aws_vpc.missing", { status: "missing" }),
    searched("aws_vpc.gone", { status: "gone", id: "vpc-9" }),
    searched("aws_vpc.two", {
      status: "ambiguous",
      candidates: [
        { id: "vpc-4", description: "a\u001b[31m" },
        { id: "vpc-5", description: "b" },
      ],
    }),
  ],
  { plan: planOf({ "aws_vpc.same": { actions: ["no-op"] }, "aws_vpc.chosen": { actions: ["no-op"] } }) },
);
const FILE = { "dev-database": { "aws_vpc.managed": "vpc-7" }, "a-stack": { "aws_vpc.x": "vpc-8" } };

test("the file keeps its entries, and gets what was found and planned", () => {
  expect(withFound(FILE, ROWS)).toEqual({
    "dev-database": { "aws_vpc.managed": "vpc-7", "aws_vpc.same": "vpc-1" },
    "a-stack": { "aws_vpc.x": "vpc-8" },
  });
  expect(usedUp(FILE, ROWS).map(({ address }) => address)).toEqual(["aws_vpc.managed"]);
});

test("the file is written in order, only if it changes, and completely or not at all", () => {
  const file = join(folder(), "estate.adopt.json");
  expect(writeAdoptions(file, {})).toBe(false);
  expect(existsSync(file)).toBe(false);
  expect(writeAdoptions(file, FILE)).toBe(true);
  const keys = /a-stack[^]*dev-database/;
  expect(readFileSync(file, "utf8")).toMatch(keys);
  expect(writeAdoptions(file, { ...FILE }, FILE)).toBe(false);
  expect(() => writeAdoptions(join(file, "below"), FILE)).toThrow();
  expect(readdirSync(folder())).toEqual(["estate.adopt.json"]);
});

test("the page has a table of what no state holds, the candidates, the extras, and the counts", () => {
  const adoption = {
    rows: ROWS,
    extras: {
      found: [{ account: "dev", type: "aws_subnet", id: "subnet-9", name: "by hand", region: "eu-west-1" }],
      problems: new Map([["ci", "AWS answers AccessDenied"]]),
    },
    problems: new Map([["dev-iam", "Terraform fails\nreally"]]),
    usedUp: usedUp(FILE, ROWS),
    withoutBucket: [],
    adoptions: FILE,
  };
  const text = adoptionText(adoption, {
    estateName: "config/estate.ts",
    fileName: "config/estate.adopt.json",
    plain: true,
  });
  expect(text).toBe(`stack         resource         in AWS        result
dev-database  aws_vpc.same     vpc-1 (x)     same
dev-database  aws_vpc.chosen   vpc-2 (x)     same
dev-database  aws_vpc.unknown  vpc-3 (x)     not planned
dev-database  aws_vpc.missing                missing
dev-database  aws_vpc.gone                   not found
dev-database  aws_vpc.two      2 candidates  ambiguous

Ambiguous: choose with --choose <id>, or write the id into config/estate.adopt.json:
  dev-database aws_vpc.two
    vpc-4 (a\\u001b[31m)
    vpc-5 (b)

Not in AWS: correct the entry, or remove it:
  dev-database aws_vpc.gone
    vpc-9 is not in AWS

Extra: in the account, not in the estate. Nothing changes them:
  dev aws_subnet subnet-9 (by hand), eu-west-1

What ci has besides the estate is not known:
  AWS answers AccessDenied

Used up: a state holds them, so config/estate.adopt.json no longer needs them:
  dev-database aws_vpc.managed

dev-iam could not be planned:
  Terraform fails
  really

7 resources: 1 ambiguous, 1 not found, 1 not planned, 2 same, 1 missing (will be created), 1 managed`);
});

test("the page has the keys that keep what would be replaced, ready to paste, and tags in one line", () => {
  const change: PlannedChange = {
    actions: ["delete", "create"],
    before: { db_name: "", tags: { Name: "a" }, tags_all: { Name: "a" } },
    after: { db_name: "galileo", tags: { Name: "b" }, tags_all: { Name: "b", ...tags } },
    replace_paths: [["db_name"]],
  };
  const address = "aws_db_subnet_group.database_subnets_53A37123";
  const rows = rowsIn(
    { [DATABASE]: found("studies"), [address]: found("group") },
    { [DATABASE]: change, [address]: { ...change, actions: ["update"], replace_paths: undefined } },
  );
  const adoption = {
    rows,
    extras: NO_EXTRAS,
    problems: new Map<string, string>(),
    usedUp: [],
    withoutBucket: [],
    adoptions: {},
  };
  const text = adoptionText(adoption, { estateName: "config/estate.ts", fileName: "x", plain: true });
  expect(text).toContain(`
    db_name (replaces it): "" → galileo. To keep it: environments.dev.existing.database.databaseName`);
  expect(text).toContain("tags: Name: a → b; adds ManagedBy");
  expect(text).toContain(`To keep what would be replaced, write into config/estate.ts, and adopt again:
  environments: {
    dev: {
      existing: {
        database: {
          databaseName: false,
        },
      },
    },
  },`);
});
