import { UserError } from "../../../config/user-error";
import { githubProblem, type GithubRepository } from "./repository";

/** A GitHub environment, and the protection that it needs. */
interface ProtectionRequirement {
  readonly environment: string;
  /** Whether it needs reviewers: true if it applies production. */
  readonly demandsApproval: boolean;
}

/**
 * Checks that GitHub environments protect the roles that trust them: any job for an environment can assume its roles,
 * from any branch that the environment allows. GitHub creates a missing environment for the first job that names it,
 * without protection.
 *
 * @throws UserError that lists every missing or insufficiently protected environment
 */
export async function expectProtected(
  github: GithubRepository,
  environments: readonly ProtectionRequirement[],
): Promise<void> {
  const problems: string[] = [];
  // One after the other: GitHub asks clients to avoid concurrent requests.
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
      `${name} must be an environment for main only${demandsApproval ? " with reviewers" : ""}, got none in the repository`,
    ];
  const { deployment_branch_policy: branches, protection_rules: rules = [] } = found;
  const allowed = await branchesOf(github, environment, branches);
  const isApproved = rules.some(({ type }) => type === "required_reviewers");
  return [
    ...(allowed.length === 1 && allowed[0] === "main"
      ? []
      : [`${name} must allow main only, got ${allowed.join(", ") || "no branch"}`]),
    ...(demandsApproval && !isApproved ? [`${name} must have reviewers, got none: it applies production`] : []),
  ];
}

/**
 * The branches that may deploy to an environment, by name or pattern. Only a list with `main` alone is safe: the set of
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
    return data;
  } catch (error) {
    if ((error as { readonly status?: unknown }).status === 404) return undefined;
    throw githubProblem(error, `the environment ${environment}`);
  }
}
