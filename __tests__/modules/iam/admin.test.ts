import { Admin } from "../../../modules/iam/admin";
import { synthModule } from "../../support/module";
import { normalized } from "../../support/policy";

const lead = "arn:aws:iam::111111111111:user/platform-lead";
const admin = (sourceIps?: string[]) =>
  synthModule((scope) => {
    new Admin(scope, "admin", { name: "Admin", principalArns: [lead], sourceIps });
  });

test("has AdministratorAccess and no inline policy", () => {
  const stack = admin();
  expect(stack.managedPolicies("admin/role")).toEqual(["arn:aws:iam::aws:policy/AdministratorAccess"]);
  expect(stack.inlinePolicies("admin/role")).toEqual({});
});

test("has sessions of one hour", () => {
  expect(admin().one("aws_iam_role")).toMatchObject({ name: "Admin", max_session_duration: 3600 });
});

test("can be assumed by the named people only, with MFA", () => {
  expect(admin().trust("admin/role/role").Statement.map(normalized)).toEqual([
    {
      Effect: "Allow",
      Principal: { AWS: [lead] },
      Action: ["sts:AssumeRole"],
      Condition: { Bool: { "aws:MultiFactorAuthPresent": ["true"] } },
    },
  ]);
});

test("can be assumed from the given networks only, if any are given", () => {
  expect(admin(["198.51.100.0/24"]).trust("admin/role/role").Statement).toMatchObject([
    {
      Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" }, IpAddress: { "aws:SourceIp": ["198.51.100.0/24"] } },
    },
  ]);
});
