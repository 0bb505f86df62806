import type { StackSpec } from "../../../config/layout";
import { githubProblem, type GithubRepository } from "./repository";

/**
 * Whether a stack belongs to a production environment, or deploys into an account that can reach production: the master
 * account, the account of a production environment, or the one that manages IAM Identity Center, which assigns people to
 * every other account.
 */
export const reachesProduction = ({ environment, account }: Pick<StackSpec, "environment" | "account">): boolean =>
  environment?.production === true ||
  account.kind === "master" ||
  account.identityRegion !== undefined ||
  account.hosts.some(({ production }) => production);

/** A GitHub environment, and the protection that it needs. */
interface ProtectionRequirement {
  readonly environment: string;
  /** Whether it needs reviewers: true if it applies production. */
  readonly demandsApproval: boolean;
}

/**
 * How GitHub environments fail to protect the roles that trust them: any job for an environment can assume its roles,
 * from any branch that the environment allows. GitHub creates a missing environment for the first job that names it,
 * without protection.
 *
 * @param mainBranch the only branch that may deploy
 * @returns a line for each problem of a missing or insufficiently protected environment
 */
export async function environmentProblems(
  github: GithubRepository,
  mainBranch: string,
  environments: readonly ProtectionRequirement[],
): Promise<string[]> {
  const problems: string[] = [];
  // One after the other: GitHub asks clients to avoid concurrent requests.
  for (const each of environments) problems.push(...(await problemsOf(github, mainBranch, each)));
  return problems;
}

async function problemsOf(
  github: GithubRepository,
  mainBranch: string,
  { environment, demandsApproval }: ProtectionRequirement,
): Promise<string[]> {
  const name = `"${environment}"`;
  const found = await environmentOf(github, environment);
  if (!found)
    return [
      `${name} must be an environment for ${mainBranch} only${demandsApproval ? " with reviewers" : ""}, got none in the repository`,
    ];
  const { deployment_branch_policy: branches, protection_rules: rules = [], can_admins_bypass: bypass } = found;
  const allowed = await branchesOf(github, environment, branches);
  return [
    ...(allowed.length === 1 && allowed[0] === mainBranch
      ? []
      : [`${name} must allow ${mainBranch} only, got ${allowed.join(", ") || "no branch"}`]),
    // GitHub allows it by default. A missing answer is not an answer.
    ...(bypass === false
      ? []
      : [`${name} must not allow administrators to bypass its protection, got ${bypass === true ? "allowed" : "no answer"}`]), // prettier-ignore
    ...(demandsApproval ? approvalProblems(rules).map((problem) => `${name} ${problem}: it applies production`) : []),
  ];
}

type ProtectionRule = NonNullable<NonNullable<Awaited<ReturnType<typeof environmentOf>>>["protection_rules"]>[number];

/** A rule without anybody in it approves nothing, and the person who started a run must not approve it. */
function approvalProblems(rules: readonly ProtectionRule[]): string[] {
  const rule = rules.find(({ type }) => type === "required_reviewers");
  const { reviewers = [], prevent_self_review: prevented } = rule && "reviewers" in rule ? rule : {};
  if (reviewers.length === 0) return ["must have reviewers, got none"];
  return prevented === true ? [] : [`must prevent self-review, got ${prevented === false ? "allowed" : "no answer"}`];
}

/**
 * The branches that may deploy to an environment, by name or pattern. Only a list with the main branch alone is safe: the set of
 * protected branches may change.
 */
async function branchesOf(
  { octokit, owner, repo }: GithubRepository,
  environment: string,
  policy: { readonly custom_branch_policies: boolean } | null | undefined,
): Promise<string[]> {
  if (!policy) return ["every branch"];
  if (!policy.custom_branch_policies) return ["all protected branches"];
  try {
    const { data } = await octokit.rest.repos.listDeploymentBranchPolicies({
      owner,
      repo,
      environment_name: environment,
      per_page: 100,
    });
    return data.branch_policies.map(({ name = "", type = "branch" }) => (type === "branch" ? name : `${type} ${name}`));
  } catch (error) {
    throw githubProblem(error, `the branches of the environment ${environment}`);
  }
}

async function environmentOf({ octokit, owner, repo }: GithubRepository, environment: string) {
  try {
    const { data } = await octokit.rest.repos.getEnvironment({ owner, repo, environment_name: environment });
    // GitHub answers it, but the client's types do not know it.
    return data as typeof data & { readonly can_admins_bypass?: boolean };
  } catch (error) {
    if ((error as { readonly status?: unknown }).status === 404) return undefined;
    throw githubProblem(error, `the environment ${environment}`);
  }
}
