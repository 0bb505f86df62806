import { DeploymentInstanceProfile } from "../../../modules/iam/deployment-instance-profile";
import { synthModule } from "../../support/module";
import { normalized } from "../../support/policy";

const planRoleArns = ["arn:aws:iam::222222222222:role/pipeline-plan", "arn:aws:iam::666666666666:role/pipeline-plan"];
const machine = (arns = planRoleArns) =>
  synthModule((scope) => {
    new DeploymentInstanceProfile(scope, "machine", { name: "dev-deployment", planRoleArns: arns });
  });

const ROLE = "machine/profile/role";

test("allows its machines Session Manager and the plan roles only", () => {
  const stack = machine();
  expect(stack.managedPolicies(ROLE)).toEqual(["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]);
  expect(Object.values(stack.inlinePolicies(ROLE)).flatMap(({ Statement }) => Statement.map(normalized))).toEqual([
    { Effect: "Allow", Action: ["sts:AssumeRole"], Resource: planRoleArns, Condition: {} },
  ]);
});

test("allows Session Manager only if there is no plan role, because AWS refuses a statement without resources", () => {
  expect(machine([]).inlinePolicies(ROLE)).toEqual({});
});

test("trusts EC2 only", () => {
  expect(machine().trust(`${ROLE}/role`).Statement.map(normalized)).toEqual([
    { Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com"] }, Action: ["sts:AssumeRole"], Condition: {} },
  ]);
});

test("creates a role and an instance profile with the given name", () => {
  const stack = machine();
  expect(stack.one("aws_iam_role")).toMatchObject({
    name: "dev-deployment",
    description: "Machines from which the estate is planned",
  });
  expect(stack.one("aws_iam_instance_profile")).toEqual({
    name: "dev-deployment",
    role: stack.reference(`${ROLE}/role`, "name"),
  });
});
