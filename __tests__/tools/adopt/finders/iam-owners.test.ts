import { idsOf, type Answers } from "../fake-account";

const ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const AttachedPolicies = [{ PolicyArn: ARN }];
const references = { "${aws_iam_role.x.name}": "Reader", "${aws_iam_user.x.name}": "registry" };
const [ofRole, ofUser] = ["${aws_iam_role.x.name}", "${aws_iam_user.x.name}"];

const ROWS: readonly { type: string; values: object; answers: Answers; id: string }[] = [
  {
    type: "aws_iam_role_policy",
    values: { role: ofRole, name: "logs" },
    answers: { GetRolePolicy: {} },
    id: "Reader:logs",
  },
  {
    type: "aws_iam_role_policy_attachment",
    values: { role: ofRole, policy_arn: ARN },
    answers: { ListAttachedRolePolicies: { AttachedPolicies } },
    id: `Reader/${ARN}`,
  },
  {
    type: "aws_iam_user_policy_attachment",
    values: { user: ofUser, policy_arn: ARN },
    answers: { ListAttachedUserPolicies: { AttachedPolicies } },
    id: `registry/${ARN}`,
  },
  { type: "aws_iam_role_policies_exclusive", values: { role_name: ofRole }, answers: { GetRole: {} }, id: "Reader" },
  {
    type: "aws_iam_role_policy_attachments_exclusive",
    values: { role_name: ofRole },
    answers: { GetRole: {} },
    id: "Reader",
  },
  { type: "aws_iam_user_policies_exclusive", values: { user_name: ofUser }, answers: { GetUser: {} }, id: "registry" },
  {
    type: "aws_iam_user_policy_attachments_exclusive",
    values: { user_name: ofUser },
    answers: { GetUser: {} },
    id: "registry",
  },
];

test.each(ROWS)(
  "finds $type, and nothing if AWS has none or its owner was not found",
  async ({ type, values, answers, id }) => {
    expect(await idsOf({ type, values, answers, references })).toEqual([id]);
    expect(await idsOf({ type, values, answers: {}, references })).toEqual([]);
    expect(await idsOf({ type, values, answers })).toEqual([]);
  },
);

test("a policy that the role does not have is not imported", async () => {
  const values = { role: ofRole, policy_arn: "arn:aws:iam::aws:policy/PowerUserAccess" };
  const answers = { ListAttachedRolePolicies: { AttachedPolicies } };
  expect(await idsOf({ type: "aws_iam_role_policy_attachment", values, answers, references })).toEqual([]);
});
