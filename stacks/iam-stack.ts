import type { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import type { Account, Estate } from "../config/model";
import { accountNames, estateTags } from "../config/naming";
import { AccountSettings } from "../modules/account-settings";
import { Admin } from "../modules/iam/admin";
import { ElasticContainerRegistryUser } from "../modules/iam/elastic-container-registry-user";
import { ManagedInstanceProfile } from "../modules/iam/managed-instance-profile";
import { Operator } from "../modules/iam/operator";
import { TerraformUser } from "../modules/iam/terraform-user";
import { MonthlyBudget } from "../modules/monthly-budget";
import { BaseStack } from "./base-stack";

/** Account-wide IAM and switches. IAM names are global in an account, so this belongs to the account, whatever environments run in it. */
export class IamStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: Estate) {
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
    const admin = new Admin(this, "admin", { name: accountNames.admin, principalArns: account.admins, sourceIps });
    this.output("operator-role-arn", operator.roleArn, "The role for everyday work");
    this.output("admin-role-arn", admin.roleArn, "The role with full access, for an hour at a time");

    if (account.serviceUsers.includes("terraform-user")) {
      const user = new TerraformUser(this, "terraform-user", { name: accountNames.terraformUser });
      this.output("terraform-user-arn", user.userArn, "The service user that reads network descriptions");
    }
    if (account.serviceUsers.includes("elastic-container-registry-user")) {
      const user = new ElasticContainerRegistryUser(this, "elastic-container-registry-user", {
        name: accountNames.elasticContainerRegistryUser,
        repositoryArns: repositoryArns(account),
        secrets: account.profile === "documented" ? "all" : secretArns(account),
      });
      this.output("elastic-container-registry-user-arn", user.userArn, "The service user that pushes and pulls images");
    }
    new ManagedInstanceProfile(this, "managed-instance", { name: accountNames.machine });
    new AccountSettings(this, "settings", { alias: account.alias, analyzerName: accountNames.analyzer });
    new MonthlyBudget(this, "budget", {
      name: accountNames.budget(estate.solution, account.name),
      limitUsd: account.monthlyBudgetUsd,
      emails: [account.email],
    });
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
