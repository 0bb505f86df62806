import { UserError } from "../../../config/user-error";
import { githubProblem, type GithubRepository } from "./repository";

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
