import { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import { type Account } from "../config/model";
import { accountNames, adminSets, estateTags, roleArn } from "../config/naming";
import { AccountSettings } from "../modules/account-settings";
import { AdminAlarm } from "../modules/admin-alarm";
import { Admin } from "../modules/iam/admin";
import { ElasticContainerRegistryUser } from "../modules/iam/elastic-container-registry-user";
import { ManagedInstanceProfile } from "../modules/iam/managed-instance-profile";
import { Operator } from "../modules/iam/operator";
import { TerraformUser } from "../modules/iam/terraform-user";
import { ConfigRecorder } from "../modules/config-recorder";
import { MonthlyBudget } from "../modules/monthly-budget";
import { Trail } from "../modules/trail";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import { alarmRegions } from "../config/resolve/account";

/**
 * Account-wide IAM and settings. IAM names are global in an account, so this stack belongs to the account and not to an
 * environment.
 */
export class IamStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: EstateSettings) {
    super(scope, spec, estate.solution);
    const { account } = spec;
    const { id: accountId, sourceIps } = account;
    const operator = new Operator(this, "operator", {
      name: accountNames.operator,
      accountId,
      principalArns: account.operators,
      sourceIps,
      maxSessionSeconds: account.operatorSessionSeconds,
      estateTags: estateTags(estate.solution),
    });
    const regions = account.alarm.ofAdmin ? alarmRegions(account) : undefined;
    const admin = new Admin(this, "admin", {
      name: accountNames.admin,
      principalArns: account.admins,
      sourceIps,
      regions,
    });
    this.output("operator-role-arn", operator.roleArn, "The role for everyday work");
    this.output("admin-role-arn", admin.roleArn, "The role with full access, for an hour at a time");

    this.serviceUsers(account);
    new ManagedInstanceProfile(this, "managed-instance", { name: accountNames.machine });
    const [, ...otherRegions] = account.regions;
    new AccountSettings(this, "settings", {
      region: spec.region,
      alias: account.alias,
      contacts: account.contacts,
      runsEmr: account.kind === "member",
      analyzerName: accountNames.analyzer,
      organizationAnalyzerName: account.kind === "security" ? accountNames.organizationAnalyzer : undefined,
      guardDuty: account.guardDuty,
      securityHub: account.securityHub,
      otherRegions: Object.fromEntries(otherRegions.map((region) => [region, this.providerIn(region)])),
    });
    this.record(account);
    new MonthlyBudget(this, "budget", {
      name: accountNames.budget(estate.solution, account.name),
      limitUsd: account.monthlyBudgetUsd,
      emails: [account.email],
    });
    if (account.trail)
      new Trail(this, "trail", { ...account.trail, accountId, region: spec.region, organization: false });
    this.alarm(account);
  }

  private serviceUsers(account: Account): void {
    if (account.serviceUsers.includes("terraform-user")) {
      const user = new TerraformUser(this, "terraform-user", {
        name: accountNames.terraformUser,
        existing: account.existing?.["terraform-user"],
      });
      this.output("terraform-user-arn", user.userArn, "The service user that reads network descriptions");
    }
    if (account.serviceUsers.includes("elastic-container-registry-user")) {
      const user = new ElasticContainerRegistryUser(this, "elastic-container-registry-user", {
        name: accountNames.elasticContainerRegistryUser,
        existing: account.existing?.["elastic-container-registry-user"],
        repositoryArns: repositoryArns(account),
        secrets: account.profile === "documented" ? "all" : secretArns(account),
      });
      this.output("elastic-container-registry-user-arn", user.userArn, "The service user that pushes and pulls images");
    }
  }

  private record({ id: accountId, configBucket: bucket, oldVersionDays, regions }: Account): void {
    if (bucket === undefined) return;
    const inRegions = regions.map((region) => ({ region, provider: this.providerIn(region) }));
    new ConfigRecorder(this, "config", { accountId, bucket, oldVersionDays, regions: inRegions });
  }

  /** One alarm in each region that receives events of the role or of root. */
  private alarm(account: Account): void {
    const { name, emails, ofAdmin } = account.alarm;
    const adminRoleArn = ofAdmin ? roleArn(account.id, accountNames.admin) : undefined;
    const adminSetNames = ofAdmin && account.adminGroups.length > 0 ? adminSets(account.name) : [];
    const props = { name, emails, accountId: account.id, adminRoleArn, adminSetNames };
    const scope = new Construct(this, "alarm");
    for (const region of alarmRegions(account))
      new AdminAlarm(scope, region, { ...props, region, provider: this.providerIn(region) });
  }
}

function repositoryArns({ id, hosts }: Account): string[] {
  return hosts.flatMap(({ region, repositories }) =>
    repositories.map((repository) => `arn:aws:ecr:${region}:${id}:repository/${repository}`),
  );
}

function secretArns({ id, hosts }: Account): string[] {
  return hosts.map(({ region, namespace }) => `arn:aws:secretsmanager:${region}:${id}:secret:${namespace}/*`);
}
