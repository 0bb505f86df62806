import { attributeChanges } from "../../../tools/review/attribute-changes";
import { resourcesOf, updated } from "../review/support/plans";
import { keptBy, snippetOf, type Kept } from "../../../tools/adopt/estate-keys";
import type { StackSpec } from "../../../config/layout";
import type { PlannedResource } from "../../../tools/review/planned-resource";
import { Value } from "../../../tools/review/value";

const spec = (name: string) =>
  ({ name, account: { name: "main" }, environment: { name: "dev" } }) as unknown as StackSpec;
const change = (path: string) => ({ path, before: "", after: "", forcesReplacement: true });

function keysOf(stack: string, address: string, before: object, shown: object = before): readonly Kept[] {
  const type = address.split(".")[0] ?? "";
  const changes = Object.keys(before).map(change);
  const resource = { address, type, before: new Value(before, shown) } as unknown as PlannedResource;
  return keptBy(spec(stack), resource, changes, []);
}

test.each([
  {
    what: "the identifier of a database",
    of: ["database", "aws_db_instance.database_instance_D7FC2283", { identifier: "studies" }],
    kept: [{ path: "identifier", key: "environments.dev.existing.database.identifier", value: "studies" }],
  },
  {
    what: "the identifier of a further database",
    of: ["database-reports", "aws_db_instance.database_instance_D7FC2283", { identifier: "reports" }],
    kept: [{ path: "identifier", key: "environments.dev.existing.databases.reports.identifier", value: "reports" }],
  },
  {
    what: "the identifier of a replica, and what it shares with its source",
    of: [
      "database",
      "aws_db_instance.database_replica_instance_D7FC2283",
      { identifier: "reader", storage_type: "gp2", publicly_accessible: true },
    ],
    kept: [
      { path: "identifier", key: "environments.dev.existing.database.replica", value: "reader" },
      { path: "storage_type", key: "environments.dev.existing.database.storageType", value: "gp2" },
    ],
  },
  {
    what: "the parameters of a database, which a person writes",
    of: ["database", "aws_db_parameter_group.database_parameters_53A37123", { parameter: [] }],
    kept: [{ path: "parameter", key: "environments.dev.database.parameters", value: undefined }],
  },
  {
    what: "the subnets of a tier, which a person writes",
    of: ["network", "aws_subnet.network_tier_data_eu-west-1a_subnet_53A37123", { cidr_block: "10.0.3.0/26" }],
    kept: [{ path: "cidr_block", key: "environments.dev.network.tiers.data.cidrBlocks", value: undefined }],
  },
  {
    what: "a database without an initial name",
    of: ["database", "aws_db_instance.database_instance_D7FC2283", { db_name: "" }],
    kept: [{ path: "db_name", key: "environments.dev.existing.database.databaseName", value: false }],
  },
  {
    what: "the master password, if RDS does not manage it",
    of: [
      "database",
      "aws_db_instance.database_instance_D7FC2283",
      { manage_master_user_password: null, master_user_secret: [] },
    ],
    kept: [
      { path: "manage_master_user_password", key: "environments.dev.existing.database.managedPassword", value: false },
    ],
  },
  {
    what: "no password that RDS manages: it stays without a key",
    of: [
      "database",
      "aws_db_instance.database_instance_D7FC2283",
      { manage_master_user_password: null, master_user_secret: [{ secret_arn: "arn" }] },
    ],
    kept: [],
  },
  {
    what: "the subnets of a group, whose key says that they stay",
    of: ["database", "aws_db_subnet_group.database_subnets_53A37123", { subnet_ids: ["subnet-1"] }],
    kept: [{ path: "subnet_ids", key: "environments.dev.existing.database.publicSubnets", value: true }],
  },
  {
    what: "the name of a security group, by the estate's name of it",
    of: ["network", "aws_security_group.security-group_web_group_53EB9117", { name: "launch-wizard-1" }],
    kept: [{ path: "name", key: "environments.dev.existing.securityGroups.web", value: "launch-wizard-1" }],
  },
  {
    what: "one of several roles, with its path",
    of: ["application", "aws_iam_role.roles_api-handler_role_01B234DC", { name: "api", path: "/service/" }],
    kept: [{ path: "name", key: "environments.dev.existing.roles.apiHandler", value: "service/api" }],
  },
  {
    what: "a role's path alone",
    of: ["master-role", "aws_iam_role.master-role_role_01B234DC", { path: "/team/" }],
    kept: [{ path: "path", key: "environments.dev.existing.roles.masterRole", value: "team/" }],
  },
  {
    what: "one of two service users, with its path",
    of: ["iam", "aws_iam_user.terraform-user_user_user_01B234DC", { name: "terraform-user", path: "/" }],
    kept: [{ path: "name", key: "accounts.main.existing.terraform-user.user", value: "terraform-user" }],
  },
  {
    what: "the role of a flow log",
    of: ["member-lab", "aws_iam_role.flow-log_writer_role_ED18C23F", { name: "flows" }],
    kept: [{ path: "name", key: "environments.dev.existing.roles.flowLogs", value: "flows" }],
  },
  {
    what: "the range of a member's VPC",
    of: ["member-lab", "aws_vpc.network_vpc_4E8F0223", { cidr_block: "10.9.0.0/20" }],
    kept: [{ path: "cidr_block", key: "environments.dev.members.lab.cidrBlock", value: "10.9.0.0/20" }],
  },
  {
    what: "a setting whose value differs from AWS's",
    of: ["database", "aws_db_instance.database_instance_D7FC2283", { engine_version: "16.3" }],
    kept: [{ path: "engine_version", key: "environments.dev.database.engineVersion", value: undefined }],
  },
  { what: "nothing of another stack", of: ["iam", "aws_iam_role.admin_role_9ED5C45E", { name: "x" }], kept: [] },
] as const)("keys keep $what", ({ of: [stack, address, before], kept }) => {
  expect(keysOf(stack, address, before)).toEqual(kept);
});

test("a subnet has the key of its tier, and no value: the key is a list", () => {
  const before = { cidr_block: "10.0.0.0/24" };
  const [kept, ...others] = keysOf("network", "aws_subnet.network_public_eu-west-1a_subnet_B973FDFF", before);
  expect(kept?.key).toContain("publicSubnets[]");
  expect(kept?.value).toBeUndefined();
  expect(others).toEqual([]);
});

test("a secret is no value", () => {
  const address = "aws_db_instance.database_instance_D7FC2283";
  const [kept] = keysOf("database", address, { username: "secret" }, { username: "(sensitive value 1)" });
  expect(kept).toEqual({
    path: "username",
    key: "environments.dev.existing.database.masterUsername",
    value: undefined,
  });
});

describe("policies that somebody attached", () => {
  const [READ_ONLY, VIEW] = ["ReadOnlyAccess", "job-function/ViewOnlyAccess"].map((name) => `arn:aws:iam::aws:policy/${name}`); // prettier-ignore
  const TEAM = "arn:aws:iam::222222222222:policy/team";
  const listOf = (owner: string, name: string, had: readonly unknown[], has: readonly unknown[]) =>
    resourcesOf(
      updated(
        `aws_iam_${owner}_policy_attachments_exclusive.${name}_no-other-managed_01B234DC`,
        { [`${owner}_name`]: "somebody", policy_arns: had },
        { [`${owner}_name`]: "somebody", policy_arns: has },
      ),
    );
  const keysIn = (stack: StackSpec, resources: readonly PlannedResource[]) =>
    resources.flatMap((each) => keptBy(stack, each, attributeChanges(each), resources));

  test("stay with a key, if AWS manages them: those of a team are no policies that the access report knows", () => {
    const lost = listOf("role", "roles_api-handler", [TEAM, READ_ONLY, VIEW], [VIEW]);
    expect(keysIn(spec("application"), lost)).toEqual([
      { path: "policy_arns", key: "environments.dev.existing.keepPolicies.apiHandler", value: [READ_ONLY] },
    ]);
    expect(keysIn(spec("application"), listOf("role", "roles_api-handler", [TEAM], []))).toEqual([]);
  });

  test.each([
    ["application", "roles_workflow-loop-runner", "workflowLoopRunner"],
    ["master-role", "master-role", "masterRole"],
    ["member-lab", "cross-account-role", "crossAccountRole"],
  ])("stay in each role with a key: %s %s", (stack, name, key) => {
    const kept = keysIn(spec(stack), listOf("role", name, [READ_ONLY], []));
    expect(kept.map((each) => each.key)).toEqual([`environments.dev.existing.keepPolicies.${key}`]);
  });

  test("are proposed with those that the estate keeps already", () => {
    const existing = { "terraform-user": { keepPolicies: [VIEW] } };
    const iam = { ...spec("iam"), account: { name: "main", existing }, environment: undefined } as unknown as StackSpec;
    const kept = keysIn(iam, listOf("user", "terraform-user", [READ_ONLY, VIEW], [VIEW]));
    expect(snippetOf(kept)).toContain(`keepPolicies: ["${VIEW}", "${READ_ONLY}"],`);
  });

  test("have no key in a role without one, or if the import attaches one", () => {
    expect(keysIn(spec("application"), listOf("role", "deployment_profile_role", [READ_ONLY], []))).toEqual([]);
    expect(keysIn(spec("master-role"), listOf("role", "master-role", [], [READ_ONLY]))).toEqual([]);
  });
});

test("keys with values are a part of an estate file", () => {
  const text = snippetOf([
    { path: "a", key: "environments.dev.existing.database.identifier", value: "studies" },
    { path: "b", key: "environments.dev.existing.securityGroups.web-1", value: 'a "group"' },
    { path: "c", key: "environments.dev.database.engineVersion" },
  ]);
  expect(text).toBe(`environments: {
  dev: {
    existing: {
      database: {
        identifier: "studies",
      },
      securityGroups: {
        "web-1": "a \\"group\\"",
      },
    },
  },
},`);
});
