import { githubProblem, type GithubRepository } from "./repository";

interface SettingsReport {
  /** A line for each setting that weakens the protection of the roles. */
  readonly problems: readonly string[];
  /** A line for each setting that the token may not read. */
  readonly unread: readonly string[];
}

/** One setting: the path of its values below the repository, and what is wrong with them. */
interface Setting {
  readonly name: string;
  readonly path: string;
  readonly problemsOf: (values: Readonly<Record<string, unknown>>) => readonly (string | false)[];
}

/** The text of an unsafe value. GitHub may leave a value out. */
const answer = (value: unknown, text: string): string => (value === undefined ? "no answer" : text);

const WORKFLOW_TOKENS: Setting = {
  name: "the permissions of workflows",
  path: "/actions/permissions/workflow",
  problemsOf: ({ default_workflow_permissions: permissions, can_approve_pull_request_reviews: approves }) => [
    permissions !== "read" && `the default permissions of workflows must be "read", got "${String(permissions)}"`,
    approves !== false &&
      `GitHub Actions must not be allowed to approve pull requests, got ${answer(approves, "allowed")}`,
  ],
};

/** A fork brings its own workflow. With a write token it gets an identity token, and with that the plan roles. */
const PRIVATE_FORKS: Setting = {
  name: "workflows of pull requests from forks",
  path: "/actions/permissions/fork-pr-workflows-private-repos",
  problemsOf: (values) =>
    values["run_workflows_from_fork_pull_requests"] === false
      ? []
      : [
          values["send_write_tokens_to_workflows"] !== false &&
            `workflows of forks must not get write tokens, got ${answer(values["send_write_tokens_to_workflows"], "allowed")}`,
          values["send_secrets_and_variables"] !== false &&
            `workflows of forks must not get secrets and variables, got ${answer(values["send_secrets_and_variables"], "allowed")}`,
          values["require_approval_for_fork_pr_workflows"] !== true &&
            `workflows of forks must require approval, got ${answer(values["require_approval_for_fork_pr_workflows"], "none")}`,
        ],
};

const PUBLIC_FORKS: Setting = {
  name: "approval of workflows of forks",
  path: "/actions/permissions/fork-pr-contributor-approval",
  problemsOf: ({ approval_policy: policy }) => [
    policy !== "all_external_contributors" &&
      `workflows of forks must require approval for "all_external_contributors", got "${String(policy)}"`,
  ],
};

/**
 * Checks the settings of the repository that decide who can bypass its GitHub environments: the protection of main, the
 * tokens of workflows, and the workflows of forks. GitHub shows the last two to administrators only, and never to the
 * token of a job.
 */
export async function repositorySettings(github: GithubRepository, mainBranch: string): Promise<SettingsReport> {
  const reports = [await mainProtection(github, mainBranch)];
  const { private: isPrivate } = (await read(github, "")) ?? {};
  const forks = isPrivate === false ? PUBLIC_FORKS : PRIVATE_FORKS;
  for (const { name, path, problemsOf } of [WORKFLOW_TOKENS, forks]) {
    const values = await read(github, path);
    reports.push(values ? { problems: problemsOf(values).filter((line) => line !== false), unread: [] } : { problems: [], unread: [name] }); // prettier-ignore
  }
  return { problems: reports.flatMap(({ problems }) => problems), unread: reports.flatMap(({ unread }) => unread) };
}

/** Only pull requests may change the main branch: by a ruleset, or by the older branch protection, whose rules a job cannot read. */
async function mainProtection(github: GithubRepository, mainBranch: string): Promise<SettingsReport> {
  const path = encodeURIComponent(mainBranch);
  const [branch, rules] = [await read(github, `/branches/${path}`), await read(github, `/rules/branches/${path}`)];
  const isProtected =
    branch?.["protected"] === true || (Array.isArray(rules) && rules.some(({ type }: { readonly type?: unknown }) => type === "pull_request")); // prettier-ignore
  if (isProtected) return { problems: [], unread: [] };
  if (!branch || !rules) return { problems: [], unread: [`the protection of ${mainBranch}`] };
  return {
    problems: [`${mainBranch} must be protected: only pull requests may change it, got no such rule`],
    unread: [],
  };
}

/** The values at a path below the repository. Undefined if the token may not read them. */
async function read(
  { octokit, owner, repo }: GithubRepository,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { data } = (await octokit.request(`GET /repos/{owner}/{repo}${path}`, { owner, repo })) as {
      readonly data: Readonly<Record<string, unknown>>;
    };
    return data;
  } catch (error) {
    const { status } = error as { readonly status?: unknown };
    // GitHub hides from a token what it may not see.
    if (status === 403 || status === 404) return undefined;
    throw githubProblem(error, `the settings of the repository${path && ` at ${path}`}`);
  }
}
