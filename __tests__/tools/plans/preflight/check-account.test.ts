import type { FoundBucket } from "../../../../tools/accounts/bootstrap/account";
import { Answers } from "../../../../tools/plans/preflight/answers";
import { checkAccount } from "../../../../tools/plans/preflight/check-account";
import type { PreflightClients } from "../../../../tools/plans/preflight/lists";
import type { Declared } from "../../../../tools/plans/preflight/creations";
import { OrganizationPolicies } from "../../../../tools/plans/preflight/policies";
import type { JsonObject } from "../../../../tools/support/json";
import type { Stack } from "../../../../tools/synth/stacks";

const ID = "222222222222";
const MASTER = "111111111111";
const ARN = `arn:aws:iam::${ID}:role/administrator`;

const stackOf = (id: string): Stack =>
  ({ id, accountId: ID, region: "eu-west-1", createsOwnStateBucket: id.endsWith("-bootstrap") }) as Stack;

/** A resource that the first apply of a stack would create. */
const creation = (address: string, values: JsonObject = {}, stackId = "dev-iam", region = "eu-west-1"): Declared => ({
  stack: stackOf(stackId),
  type: address.split(".")[0] ?? "",
  address,
  values,
  region,
});

const awsError = (name: string, status: number, message = name) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const NO_ORGANIZATION = awsError("AWSOrganizationsNotInUseException", 400);

/** What AWS answers, by operation. An error is thrown. Everything else answers with an empty object. */
type AwsAnswers = Readonly<Record<string, object | ((input: JsonObject) => object)>>;

interface Estate {
  readonly creations?: readonly Declared[];
  readonly data?: readonly Declared[];
  readonly aws?: AwsAnswers;
  /** By account: those whose credentials are there. @default the master account */
  readonly managed?: readonly string[];
  /** @default the account is the master account */
  readonly kind?: "security";
  readonly buckets?: Readonly<Record<string, FoundBucket>>;
}

async function check({ creations = [], data = [], aws = {}, managed = [MASTER], buckets = {}, kind }: Estate) {
  const calls: string[] = [];
  const answer = (operation: string, input: JsonObject): Promise<never> => {
    calls.push(operation);
    const known = { DescribeOrganization: NO_ORGANIZATION, GetServiceQuota: { Quota: { Value: 5 } }, ...aws }[
      operation
    ];
    const result = typeof known === "function" ? (known as (input: JsonObject) => object)(input) : (known ?? {});
    return (result instanceof Error ? Promise.reject(result) : Promise.resolve(result)) as Promise<never>;
  };
  const send = (command: { readonly input: object }) =>
    answer(command.constructor.name.replace(/Command$/, ""), command.input as JsonObject);
  const call: PreflightClients["call"] = (_, { target, path, input = {} }) =>
    answer(target?.replace(/^.*\./, "") ?? path ?? "", input);
  const clients = { call, ec2: { send }, iam: { send }, kms: { send }, rds: { send } } as unknown as PreflightClients;
  const answers = new Answers("dev");
  const checked = await checkAccount(
    { id: ID, kind: kind ?? "master", region: "eu-west-1", arn: ARN, creations, data },
    {
      clientsOf: () => Promise.resolve(clients),
      findBucket: (name) => Promise.resolve(buckets[name] ?? { found: "nothing" }),
      policiesOf: (id) => Promise.resolve(managed.includes(id) ? new OrganizationPolicies(call) : undefined),
    },
    answers,
  );
  const { problems, unknown } = answers.findings();
  return { ...checked, problems: problems.map(({ kind, text }) => `${kind}: ${text}`), unknown, calls };
}

const ADOPT = 'Delete it if nothing uses it, or adopt it (docs/applying.md, "What exists already").';
const SUMMARY = { GetAccountSummary: { SummaryMap: { Roles: 3, RolesQuota: 1000, Users: 5, UsersQuota: 5000 } } };

test("an empty account has no problem, and is asked only about what the estate creates", async () => {
  const { calls, ...found } = await check({ creations: [creation("aws_iam_role.r", { name: "Admin" })], aws: SUMMARY });
  expect(found).toEqual({
    problems: [],
    unknown: [],
    quotas: [{ quota: "IAM roles", inUse: 3, adds: 1, limit: 1000, verdict: "enough" }],
    looked: "1 name, 1 quota, 0 service control policies",
  });
  expect(calls.sort()).toEqual(["DescribeOrganization", "GetAccountSummary", "ListRoles"]);
});

describe("names", () => {
  const pages =
    (list: string, name: string, tokens: readonly [request: string, answer: string]) => (input: JsonObject) =>
      input[tokens[0]] === undefined
        ? { [list]: [{ [name]: "first" }], [tokens[1]]: "more" }
        : { [list]: [{ [name]: "second" }] };

  test.each([
    ["aws_iam_role", "name", "the role", "ListRoles", pages("Roles", "RoleName", ["Marker", "Marker"])],
    ["aws_iam_user", "name", "the user", "ListUsers", pages("Users", "UserName", ["Marker", "Marker"])],
    ["aws_iam_policy", "name", "the policy", "ListPolicies", pages("Policies", "PolicyName", ["Marker", "Marker"])],
    [
      "aws_kms_alias",
      "name",
      "the alias of a key",
      "ListAliases",
      pages("Aliases", "AliasName", ["Marker", "NextMarker"]),
    ],
    ["aws_db_instance", "identifier", "the database", "DescribeDBInstances", pages("DBInstances", "DBInstanceIdentifier", ["Marker", "Marker"])], // prettier-ignore
    ["aws_ecr_repository", "name", "the repository", "DescribeRepositories", pages("repositories", "repositoryName", ["nextToken", "nextToken"])], // prettier-ignore
    ["aws_budgets_budget", "name", "the budget", "DescribeBudgets", pages("Budgets", "BudgetName", ["NextToken", "NextToken"])], // prettier-ignore
    ["aws_cloudwatch_log_group", "name", "the log group", "DescribeLogGroups", pages("logGroups", "logGroupName", ["nextToken", "nextToken"])], // prettier-ignore
  ])("a taken name of %s is found, on any page", async (type, attribute, what, operation, answer) => {
    const creations = ["second", "third"].map((name) => creation(`${type}.${name}`, { [attribute]: name }));
    const { problems, looked } = await check({ creations, aws: { ...SUMMARY, [operation]: answer } });
    expect(problems).toEqual([`taken: dev-iam: ${what} second exists. ${ADOPT}`]);
    expect(looked).toContain("2 names, ");
  });

  test("IAM does not distinguish names by case, and other services do", async () => {
    const { problems } = await check({
      creations: [
        creation("aws_iam_role.r", { name: "Operator" }),
        creation("aws_organizations_account.a", { email: "lab@example.com" }),
        creation("aws_kms_alias.a", { name: "alias/states" }),
      ],
      aws: {
        ListRoles: { Roles: [{ RoleName: "operator" }] },
        ListAccounts: { Accounts: [{ Email: "Lab@Example.com" }] },
        ListAliases: { Aliases: [{ AliasName: "alias/States" }] },
      },
    });
    expect(problems).toEqual([
      `taken: dev-iam: a member of the organization with the e-mail address Lab@Example.com exists. ${ADOPT}`,
      `taken: dev-iam: the role operator exists. ${ADOPT}`,
    ]);
  });

  test("a bucket is taken in this account, in another one, or free", async () => {
    const creations = ["own", "others", "free"].map((bucket) => creation(`aws_s3_bucket.${bucket}`, { bucket }));
    const buckets = {
      own: { found: "this account's", region: "eu-west-1" },
      others: { found: "another account's" },
    } as const;
    expect((await check({ creations, buckets })).problems).toEqual([
      "taken: dev-iam: the bucket others belongs to another account, or denies access to these credentials. Bucket names are global: choose another name.",
      `taken: dev-iam: the bucket own exists. ${ADOPT}`,
    ]);
  });

  test("what the bootstrap of an account adopts or refuses itself is not looked for twice", async () => {
    const values = { name: "plan", bucket: "states", url: "https://token.example.com" };
    const types = ["aws_iam_role", "aws_s3_bucket", "aws_iam_openid_connect_provider", "aws_kms_alias"];
    const creations = types.map((type) => creation(`${type}.x`, values, "dev-bootstrap"));
    const { calls, looked } = await check({ creations, aws: SUMMARY });
    expect(looked).toContain("0 names, 2 quotas");
    expect(calls).not.toContain("ListRoles");
  });

  test("settings of which an account has one are those that a plan would be refused for", async () => {
    const creations = [
      creation("aws_iam_account_alias.a", { account_alias: "galileo-dev" }),
      creation("aws_iam_account_password_policy.p", { minimum_password_length: 14 }),
      creation("aws_cloudtrail.t", { name: "galileo-dev" }),
    ];
    const aws = {
      ListAccountAliases: { AccountAliases: ["acme"] },
      GetAccountPasswordPolicy: { PasswordPolicy: { MinimumPasswordLength: 20 } },
      DescribeTrails: { trailList: [{ Name: "galileo-dev", TrailARN: `arn:aws:cloudtrail:eu-west-1:${ID}:trail/galileo-dev` }] }, // prettier-ignore
    };
    expect((await check({ creations, aws })).problems).toEqual([
      expect.stringMatching(/^taken: dev-iam: the account has the alias acme, /),
      expect.stringMatching(/^taken: dev-iam: the account has the trail galileo-dev in eu-west-1 already, /),
    ]);
  });

  test("a type whose names this command does not ask for is unknown", async () => {
    const { problems, unknown } = await check({ creations: [creation("aws_lb.l", { name: "front" })] });
    expect(problems).toEqual([]);
    expect(unknown).toEqual(["whether aws_lb front exists in eu-west-1: this command does not ask"]);
  });

  test("without an organization it has no members, units and policies", async () => {
    const creations = [
      creation("aws_organizations_account.a", { email: "lab@example.com" }),
      creation("aws_organizations_policy.p", { name: "guardrails" }),
      creation("aws_organizations_organizational_unit.u", { name: "dev" }),
    ];
    const none = { ListAccounts: NO_ORGANIZATION, ListPolicies: NO_ORGANIZATION, ListRoots: NO_ORGANIZATION };
    const { problems, unknown, quotas } = await check({ creations, aws: none });
    expect({ problems, unknown }).toEqual({ problems: [], unknown: [] });
    expect(quotas).toEqual([
      { quota: "accounts of the organization", inUse: 1, adds: 1, limit: 5, verdict: "enough" }, // the master account
    ]);
    const some = {
      ListAccounts: { Accounts: [{ Email: "lab@example.com" }] },
      ListRoots: { Roots: [{ Id: "r-1" }] },
      ListOrganizationalUnitsForParent: { OrganizationalUnits: [{ Name: "dev" }] },
    };
    expect((await check({ creations, aws: some })).problems).toEqual([
      `taken: dev-iam: a member of the organization with the e-mail address lab@example.com exists. ${ADOPT}`,
      `taken: dev-iam: the organization's unit dev exists. ${ADOPT}`,
    ]);
  });

  test("a call that AWS denies makes the names unknown, never taken or free", async () => {
    const { problems, unknown } = await check({
      creations: [
        creation("aws_iam_user.u", { name: "robot" }),
        creation("aws_iam_account_alias.a", { account_alias: "x" }),
      ],
      aws: {
        ...SUMMARY,
        GetAccountSummary: { SummaryMap: { Users: 1, UsersQuota: 10 } },
        ListUsers: awsError("AccessDenied", 403, "not authorized"),
        ListAccountAliases: awsError("AccessDenied", 403, "not authorized"),
      },
    });
    expect(problems).toEqual([]);
    expect(unknown).toEqual([
      "dev-iam: what exists of aws_iam_account_alias.a: AWS answers AccessDenied: not authorized",
      "names of aws_iam_user in eu-west-1: AWS answers AccessDenied: not authorized",
    ]);
  });

  test("an error that is not of AWS is a bug and ends the command", async () => {
    const aws = { ListUsers: new TypeError("x is undefined") };
    await expect(check({ creations: [creation("aws_iam_user.u", { name: "robot" })], aws })).rejects.toThrow(TypeError);
  });
});

describe("quotas", () => {
  test("one that the first applies would pass is a problem; one that they just reach is not", async () => {
    const vpcs = (count: number) => ({
      DescribeVpcs: { Vpcs: Array.from({ length: count }, () => ({ VpcId: "vpc" })) },
    });
    const creations = [creation("aws_vpc.v", {}, "dev-network"), creation("aws_iam_user.u", {})];
    const { problems, quotas } = await check({
      creations,
      aws: { GetAccountSummary: { SummaryMap: { Users: 5000, UsersQuota: 5000 } }, ...vpcs(4) },
    });
    expect(problems).toEqual(["quota: IAM users: 5000 in use and 1 to add must be at most 5000"]);
    expect(quotas).toEqual([
      { quota: "IAM users", inUse: 5000, adds: 1, limit: 5000, verdict: "passed" },
      { quota: "VPCs in eu-west-1", inUse: 4, adds: 1, limit: 5, verdict: "enough" },
    ]);
    const passed = await check({ creations: creations.slice(0, 1), aws: vpcs(5) });
    expect(passed.problems).toEqual(["quota: VPCs in eu-west-1: 5 in use and 1 to add must be at most 5"]);
  });

  test("each region has its own; IAM's and the organization's count once", async () => {
    const creations = ["eu-west-1", "eu-west-2"].flatMap((region) => [
      creation(`aws_vpc.${region}`, {}, "dev-network", region),
      creation(`aws_organizations_account.${region}`, {}, "master-organization", region),
    ]);
    const { quotas } = await check({
      creations,
      aws: { ListAccounts: { Accounts: [{ Email: "a" }, { Email: "b" }] } },
    });
    expect(quotas.map(({ quota, inUse, adds }) => ({ quota, inUse, adds }))).toEqual([
      { quota: "VPCs in eu-west-1", inUse: 0, adds: 1 },
      { quota: "VPCs in eu-west-2", inUse: 0, adds: 1 },
      { quota: "accounts of the organization", inUse: 2, adds: 2 },
    ]);
  });

  test("a quota that was never raised has AWS's default; one that cannot be asked for is unknown, with its page", async () => {
    const creations = [creation("aws_vpc.v")];
    const missing = awsError("NoSuchResourceException", 400);
    const byDefault = { GetServiceQuota: missing, GetAWSDefaultServiceQuota: { Quota: { Value: 7 } } };
    expect((await check({ creations, aws: byDefault })).quotas).toMatchObject([{ limit: 7, verdict: "enough" }]);
    const denied = await check({ creations, aws: { GetServiceQuota: awsError("AccessDeniedException", 400, "no") } });
    expect(denied.problems).toEqual([]);
    expect(denied.quotas).toEqual([
      { quota: "VPCs in eu-west-1", inUse: 0, adds: 1, limit: undefined, verdict: "unknown" },
    ]);
    expect(denied.unknown).toEqual([
      "the quota of VPCs in eu-west-1 (look at https://console.aws.amazon.com/servicequotas/home/services/vpc/quotas/L-F678F1CE): AWS answers AccessDeniedException: no",
    ]);
  });
});

describe("service control policies", () => {
  const ORGANIZATION = { DescribeOrganization: { Organization: { Id: "o-1", MasterAccountId: MASTER } } };
  const PARENTS: Readonly<Record<string, string>> = { [ID]: "ou-1", "ou-1": "r-1" };
  const FULL = { Effect: "Allow", Action: "*", Resource: "*" };
  /** An organization in which these statements are attached to the unit of the account. */
  const under = (...statements: readonly object[]) => ({
    ...ORGANIZATION,
    ListParents: ({ ChildId }: JsonObject) => ({ Parents: [{ Id: PARENTS[String(ChildId)] }] }),
    ListPoliciesForTarget: ({ TargetId }: JsonObject) => ({
      Policies: [
        { Id: "p-FullAWSAccess", Name: "FullAWSAccess" },
        ...(TargetId === "ou-1" && statements.length > 0 ? [{ Id: "p-1", Name: "guard" }] : []),
      ],
    }),
    DescribePolicy: ({ PolicyId }: JsonObject) => ({
      Policy: {
        Content: JSON.stringify({ Version: "2012-10-17", Statement: PolicyId === "p-1" ? statements : [FULL] }),
      },
    }),
  });
  const creations = [
    creation("aws_vpc.v", {}, "dev-network"),
    creation("aws_iam_role.r", { name: "Admin", path: "/people/" }),
    creation("aws_iam_role.o", { name: "Operator" }),
  ];
  const found = async (...statements: readonly object[]) => {
    const { problems, unknown, looked } = await check({ creations, aws: { ...SUMMARY, ...under(...statements) } });
    return { problems, unknown, looked };
  };

  test("one that denies an action of an apply is a problem, with the action, its stack and the statement", async () => {
    const deny = { Sid: "NoVpc", Effect: "Deny", Action: "ec2:CreateVpc", Resource: "*" };
    expect(await found(deny)).toEqual({
      problems: [
        "policy: ec2:CreateVpc in eu-west-1 (dev-network): denied by statement NoVpc of the service control policy guard (p-1 at ou-1)",
      ],
      unknown: [],
      looked: "2 names, 2 quotas, 1 service control policy",
    });
  });

  test("one that denies another region, another role or other principals is none; one of the estate's region is", async () => {
    const notIn = (...regions: string[]) => ({
      ...{ Sid: "Regions", Effect: "Deny", NotAction: ["iam:*"], Resource: "*" },
      Condition: { StringNotEquals: { "aws:RequestedRegion": regions } },
    });
    const role = { Effect: "Deny", Action: "iam:CreateRole", Resource: "arn:aws:iam::*:role/Admin" };
    const others = { Effect: "Deny", Action: "*", Resource: "*", Condition: { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/administrator" } } }; // prettier-ignore
    expect((await found(notIn("eu-west-1"), role, others)).problems).toEqual([]);
    const [denied = ""] = (await found(notIn("eu-central-1"))).problems;
    expect(denied).toMatch(
      /^policy: ec2:CreateTags, ec2:CreateVpc, (ec2:\w+, ){2}ec2:\w+ and \d+ more in eu-west-1 \(dev-network\): denied by statement Regions /,
    );
    expect((await found({ ...role, Sid: "NoAdmin", Resource: "arn:aws:iam::*:role/people/*" })).problems).toEqual([
      "policy: iam:CreateRole in eu-west-1 (dev-iam): denied by statement NoAdmin of the service control policy guard (p-1 at ou-1)",
    ]);
  });

  test("one that allows an action under a condition that is not known is unknown", async () => {
    const Condition = { Null: { "aws:RequestTag/CostCenter": "true" } };
    expect(await found({ Effect: "Deny", Action: "ec2:CreateVpc", Resource: "*", Condition })).toMatchObject({
      problems: [],
      unknown: ["ec2:CreateVpc in eu-west-1 (dev-network): allowed only if aws:RequestTag/CostCenter is there"],
    });
  });

  test("AWS's own policy, an organization without any, and none at all deny nothing", async () => {
    const none = { problems: [], unknown: [], looked: "2 names, 2 quotas, 0 service control policies" };
    expect(await found()).toEqual(none);
    const empty = { ...under(), ListPoliciesForTarget: { Policies: [] } };
    expect(await check({ creations, aws: { ...SUMMARY, ...empty } })).toMatchObject(none);
    expect(await check({ creations, aws: SUMMARY })).toMatchObject(none);
  });

  test("they do not bind the management account", async () => {
    const aws = { ...SUMMARY, DescribeOrganization: { Organization: { Id: "o-1", MasterAccountId: ID } } };
    const { calls, problems } = await check({ creations, aws });
    expect(problems).toEqual([]);
    expect(calls).not.toContain("ListParents");
  });

  test("they are unknown where another company manages the organization, and where a call is denied", async () => {
    const foreign = await check({ creations, aws: { ...SUMMARY, ...under() }, managed: [] });
    expect(foreign.unknown).toEqual([
      "the service control policies of the organization o-1: the account 111111111111 manages it, and is not in the estate. Ask its team",
    ]);
    const denied = { ...under(), DescribePolicy: awsError("AccessDeniedException", 400, "no") };
    expect((await check({ creations, aws: { ...SUMMARY, ...denied } })).unknown).toEqual([
      "the service control policies of the organization o-1: AWS answers AccessDeniedException: no",
    ]);
    const strange = under({ Effect: "Perhaps", Action: "*", Resource: "*" });
    expect((await check({ creations, aws: { ...SUMMARY, ...strange } })).unknown).toEqual([
      expect.stringMatching(
        /^the service control policies of the organization o-1: the service control policy guard \(p-1\) .*Effect/,
      ),
    ]);
  });

  test("a type whose actions are not known is unknown under such policies", async () => {
    const aws = under({ Effect: "Deny", Action: "s3:DeleteBucket", Resource: "*" });
    const { unknown } = await check({ creations: [creation("aws_glacier_vault.v")], aws });
    expect(unknown).toEqual([
      "whether the organization allows to create aws_glacier_vault: this command does not know the actions",
    ]);
  });
});

describe("IAM Identity Center", () => {
  const identifier = (path: string, name: string) => ({
    alternate_identifier: { unique_attribute: { attribute_path: path, attribute_value: name } },
  });
  const data = [
    creation("aws_ssoadmin_instances.i", {}, "master-identity", "eu-central-1"),
    creation("aws_identitystore_group.g", identifier("DisplayName", "engineers"), "master-identity"),
    creation("aws_identitystore_user.u", identifier("UserName", "lead@example.com"), "master-identity"),
  ];
  const creations = [
    creation("aws_identitystore_group.leads", { display_name: "leads" }, "master-identity"),
    creation("aws_ssoadmin_permission_set.admin", { name: "Admin" }, "master-identity"),
  ];
  const ON = { ListInstances: { Instances: [{ InstanceArn: "arn:i", IdentityStoreId: "d-1" }] } };
  const NOBODY = awsError("ResourceNotFoundException", 400);
  const nameIn = ({ AlternateIdentifier }: JsonObject) =>
    (AlternateIdentifier as { UniqueAttribute: { AttributeValue: string } }).UniqueAttribute.AttributeValue;

  test("that is not on is a problem; an estate without it is not asked", async () => {
    expect((await check({ data, aws: { ListInstances: { Instances: [] } } })).problems).toEqual([
      expect.stringMatching(
        /^sign-in: master-identity: IAM Identity Center is not on in eu-central-1, and Terraform cannot turn it on\. /,
      ),
    ]);
    expect((await check({})).calls).not.toContain("ListInstances");
  });

  test("that is not on for another account than the master account is unknown: it may not be registered yet", async () => {
    const found = await check({ kind: "security", data, aws: { ListInstances: { Instances: [] } } });
    expect(found.problems).toEqual([]);
    expect(found.unknown).toEqual([
      "whether IAM Identity Center is on in eu-central-1: the account sees it once the organization's stack has registered it as delegated administrator",
    ]);
  });

  test("is asked for names as AWS has them, not as Terraform escapes them", async () => {
    const asked: string[] = [];
    const unique = { attribute_path: "DisplayName", attribute_value: "costs $${x}" };
    const groups = [creation("aws_identitystore_group.c", { display_name: "made %%{y}" }, "master-identity")];
    const lookedUp = creation("aws_identitystore_group.e", { alternate_identifier: { unique_attribute: unique } });
    const GetGroupId = (input: JsonObject) => (asked.push(nameIn(input)), NOBODY);
    const { problems } = await check({ data: [...data.slice(0, 1), lookedUp], creations: groups, aws: { ...ON, GetGroupId } }); // prettier-ignore
    expect(asked).toEqual(["costs ${x}", "made %{y}"]);
    expect(problems).toEqual([expect.stringContaining("IAM Identity Center has no group costs ${x}.")]);
  });

  test("must have the groups and users that are looked up, and not yet those that are created", async () => {
    const aws = {
      ...ON,
      GetGroupId: (input: JsonObject) => (nameIn(input) === "leads" ? NOBODY : { GroupId: "g" }),
      GetUserId: { UserId: "u" },
    };
    expect(await check({ data, creations, aws })).toMatchObject({
      problems: [],
      unknown: [],
      looked: "0 names, 0 quotas, 0 service control policies, 4 names of IAM Identity Center",
    });
    const other = {
      ...ON,
      GetGroupId: (input: JsonObject) => (nameIn(input) === "leads" ? { GroupId: "g" } : NOBODY),
      GetUserId: NOBODY,
      ListPermissionSets: ({ NextToken }: JsonObject) =>
        NextToken === undefined
          ? { PermissionSets: ["arn:other"], NextToken: "more" }
          : { PermissionSets: ["arn:admin"] },
      DescribePermissionSet: ({ PermissionSetArn }: JsonObject) => ({
        PermissionSet: { Name: PermissionSetArn === "arn:admin" ? "Admin" : "Other" },
      }),
    };
    expect((await check({ data, creations, aws: other })).problems).toEqual([
      "sign-in: master-identity: IAM Identity Center has no group engineers. Create it there, or correct its name in the estate.",
      "sign-in: master-identity: IAM Identity Center has no user lead@example.com. Create it there, or correct its name in the estate.",
      expect.stringMatching(/^taken: master-identity: IAM Identity Center has the group leads already\. /),
      expect.stringMatching(/^taken: master-identity: IAM Identity Center has the permission set Admin already\. /),
    ]);
  });

  test("is unknown where AWS denies the call", async () => {
    const { problems, unknown } = await check({
      data,
      aws: { ListInstances: awsError("AccessDeniedException", 400, "no") },
    });
    expect(problems).toEqual([]);
    expect(unknown).toEqual([
      "whether IAM Identity Center is on in eu-central-1: AWS answers AccessDeniedException: no",
    ]);
  });
});
