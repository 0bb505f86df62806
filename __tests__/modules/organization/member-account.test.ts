import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { MemberAccount, type MemberAccountProps } from "../../../modules/organization/member-account";
import { problemsOf, synthModule } from "../../support/module";

const build =
  (changes: Partial<MemberAccountProps> = {}) =>
  (scope: Construct) =>
    new MemberAccount(scope, "analytics", {
      name: "dev-analytics",
      email: "analytics@example.com",
      roleName: "OrganizationAccountAccessRole",
      organization: "aws_organizations_organization.o",
      parentId: "ou-1234-dev",
      ...changes,
    });
const account = (changes?: Partial<MemberAccountProps>) => synthModule(build(changes)).one("aws_organizations_account");

interface Lifecycle {
  readonly prevent_destroy?: boolean;
  readonly ignore_changes?: readonly string[];
  readonly precondition?: Lifecycle["postcondition"];
  readonly postcondition?: readonly { readonly condition: string; readonly error_message: string }[];
}
const lifecycle = (changes?: Partial<MemberAccountProps>) => account(changes)["lifecycle"] as Lifecycle;

test("is created in its unit, with the role that the master account assumes", () => {
  expect(account()).toMatchObject({
    name: "dev-analytics",
    email: "analytics@example.com",
    role_name: "OrganizationAccountAccessRole",
    parent_id: "ou-1234-dev",
  });
});

test("is neither destroyed nor closed", () => {
  expect(account()).toMatchObject({ close_on_deletion: false, lifecycle: { prevent_destroy: true } });
});

test("is not replaced because of attributes that AWS never returns again", () => {
  expect(lifecycle().ignore_changes).toEqual(["role_name", "iam_user_access_to_billing"]);
});

describe("its id", () => {
  test("is the one that AWS assigned", () => {
    const exposed = synthModule((scope) => {
      new TerraformOutput(scope, "exposed", { value: build()(scope).accountId });
    });
    expect(exposed.json.output?.["exposed"]?.value).toBe(exposed.reference("analytics/account"));
  });

  test("must be the one in the estate, and the error names the id that AWS reports", () => {
    const [check, ...others] = lifecycle({ expectedId: "333333333333" }).postcondition ?? [];
    expect(others).toEqual([]);
    expect(check?.condition).toBe('${self.id == "333333333333"}');
    expect(check?.error_message).toBe(
      "The estate says that the member dev-analytics (analytics@example.com) is the account 333333333333, but AWS says that it is " +
        "${self.id}. Write ${self.id} in the estate file: 333333333333 is another account's, and this member's stacks would go into it.",
    );
  });

  test("may be any while the estate does not name it", () => {
    expect(lifecycle()).not.toHaveProperty("postcondition");
  });
});

test("has a name that AWS accepts", () => {
  expect(problemsOf(build({ name: "x" }))).toEqual([]);
  expect(problemsOf(build({ name: "x".repeat(50) }))).toEqual([]);
  expect(problemsOf(build({ name: "" }))).toEqual(['account name must have 1 to 50 characters, got ""']);
  expect(problemsOf(build({ name: "x".repeat(51) }))).toEqual([
    `account name must have 1 to 50 characters, got "${"x".repeat(51)}"`,
  ]);
});

describe("an account that has joined by invitation", () => {
  const joined = { roleName: undefined, expectedId: "333333333333" };

  test("is imported, and has no role of the organization", () => {
    const stack = synthModule(build(joined));
    const to = stack.reference("analytics/account").replace(/^\$\{|\.id\}$/g, "");
    expect(stack.json).toMatchObject({ import: [{ to, id: "333333333333" }] });
    expect(stack.one("aws_organizations_account")).not.toHaveProperty("role_name");
  });

  test("is never created: it must be an open account of the organization", () => {
    const [check, ...others] = lifecycle(joined).precondition ?? [];
    expect(others).toEqual([]);
    expect(check?.condition).toBe(
      '${contains([for account in aws_organizations_organization.o.accounts : account.id if account.status != "SUSPENDED"], "333333333333")}',
    );
    expect(check?.error_message).toBe(
      "The member dev-analytics (333333333333) must be in the organization, but AWS does not list it, or it is closed. " +
        "Run npm run accounts -- --status, which names what to do.",
    );
  });

  test("differs from a created one, which is not imported and may be absent before its first apply", () => {
    const { json } = synthModule(build({ expectedId: "333333333333" }));
    expect(json).not.toHaveProperty("import");
    expect(lifecycle({ expectedId: "333333333333" })).not.toHaveProperty("precondition");
  });
});
