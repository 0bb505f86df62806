import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { EstateFile } from "../config/schema";
import twoAccounts from "../examples/two-accounts";
import { applyRoles, deploymentNames, planRoles } from "../tools/pipelines/roles";
import { accessOf } from "./support/access";
import { AZURE_DEVOPS as PROJECT, estateFrom } from "./support/estates";
import {
  AZURE_DEVOPS,
  azureJobs,
  EVENTS,
  GITLAB,
  gitlabJobs,
  violationsOf,
  type ExampleJob,
  type Texts,
} from "./support/example-pipelines";

const ROOT = join(__dirname, "..");
const on = (repository: EstateFile["repository"]) => estateFrom({ ...twoAccounts, repository });
const PIPELINES = [
  {
    service: "GitLab",
    texts: GITLAB,
    read: gitlabJobs,
    estate: on({ gitlab: { project: "example-group/aws-estate" } }),
    // The merge request of a branch, and a job of main.
    subjectOf: (identity: string) =>
      `project_path:example-group/aws-estate:ref_type:branch:ref:${identity === "plan" ? "feature" : "main"}`,
  },
  {
    service: "Azure DevOps",
    texts: AZURE_DEVOPS,
    read: azureJobs,
    estate: on({ azureDevOps: PROJECT }),
    subjectOf: (identity: string) =>
      `sc://example-org/aws-estate/galileo-${identity === "plan" ? "plan" : `apply-${identity}`}`,
  },
] as const;

/** The deployments of the example estate, in the order in which a change is promoted. */
const DEPLOYMENTS = ["account-dev", "dev", "account-prod", "prod"];

describe.each(PIPELINES)("the pipeline for $service", ({ texts, read, estate, subjectOf }) => {
  const jobs = read(texts);
  const deploymentIn = ({ script }: ExampleJob) => /--deployment (\S+)/.exec(script)?.[1];

  test("violates no law", () => {
    expect(violationsOf(jobs)).toEqual([]);
  });

  test("checks and applies each deployment of the estate once, in promotion order", () => {
    expect([...deploymentNames(estate)].sort()).toEqual([...DEPLOYMENTS].sort());
    const pending = jobs.flatMap(({ script }) => /pipeline -- pending (\S+)/.exec(script)?.[1] ?? []);
    expect(pending).toEqual(DEPLOYMENTS);
    expect(jobs.flatMap((job) => deploymentIn(job) ?? [])).toEqual(DEPLOYMENTS);
  });

  test("runs jobs with roles for pull requests of its own, pushes to main and its schedule only", () => {
    const roles = jobs.filter(({ identity }) => identity !== undefined);
    expect(roles).toHaveLength(2 * DEPLOYMENTS.length + 2);
    expect([...new Set(roles.flatMap(({ events }) => events))].sort()).toEqual([...EVENTS.slice(0, 3)].sort());
    expect(
      jobs.filter(({ events }) => events.includes("pull request of a fork")).map(({ identity }) => identity),
    ).toEqual(jobs.filter(({ identity }) => identity === undefined).map(() => undefined));
  });

  test("gets the roles that its jobs ask for, and with a connection of its own no other", async () => {
    const access = accessOf(estate);
    const [issuer] = estate.pipelines;
    const asks = (roleArn: string, identity: string) => ({
      from: `arn:aws:iam::${roleArn.split(":")[4] ?? ""}:oidc-provider/${issuer?.issuer ?? ""}`,
      to: roleArn,
      claims: { aud: issuer?.audience ?? "", sub: subjectOf(identity) },
    });
    let asked = 0;
    for (const job of jobs) {
      const { identity } = job;
      if (identity === undefined) continue;
      const deployment = deploymentIn(job);
      const own = deployment === undefined ? planRoles(estate) : applyRoles(estate, deployment);
      for (const { roleArn } of own) await expect(access).toAllowAssume(asks(roleArn, identity));
      asked += own.length;
      if (identity === "main") continue; // the tokens of GitLab name no deployment
      const arns = own.map(({ roleArn }) => roleArn);
      const others = DEPLOYMENTS.flatMap((name) => applyRoles(estate, name)).filter(
        ({ roleArn }) => !arns.includes(roleArn),
      );
      for (const { roleArn } of others) await expect(access).not.toAllowAssume(asks(roleArn, identity));
    }
    expect(asked).toBeGreaterThan(10);
  });

  test("uses commands that exist, with their options and arguments", async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const used = jobs.flatMap(({ script }) => [
      ...script.matchAll(/npm run (?:--silent )?(\w+)(?: -- ([^|>;#\n]*))?/g),
    ]);
    expect(new Set(used.map(([, name]) => name))).toEqual(new Set(["access", "apply", "drift", "pipeline", "plan"]));
    for (const [, name = "", text = ""] of used) {
      const file = /tools\/cli\/[\w-]+\.ts/.exec(scripts[name] ?? "")?.[0] ?? "";
      const { default: program } = (await import(join(ROOT, file))) as { default: Command };
      expect(problemOf(program, text.trim().split(/\s+/).filter(Boolean))).toBe(undefined);
    }
    expect(jobs.some(({ script }) => script.includes(".ci/run"))).toBe(true);
    expect(existsSync(join(ROOT, ".ci/run"))).toBe(true);
  });
});

/** The first option or argument that a command does not take. */
function problemOf(program: Command, words: readonly string[]): string | undefined {
  const sub = program.commands.find((each) => each.name() === words[0]);
  const command = sub ?? program;
  if (!sub && program.commands.length > 0) return `no command ${words[0] ?? ""}`;
  const rest = sub ? words.slice(1) : [...words];
  const positional: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = command.options.find(({ long }) => long === word);
    if (word.startsWith("--") && !option) return `no option ${word}`;
    if (!word.startsWith("--")) positional.push(word);
    else if (option?.required === true) rest.shift();
  }
  const { registeredArguments: taken } = command;
  if (positional.length > taken.length && taken.at(-1)?.variadic !== true)
    return `no argument ${positional.at(-1) ?? ""}`;
  return positional.length < taken.filter(({ required }) => required).length ? "an argument is missing" : undefined;
}

type Breach = readonly [file: keyof Texts, from: string | RegExp, to: string, says: RegExp];
const GITLAB_BREACHES: readonly Breach[] = [
  [
    "pipeline",
    " && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID",
    "",
    /^plan: must run for own pull request only, got .*fork/,
  ],
  [
    "pipeline",
    '{ if: $CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }',
    '{ if: $CI_PIPELINE_SOURCE == "push" }',
    /^drift: must run for schedule of main only/,
  ],
  ["pipeline", "  timeout: 75 minutes # 45 for a lock\n", "", /^plan: must have a time limit/],
  [
    "pipeline",
    "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "$CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    /^plan: must not use a variable/,
  ],
  [
    "deployment",
    ' && $CI_COMMIT_REF_PROTECTED == "true"',
    "",
    /^check dev: must run for push to main only, got .*unprotected/,
  ],
  ["deployment", "      when: manual\n", "", /^apply dev: must be approved as dev/],
  [
    "deployment",
    "  environment: $[[ inputs.deployment ]]\n",
    "  environment: dev\n",
    /^apply prod: must be approved as prod/,
  ],
  ["deployment", "  resource_group: $[[ inputs.deployment ]]\n", "", /^apply dev: must be the only run/],
  ["deployment", /(apply [^]*) {2}interruptible: false\n/, "$1", /^apply dev: must be the only run/],
  ["deployment", '"plans/$plan"', "plans/*", /^apply dev: must apply the plan that was shown/],
  [
    "deployment",
    "      rm -rf plans # only the plan that is made here may be applied below\n",
    "",
    /^apply dev: must apply the plan that was shown/,
  ],
  [
    "deployment",
    "    reports: { dotenv: handover/outputs.env }\n",
    "",
    /^apply dev: must apply the plan that was shown/,
  ],
  [
    "deployment",
    "--deployment $[[ inputs.deployment ]]",
    '--deployment "$DEPLOYMENT"',
    /^apply dev: must name its deployment without a variable/,
  ],
  ["deployment", "pending $[[ inputs.deployment ]]", "pending dev", /^apply prod: must apply the plan that was shown/],
  ["deployment", '  needs: ["check $[[ inputs.deployment ]]"]\n', "", /^apply dev: must need the job that planned/],
  ["deployment", /'\[ "\$\(git ls-remote.*\n/, "echo\n", /^check dev: must check that main has no newer commit/],
];
const AZURE_BREACHES: readonly Breach[] = [
  [
    "pipeline",
    ", ne(variables['System.PullRequest.IsFork'], 'True')",
    "",
    /^plan: must run for own pull request only, got .*fork/,
  ],
  [
    "pipeline",
    "and(eq(variables['Build.Reason'], 'Schedule'), eq(variables['Build.SourceBranch'], 'refs/heads/main'))",
    "eq(variables['Build.Reason'], 'Schedule')",
    /^drift: must run for schedule of main only, got .*schedule of a branch/,
  ],
  ["pipeline", "        timeoutInMinutes: 75 # 45 for a lock\n", "", /^plan: must have a time limit/],
  ["pipeline", "awsCredentials: galileo-plan", "awsCredentials: galileo-apply-dev", /^plan: must not be approved/],
  ["pipeline", "origin/main ||", '"origin/$SYSTEM_PULLREQUEST_SOURCEBRANCH" ||', /^plan: must not use a variable/],
  [
    "deployment",
    "in(variables['Build.Reason'], 'IndividualCI', 'BatchedCI'), ",
    "",
    /^check_dev: must run for push to main only, got .*by hand/,
  ],
  [
    "deployment",
    ", eq(variables['Build.SourceBranch'], 'refs/heads/main')",
    "",
    /^check_dev: must run for push to main only, got .*push to a branch/,
  ],
  [
    "deployment",
    "awsCredentials: galileo-apply-${{ parameters.deployment }}",
    "awsCredentials: galileo-plan",
    /^apply_dev: must be approved as dev/,
  ],
  [
    "deployment",
    "awsCredentials: galileo-apply-${{ parameters.deployment }}",
    "awsCredentials: galileo-apply-dev",
    /^apply_prod: must be approved as prod/,
  ],
  ["deployment", "    lockBehavior: sequential\n", "", /^apply_dev: must be the only run/],
  ["deployment", '"plans/$PLAN"', "plans/*", /^apply_dev: must apply the plan that was shown/],
  ["deployment", "PLAN: $(plan)", "PLAN: $(other)", /^apply_dev: must apply the plan that was shown/],
  ["deployment", /rm -rf plans .*\n/, "true\n", /^apply_dev: must apply the plan that was shown/],
  [
    "deployment",
    "pending ${{ parameters.deployment }}",
    "pending dev",
    /^apply_prod: must apply the plan that was shown/,
  ],
  [
    "deployment",
    "dependsOn: check_${{ parameters.id }}\n",
    "dependsOn: []\n",
    /^apply_dev: must need the job that planned/,
  ],
  [
    "deployment",
    '[ "$newest" = "$BUILD_SOURCEVERSION" ] # no older commit',
    "true",
    /^check_dev: must check that main has no newer commit/,
  ],
];

test.each([
  ...GITLAB_BREACHES.map((breach) => ({ texts: GITLAB, read: gitlabJobs, breach })),
  ...AZURE_BREACHES.map((breach) => ({ texts: AZURE_DEVOPS, read: azureJobs, breach })),
])("a breach is noticed: $breach", ({ texts, read, breach: [file, from, to, says] }) => {
  const changed = texts[file].replace(from, to);
  expect(changed).not.toBe(texts[file]);
  expect(violationsOf(read({ ...texts, [file]: changed })).filter((line) => says.test(line))).not.toEqual([]);
});
