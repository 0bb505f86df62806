import type { Construct } from "constructs";
import { stacksOf, type StackSpec } from "../config/layout";
import type { Estate } from "../config/model";
import { accountNames, roleArn } from "../config/naming";
import { PipelineRoles } from "../modules/iam/pipeline-roles";
import { StateBucket, type ConfinedRole } from "../modules/state-bucket";
import { BaseStack } from "./base-stack";

/**
 * What an account needs before anything else: the bucket of its states, and the roles that pipelines plan and apply as. A person applies
 * it, since no pipeline may change the roles that it makes.
 */
export class BootstrapStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: Estate) {
    super(scope, spec, estate.solution);
    const { account } = spec;
    const deployments = estate.repository ? deploymentsIn(estate, spec) : [];
    const bucket = new StateBucket(this, "state", {
      bucket: account.stateBucket,
      keyAlias: account.stateKeyAlias,
      confinedRoles: deployments.map(({ confined }) => confined),
    });
    this.output("state-bucket-arn", bucket.arn, "The bucket in which this account's states lie");
    if (!estate.repository) return;
    const roles = new PipelineRoles(this, "pipeline", {
      accountId: account.id,
      repository: estate.repository,
      planRoleName: accountNames.planRole(estate.solution),
      deployments,
      stateBucket: account.stateBucket,
      stateKeyAlias: account.stateKeyAlias,
    });
    this.output("plan-role-arn", roles.planRoleArn, "The role that pipelines plan as");
    for (const [environment, arn] of Object.entries(roles.applyRoleArns)) {
      this.output(`apply-role-arn-${environment}`, arn, `The role that jobs of the GitHub environment ${environment} apply as`);
    }
  }
}

/** What pipelines deploy into an account, each with a role and states of its own: its account-wide stacks, and its environments' stacks. */
function deploymentsIn(estate: Estate, { account }: StackSpec): { roleName: string; githubEnvironment: string; confined: ConfinedRole }[] {
  const stacks = stacksOf(estate).filter((stack) => stack.account.name === account.name && stack.name !== "bootstrap");
  return [undefined, ...account.deployments].map((environment) => {
    const roleName = accountNames.applyRole(estate.solution, environment ?? accountNames.accountDeployment);
    const githubEnvironment = environment ?? `${accountNames.accountDeployment}-${account.name}`;
    return {
      roleName,
      githubEnvironment,
      confined: {
        roleArn: roleArn(account.id, roleName),
        label: githubEnvironment.replaceAll("-", ""),
        stateKeys: stacks.filter((stack) => stack.environment?.name === environment).map(({ state }) => state.key),
      },
    };
  });
}
