import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { idsOf, type Answers } from "../fake-account";

const instance = "arn:aws:sso:::instance/ssoins-1";
const set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
const ON: Answers = { ListInstances: { Instances: [{ InstanceArn: instance, IdentityStoreId: "d-1" }] } };

const ROWS: readonly { type: string; values: object; answers: Answers; id: string }[] = [
  {
    type: "aws_ssoadmin_permission_set",
    values: { name: "Admin" },
    answers: {
      ListPermissionSets: { PermissionSets: [set] },
      DescribePermissionSet: { PermissionSet: { Name: "Admin", PermissionSetArn: set } },
    },
    id: `${set},${instance}`,
  },
  {
    type: "aws_ssoadmin_permission_set_inline_policy",
    values: { permission_set_arn: set },
    answers: { GetInlinePolicyForPermissionSet: { InlinePolicy: "{}" } },
    id: `${set},${instance}`,
  },
  {
    type: "aws_ssoadmin_managed_policy_attachment",
    values: { permission_set_arn: set, managed_policy_arn: "arn:policy" },
    answers: { ListManagedPoliciesInPermissionSet: { AttachedManagedPolicies: [{ Arn: "arn:policy" }] } },
    id: `arn:policy,${set},${instance}`,
  },
  {
    type: "aws_ssoadmin_account_assignment",
    values: { permission_set_arn: set, principal_id: "g-1", principal_type: "GROUP", target_id: "222222222222" },
    answers: {
      ListAccountAssignments: {
        AccountAssignments: [
          { PrincipalId: "g-1", PrincipalType: "USER" },
          { PrincipalId: "g-1", PrincipalType: "GROUP" },
        ],
      },
    },
    id: `g-1,GROUP,222222222222,AWS_ACCOUNT,${set},${instance}`,
  },
  {
    type: "aws_identitystore_group",
    values: { display_name: "leads" },
    answers: { GetGroupId: { GroupId: "g-1" } },
    id: "d-1/g-1",
  },
  {
    type: "aws_identitystore_group_membership",
    values: { group_id: "g-1", member_id: "u-1" },
    answers: { GetGroupMembershipId: { MembershipId: "m-1" } },
    id: "d-1/m-1",
  },
];

const LISTS = { ListPermissionSets: {}, ListManagedPoliciesInPermissionSet: {}, ListAccountAssignments: {} };

test.each(ROWS)(
  "finds $type, and nothing if AWS has none or Identity Center is off",
  async ({ type, values, answers, id }) => {
    expect(await idsOf({ type, values, answers: { ...ON, ...answers } })).toEqual([id]);
    expect(await idsOf({ type, values, answers: { ...ON, ...LISTS } })).toEqual([]);
    expect(await idsOf({ type, values, answers: { ListInstances: {}, ...answers } })).toEqual([]);
  },
);

test("looks up a group that the stack does not create by the name in its data source", async () => {
  const directory = mkdtempSync(join(tmpdir(), "identity-"));
  const unique = { attribute_path: "DisplayName", attribute_value: "engineers" };
  const data = { aws_identitystore_group: { existing: { alternate_identifier: { unique_attribute: unique } } } };
  writeFileSync(join(directory, "cdk.tf.json"), JSON.stringify({ data }));
  const GetGroupId = ({ AlternateIdentifier }: { AlternateIdentifier: object }) => {
    expect(AlternateIdentifier).toEqual({
      UniqueAttribute: { AttributePath: "DisplayName", AttributeValue: "engineers" },
    });
    return { GroupId: "g-9" };
  };
  const values = {
    permission_set_arn: set,
    principal_id: "${data.aws_identitystore_group.existing.group_id}",
    principal_type: "GROUP",
    target_id: "222222222222",
  };
  const ListAccountAssignments = { AccountAssignments: [{ PrincipalId: "g-9", PrincipalType: "GROUP" }] };
  const asked = {
    type: "aws_ssoadmin_account_assignment",
    values,
    answers: { ...ON, GetGroupId, ListAccountAssignments },
    directory,
  };
  expect(await idsOf(asked)).toEqual([`g-9,GROUP,222222222222,AWS_ACCOUNT,${set},${instance}`]);
});
