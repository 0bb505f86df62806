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
  const isApproved = rules.some(({ type }) => type === "required_reviewers");
  const missing = [
    ...(branches ? [] : ["it admits every branch, expected main only"]),
    ...(demandsApproval && !isApproved ? ["nobody has to approve, expected reviewers: production is applied from it"] : []),
  ];
  if (missing.length > 0) throw new UserError([`the environment "${environment}" is not protected:`, ...missing].join("\n  "));
  return { isApproved };
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
