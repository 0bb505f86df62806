import { githubRepository } from "../../../../tools/pipelines/github/repository";
import { repositorySettings } from "../../../../tools/pipelines/github/repository-settings";
import { GithubServer } from "../../../e2e/support/github-server";

const server = new GithubServer("example-org/aws-estate");
const report = () =>
  repositorySettings(
    githubRepository({ GITHUB_REPOSITORY: "example-org/aws-estate", GITHUB_TOKEN: "t", GITHUB_API_URL: server.url }),
    "main",
  );

const WORKFLOW = "/actions/permissions/workflow";
const PRIVATE_FORKS = "/actions/permissions/fork-pr-workflows-private-repos";
const PUBLIC_FORKS = "/actions/permissions/fork-pr-contributor-approval";
const SAFE = {
  [WORKFLOW]: { default_workflow_permissions: "read", can_approve_pull_request_reviews: false },
  [PRIVATE_FORKS]: {
    run_workflows_from_fork_pull_requests: true,
    send_write_tokens_to_workflows: false,
    send_secrets_and_variables: false,
    require_approval_for_fork_pr_workflows: true,
  },
  [PUBLIC_FORKS]: { approval_policy: "all_external_contributors" },
};

beforeAll(() => server.start());
beforeEach(() => {
  server.settings.clear();
  for (const [path, values] of Object.entries(SAFE)) server.settings.set(path, values);
  server.mainProtection = { isProtected: true, rules: [] };
  server.isPrivate = true;
});
afterAll(() => server.stop());

test.each([true, false])("safe settings have no problem (private: %p)", async (isPrivate) => {
  server.isPrivate = isPrivate;
  expect(await report()).toEqual({ problems: [], unread: [] });
});

test.each([
  [
    PRIVATE_FORKS,
    { send_write_tokens_to_workflows: true },
    "workflows of forks must not get write tokens, got allowed",
  ],
  [
    PRIVATE_FORKS,
    { send_secrets_and_variables: true },
    "workflows of forks must not get secrets and variables, got allowed",
  ],
  [
    PRIVATE_FORKS,
    { require_approval_for_fork_pr_workflows: false },
    "workflows of forks must require approval, got none",
  ],
  [
    PRIVATE_FORKS,
    { require_approval_for_fork_pr_workflows: undefined },
    "workflows of forks must require approval, got no answer",
  ],
  [
    WORKFLOW,
    { default_workflow_permissions: "write" },
    'the default permissions of workflows must be "read", got "write"',
  ],
  [
    WORKFLOW,
    { can_approve_pull_request_reviews: true },
    "GitHub Actions must not be allowed to approve pull requests, got allowed",
  ],
])("%s with %p is a problem", async (path, values, problem) => {
  server.settings.set(path, { ...SAFE[path as keyof typeof SAFE], ...values });
  expect(await report()).toEqual({ problems: [problem], unread: [] });
});

test("settings for forks do not matter where no workflow of a fork runs", async () => {
  const values = { run_workflows_from_fork_pull_requests: false, send_write_tokens_to_workflows: true };
  server.settings.set(PRIVATE_FORKS, values);
  expect(await report()).toEqual({ problems: [], unread: [] });
});

test("a public repository must ask before the workflow of any outside contributor runs", async () => {
  server.isPrivate = false;
  server.settings.set(PUBLIC_FORKS, { approval_policy: "first_time_contributors" });
  expect((await report()).problems).toEqual([
    'workflows of forks must require approval for "all_external_contributors", got "first_time_contributors"',
  ]);
});

test("main must be protected by a ruleset or by branch protection", async () => {
  server.mainProtection = { isProtected: false, rules: ["pull_request", "deletion"] };
  expect((await report()).problems).toEqual([]);
  server.mainProtection = { isProtected: false, rules: ["deletion"] };
  expect((await report()).problems).toEqual([
    "main must be protected: only pull requests may change it, got no such rule",
  ]);
});

test("what the token of a job may not read is listed, and is no problem", async () => {
  server.settings.clear();
  expect(await report()).toEqual({
    problems: [],
    unread: ["the permissions of workflows", "workflows of pull requests from forks"],
  });
});
