import { githubProblem, type GithubRepository } from "./repository";
import { UserError } from "../../../config/user-error";

/** The workflow whose runs make the plans that are reviewed. */
const WORKFLOW = "plan.yml";

/**
 * The run that made the plans of the pull request by which a commit came to the main branch.
 *
 * Its plans are compared with a new one, and never run: a run that somebody made look like it can mislead whoever
 * approves, and do no more.
 *
 * @param commit of the main branch; the full hash
 * @returns the run's id; undefined where there is none: a commit that came without a pull request, or whose plans
 *   failed
 */
export async function reviewedRun(
  { octokit, owner, repo }: GithubRepository,
  commit: string,
): Promise<number | undefined> {
  try {
    const { data: pulls } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
      owner,
      repo,
      commit_sha: commit,
    });
    const pull = pulls.find(
      ({ merged_at: mergedAt, base }) => mergedAt !== null && base.repo.full_name === `${owner}/${repo}`,
    );
    // What comes from a fork is planned without credentials, so there is nothing to apply.
    if (!pull || nameOf(pull.head.repo) !== `${owner}/${repo}`) return undefined;
    const { head, merged_at: mergedAt } = pull;
    const { data } = await octokit.rest.actions.listWorkflowRuns({
      ...{ owner, repo, workflow_id: WORKFLOW, head_sha: head.sha },
      ...{ event: "pull_request", status: "success", per_page: 100 },
    });
    // Newest first. A commit may be in several pull requests, and in forks: those runs were not what was reviewed, and
    // neither is one made later.
    const isReviewed = ({ head_repository: of, head_branch: branch, ...run }: (typeof data.workflow_runs)[number]) =>
      nameOf(of) === `${owner}/${repo}` &&
      branch === head.ref &&
      Date.parse(run.run_started_at ?? run.created_at) <= Date.parse(mergedAt ?? "");
    return data.workflow_runs.find(isReviewed)?.id;
  } catch (error) {
    throw githubProblem(error, `the plans of commit ${commit}`);
  }
}

/** Of a repository that may be gone, which the client's types do not know. */
function nameOf(repository: { readonly full_name: string } | null): string | undefined {
  return repository?.full_name;
}

/**
 * Makes sure that a commit is what the main branch holds now. A run that waited for approval, or is started again, may
 * be of an older one: applied after a newer run it would bring back what was taken back since, and nobody would see
 * that it does.
 *
 * @param commit the full hash
 * @throws UserError where main has moved on
 */
export async function expectNewest({ octokit, owner, repo }: GithubRepository, commit: string): Promise<void> {
  const newest = await newestOf({ octokit, owner, repo });
  if (newest === commit) return;
  throw new UserError(
    `main has moved on: it holds ${newest.slice(0, 12)}, and this run is of ${commit.slice(0, 12)}. The run of the newer commit applies whatever is left; where there is none, start one (Run workflow, on main)`,
  );
}

async function newestOf({ octokit, owner, repo }: GithubRepository): Promise<string> {
  try {
    const { data } = await octokit.rest.git.getRef({ owner, repo, ref: "heads/main" });
    return data.object.sha;
  } catch (error) {
    throw githubProblem(error, "what the main branch holds");
  }
}
