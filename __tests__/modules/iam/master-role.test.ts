import { MasterRole } from "../../../modules/iam/master-role";
import { documentedPolicy } from "../../support/fixtures";
import { synthModule } from "../../support/module";
import { found } from "../../support/estates";
import { listOf, normalized } from "../../support/policy";

const applicationRoleArns = ["ApiHandler", "WorkflowLoopRunner"].map(
  (name) => `arn:aws:iam::222222222222:role/dev-${name}`,
);
const masterRole = (profile: "documented" | "hardened", otherAccessRoleArns?: readonly string[]) =>
  synthModule((scope) => {
    new MasterRole(scope, "master-role", {
      name: "dev-prep-raas-master-MasterRole",
      profile,
      mainAccountId: "222222222222",
      externalId: "galileo",
      applicationRoleArns,
      otherAccessRoleArns,
    });
  });
const ROLE = "master-role/role";

describe("documented", () => {
  const stack = masterRole("documented");
  const inline = stack.inlinePolicies(ROLE);

  test("trusts the main account with the ExternalId, as documented", () => {
    const documented = documentedPolicy("account-roles/master-role-trust.json", {
      "${MainAccount}": "222222222222",
      "${ExternalId}": '"galileo"',
    });
    const trust = stack.trust(`${ROLE}/role`);
    expect(trust.Version).toBe(documented.Version);
    expect(trust.Statement.map(normalized)).toEqual(documented.Statement.map(normalized));
  });

  test("has AWS's policy for full access to Organizations, as documented", () => {
    expect(stack.managedPolicies(ROLE)).toEqual(["arn:aws:iam::aws:policy/AWSOrganizationsFullAccess"]);
  });

  test("may assume OrganizationAccountAccessRole as documented, and has no other inline permission", () => {
    const documented = documentedPolicy("account-roles/master-role-inline-policy.json");
    expect(Object.keys(inline)).toEqual(["assume-organization-access"]);
    const policy = found(inline, "assume-organization-access");
    expect(policy.Version).toBe(documented.Version);
    expect(policy.Statement.map(normalized)).toEqual(documented.Statement.map(normalized));
  });
});

describe("hardened", () => {
  const stack = masterRole("hardened");
  const inline = stack.inlinePolicies(ROLE);

  test("trusts the main account for its two application roles only", () => {
    expect(stack.trust(`${ROLE}/role`).Statement.map(normalized)).toEqual([
      {
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::222222222222:root"] },
        Action: ["sts:AssumeRole"],
        Condition: {
          StringEquals: { "sts:ExternalId": ["galileo"] },
          ArnEquals: { "aws:PrincipalArn": applicationRoleArns },
        },
      },
    ]);
  });

  test("has no managed policy", () => {
    expect(stack.managedPolicies(ROLE)).toEqual([]);
  });

  test("allows only the three Organizations actions that the documentation requires", () => {
    const [creation, ...others] = found(inline, "create-accounts").Statement;
    expect(others).toEqual([]);
    expect(creation).toMatchObject({
      Effect: "Allow",
      Action: [
        "organizations:CreateAccount",
        "organizations:DescribeCreateAccountStatus",
        "organizations:DescribeAccount",
      ],
      Resource: ["*"],
    });
    const [everything] = documentedPolicy("account-roles/master-role-managed-policy.json").Statement;
    expect(everything?.Action).toBe("organizations:*");
    for (const action of listOf(creation?.Action)) expect(action).toMatch(/^organizations:/);
  });

  test("may assume OrganizationAccountAccessRole in accounts of its own organization only", () => {
    const [documented] = documentedPolicy("account-roles/master-role-inline-policy.json").Statement;
    if (!documented) throw new Error("the documentation has no such statement");
    expect(found(inline, "assume-organization-access").Statement.map(normalized)).toEqual([
      { ...normalized(documented), Condition: { StringEquals: { "aws:ResourceOrgID": ["${aws:PrincipalOrgID}"] } } },
    ]);
  });

  test("passes the policy variable to AWS, escaped for Terraform", () => {
    expect(stack.at(`${ROLE}/inline-assume-organization-access`)["policy"]).toContain(
      '"aws:ResourceOrgID":"$${aws:PrincipalOrgID}"',
    );
  });

  test("may not enter the given members of other environments", () => {
    const others = [
      "arn:aws:iam::333333333333:role/OrganizationAccountAccessRole",
      "arn:aws:iam::444444444444:role/landing/Entry",
    ];
    const assuming = found(masterRole("hardened", others).inlinePolicies(ROLE), "assume-organization-access").Statement;
    expect(assuming).toHaveLength(2);
    expect(assuming[1]).toEqual({
      Sid: "NeverEnterMembersOfOtherEnvironments",
      Effect: "Deny",
      Action: ["sts:AssumeRole"],
      Resource: others,
    });
    expect(
      found(masterRole("documented", others).inlinePolicies(ROLE), "assume-organization-access").Statement,
    ).toHaveLength(1);
  });
});
