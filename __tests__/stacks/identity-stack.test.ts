import { exampleWith, found } from "../support/estates";
import { listOf, type RenderedStatement } from "../support/policy";
import { synthesize } from "../support/synthesize";

const USER = "arn:aws:iam::111111111111:user/platform-lead";
const estate = synthesize(
  exampleWith((file) => {
    file.identityCenter = { groups: { "platform leads": { members: ["lead@example.com"] } } };
    const { operators, admins } = found(file.accounts, "partner-lab");
    for (const account of Object.values(file.accounts)) Object.assign(account, { operators, admins });
    for (const name of ["dev", "prod"]) {
      const account = file.accounts[name];
      if (!account) throw new Error(`the example must have the account ${name}`);
      account.operators = ["group:engineers"];
      account.admins = ["group:platform leads"];
      account.breakGlass = name === "prod" ? [USER] : undefined;
    }
  }),
);
const stack = estate.stack("master-identity");
const bySid = (statements: readonly RenderedStatement[]) =>
  [...statements].sort((one, other) => String(one.Sid).localeCompare(String(other.Sid)));
const sids = (statements: readonly RenderedStatement[]) => statements.map(({ Sid }) => Sid);

test("is in the account and the home region of IAM Identity Center, with a state of its own", () => {
  expect(stack.provider).toMatchObject({ allowed_account_ids: ["111111111111"], region: "eu-west-1" });
  expect(stack.backend).toMatchObject({ key: "master/identity.tfstate" });
});

test("comes after the organization, which has the accounts", () => {
  expect(estate.dependenciesOf("master-identity")).toEqual(["master-organization"]);
});

test("fails with a remedy where IAM Identity Center is not turned on", () => {
  const [instance] = Object.values(stack.json.data?.["aws_ssoadmin_instances"] ?? {});
  expect(instance?.["lifecycle"]).toMatchObject({
    postcondition: [
      {
        condition: "${length(self.arns) == 1}",
        error_message: expect.stringContaining("Turn it on in the console of the master account") as string,
      },
    ],
  });
});

test.each([
  ["Operator", "dev"],
  ["Operator", "prod"],
])("%s has the statements and managed policies of the role, in %s", (role, account) => {
  const set = account === "dev" ? role : `${role}-${account}`;
  const ofSet = stack.policy(`permission-set/${set}/inline`, "inline_policy").Statement;
  const ofRole = Object.values(estate.stack(`${account}-iam`).inlinePolicies("operator/role")).flatMap(
    ({ Statement }) => Statement,
  );
  const own = (statements: readonly RenderedStatement[]) =>
    statements.filter(({ Sid }) => Sid !== "NeverFromOtherNetworks");
  expect(bySid(own(ofSet))).toEqual(
    bySid(ofRole).map((statement) => ({
      ...statement,
      Resource: listOf(statement.Resource).map((arn) => arn.replace(/:(222222222222|555555555555):/, ":*:")),
    })),
  );
  expect(sids(ofSet).includes("NeverFromOtherNetworks")).toBe(account === "prod");
});

test("an account's networks limit the requests of its sets", () => {
  expect(stack.policy("permission-set/Admin-prod/inline", "inline_policy").Statement).toEqual([
    {
      Sid: "NeverFromOtherNetworks",
      Effect: "Deny",
      Action: ["*"],
      Resource: ["*"],
      Condition: {
        NotIpAddress: { "aws:SourceIp": ["198.51.100.0/24"] },
        Bool: { "aws:ViaAWSService": "false" },
      },
    },
  ]);
});

test("each set is as long as the role", () => {
  const durations = stack
    .all("aws_ssoadmin_permission_set")
    .map(({ values }) => [values["name"], values["session_duration"]]);
  expect(Object.fromEntries(durations)).toEqual({
    Operator: "PT8H",
    "Operator-prod": "PT4H",
    Admin: "PT1H",
    "Admin-prod": "PT1H",
  });
});

test("groups get their sets in their accounts, and no other", () => {
  const assignments = stack
    .all("aws_ssoadmin_account_assignment")
    .map(({ path }) => path.replace(/^permission-set\//, "").replace("/assignment", ""));
  expect(assignments.sort()).toEqual([
    "Admin-prod/prod/platform%20leads",
    "Admin/dev/platform%20leads",
    "Operator-prod/prod/engineers",
    "Operator/dev/engineers",
  ]);
});

test("outputs the ids of accounts, groups and users, by which a plan names whom it removes", () => {
  const { "account-ids": accounts, "group-ids": groups, "user-ids": users } = stack.outputs;
  expect(accounts?.value).toEqual({ dev: "222222222222", prod: "555555555555" });
  expect(groups?.value).toEqual({
    "platform leads": stack.reference("group/created/platform%20leads/group", "group_id"),
    engineers: expect.stringMatching(/^\$\{data\.aws_identitystore_group\..*\.group_id\}$/) as string,
  });
  expect(users?.value).toEqual({
    "lead@example.com": expect.stringMatching(/^\$\{data\.aws_identitystore_user\..*\.user_id\}$/) as string,
  });
});

describe("the roles", () => {
  test("of an account that names groups only let nobody in", () => {
    for (const role of ["operator", "admin"])
      expect(estate.stack("dev-iam").trust(`${role}/role/role`).Statement).toMatchObject([
        { Effect: "Deny", Principal: "*", Action: ["sts:AssumeRole"] },
      ]);
  });

  test("let the users for emergencies in as Admin only, with MFA", () => {
    const prod = estate.stack("prod-iam");
    expect(prod.trust("admin/role/role").Statement).toMatchObject([
      { Effect: "Allow", Principal: { AWS: [USER] }, Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } },
    ]);
    expect(prod.trust("operator/role/role").Statement).toMatchObject([{ Effect: "Deny", Principal: "*" }]);
  });
});
