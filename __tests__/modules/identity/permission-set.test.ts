import type { Construct } from "constructs";
import { PermissionSet, type PermissionSetProps } from "../../../modules/identity/permission-set";
import { problemsOf, synthModule } from "../../support/module";

const DENY = { sid: "NeverPay", effect: "Deny", actions: ["payments:*"], resources: ["*"] } as const;
const build =
  (changes: Partial<PermissionSetProps> = {}) =>
  (scope: Construct) => {
    new PermissionSet(scope, "set", {
      instanceArn: "arn:aws:sso:::instance/ssoins-1",
      name: "Admin",
      description: "Full access",
      sessionSeconds: 3600,
      managedPolicies: { administrator: "arn:aws:iam::aws:policy/AdministratorAccess" },
      statements: [DENY],
      assignments: [{ account: "dev", accountId: "222222222222", groupIds: new Map([["leads", "id-1"]]) }],
      ...changes,
    });
  };
const set = (changes?: Partial<PermissionSetProps>) => synthModule(build(changes));

test("has its policies and its longest session", () => {
  const stack = set();
  expect(stack.one("aws_ssoadmin_permission_set")).toMatchObject({ name: "Admin", session_duration: "PT1H" });
  expect(stack.one("aws_ssoadmin_managed_policy_attachment")).toMatchObject({
    managed_policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
  });
  expect(stack.policy("set/inline", "inline_policy").Statement).toMatchObject([{ Sid: "NeverPay", Effect: "Deny" }]);
});

test.each([
  [28800, "PT8H"],
  [5400, "PT1H30M"],
  [3601, "PT1H1S"],
  [43200, "PT12H"],
])("writes %i seconds as %s", (sessionSeconds, duration) => {
  expect(set({ sessionSeconds }).one("aws_ssoadmin_permission_set")).toMatchObject({ session_duration: duration });
});

test("a group uses it in an account only when it has all its policies", () => {
  const stack = set();
  const policies = ["aws_ssoadmin_managed_policy_attachment", "aws_ssoadmin_permission_set_inline_policy"];
  const addresses = policies.flatMap((type) => stack.all(type).map(({ address }) => address));
  expect(addresses).toHaveLength(2);
  expect(stack.one("aws_ssoadmin_account_assignment")).toMatchObject({
    principal_type: "GROUP",
    principal_id: "id-1",
    target_type: "AWS_ACCOUNT",
    target_id: "222222222222",
    depends_on: addresses,
  });
});

test("accounts and groups may have a name that every object has", () => {
  const groupIds = new Map([["constructor", "id-1"]]);
  const stack = set({ assignments: [{ account: "constructor", accountId: "222222222222", groupIds }] });
  expect(stack.one("aws_ssoadmin_account_assignment")).toMatchObject({ principal_id: "id-1" });
});

test("groups whose names differ in a slash only have addresses of their own", () => {
  const groupIds = new Map([
    ["a/b", "id-1"],
    ["a--b", "id-2"],
  ]);
  const stack = set({ assignments: [{ account: "dev", accountId: "222222222222", groupIds }] });
  expect(new Set(stack.all("aws_ssoadmin_account_assignment").map(({ address }) => address)).size).toBe(2);
});

test("has no inline policy without statements", () => {
  expect(set({ statements: [] }).all("aws_ssoadmin_permission_set_inline_policy")).toEqual([]);
});

test("refuses a name and a policy that AWS refuses", () => {
  const statements = Array.from({ length: 200 }, (_, index) => ({ ...DENY, sid: `NeverPayNumber${index}` }));
  expect(problemsOf(build({ name: "x".repeat(33), statements }))).toEqual([
    `name must have at most 32 characters, got 33: "${"x".repeat(33)}"`,
    expect.stringMatching(/^inline policy must have at most 10240 characters, got \d{5}$/),
  ]);
  expect(problemsOf(build({ name: "x".repeat(32) }))).toEqual([]);
});
