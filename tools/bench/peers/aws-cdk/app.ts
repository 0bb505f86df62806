import { App, Tags } from "aws-cdk-lib";
import { type Account, AccountBootstrapStack, AccountIamStack, OrganizationStack } from "./account";
import {
  ApplicationStack,
  DatabaseStack,
  type Environment,
  MasterRoleStack,
  MemberStack,
  NetworkStack,
} from "./environment";

/*
 * The example estate (config/example.ts) as an AWS CDK app: the same stacks in the same accounts, with the resources that
 * AWS CDK's constructs create for the same purpose. CloudFormation has no resource type for a password policy, an account
 * alias, the account-wide block of public buckets and default encryption of disks, nor for "exactly these policies": these
 * are left out.
 */

const region = "eu-west-1";
const environmentNames = ["dev", "ci", "staging", "prod"];
const account = (name: string, digit: number, environments: readonly string[] = []): Account => ({
  name,
  id: String(digit).repeat(12),
  email: `aws-${name}@example.com`,
  monthlyBudgetUsd: name === "prod" ? 200 : 50,
  environments,
  ownTrail: environmentNames.includes(name),
  alarms: name === "prod",
  stateKey: name === "prod",
});
const accounts = [
  account("master", 1, environmentNames),
  ...environmentNames.map((name, index) => account(name, index + 2, [name])),
  account("dev-analytics", 6, ["dev"]),
  account("partner-lab", 7, ["dev"]),
  account("prod-analytics", 8, ["prod"]),
];
const environment = (name: string, digit: number, more: Partial<Environment> = {}): Environment => ({
  name,
  account: String(digit).repeat(12),
  production: false,
  publicSubnets: true,
  deletionProtection: true,
  externalId: "galileo",
  batch: false,
  ...more,
});
const environments = [
  environment("dev", 2, { deletionProtection: false, webFrom: "10.0.0.0/20" }),
  environment("ci", 3, { deletionProtection: false }),
  environment("staging", 4, { publicSubnets: false, externalId: "galileo-staging-4f1c" }),
  environment("prod", 5, {
    production: true,
    externalId: "galileo-prod-9b27",
    webFrom: "0.0.0.0/0",
    batch: true,
  }),
];
const members: Readonly<Record<string, readonly string[]>> = { dev: ["analytics", "partner-lab"], prod: ["analytics"] };
const idOf = (name: string): string => accounts.find((each) => each.name === name)?.id ?? "";

const app = new App();
Tags.of(app).add("Solution", "galileo");
Tags.of(app).add("ChargeCode", "platform-0001");

for (const each of accounts) {
  const props = { env: { account: each.id, region } };
  new AccountBootstrapStack(app, each, props);
  new AccountIamStack(app, each, props);
  if (each.name !== "master") continue;
  new OrganizationStack(
    app,
    each,
    accounts.filter(({ name }) => name.endsWith("-analytics")),
    props,
  );
}
for (const each of environments) {
  const props = { env: { account: each.account, region }, tags: { Environment: each.name } };
  const network = new NetworkStack(app, each, props);
  new DatabaseStack(app, each, network, props);
  const inMembers = (members[each.name] ?? []).map((member) =>
    idOf(member === "analytics" ? `${each.name}-analytics` : member),
  );
  const assumable = ["111111111111", ...inMembers].map((id) => `arn:aws:iam::${id}:role/${each.name}-irl-galileo-*`);
  new ApplicationStack(app, each, assumable, props);
  new MasterRoleStack(app, each, { ...props, env: { account: "111111111111", region } });
  for (const [index, member] of (members[each.name] ?? []).entries())
    new MemberStack(app, each, member, member === "analytics", {
      ...props,
      env: { account: inMembers[index] ?? "", region },
    });
}
app.synth();
