import { UserError } from "../../errors/user-error";
import { githubProblem, type GithubRepository } from "./repository";

export interface Protection {
  /** Whether somebody must approve. */
  readonly isApproved: boolean;
}

/**
 * Makes sure that a GitHub environment keeps the roles that trust it: any job for it can take them, of whatever branch the environment admits.
 *
 * @param demandsApproval whether somebody must approve, too: where production is applied
 * @throws UserError that lists what is missing, where it is not there, or admits every branch
 */
export async function expectProtected(
  { octokit, owner, repo }: GithubRepository,
  environment: string,
  demandsApproval: boolean,
): Promise<Protection> {
  const found = await environmentOf({ octokit, owner, repo }, environment);
  if (!found) {
    throw new UserError(`the repository has no environment "${environment}": make it in its settings, for main only, with reviewers`);
  }
  const { deployment_branch_policy: branches, protection_rules: rules = [] } = found;
  const admitted = await branchesOf({ octokit, owner, repo }, environment, branches);
  const isApproved = rules.some(({ type }) => type === "required_reviewers");
  const missing = [
    ...(admitted.length === 1 && admitted[0] === "main" ? [] : [`it admits ${admitted.join(", ") || "no branch"}, expected main only`]),
    ...(demandsApproval && !isApproved ? ["nobody has to approve, expected reviewers: production is applied from it"] : []),
  ];
  if (missing.length > 0) throw new UserError([`the environment "${environment}" is not protected:`, ...missing].join("\n  "));
  return { isApproved };
}

/** What may deploy to an environment, by name or pattern: only a list that names `main` alone keeps it, since what a rule of GitHub protects may change. */
async function branchesOf(
  { octokit, owner, repo }: GithubRepository,
  environment: string,
  policy: { readonly custom_branch_policies: boolean } | null | undefined,
): Promise<string[]> {
  if (!policy) return ["every branch"];
  if (!policy.custom_branch_policies) return ["whatever branches are protected"];
  try {
    const { data } = await octokit.rest.repos.listDeploymentBranchPolicies({ owner, repo, environment_name: environment, per_page: 100 });
    return data.branch_policies.map(({ name = "", type = "branch" }) => (type === "branch" ? name : `${type} ${name}`));
  } catch (error) {
    throw githubProblem(error, `what may deploy to the environment ${environment}`);
  }
}

async function environmentOf({ octokit, owner, repo }: GithubRepository, environment: string) {
  try {
    const { data } = await octokit.rest.repos.getEnvironment({ owner, repo, environment_name: environment });
    return data;
  } catch (error) {
    if ((error as { readonly status?: unknown }).status === 404) return undefined;
    throw githubProblem(error, `the environment ${environment}`);
  }
}
