import { githubProblem, type GithubRepository } from "./repository";

/** The workflow whose runs make the plans that are reviewed. */
const WORKFLOW = "plan.yml";

/**
 * The run that made the plans of the pull request by which a commit came to the main branch.
 *
 * Its plans are compared with a new one, and never run: a run that somebody made look like it can mislead whoever approves, and do no more.
 *
 * @param commit of the main branch; the full hash
 * @returns the run's id; undefined where there is none: a commit that came without a pull request, or whose plans failed
 */
export async function reviewedRun({ octokit, owner, repo }: GithubRepository, commit: string): Promise<number | undefined> {
  try {
    const { data: pulls } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: commit });
    const pull = pulls.find(({ merged_at: mergedAt, base }) => mergedAt !== null && base.repo.full_name === `${owner}/${repo}`);
    // What comes from a fork is planned without credentials, so there is nothing to apply.
    if (pull?.head.repo.full_name !== `${owner}/${repo}`) return undefined;
    const { data } = await octokit.rest.actions.listWorkflowRuns({
      ...{ owner, repo, workflow_id: WORKFLOW, head_sha: pull.head.sha },
      ...{ event: "pull_request", status: "success", per_page: 1 },
    });
    return data.workflow_runs[0]?.id;
  } catch (error) {
    throw githubProblem(error, `the plans of commit ${commit}`);
  }
}
