import { TerraformUser } from "../../../modules/iam/terraform-user";
import { documentedPolicy } from "../../support/fixtures";
import { synthModule } from "../../support/module";

const stack = synthModule((scope) => {
  new TerraformUser(scope, "terraform-user", { name: "terraform-user" });
});
const documented = documentedPolicy("service-users/terraform-user.json");

test("allows only the documented describe actions, under the documented sid", () => {
  const policy = stack.policy("terraform-user/user/policy");
  expect(policy).toEqual({
    ...documented,
    Statement: documented.Statement.map((one) => ({ ...one, Resource: [one.Resource] })),
  });
  expect(policy.Statement[0]?.Action).toHaveLength(8);
});

test("has its own policy as its boundary, so that it can never get more permissions", () => {
  expect(stack.policy("terraform-user/user/boundary")).toEqual(stack.policy("terraform-user/user/policy"));
});

test("has no other policy", () => {
  expect(stack.managedPolicies("terraform-user/user")).toEqual([stack.reference("terraform-user/user/policy", "arn")]);
});
