import { REGIONS } from "./regions";

/*
 * The only place that builds names. Names that people and other systems know (roles, users, buckets) are those of the
 * documented systems; the rest follow them. Changing one here replaces the resource in every estate.
 */

/**
 * `<environment>-<region code>-<solution>`: the prefix of every AWS name of an environment, so that several can share
 * one account.
 */
export function namespace(environment: string, region: string, solution: string): string {
  return `${environment}-${REGIONS[region]?.code ?? region}-${solution}`;
}

/** Names of an environment's resources, from its namespace. */
export const environmentNames = {
  masterRole: (namespace: string) => `${namespace}-prep-raas-master-MasterRole`,
  crossAccountRole: (namespace: string) => `${namespace}-cross-account-role`,
  /** The permissions boundary of whatever roles the hardened cross-account role makes. */
  analysisBoundary: (namespace: string) => `${namespace}-analysis-boundary`,
  apiHandlerRole: (namespace: string) => `${namespace}-ApiHandler`,
  workflowLoopRunnerRole: (namespace: string) => `${namespace}-WorkflowLoopRunner`,
  flowLogsRole: (namespace: string) => `${namespace}-flow-logs`,
  database: (namespace: string) => `${namespace}-database`,
  bucket: (namespace: string, accountId: string, name: string) => `${accountId}-${namespace}-${name}`,
  repository: (namespace: string, name: string) => `${namespace}/${name}`,
  securityGroup: (namespace: string, name: string) => `${namespace}-${name}`,
  /** The role, and its instance profile, of a machine from which the environment is deployed. */
  deployment: (namespace: string) => `${namespace}-deployment`,
  vpc: (namespace: string) => `${namespace}-vpc`,
  memberVpc: (namespace: string, member: string) => `${namespace}-${member}-vpc`,
  memberKey: (namespace: string, member: string) => `${namespace}-${member}`,
} as const;

/** Names of an account's own resources. */
export const accountNames = {
  operator: "Operator",
  admin: "Admin",
  terraformUser: "terraform-user",
  elasticContainerRegistryUser: "elastic-container-registry-user",
  /** The role, and its instance profile, of machines that need nothing but Session Manager. */
  machine: "managed-instance",
  analyzer: "account",
  alias: (solution: string, account: string) => `${solution}-${account}`,
  budget: (solution: string, account: string) => `${solution}-${account}-monthly`,
  stateBucket: (solution: string, accountId: string) => `${accountId}-${solution}-terraform-state`,
  stateKeyAlias: (solution: string) => `alias/${solution}-terraform-state`,
  trail: (solution: string, account: string) => `${solution}-${account}`,
  trailBucket: (solution: string, accountId: string) => `${accountId}-${solution}-trail`,
  adminAlarm: (solution: string) => `${solution}-admin-alarm`,
  /** What the organization's policies are named after. */
  organizationPolicies: (solution: string) => solution,
  /** What pipelines call the account-wide stacks, beside the environments. No environment may have this name. */
  accountDeployment: "account",
  /** A pattern of the names of all pipeline roles. */
  pipelineRoles: (solution: string) => `${solution}-pipeline-*`,
  planRole: (solution: string) => `${solution}-pipeline-plan`,
  applyRole: (solution: string, deployment: string) => `${solution}-pipeline-apply-${deployment}`,
} as const;

/** The role that AWS Organizations makes in an account that it creates, unless told otherwise. */
export const ORGANIZATION_ACCESS_ROLE = "OrganizationAccountAccessRole";

/** Units that every organization has, beside one for each environment. */
export const OWN_UNITS = ["Security", "Suspended"] as const;

/** The ARN of an IAM role, for policies that speak of a role in another stack or account. */
export function roleArn(accountId: string, role: string): string {
  return `arn:aws:iam::${accountId}:role/${role}`;
}

/** The output of the organization stack that says which account a created member is. */
export function memberIdOutput(account: string): string {
  return `account-id-${account}`;
}

/** The id of a stack, which is also the middle of its state's key. */
export function stackId(owner: string, stack: string): string {
  return `${owner}-${stack}`;
}

/** The key of a stack's state: it begins with the environment, or with the account for account-wide stacks. */
export function stateKey(owner: string, stack: string): string {
  return `${owner}/${stack}${STATE_END}`;
}

/** What the key of a state ends with, and of the record of what was applied of its stack, which lies beside it. */
const STATE_END = ".tfstate";
const APPLIED_END = ".applied.json";

/** The key of the record of what was applied, beside the state of the given key. */
export function appliedKey(stateKey: string): string {
  return `${stateKey.slice(0, -STATE_END.length)}${APPLIED_END}`;
}

/** The tags of everything in a stack. `Solution` and `ManagedBy` mark what belongs to the estate. */
export function tagsOf(
  stack: { id: string; chargeCode: string; account: { name: string }; environment?: { name: string } },
  solution: string,
): Record<string, string> {
  return {
    ...estateTags(solution),
    Environment: stack.environment?.name ?? "account-wide",
    Account: stack.account.name,
    Stack: stack.id,
    ChargeCode: stack.chargeCode,
  };
}

/** The tags that everything of the estate carries, in whatever account. */
export function estateTags(solution: string): Record<string, string> {
  return { Solution: solution, ManagedBy: "cdktf" };
}
