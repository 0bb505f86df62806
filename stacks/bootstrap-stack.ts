import type { Construct } from "constructs";
import { accountStackNames, oncePerEstate, stacksOf, type StackSpec } from "../config/layout";
import { listIn } from "../config/list-in";
import { type Account, type Environment, type Estate } from "../config/model";
import { accountNames, appliedKey, roleArn, stateKey } from "../config/naming";
import { predecessorOf } from "../config/predecessor";
import { PipelineRoles, type PipelineDeployment } from "../modules/iam/pipeline-roles";
import { STATE_PREFIX_TAG, StateBucket, type ConfinedRoles, type RecordReader } from "../modules/state-bucket";
import { BaseStack } from "./base-stack";
import { plannedAccounts } from "../config/resolve/environment";

/**
 * The first stack of an account: its state bucket and the plan and apply roles of pipelines. A person applies it,
 * because no pipeline may change these roles.
 */
export class BootstrapStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: Estate) {
    super(scope, spec, estate.solution);
    const { account } = spec;
    const bucket = new StateBucket(this, "state", {
      bucket: account.stateBucket,
      keyAlias: account.stateKeyAlias,
      confinedRoles: estate.repository ? confinement(estate, account) : undefined,
      recordReaders: recordReaders(estate, account),
    });
    this.output("state-bucket-arn", bucket.arn, "The bucket in which this account's states lie");
    if (!estate.repository) return;
    const roles = new PipelineRoles(this, "pipeline", {
      accountId: account.id,
      repository: estate.repository,
      planRoleName: accountNames.planRole(estate.solution),
      roleNames: accountNames.pipelineRoles(estate.solution),
      deployments: deploymentsIn(estate, account),
      stateBucket: account.stateBucket,
      stateKeyAlias: account.stateKeyAlias,
      planRoleReads: estate.planRoleReads,
      planners: (planners(estate).get(account) ?? []).map((environment) =>
        roleArn(environment.account.id, environment.deploymentRole),
      ),
    });
    this.output("plan-role-arn", roles.planRoleArn, "The role that pipelines plan as");
    for (const [environment, arn] of Object.entries(roles.applyRoleArns)) {
      this.output(
        `apply-role-arn-${environment}`,
        arn,
        `The role that jobs of the GitHub environment ${environment} apply as`,
      );
    }
  }
}

/**
 * The deployments of pipelines into an account, each with its own role: the account-wide stacks, and the stacks of each
 * environment.
 */
function deploymentsIn(estate: Estate, account: Account): PipelineDeployment[] {
  const deployment = (roleEnd: string, githubEnvironment: string, statePrefix: string) => ({
    roleName: accountNames.applyRole(estate.solution, roleEnd),
    githubEnvironment,
    tags: { [STATE_PREFIX_TAG]: statePrefix },
  });
  const { accountDeployment } = accountNames;
  return [
    deployment(accountDeployment, `${accountDeployment}-${account.name}`, account.name),
    ...account.deployments.map((environment) => deployment(environment, environment, environment)),
  ];
}

function confinement({ solution }: Estate, account: Account): ConfinedRoles {
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

/** For each account, the environments whose deployment machines may plan it. */
const planners = oncePerEstate(({ environments }): ReadonlyMap<Account, readonly Environment[]> => {
  const byAccount = new Map<Account, Environment[]>();
  for (const environment of environments)
    for (const account of plannedAccounts(environment)) listIn(byAccount, account).push(environment);
  return byAccount;
});

/** The stacks of other accounts that follow a stack of an account in promotion, by that account, with its stack. */
const followers = oncePerEstate((estate): ReadonlyMap<Account, readonly Follower[]> => {
  const byAccount = new Map<Account, Follower[]>();
  for (const spec of stacksOf(estate)) {
    const predecessor = predecessorOf(spec, estate);
    if (predecessor && predecessor.account !== spec.account)
      listIn(byAccount, predecessor.account).push({ spec, predecessor });
  }
  return byAccount;
});

interface Follower {
  readonly spec: StackSpec;
  readonly predecessor: StackSpec;
}

/** The roles of other accounts that apply later stages of a promotion, and so read the records of this account. */
function recordReaders(estate: Estate, account: Account): RecordReader[] {
  const { solution, repository } = estate;
  const byReader = new Map<string, { roleArns: string[]; keys: string[] }>();
  for (const { spec, predecessor } of followers(estate).get(account) ?? []) {
    const { id } = spec.account;
    const reader = byReader.get(id) ?? { roleArns: [], keys: [] };
    byReader.set(id, reader);
    const deployment = spec.environment?.name ?? accountNames.accountDeployment;
    const roles = [accountNames.admin, ...(repository ? [accountNames.applyRole(solution, deployment)] : [])];
    reader.roleArns.push(...roles.map((role) => roleArn(id, role)));
    reader.keys.push(appliedKey(predecessor.state.key));
  }
  return [...byReader].map(([accountId, { roleArns, keys }]) => ({
    accountId,
    roleArns: [...new Set(roleArns)],
    keys: [...new Set(keys)],
  }));
}
