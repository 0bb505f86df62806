import { ACCOUNT, find, idsOf, type Answers } from "../fake-account";

const MANAGED: Answers = {
  DescribeOrganization: { Organization: { Id: "o-1", Arn: "arn:o-1", MasterAccountId: ACCOUNT } },
  ListRoots: { Roots: [{ Id: "r-1" }] },
};

const ROWS: readonly { type: string; values: object; answers: Answers; id: string }[] = [
  {
    type: "aws_organizations_organizational_unit",
    values: { name: "Dev", parent_id: "r-1" },
    answers: {
      ListOrganizationalUnitsForParent: {
        OrganizationalUnits: [
          { Id: "ou-1", Name: "Dev" },
          { Id: "ou-2", Name: "dev" },
        ],
      },
    },
    id: "ou-1",
  },
  {
    type: "aws_organizations_policy",
    values: { name: "FullAWSAccess", type: "SERVICE_CONTROL_POLICY" },
    answers: {
      ListPolicies: {
        Policies: [
          { Id: "p-aws", Name: "FullAWSAccess", AwsManaged: true },
          { Id: "p-1", Name: "FullAWSAccess" },
        ],
      },
    },
    id: "p-1",
  },
  {
    type: "aws_organizations_policy_attachment",
    values: { policy_id: "p-1", target_id: "r-1" },
    answers: { ListTargetsForPolicy: { Targets: [{ TargetId: "r-1" }] } },
    id: "r-1:p-1",
  },
  {
    type: "aws_organizations_account",
    values: { email: "aws-dev@example.com", name: "dev" },
    answers: { ListAccounts: { Accounts: [{ Id: "222222222222", Name: "old", Email: "AWS-dev@example.com" }] } },
    id: "222222222222",
  },
  {
    type: "aws_organizations_delegated_administrator",
    values: { account_id: "222222222222", service_principal: "sso.amazonaws.com" },
    answers: { ListDelegatedAdministrators: { DelegatedAdministrators: [{ Id: "222222222222" }] } },
    id: "222222222222/sso.amazonaws.com",
  },
];

test.each(ROWS)("finds $type, and nothing if the organization has none", async ({ type, values, answers, id }) => {
  expect(await idsOf({ type, values, answers: { ...MANAGED, ...answers } })).toEqual([id]);
  const empty = Object.fromEntries(Object.keys(answers).map((name) => [name, {}]));
  expect(await idsOf({ type, values, answers: { ...MANAGED, ...empty } })).toEqual([]);
});

test("finds a unit in the root, which the code takes from a list of the organization", async () => {
  const values = { name: "Dev", parent_id: "${aws_organizations_organization.organization_1.roots[0].id}" };
  const ListOrganizationalUnitsForParent = ({ ParentId }: { ParentId: string }) => ({
    OrganizationalUnits: [{ Id: `ou-of-${ParentId}`, Name: "Dev" }],
  });
  const answers = { ...MANAGED, ListOrganizationalUnitsForParent };
  expect(await idsOf({ type: "aws_organizations_organizational_unit", values, answers })).toEqual(["ou-of-r-1"]);
});

test("finds the organization that this account manages", async () => {
  const asked = { type: "aws_organizations_organization", values: {} };
  const { candidates } = await find({ ...asked, answers: MANAGED });
  expect(candidates).toMatchObject([{ id: "o-1", attributes: { arn: "arn:o-1" } }]);
  const member = { Organization: { Id: "o-1", MasterAccountId: "999999999999" } };
  expect(await idsOf({ ...asked, answers: { ...MANAGED, DescribeOrganization: member } })).toEqual([]);
  expect(await idsOf({ ...asked, answers: {} })).toEqual([]);
});
