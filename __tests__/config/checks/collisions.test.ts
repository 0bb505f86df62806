import { problemsWith } from "../estate-fixture";

const person = "arn:aws:iam::111111111111:user/operator";
const main = (id: string) => ({
  ...{ kind: "main", id, email: `a${id}@example.com`, monthlyBudgetUsd: 1 },
  ...{ operators: [person], admins: [person] },
});

describe("two stacks with the same id, which would share a folder and a state", () => {
  test("are rejected if an account has the name of an environment's member stack", () => {
    expect(
      problemsWith({ "accounts.dev-member": main("444444444444"), "environments.dev.members.iam": { account: "lab" } }),
    ).toEqual([
      "environments.dev.members.iam must be a name whose stacks have ids of their own, got dev-member-iam (also a stack of accounts.dev-member)",
    ]);
  });

  test("are rejected if an environment has the name of another's member stack", () => {
    expect(
      problemsWith({
        "environments.dev.members.network": { account: "lab" },
        "environments.dev-member": { account: "dev", profile: "documented" },
      }),
    ).toEqual([
      "environments.dev-member must be a name whose stacks have ids of their own, got dev-member-network (also a stack of environments.dev.members.network)",
    ]);
  });

  test("are rejected if an environment's member has the name of the master account's organization stack", () => {
    expect(
      problemsWith({
        "accounts.master": undefined,
        "accounts.dev-member": { ...main("111111111111"), kind: "master" },
        "environments.dev.members.organization": { account: "lab" },
      }),
    ).toEqual([
      "environments.dev.members.organization must be a name whose stacks have ids of their own, got dev-member-organization (also a stack of accounts.dev-member)",
    ]);
    expect(
      problemsWith({
        "accounts.dev-member": main("444444444444"),
        "environments.dev.members.organization": { account: "lab" },
      }),
    ).toEqual([]);
  });

  test("do not collide for an account and an environment of the same name", () => {
    expect(
      problemsWith({
        "accounts.prod": main("444444444444"),
        "environments.prod": { account: "prod", profile: "documented" },
      }),
    ).toEqual([]);
  });
});

describe("an existing role must not be one that the project creates:", () => {
  const refusal = (path: string, role: string) => [
    `${path} must be a role that the project does not create, got "${role}"`,
  ];

  test.each([
    "Admin",
    "operator",
    "managed-instance",
    "demo-pipeline-plan",
    "demo-pipeline-apply-dev",
    "dev-irl-demo-deployment",
    "DEV-irl-demo-deployment",
    "Demo-Pipeline-plan",
  ])("not %s", (role) => {
    expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual(refusal("accounts.dev.accessRole", role));
    const existing = { apiHandler: "api", workflowLoopRunner: role };
    expect(problemsWith({ "environments.dev.application.existingRoles": existing })).toEqual(
      refusal("environments.dev.application.existingRoles.workflowLoopRunner", role),
    );
  });

  test.each(["deploy", "OrganizationAccountAccessRole", "Administrator", "demo-pipeline", "prod-irl-demo-deployment"])(
    "%s may be",
    (role) => {
      expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual([]);
    },
  );
});

describe("a user of Operator and Admin must not be a service user of the project:", () => {
  test.each([
    ["operators", "222222222222:user/service/terraform-user"],
    ["admins", "111111111111:user/Elastic-Container-Registry-User"],
  ])("not in %s: %s", (list, user) => {
    const arn = `arn:aws:iam::${user}`;
    expect(problemsWith({ [`accounts.dev.${list}`]: [arn] })).toEqual([
      `accounts.dev.${list}[0] must be a user that the project does not create, because its service users have no MFA, got "${arn}". Name the people's users.`,
    ]);
  });

  test.each(["999999999999:user/terraform-user", "222222222222:user/Admin"])("%s may be", (user) => {
    expect(problemsWith({ "accounts.dev.operators": [`arn:aws:iam::${user}`] })).toEqual([]);
  });
});
