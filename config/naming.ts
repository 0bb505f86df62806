import { REGIONS } from "./regions";

/*
 * This file builds every name. Names that people and other systems know (roles, users, buckets) are those of the
 * documented system, and the others follow their pattern. Changing a name replaces the resource in every estate.
 */

/**
 * `<environment>-<region code>-<solution>`: the prefix of every AWS name of an environment, so that several can share
 * one account.
 */
export function namespace(environment: string, region: string, solution: string): string {
  const code = REGIONS[region]?.code;
  if (code === undefined) throw new Error(`a namespace's region must be one of regions.ts, got "${region}"`);
  return `${environment}-${code}-${solution}`;
}

/** Names of an environment's resources, from its namespace. */
export const environmentNames = {
  masterRole: (namespace: string) => `${namespace}-prep-raas-master-MasterRole`,
  crossAccountRole: (namespace: string) => `${namespace}-cross-account-role`,
  /** The permissions boundary of every role that the hardened cross-account execution role creates. */
  analysisBoundary: (namespace: string) => `${namespace}-analysis-boundary`,
  apiHandlerRole: (namespace: string) => `${namespace}-ApiHandler`,
  workflowLoopRunnerRole: (namespace: string) => `${namespace}-WorkflowLoopRunner`,
  flowLogsRole: (namespace: string) => `${namespace}-flow-logs`,
  /** The database of the key `database`, or the one of `databases` with this name. */
  database: (namespace: string, name?: string) => `${namespace}-database${name === undefined ? "" : `-${name}`}`,
  bucket: (namespace: string, accountId: string, name: string) => `${accountId}-${namespace}-${name}`,
  repository: (namespace: string, name: string) => `${namespace}/${name}`,
  securityGroup: (namespace: string, name: string) => `${namespace}-${name}`,
  /** The role and instance profile of the machine from which the environment is deployed. */
  deployment: (namespace: string) => `${namespace}-deployment`,
  vpc: (namespace: string) => `${namespace}-vpc`,
  memberVpc: (namespace: string, member: string) => `${namespace}-${member}-vpc`,
  memberKey: (namespace: string, member: string) => `${namespace}-${member}`,
} as const;

/**
 * The path of every role that the hardened cross-account execution role creates. The profile `documented` creates roles
 * whose ARNs begin with `role/analysis-`, so no role that it left behind has this path, whatever the namespace is.
 */
export const analysisRolePath = (namespace: string): string => `/bounded/${namespace}/`;

/** Names of an account's own resources. */
export const accountNames = {
  operator: "Operator",
  admin: "Admin",
  /** The permission set for people who work as a role: one for all accounts, or an account's own. */
  permissionSet: (role: string, account?: string) => (account === undefined ? role : `${role}-${account}`),
  terraformUser: "terraform-user",
  elasticContainerRegistryUser: "elastic-container-registry-user",
  /** The role and instance profile of machines that need only Session Manager. */
  machine: "managed-instance",
  analyzer: "account",
  /** The analyzer of the whole organization, in the security account. */
  organizationAnalyzer: "organization",
  alias: (solution: string, account: string) => `${solution}-${account}`,
  budget: (solution: string, account: string) => `${solution}-${account}-monthly`,
  stateBucket: (solution: string, accountId: string) => `${accountId}-${solution}-terraform-state`,
  stateKeyAlias: (solution: string) => `alias/${solution}-terraform-state`,
  trail: (solution: string, account: string) => `${solution}-${account}`,
  trailBucket: (solution: string, accountId: string) => `${accountId}-${solution}-trail`,
  trailKeyAlias: (solution: string) => `alias/${solution}-trail`,
  trailAccessLogBucket: (solution: string, accountId: string) => `${accountId}-${solution}-trail-access`,
  configBucket: (solution: string, accountId: string) => `${accountId}-${solution}-config`,
  adminAlarm: (solution: string) => `${solution}-admin-alarm`,
  /** The prefix of the names of the organization's policies. */
  organizationPolicies: (solution: string) => solution,
  /** The name of the account-wide stacks in pipelines, where environments have their own. It is reserved. */
  accountDeployment: "account",
  /** A pattern that matches the names of all pipeline roles. */
  pipelineRoles: (solution: string) => `${solution}-pipeline-*`,
  planRole: (solution: string) => `${solution}-pipeline-plan`,
  applyRole: (solution: string, deployment: string) => `${solution}-pipeline-apply-${deployment}`,
} as const;

/** The role that AWS Organizations creates by default in a new account. */
export const ORGANIZATION_ACCESS_ROLE = "OrganizationAccountAccessRole";

/** The units that every organization has, in addition to one for each environment. */
export const SECURITY_UNIT = "Security";
export const OWN_UNITS = [SECURITY_UNIT, "Suspended"] as const;

/** The ARN of an IAM role, for policies about a role in another stack or account. */
export const roleArn = (accountId: string, role: string): string => `arn:aws:iam::${accountId}:role/${role}`;

/** The permission sets of people who work as Admin in an account: the one for all accounts, and the account's own. */
export const adminSets = (account: string): string[] =>
  [undefined, account].map((own) => accountNames.permissionSet(accountNames.admin, own));

/**
 * Patterns of `aws:PrincipalArn` that match Admin's sessions in an account: the role's and, if groups work as Admin, those
 * of the permission sets. Identity Center creates their roles under a path whose roles only AWS modifies ("I receive an
 * error when I attempt to modify an IAM role" in its user guide), and leaves out us-east-1 in it. A new assignment gives
 * another suffix, always of 16 characters: `*` would match the set `Admin_other` too.
 */
export function adminArns(account: { id: string; name: string; adminGroups: readonly string[] }): string[] {
  const { id, name, adminGroups } = account;
  const sets = adminGroups.length > 0 ? adminSets(name) : [];
  const setRoles = sets.flatMap((set) =>
    ["", "*/"].map((region) => `aws-reserved/sso.amazonaws.com/${region}AWSReservedSSO_${set}_${"?".repeat(16)}`),
  );
  return [accountNames.admin, ...setRoles].map((role) => roleArn(id, role));
}

/** The output of the organization stack with the account id of a created member. */
export const memberIdOutput = (account: string): string => `account-id-${account}`;

/** The id of a stack. */
export const stackId = (owner: string, stack: string): string => `${owner}-${stack}`;

/** The key of a stack's state. It begins with the environment, or with the account for account-wide stacks. */
export const stateKey = (owner: string, stack: string): string => `${owner}/${stack}${STATE_END}`;

/** The endings of the keys of a state, and of the record of what was applied, which is stored next to it. */
const STATE_END = ".tfstate";
const APPLIED_END = ".applied.json";

/** The key of the record of what was applied, next to the state with this key. */
export const appliedKey = (stateKey: string): string => `${stateKey.slice(0, -STATE_END.length)}${APPLIED_END}`;

/** The tag `Environment` of stacks that belong to a whole account. */
export const ACCOUNT_WIDE = "account-wide";

/** The tags of every resource in a stack. `Solution` and `ManagedBy` mark the resources of the estate. */
export function tagsOf(
  stack: { id: string; chargeCode: string; account: { name: string }; environment?: { name: string } },
  solution: string,
): Record<string, string> {
  return {
    ...estateTags(solution),
    Environment: stack.environment?.name ?? ACCOUNT_WIDE,
    Account: stack.account.name,
    Stack: stack.id,
    ChargeCode: stack.chargeCode,
  };
}

/** The tags of every resource of the estate, in every account. */
export const estateTags = (solution: string): Record<string, string> => ({ Solution: solution, ManagedBy: "cdktf" });
