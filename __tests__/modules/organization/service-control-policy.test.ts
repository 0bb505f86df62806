import type { Construct } from "constructs";
import type { PolicyStatement } from "../../../modules/iam/policy-document";
import {
  ServiceControlPolicy,
  type ServiceControlPolicyProps,
} from "../../../modules/organization/service-control-policy";
import { problemsOf, synthModule } from "../../support/module";

const nobodyLeaves: PolicyStatement = {
  sid: "NobodyLeaves",
  effect: "Deny",
  actions: ["organizations:LeaveOrganization"],
  resources: ["*"],
};
const build =
  (changes: Partial<ServiceControlPolicyProps> = {}) =>
  (scope: Construct) => {
    new ServiceControlPolicy(scope, "policy", {
      name: "galileo-guardrails",
      description: "Nobody leaves",
      statements: [nobodyLeaves],
      targetIds: { root: "r-1234" },
      ...changes,
    });
  };

test("is a service control policy with the given statements", () => {
  const stack = synthModule(build());
  expect(stack.one("aws_organizations_policy")).toMatchObject({
    name: "galileo-guardrails",
    description: "Nobody leaves",
    type: "SERVICE_CONTROL_POLICY",
  });
  expect(stack.policy("policy/policy", "content")).toEqual({
    Version: "2012-10-17",
    Statement: [{ Sid: "NobodyLeaves", Effect: "Deny", Action: ["organizations:LeaveOrganization"], Resource: ["*"] }],
  });
});

test("is attached to exactly the given targets", () => {
  const stack = synthModule(build({ targetIds: { dev: "ou-1234-dev", prod: "ou-1234-prod" } }));
  const policyId = stack.reference("policy/policy");
  expect(stack.all("aws_organizations_policy_attachment").map(({ path, values }) => [path, values])).toEqual([
    ["policy/on/dev", { policy_id: policyId, target_id: "ou-1234-dev" }],
    ["policy/on/prod", { policy_id: policyId, target_id: "ou-1234-prod" }],
  ]);
});

test("depends on the organization", () => {
  expect(
    synthModule(build({ dependsOn: [{ fqn: "aws_organizations_organization.it" }] })).at("policy/policy")["depends_on"],
  ).toEqual(["aws_organizations_organization.it"]);
});

describe("the limit of 10,240 characters", () => {
  /** A policy with a statement that pads it to this many characters. */
  const padded = (characters: number, padding: string) => {
    const bare = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "P", Effect: "Deny", Action: ["*"], Resource: [""] }],
    });
    const resource = padding.repeat(characters).slice(0, characters - bare.length);
    return build({ statements: [{ sid: "P", effect: "Deny", actions: ["*"], resources: [resource] }] });
  };
  const tooLong = ["galileo-guardrails must have at most 10240 characters, got 10241"];

  test("counts every character", () => {
    expect(problemsOf(padded(10240, "x"))).toEqual([]);
    expect(problemsOf(padded(10241, "x"))).toEqual(tooLong);
  });

  test("counts white space, which only the console removes", () => {
    expect(problemsOf(padded(10240, " "))).toEqual([]);
    expect(problemsOf(padded(10241, " "))).toEqual(tooLong);
  });

  test("counts a policy variable without Terraform's escape", () => {
    expect(problemsOf(padded(10240, "${a}"))).toEqual([]);
    expect(problemsOf(padded(10241, "${a}"))).toEqual(tooLong);
  });
});

test("refuses a name and a description over AWS's maximum length", () => {
  const problems = (changes: Partial<ServiceControlPolicyProps>) => problemsOf(build(changes));
  expect(problems({ name: "x".repeat(128), description: "x".repeat(512) })).toEqual([]);
  expect(problems({ name: "x".repeat(129), description: "x".repeat(513) })).toEqual([
    "name must have at most 128 characters, got 129",
    "description must have at most 512 characters, got 513",
  ]);
});
