import { awkward, example, exampleWith, found } from "../support/estates";
import { listOf } from "../support/policy";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const TRUST = "master-role/role/role";

test("the Master role and its state are in the master account, for every environment", () => {
  const stack = shipped.stack("dev-master-role");
  expect(stack.provider).toMatchObject({ allowed_account_ids: ["111111111111"] });
  expect(stack.backend).toMatchObject({
    bucket: "111111111111-galileo-terraform-state",
    key: "dev/master-role.tfstate",
  });
});

test("has the name that the application expects, different for each environment", () => {
  const names = ["dev", "ci", "staging", "prod"].map(
    (environment) => shipped.stack(`${environment}-master-role`).at(TRUST)["name"],
  );
  expect(names).toEqual(
    ["dev", "ci", "staging", "prod"].map((environment) => `${environment}-irl-galileo-prep-raas-master-MasterRole`),
  );
});

test("trusts the environment's main account with the environment's ExternalId", () => {
  expect(shipped.stack("dev-master-role").trust(TRUST).Statement).toMatchObject([
    {
      Principal: { AWS: ["arn:aws:iam::222222222222:root"] },
      Condition: { StringEquals: { "sts:ExternalId": "galileo" } },
    },
  ]);
  expect(shipped.stack("prod-master-role").trust(TRUST).Statement).toMatchObject([
    {
      Principal: { AWS: ["arn:aws:iam::555555555555:root"] },
      Condition: { StringEquals: { "sts:ExternalId": "galileo-prod-9b27" } },
    },
  ]);
});

test("follows the environment's profile", () => {
  const managed = (environment: string) =>
    shipped.stack(`${environment}-master-role`).managedPolicies("master-role/role");
  expect(["dev", "ci", "staging", "prod"].filter((environment) => managed(environment).length > 0)).toEqual([
    "dev",
    "ci",
  ]);
  expect(shipped.stack("prod-master-role").trust(TRUST).Statement).toMatchObject([
    {
      Condition: {
        ArnEquals: {
          "aws:PrincipalArn": [
            "arn:aws:iam::555555555555:role/prod-irl-galileo-ApiHandler",
            "arn:aws:iam::555555555555:role/prod-irl-galileo-WorkflowLoopRunner",
          ],
        },
      },
    },
  ]);
});

test("allows a hardened environment its own members and unused accounts, but not other environments' members", () => {
  const denied = (environment: string, estate = example()) =>
    found(
      synthesize(estate).stack(`${environment}-master-role`).inlinePolicies("master-role/role"),
      "assume-organization-access",
    )
      .Statement.filter(({ Effect }) => Effect === "Deny")
      .flatMap(({ Resource }) => listOf(Resource));
  const entry = (accountId: string) => `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`;
  expect(denied("dev")).toEqual([]);
  expect(denied("staging")).toEqual([entry("666666666666"), entry("888888888888")]);
  expect(denied("prod")).toEqual([entry("666666666666")]);

  const shared = exampleWith(({ environments, accounts }) => {
    found(environments, "staging").members = { analytics: { account: "prod-analytics" } };
    Object.assign(found(accounts, "dev-analytics"), { accessRole: "Entry" });
    accounts["unused"] = { ...found(accounts, "dev-analytics"), id: "999999999999", email: "aws-unused@example.com" };
  });
  expect(denied("staging", shared)).toEqual(["arn:aws:iam::666666666666:role/Entry"]);
});

test("is the same if master and main are one account", () => {
  const stack = synthesize(awkward()).stack("alpha-master-role");
  expect(stack.provider).toMatchObject({ allowed_account_ids: ["100000000001"] });
  expect(stack.trust(TRUST).Statement).toMatchObject([
    {
      Principal: { AWS: ["arn:aws:iam::100000000001:root"] },
      Condition: { StringEquals: { "sts:ExternalId": "alpha:7/9=1@+,._-" } },
    },
  ]);
});

test("outputs its role", () => {
  expect(shipped.stack("dev-master-role").outputs).toEqual({
    "master-role-arn": {
      value: `\${${shipped.stack("dev-master-role").resourceAt(TRUST).address}.arn}`,
      description: "The role that the main account assumes to create member accounts",
    },
  });
});
