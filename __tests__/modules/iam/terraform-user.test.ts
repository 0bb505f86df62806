import { TerraformUser } from "../../../modules/iam/terraform-user";
import { documentedPolicy } from "../../support/fixtures";
import { synthModule } from "../../support/module";

const stack = synthModule((scope) => {
  new TerraformUser(scope, "terraform-user", { name: "terraform-user" });
});
const documented = documentedPolicy("service-users/terraform-user.json");

test("may describe what the documentation lists, under the documented sid, and nothing else", () => {
  const policy = stack.policy("terraform-user/user/policy");
  expect(policy).toEqual({
    ...documented,
    Statement: documented.Statement.map((one) => ({ ...one, Resource: [one.Resource] })),
  });
  expect(policy.Statement[0]?.Action).toHaveLength(8);
});

test("could never be given more: its boundary is its policy", () => {
  expect(stack.policy("terraform-user/user/boundary")).toEqual(stack.policy("terraform-user/user/policy"));
});

test("has no policy beside that one", () => {
  expect(stack.managedPolicies("terraform-user/user")).toEqual([
    `\${${stack.resourceAt("terraform-user/user/policy").address}.arn}`,
  ]);
});
