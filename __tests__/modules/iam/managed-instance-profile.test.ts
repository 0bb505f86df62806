import { ManagedInstanceProfile } from "../../../modules/iam/managed-instance-profile";
import { synthModule } from "../../support/module";
import { normalized } from "../../support/policy";

const stack = synthModule((scope) => {
  new ManagedInstanceProfile(scope, "machine", { name: "managed-instance" });
});

test("allows machines Session Manager only", () => {
  expect(stack.one("aws_iam_role")).toMatchObject({ description: "Machines on EC2: Session Manager only" });
  expect(stack.managedPolicies("machine/role")).toEqual(["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]);
  expect(stack.inlinePolicies("machine/role")).toEqual({});
});

test("adds the given policies", () => {
  const read = { sid: "Read", actions: ["s3:GetObject"], resources: ["arn:aws:s3:::bucket/*"] };
  const other = synthModule((scope) => {
    const inlinePolicies = { read: [read] };
    new ManagedInstanceProfile(scope, "machine", { name: "reader", description: "Reads", inlinePolicies });
  });
  expect(other.one("aws_iam_role")).toMatchObject({ description: "Reads" });
  expect(other.inlinePolicies("machine/role")).toMatchObject({
    read: { Statement: [{ Sid: "Read", Action: ["s3:GetObject"] }] },
  });
  expect(other.managedPolicies("machine/role")).toEqual(stack.managedPolicies("machine/role"));
});

test("trusts EC2 only", () => {
  expect(stack.trust("machine/role/role").Statement.map(normalized)).toEqual([
    { Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com"] }, Action: ["sts:AssumeRole"], Condition: {} },
  ]);
});

test("creates an instance profile with the role's name", () => {
  expect(stack.one("aws_iam_instance_profile")).toEqual({
    name: "managed-instance",
    role: stack.reference("machine/role/role", "name"),
  });
});
