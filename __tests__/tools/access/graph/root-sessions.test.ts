import { policyOf } from "../../../../tools/access/policy/policy";
import { rootUsers } from "../../../../tools/access/read/organization";
import type { ScopedResource } from "../../../../tools/access/read/resolver";
import { allow, deny, ONE, role, stepsAmong, TWO } from "../support";

const features = [{ address: "one-organization: aws_iam_organizations_features.f" } as ScopedResource];
const guardedResources = rootUsers(features, ONE, [TWO]);
const ROOTS = { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } };
const level = (...statements: readonly object[]) => ({
  name: "root",
  policies: [policyOf("policy", "here", allow("*"), ...statements)],
});

const stepsUnder = async (...statements: readonly object[]) => {
  const where = { region: "eu-west-1" };
  const accounts = [
    { ...where, id: ONE, name: ONE, management: true },
    { ...where, id: TWO, name: TWO, management: false, organizationPath: [level(...statements)] },
  ];
  const may = [allow("sts:AssumeRoot", `arn:aws:iam::${TWO}:root`)];
  const principals = [role("keeper", { may }), role("reader", { may: [allow("sts:AssumeRole")] })];
  const steps = await stepsAmong(principals, { accounts, guardedResources });
  return steps.filter((step) => step.includes("root"));
};

test("a principal of the management account that may assume the root user of a member performs AWS's root tasks there", async () => {
  expect(await stepsUnder()).toEqual([`keeper -assume-root-> root:${TWO}`]);
  expect(await stepsUnder(deny("*", "*", { ...ROOTS, Null: { "aws:AssumedRoot": "true" } }))).toHaveLength(1);
});

test("nobody does where service control policies deny root users everything", async () => {
  expect(await stepsUnder(deny("*", "*", ROOTS))).toEqual([]);
});
