import type { Construct } from "constructs";
import { accountStackNames, type StackSpec } from "../config/layout";
import type { Account, PipelineService } from "../config/model";
import { accountNames, appliedKey, roleArn, stateKey } from "../config/naming";
import { PipelineRoles, type PipelineDeployment } from "../modules/iam/pipeline-roles";
import { STATE_PREFIX_TAG, StateBucket, type ConfinedRoles } from "../modules/state-bucket";
import { BaseStack } from "./base-stack";
import type { AccountInput, EstateSettings } from "./groups";

/**
 * The first stack of an account: its state bucket and the plan and apply roles of pipelines. A person applies it,
 * because no pipeline may change these roles.
 */
export class BootstrapStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, input: AccountInput) {
    const { settings: estate, account, identity, plannerArns, recordReaders } = input;
    super(scope, spec, estate.solution);
    const bucket = new StateBucket(this, "state", {
      bucket: account.stateBucket,
      keyAlias: account.stateKeyAlias,
      confinedRoles: estate.pipelines.length > 0 ? confinement(estate, account) : undefined,
      recordReaders,
      oldVersionDays: account.oldVersionDays,
    });
    this.output("state-bucket-arn", bucket.arn, "The bucket in which this account's states lie");
    if (estate.pipelines.length === 0) return;
    const roles = new PipelineRoles(this, "pipeline", {
      accountId: account.id,
      services: estate.pipelines,
      planRoleName: accountNames.planRole(estate.solution),
      roleNames: accountNames.pipelineRoles(estate.solution),
      deployments: deploymentsIn(estate, account),
      stateBucket: account.stateBucket,
      stateKeyAlias: account.stateKeyAlias,
      planRoleReads: [...new Set([...(estate.planRoleReads ?? []), ...account.ownStackReads])],
      contactKinds: Object.keys(account.contacts),
      identityCenter: identity && { users: identity.groups.some(({ members }) => members.length > 0) },
      planners: plannerArns,
    });
    this.output("plan-role-arn", roles.planRoleArn, "The role that pipelines plan as");
    for (const [deployment, arn] of Object.entries(roles.applyRoleArns)) {
      const jobs = estate.pipelines.map(({ name }) => JOBS[name](deployment)).join(" and ");
      this.output(`apply-role-arn-${deployment}`, arn, `The role that ${jobs} as`);
    }
  }
}

/** The jobs that apply a deployment. */
const JOBS: Readonly<Record<PipelineService["name"], (deployment: string) => string>> = {
  github: (deployment) => `jobs of the GitHub environment ${deployment} apply`,
  gitlab: (deployment) => `jobs of the main branch apply ${deployment}`,
  "azure-devops": (deployment) => `jobs with the service connection for ${deployment} apply`,
};

/**
 * The deployments of pipelines into an account, each with its own role: the account-wide stacks, and the stacks of each
 * environment.
 */
function deploymentsIn({ solution }: EstateSettings, account: Account): PipelineDeployment[] {
  const roleOf = (roleEnd: string, deployment: string, statePrefix: string) => ({
    roleName: accountNames.applyRole(solution, roleEnd),
    deployment,
    tags: { [STATE_PREFIX_TAG]: statePrefix },
  });
  const { accountDeployment } = accountNames;
  return [
    roleOf(accountDeployment, `${accountDeployment}-${account.name}`, account.name),
    ...account.deployments.map((environment) => roleOf(environment, environment, environment)),
  ];
}

function confinement({ solution }: EstateSettings, account: Account): ConfinedRoles {
  const applyRoleArn = (deployment: string) => roleArn(account.id, accountNames.applyRole(solution, deployment));
  const keys = accountStackNames(account).map((stack) => stateKey(account.name, stack));
  return {
    roleArns: applyRoleArn("*"),
    accountRoleArn: applyRoleArn(accountNames.accountDeployment),
    accountStateKeys: keys.filter((key) => key !== stateKey(account.name, "bootstrap")),
    accountWideKeys: keys,
    recordKeyOf: appliedKey,
  };
}
