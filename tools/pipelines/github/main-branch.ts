import { githubProblem, type GithubRepository } from "./repository";
import { UserError } from "../../../config/user-error";

/** The workflow that makes the reviewed plans. */
const WORKFLOW = "plan.yml";

/**
 * Finds the run that made the plans of the pull request that merged a commit.
 *
 * Its plans are only compared with a new one and never run: a forged run can mislead the approver but do nothing more.
 *
 * @param commit the full hash of a commit of the main branch
 * @returns the id of the run; undefined if the commit came without a pull request, or its plans failed
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
    // A pull request from a fork is planned without credentials, so it has no plan for AWS.
    if (!pull || nameOf(pull.head.repo) !== `${owner}/${repo}`) return undefined;
    const { head, merged_at: mergedAt } = pull;
    const { data } = await octokit.rest.actions.listWorkflowRuns({
      ...{ owner, repo, workflow_id: WORKFLOW, head_sha: head.sha },
      ...{ event: "pull_request", status: "success", per_page: 100 },
    });
    // Newest first. A commit may be in several pull requests and in forks: their runs were not reviewed, nor were runs
    // after the merge.
    const isReviewed = ({ head_repository: of, head_branch: branch, ...run }: (typeof data.workflow_runs)[number]) =>
      nameOf(of) === `${owner}/${repo}` &&
      branch === head.ref &&
      Date.parse(run.run_started_at ?? run.created_at) <= Date.parse(mergedAt ?? "");
    return data.workflow_runs.find(isReviewed)?.id;
  } catch (error) {
    throw githubProblem(error, `the plans of commit ${commit}`);
  }
}

/** The name of a repository that may have been deleted, which the client's types do not consider. */
function nameOf(repository: { readonly full_name: string } | null): string | undefined {
  return repository?.full_name;
}

/**
 * Checks that a commit is the newest of the main branch. A run that waited for approval, or was started again, may have
 * an older commit. Applied after a newer run, it would undo a revert, and nobody would notice.
 *
 * @param commit the full hash
 * @throws UserError if the main branch has moved on
 */
export async function expectNewest(github: GithubRepository, mainBranch: string, commit: string): Promise<void> {
  const newest = await newestOf(github, mainBranch);
  if (newest === commit) return;
  throw new UserError(
    `${mainBranch} has moved on: it must be at ${commit.slice(0, 12)}, the commit of this run, got ${newest.slice(0, 12)}. Approve the run of the newer commit; if there is none, start one (Run workflow, on ${mainBranch}).`,
  );
}

async function newestOf({ octokit, owner, repo }: GithubRepository, mainBranch: string): Promise<string> {
  try {
    const { data } = await octokit.rest.git.getRef({ owner, repo, ref: `heads/${mainBranch}` });
    return data.object.sha;
  } catch (error) {
    throw githubProblem(error, "the commit of the main branch");
  }
}
