import { ManagedInstanceProfile } from "../../../modules/iam/managed-instance-profile";
import { synthModule } from "../../support/module";
import { normalized } from "../../support/policy";

const stack = synthModule((scope) => {
  new ManagedInstanceProfile(scope, "machine", { name: "managed-instance" });
});

test("gives machines Session Manager and nothing else", () => {
  expect(stack.managedPolicies("machine/role")).toEqual(["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]);
  expect(stack.inlinePolicies("machine/role")).toEqual({});
});

test("is for EC2 only", () => {
  expect(stack.trust("machine/role/role").Statement.map(normalized)).toEqual([
    { Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com"] }, Action: ["sts:AssumeRole"], Condition: {} },
  ]);
});

test("is an instance profile of the role's name", () => {
  expect(stack.one("aws_iam_instance_profile")).toEqual({
    name: "managed-instance",
    role: `\${${stack.resourceAt("machine/role/role").address}.name}`,
  });
});
