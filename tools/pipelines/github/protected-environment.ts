import { UserError } from "../../../config/user-error";
import { githubProblem, type GithubRepository } from "./repository";

/** A GitHub environment, by what it must keep. */
export interface ProtectionRequirement {
  readonly environment: string;
  /** Whether somebody must approve, too: where production is applied. */
  readonly demandsApproval: boolean;
}

/**
 * Makes sure that GitHub environments keep the roles that trust them: any job for one can take them, of whatever branch
 * the environment admits. One that is not there GitHub makes for the first job that names it, and protects by nothing.
 *
 * @throws UserError that lists of every environment what is missing, where it is not there, or admits every branch
 */
export async function expectProtected(
  github: GithubRepository,
  environments: readonly ProtectionRequirement[],
): Promise<void> {
  const problems: string[] = [];
  // One after the other: GitHub asks not to be asked for many things at once.
  for (const each of environments) problems.push(...(await problemsOf(github, each)));
  if (problems.length > 0) throw new UserError(["GitHub environments are not protected:", ...problems].join("\n  "));
}

async function problemsOf(
  github: GithubRepository,
  { environment, demandsApproval }: ProtectionRequirement,
): Promise<string[]> {
  const name = `"${environment}"`;
  const found = await environmentOf(github, environment);
  if (!found)
    return [
      `${name}: the repository has no such environment, expected one for main only${demandsApproval ? ", with reviewers" : ""}`,
    ];
  const { deployment_branch_policy: branches, protection_rules: rules = [] } = found;
  const admitted = await branchesOf(github, environment, branches);
  const isApproved = rules.some(({ type }) => type === "required_reviewers");
  return [
    ...(admitted.length === 1 && admitted[0] === "main"
      ? []
      : [`${name} admits ${admitted.join(", ") || "no branch"}, expected main only`]),
    ...(demandsApproval && !isApproved
      ? [`${name}: nobody has to approve, expected reviewers: production is applied from it`]
      : []),
  ];
}

/**
 * What may deploy to an environment, by name or pattern: only a list that names `main` alone keeps it, since what a
 * rule of GitHub protects may change.
 */
async function branchesOf(
  { octokit, owner, repo }: GithubRepository,
  environment: string,
  policy: { readonly custom_branch_policies: boolean } | null | undefined,
): Promise<string[]> {
  if (!policy) return ["every branch"];
  if (!policy.custom_branch_policies) return ["whatever branches are protected"];
  try {
    const { data } = await octokit.rest.repos.listDeploymentBranchPolicies({
      owner,
      repo,
      environment_name: environment,
      per_page: 100,
    });
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
