import {
  accountNames,
  adminArns,
  analysisRolePath,
  environmentNames,
  estateTags,
  namespace,
  roleArn,
  stackId,
  stateKey,
  tagsOf,
} from "../../config/naming";

const prefix = namespace("dev", "us-east-1", "galileo");

test("builds the namespace from environment, region code and solution", () => {
  expect(prefix).toBe("dev-va-galileo");
});

test.each([
  ["Master role", environmentNames.masterRole(prefix), "dev-va-galileo-prep-raas-master-MasterRole"],
  ["cross-account execution role", environmentNames.crossAccountRole(prefix), "dev-va-galileo-cross-account-role"],
  ["API's role", environmentNames.apiHandlerRole(prefix), "dev-va-galileo-ApiHandler"],
  ["workflows' role", environmentNames.workflowLoopRunnerRole(prefix), "dev-va-galileo-WorkflowLoopRunner"],
  ["bucket", environmentNames.bucket(prefix, "222222222222", "studydata"), "222222222222-dev-va-galileo-studydata"],
  ["repository", environmentNames.repository(prefix, "dagster"), "dev-va-galileo/dagster"],
  ["state bucket", accountNames.stateBucket("galileo", "222222222222"), "222222222222-galileo-terraform-state"],
  ["alias", accountNames.alias("galileo", "dev"), "galileo-dev"],
])("names the %s as running estates do", (_what, built, expected) => {
  expect(built).toBe(expected);
});

test("gives every fixed name of an environment a unique suffix", () => {
  const builders = Object.values(environmentNames).filter((build) => build.length === 1) as ((
    namespace: string,
  ) => string)[];
  const names = [...builders.map((build) => build(prefix)), environmentNames.database(prefix)];
  expect(names.length).toBeGreaterThan(8);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name.startsWith(`${prefix}-`)).toBe(true);
});

test("puts the roles of the hardened profile where the documented one creates none, in any namespace", () => {
  for (const namespace of [prefix, "analysis-irl-galileo"])
    expect(`role${analysisRolePath(namespace)}analysis-1`).not.toMatch(/^role\/analysis-/);
  expect(analysisRolePath("one")).not.toBe(analysisRolePath("two"));
});

test("builds different names for different names in the file", () => {
  for (const build of [
    (name: string) => environmentNames.bucket(prefix, "222222222222", name),
    (name: string) => environmentNames.repository(prefix, name),
    (name: string) => environmentNames.securityGroup(prefix, name),
    (name: string) => environmentNames.memberVpc(prefix, name),
    (name: string) => environmentNames.memberKey(prefix, name),
  ]) {
    expect(build("one")).toContain(prefix);
    expect(build("one")).not.toBe(build("two"));
  }
});

test("gives the database's own security group the name of a group called database", () => {
  // For this reason no group may be called database if there is a database: checks/security-groups.ts.
  expect(environmentNames.securityGroup(prefix, "database")).toBe(environmentNames.database(prefix));
});

test("keeps the account's own buckets, trails and roles apart", () => {
  const { stateBucket, trailBucket, planRole, applyRole, operator, admin, machine } = accountNames;
  expect(stateBucket("demo", "222222222222")).not.toBe(trailBucket("demo", "222222222222"));
  const roles = [planRole("demo"), applyRole("demo", "dev"), applyRole("demo", "prod"), operator, admin, machine];
  expect(new Set(roles).size).toBe(roles.length);
});

test("writes the ARN of a role from account and name", () => {
  expect(roleArn("222222222222", "Operator")).toBe("arn:aws:iam::222222222222:role/Operator");
});

describe("Admin's sessions in an account", () => {
  const dev = { id: "222222222222", name: "dev", adminGroups: ["leads"] };
  const [inIreland, inVirginia] = [
    "role/aws-reserved/sso.amazonaws.com/eu-west-1",
    "role/aws-reserved/sso.amazonaws.com",
  ];

  /** As IAM compares ARNs: `*` is any text, `?` is one character. */
  const isMatched = (arn: string, account = dev) =>
    adminArns(account).some((pattern) => {
      const literal = pattern.replace(/[.+/-]/g, String.raw`\$&`);
      return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(arn);
    });

  test.each([
    "role/Admin",
    `${inIreland}/AWSReservedSSO_Admin_1234567890abcdef`,
    `${inIreland}/AWSReservedSSO_Admin_abcdef0123456789`,
    `${inVirginia}/AWSReservedSSO_Admin_1234567890abcdef`,
    `${inIreland}/AWSReservedSSO_Admin-dev_1234567890abcdef`,
    `${inVirginia}/AWSReservedSSO_Admin-dev_1234567890abcdef`,
  ])("are %s", (role) => {
    expect(isMatched(`arn:aws:iam::222222222222:${role}`)).toBe(true);
  });

  test.each([
    ["another set", `${inIreland}/AWSReservedSSO_Operator_1234567890abcdef`],
    ["a set that begins in the same way", `${inIreland}/AWSReservedSSO_AdministratorAccess_1234567890abcdef`],
    ["a set that begins in the same way, with a _", `${inIreland}/AWSReservedSSO_Admin_other_1234567890abcdef`],
    ["a set that ends in the same way", `${inIreland}/AWSReservedSSO_Not-Admin_1234567890abcdef`],
    ["another account's own set", `${inIreland}/AWSReservedSSO_Admin-prod_1234567890abcdef`],
    ["a role outside AWS's path", "role/AWSReservedSSO_Admin_1234567890abcdef"],
    ["a role with a path that looks like it", "role/sso.amazonaws.com/AWSReservedSSO_Admin_1234567890abcdef"],
    ["another role of the account", "role/Administrator"],
  ])("are not of %s", (_, role) => {
    expect(isMatched(`arn:aws:iam::222222222222:${role}`)).toBe(false);
  });

  test("are of this account", () => {
    for (const role of ["role/Admin", `${inIreland}/AWSReservedSSO_Admin_1234567890abcdef`])
      expect(isMatched(`arn:aws:iam::333333333333:${role}`)).toBe(false);
  });

  test("are the role's alone without groups", () => {
    expect(adminArns({ ...dev, adminGroups: [] })).toEqual(["arn:aws:iam::222222222222:role/Admin"]);
  });

  test("are named without the suffix, which a new assignment changes", () => {
    expect(adminArns(dev).join(" ")).not.toMatch(/[0-9a-f]{16}/);
  });
});

test("puts the owner first in a stack's id and in its state's key", () => {
  expect(stackId("dev", "network")).toBe("dev-network");
  expect(stateKey("dev", "network")).toBe("dev/network.tfstate");
});

test("tags every resource with solution, environment, account, stack, charge code and ManagedBy", () => {
  const stack = { id: "dev-network", chargeCode: "demo-0001", account: { name: "sandbox" } };
  expect(tagsOf({ ...stack, environment: { name: "dev" } }, "demo")).toEqual({
    Solution: "demo",
    Environment: "dev",
    Account: "sandbox",
    Stack: "dev-network",
    ChargeCode: "demo-0001",
    ManagedBy: "cdktf",
  });
  expect(tagsOf(stack, "demo")["Environment"]).toBe("account-wide");
  expect(tagsOf(stack, "demo")).toMatchObject(estateTags("demo"));
});
