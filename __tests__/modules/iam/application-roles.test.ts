import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { ApplicationRoles } from "../../../modules/iam/application-roles";
import { synthModule } from "../../support/module";
import { normalized } from "../../support/policy";

const assumable = ["arn:aws:iam::111111111111:role/master", "arn:aws:iam::666666666666:role/member"];
const roles = (assumableRoleArns = assumable) =>
  synthModule((scope) => {
    new ApplicationRoles(scope, "roles", {
      apiHandlerName: "dev-ApiHandler",
      workflowLoopRunnerName: "dev-WorkflowLoopRunner",
      services: ["lambda.amazonaws.com", "states.amazonaws.com"],
      assumableRoleArns,
    });
  });

test("are two roles, for the API and for background workflows", () => {
  expect(roles().namesOf("aws_iam_role")).toEqual(["dev-ApiHandler", "dev-WorkflowLoopRunner"]);
});

test("can each be a dependency of other resources", () => {
  const stack = synthModule((scope) => {
    const { dependables } = new ApplicationRoles(scope, "roles", {
      apiHandlerName: "dev-ApiHandler",
      workflowLoopRunnerName: "dev-WorkflowLoopRunner",
      services: ["lambda.amazonaws.com"],
      assumableRoleArns: assumable,
    });
    new SnsTopic(scope, "later", { dependsOn: [...dependables] });
  });
  const addresses = ["roles/api-handler/role", "roles/workflow-loop-runner/role"].map(
    (path) => stack.resourceAt(path).address,
  );
  expect(stack.at("later")["depends_on"]).toEqual(addresses);
});

describe.each(["api-handler", "workflow-loop-runner"])("%s", (role) => {
  const stack = roles();

  test("can be assumed by the given services only", () => {
    expect(stack.trust(`roles/${role}/role`).Statement.map(normalized)).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: ["lambda.amazonaws.com", "states.amazonaws.com"] },
        Action: ["sts:AssumeRole"],
        Condition: {},
      },
    ]);
  });

  test("may assume exactly the given roles, and nothing else", () => {
    const policies = stack.inlinePolicies(`roles/${role}`);
    expect(Object.values(policies).flatMap(({ Statement }) => Statement.map(normalized))).toEqual([
      { Effect: "Allow", Action: ["sts:AssumeRole"], Resource: assumable, Condition: {} },
    ]);
    expect(stack.managedPolicies(`roles/${role}`)).toEqual([]);
  });

  test("has no policy if there is no role to assume, because AWS refuses a statement without resources", () => {
    expect(roles([]).inlinePolicies(`roles/${role}`)).toEqual({});
  });
});
