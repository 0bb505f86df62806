import { ACCOUNT, awsError, find, idsOf, type Answers } from "../fake-account";

const iam = `arn:aws:iam::${ACCOUNT}`;
const POLICIES = { ListPolicies: { Policies: [{ PolicyName: "Reader", Arn: `${iam}:policy/team/Reader` }] } };

interface AdoptionRow {
  readonly type: string;
  readonly values: object;
  readonly answers: Answers;
  readonly id: string;
}

const ROWS: readonly AdoptionRow[] = [
  {
    type: "aws_iam_role",
    values: { name: "Admin" },
    answers: { GetRole: { Role: { RoleName: "Admin", Arn: `${iam}:role/Admin` } } },
    id: "Admin",
  },
  {
    type: "aws_iam_user",
    values: { name: "registry" },
    answers: { GetUser: { User: { UserName: "registry", Arn: `${iam}:user/registry` } } },
    id: "registry",
  },
  {
    type: "aws_iam_instance_profile",
    values: { name: "machine" },
    answers: { GetInstanceProfile: { InstanceProfile: { InstanceProfileName: "machine" } } },
    id: "machine",
  },
  // Its path is another one: AWS has one policy of a name all the same.
  { type: "aws_iam_policy", values: { name: "reader", path: "/" }, answers: POLICIES, id: `${iam}:policy/team/Reader` },
  {
    type: "aws_iam_openid_connect_provider",
    values: { url: "https://token.example.com" },
    answers: { GetOpenIDConnectProvider: {} },
    id: `${iam}:oidc-provider/token.example.com`,
  },
  {
    type: "aws_iam_account_password_policy",
    values: {},
    answers: { GetAccountPasswordPolicy: {} },
    id: "iam-account-password-policy",
  },
  {
    type: "aws_iam_service_linked_role",
    values: { aws_service_name: "config.amazonaws.com" },
    answers: { ListRoles: { Roles: [{ Arn: `${iam}:role/aws-service-role/config.amazonaws.com/X` }] } },
    id: `${iam}:role/aws-service-role/config.amazonaws.com/X`,
  },
  {
    type: "aws_iam_organizations_features",
    values: {},
    answers: { ListOrganizationsFeatures: { OrganizationId: "o-1", EnabledFeatures: ["RootSessions"] } },
    id: "o-1",
  },
];

test.each(ROWS)("finds $type", async (row) => {
  expect(await idsOf(row)).toEqual([row.id]);
});

test.each(ROWS.filter(({ answers }) => !("ListPolicies" in answers || "ListRoles" in answers)))(
  "finds no $type that AWS does not have",
  async ({ type, values }) => {
    expect(await idsOf({ type, values, answers: {} })).toEqual([]);
  },
);

test("an error other than a missing resource is passed on", async () => {
  const GetRole = () => {
    throw awsError("Throttling");
  };
  await expect(idsOf({ type: "aws_iam_role", values: { name: "Admin" }, answers: { GetRole } })).rejects.toThrow(
    "Throttling",
  );
});

test("another alias of the account is listed, and never chosen", async () => {
  const asked = { type: "aws_iam_account_alias", values: { account_alias: "estate-dev" } };
  const found = await find({ ...asked, answers: { ListAccountAliases: { AccountAliases: ["by-hand"] } } });
  expect(found).toMatchObject({ candidates: [], others: [{ id: "by-hand" }] });
  expect(await idsOf({ ...asked, answers: { ListAccountAliases: { AccountAliases: ["estate-dev"] } } })).toEqual([
    "estate-dev",
  ]);
});

test("features of the organization that are all off cannot be imported, and without trusted access there are none", async () => {
  const ofAnswer = (ListOrganizationsFeatures: NonNullable<Answers[string]>) =>
    idsOf({ type: "aws_iam_organizations_features", values: {}, answers: { ListOrganizationsFeatures } });
  const fails = (name: string) => () => {
    throw awsError(name);
  };
  expect(await ofAnswer({ OrganizationId: "o-1", EnabledFeatures: [] })).toEqual([]);
  expect(await ofAnswer(fails("ServiceAccessNotEnabledException"))).toEqual([]);
  await expect(ofAnswer(fails("AccessDenied"))).rejects.toThrow("AccessDenied");
});
