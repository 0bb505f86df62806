import { unknownConditionKeys } from "../../../../tools/access/policy/catalog";
import { unknownActionsAndKeys } from "../../../../tools/access/guard/unknown-actions";
import type { AccessModel } from "../../../../tools/access/read/model";
import { policyOf } from "../../../../tools/access/policy/policy";
import { accessOf } from "../../../support/access";
import { awkward, example } from "../../../support/estates";

test.each([
  ["shipped", example],
  ["awkward", awkward],
])(
  "the %s estate names only actions and keys that AWS has",
  async (_, estate) => {
    expect(await unknownActionsAndKeys(accessOf(estate()).model)).toEqual([]);
  },
  30_000,
);

const NOTHING: AccessModel = { accounts: [], principals: [], guardedResources: [], managedPolicies: [], resources: [] };
const wrong = policyOf("p", "dev-iam: aws_iam_policy.p", {
  Sid: "Look",
  Effect: "Deny",
  NotAction: ["ec2:DescribeVpcz", "ec2:DescribeVpcs"],
  Resource: "*",
  Condition: {
    StringEquals: { "aws:MultifactorAuthPresnt": "true", "aws:PrincipalTag/Team": "x", "token.example.com:sub": "y" },
  },
});
const LINES = [
  "dev-iam: aws_iam_policy.p, statement Look: aws:MultifactorAuthPresnt: AWS has no such condition key",
  "dev-iam: aws_iam_policy.p, statement Look: ec2:DescribeVpcz: Amazon EC2 has no action DescribeVpcz; did you mean ec2:DescribeVpcs?",
];
const role = {
  kind: "role",
  arn: "arn:aws:iam::222222222222:role/R",
  name: "R",
  accountId: "222222222222",
  tags: {},
  source: "s",
} as const;

test.each<[string, Partial<AccessModel>]>([
  ["an identity policy", { principals: [{ ...role, policies: [wrong] }] }],
  ["a boundary", { principals: [{ ...role, policies: [], boundary: wrong }] }],
  ["a trust policy", { principals: [{ ...role, policies: [], trust: wrong }] }],
  [
    "a resource policy",
    {
      guardedResources: [
        { arn: "arn:aws:s3:::b", service: "s3", accountId: role.accountId, policy: wrong, source: "s" },
      ],
    },
  ],
  ["a managed policy without principals", { managedPolicies: [wrong] }],
  [
    "a service control policy",
    {
      accounts: [
        {
          id: role.accountId,
          name: "dev",
          region: "eu-west-1",
          management: false,
          organizationPath: [{ name: "root", policies: [wrong] }],
        },
      ],
    },
  ],
])("an unknown action and an unknown key in %s are listed with their statement", async (_, model) => {
  expect(await unknownActionsAndKeys({ ...NOTHING, ...model })).toEqual(LINES);
});

test("AWS managed policies are not checked", async () => {
  expect(
    await unknownActionsAndKeys({
      ...NOTHING,
      managedPolicies: [{ ...wrong, source: "AWS managed policy, v1 of 2026-01-01" }],
    }),
  ).toEqual([]);
});

test("condition keys are known in any case; keys of tags and encryption contexts by their prefix", async () => {
  const known = [
    "aws:PrincipalTag/Team",
    "AWS:sourceip",
    "iam:PolicyArn",
    "kms:EncryptionContext:aws:sns:topicArn",
    "sts:ExternalId",
  ];
  expect(await unknownConditionKeys([...known, "sts:ExternalID2", "nosuch:Key", "sts:ExternalID2"])).toEqual([
    "sts:ExternalID2",
    "nosuch:Key",
  ]);
});
