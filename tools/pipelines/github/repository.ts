import { appendFileSync } from "node:fs";
import { Octokit } from "@octokit/rest";
import { UserError } from "../../../config/user-error";

/** A GitHub repository and a client for its API. */
export interface GithubRepository {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/**
 * The repository of a job, from GITHUB_REPOSITORY (`owner/name`) and GITHUB_API_URL, which GitHub Actions sets, and
 * GITHUB_TOKEN, which the workflow passes.
 *
 * @throws UserError that names every missing variable
 */
export function githubRepository(env: NodeJS.ProcessEnv): GithubRepository {
  const { GITHUB_REPOSITORY: name, GITHUB_TOKEN: auth, GITHUB_API_URL: baseUrl } = env;
  const missing = Object.entries({ GITHUB_REPOSITORY: name, GITHUB_TOKEN: auth, GITHUB_API_URL: baseUrl }).flatMap(
    ([variable, value]) => (value ? [] : [variable]),
  );
  if (missing.length > 0)
    throw new UserError(`this command needs a job of GitHub Actions: ${missing.join(", ")} not set`);
  const [owner = "", repo = "", ...rest] = (name ?? "").split("/");
  if (owner === "" || repo === "" || rest.length > 0)
    throw new UserError(`GITHUB_REPOSITORY must be owner/name, got "${name ?? ""}"`);
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  return { octokit: new Octokit({ auth, baseUrl, log: quiet }), owner, repo };
}

/** Turns an error response of GitHub into a UserError. Any other error stays as it is. */
export function githubProblem(error: unknown, what: string): unknown {
  const { status, message } = error as { readonly status?: unknown; readonly message?: string };
  return typeof status === "number"
    ? new UserError(`${what}: GitHub answers ${status}${message ? `: ${message}` : ""}`, { cause: error })
    : error;
}

/**
 * Sets outputs of the running step, and prints them. They are lines `name=value` in the file GITHUB_OUTPUT, or elsewhere
 * ESTATE_OUTPUTS. No value contains a line break.
 */
export function setOutputs(values: Readonly<Record<string, string>>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const { GITHUB_OUTPUT: ofGithub, ESTATE_OUTPUTS: file = ofGithub } = process.env;
  if (file) appendFileSync(file, `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
}

/** Adds to the summary page of the run (GITHUB_STEP_SUMMARY), which approvers read. */
export function addToRunSummary(text: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file) appendFileSync(file, `${text}\n`);
}
