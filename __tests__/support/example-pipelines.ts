import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { parse } from "yaml";

/* The pipelines in examples/pipelines/ as one form, and the laws of GitHub's workflows (workflow-laws.ts) for it. */

const FOLDER = join(__dirname, "../../examples/pipelines");

/** The texts of a pipeline's two files: the pipeline itself, and the template of a deployment. */
export interface Texts {
  readonly pipeline: string;
  readonly deployment: string;
}

const textsOf = (folder: string, pipeline: string): Texts => ({
  pipeline: readFileSync(join(FOLDER, folder, pipeline), "utf8"),
  deployment: readFileSync(join(FOLDER, folder, "deployment.yml"), "utf8"),
});
export const GITLAB = textsOf("gitlab", ".gitlab-ci.yml");
export const AZURE_DEVOPS = textsOf("azure-devops", "azure-pipelines.yml");

/** What starts a pipeline. Only the first three may reach AWS. */
export const EVENTS = [
  "own pull request",
  "push to main",
  "schedule of main",
  "pull request of a fork",
  "push to a branch",
  "push to an unprotected main",
  "run of main by hand",
  "schedule of a branch",
] as const;
type PipelineEvent = (typeof EVENTS)[number];

export interface ExampleJob {
  readonly name: string;
  readonly script: string;
  /** The events that it runs at. */
  readonly events: readonly PipelineEvent[];
  /** What its token names: `plan`, the deployment, or on GitLab, whose tokens name none, `main`. @default no token */
  readonly identity?: string;
  /** What approves it: the protected environment, or the deployment of the service connection. @default nothing */
  readonly approves?: string;
  /** Whether no other job of its deployment runs meanwhile. */
  readonly isExclusive: boolean;
  readonly hasTimeLimit: boolean;
  /** Where the variable with the plan's id comes from. */
  readonly plan?: string;
  readonly needs: readonly string[];
}

interface GitlabJob {
  readonly script?: readonly string[];
  readonly rules?: readonly { readonly if: string; readonly when?: string }[];
  readonly id_tokens?: object;
  readonly environment?: string;
  readonly resource_group?: string;
  readonly timeout?: string;
  readonly interruptible?: boolean;
  readonly needs?: readonly string[];
  readonly artifacts?: { readonly reports?: { readonly dotenv?: string } };
}

const MAIN = { CI_DEFAULT_BRANCH: "main", CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_PROTECTED: "true" };
const OWN = { CI_PROJECT_ID: "1", CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1", CI_DEFAULT_BRANCH: "main" };
const BRANCH = { ...MAIN, CI_COMMIT_BRANCH: "x", CI_COMMIT_REF_PROTECTED: "false" };
const ON_GITLAB: Readonly<Record<PipelineEvent, Readonly<Record<string, string>>>> = {
  "own pull request": { ...OWN, CI_PIPELINE_SOURCE: "merge_request_event" },
  "push to main": { ...MAIN, CI_PIPELINE_SOURCE: "push" },
  "schedule of main": { ...MAIN, CI_PIPELINE_SOURCE: "schedule" },
  "pull request of a fork": {
    ...OWN,
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "2",
  },
  "push to a branch": { ...BRANCH, CI_PIPELINE_SOURCE: "push" },
  "push to an unprotected main": { ...MAIN, CI_COMMIT_REF_PROTECTED: "false", CI_PIPELINE_SOURCE: "push" },
  "run of main by hand": { ...MAIN, CI_PIPELINE_SOURCE: "web" },
  "schedule of a branch": { ...BRANCH, CI_PIPELINE_SOURCE: "schedule" },
};

/** Whether an expression holds with the given names. One that has other names throws. */
function holds(expression: string, given: Readonly<Record<string, unknown>>): boolean {
  const decide = compileFunction(`return (${expression});`, Object.keys(given)) as (...values: unknown[]) => unknown;
  return decide(...Object.values(given)) === true;
}

/** Whether a rule of GitLab holds. A variable that is not set is null there. */
function ruleHolds(rule: string, event: PipelineEvent): boolean {
  const text = rule.replaceAll(/\$(\w+)/g, '(variables["$1"] ?? null)').replaceAll(/([=!])= /g, "$1== ");
  return holds(text, { variables: ON_GITLAB[event] });
}

/** Keys that are settings of the whole pipeline, not jobs. */
const SETTINGS = ["include", "workflow", "stages", "default", "variables"];

export function gitlabJobs({ pipeline, deployment }: Texts): ExampleJob[] {
  const parsed = parse(pipeline) as Record<string, GitlabJob>;
  const { include, workflow } = parsed as unknown as {
    readonly include: readonly { readonly inputs: Readonly<Record<string, string>> }[];
    readonly workflow: { readonly rules: readonly { readonly if: string }[] };
  };
  const own = Object.fromEntries(Object.entries(parsed).filter(([name]) => !SETTINGS.includes(name)));
  const [, template = ""] = deployment.split(/^---$/m);
  const jobs = Object.assign(
    {},
    own,
    ...include.map(({ inputs }) => parse(template.replaceAll(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name: string) => inputs[name] ?? "")) as object), // prettier-ignore
  ) as Record<string, GitlabJob>;
  return Object.entries(jobs).map(([name, job]) => {
    const { script = [], rules = [], id_tokens, environment, resource_group, needs = [], interruptible } = job;
    const source = needs.map((need) => jobs[need]).find((need) => need?.artifacts?.reports?.dotenv !== undefined);
    return {
      name,
      script: script.join("\n"),
      events: EVENTS.filter((event) => [workflow.rules, rules].every((all) => all.some((rule) => ruleHolds(rule.if, event)))), // prettier-ignore
      identity: id_tokens && (name === "plan" ? "plan" : "main"),
      approves: rules.every(({ when }) => when === "manual") ? environment : undefined,
      isExclusive: resource_group !== undefined && resource_group === environment && interruptible === false,
      hasTimeLimit: job.timeout !== undefined,
      plan: source?.script?.join("\n"),
      needs,
    };
  });
}

interface AzureStep {
  readonly checkout?: string;
  readonly persistCredentials?: boolean;
  readonly script?: string;
  readonly inputs?: { readonly awsCredentials?: string; readonly inlineScript?: string };
  readonly env?: Readonly<Record<string, string>>;
}

interface AzureStage {
  readonly stage: string;
  readonly template?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly condition: string;
  readonly dependsOn: string | readonly string[];
  readonly lockBehavior?: string;
  readonly jobs: readonly {
    readonly timeoutInMinutes?: number;
    readonly variables?: Readonly<Record<string, string>>;
    readonly steps: readonly AzureStep[];
  }[];
}

const HEAD = "refs/heads/main";
/** No pipeline there knows whether its branch is protected: the branch control of the connection does. */
const ON_AZURE: Readonly<Partial<Record<PipelineEvent, Readonly<Record<string, string>>>>> = {
  "own pull request": { "Build.Reason": "PullRequest", "Build.SourceBranch": "refs/pull/1/merge" },
  "push to main": { "Build.Reason": "IndividualCI", "Build.SourceBranch": HEAD },
  "schedule of main": { "Build.Reason": "Schedule", "Build.SourceBranch": HEAD },
  "pull request of a fork": {
    "Build.Reason": "PullRequest",
    "Build.SourceBranch": "refs/pull/1/merge",
    "System.PullRequest.IsFork": "True",
  },
  "push to a branch": { "Build.Reason": "IndividualCI", "Build.SourceBranch": "refs/heads/x" },
  "run of main by hand": { "Build.Reason": "Manual", "Build.SourceBranch": HEAD },
  "schedule of a branch": { "Build.Reason": "Schedule", "Build.SourceBranch": "refs/heads/x" },
};

/** Whether the condition of a stage holds, if the stages before succeeded and found something to apply. */
function conditionHolds(condition: string, event: PipelineEvent): boolean {
  const before = { result: "Succeeded", outputs: { "check.check.count": "1" } };
  const functions = {
    and: (...all: readonly boolean[]) => all.every(Boolean),
    not: (value: boolean) => !value,
    eq: (a: unknown, b: unknown) => a === b,
    ne: (a: unknown, b: unknown) => a !== b,
    isIn: (value: unknown, ...all: readonly unknown[]) => all.includes(value),
    failed: () => false,
    canceled: () => false,
    variables: ON_AZURE[event],
    dependencies: new Proxy({}, { get: () => before }),
  };
  return holds(condition.replaceAll(/\bin\(/g, "isIn("), functions);
}

/** A template with its parameters, as text or, where one is the whole value, as it is. */
function expanded(template: string, parameters: Readonly<Record<string, unknown>>): AzureStage[] {
  const text = template.replaceAll(/\$\{\{ parameters\.(\w+) \}\}/g, (_, name: string) => {
    const value = parameters[name];
    return typeof value === "string" ? value : JSON.stringify(value);
  });
  return (parse(text) as { stages: AzureStage[] }).stages;
}

export function azureJobs({ pipeline, deployment }: Texts): ExampleJob[] {
  const { stages } = parse(pipeline) as { stages: AzureStage[] };
  const all = stages.flatMap((each) => (each.template === undefined ? [each] : expanded(deployment, each.parameters ?? {}))); // prettier-ignore
  return all.flatMap(({ stage, condition, lockBehavior, dependsOn, jobs }) =>
    jobs.map(({ steps, timeoutInMinutes, variables = {} }) => {
      const task = steps.find(({ inputs }) => inputs?.awsCredentials !== undefined);
      const connection = task?.inputs?.awsCredentials?.replace(/^galileo-/, "");
      const applies = connection?.replace(/^apply-/, "");
      const source = /stageDependencies\.(\w+)\.check\.outputs\['check\.plan'\]/.exec(variables["plan"] ?? "")?.[1];
      const made = all.find((each) => each.stage === source)?.jobs[0]?.steps.map(({ inputs }) => inputs?.inlineScript);
      return {
        name: stage,
        script: steps.flatMap(({ script, inputs }) => script ?? inputs?.inlineScript ?? []).join("\n"),
        events: EVENTS.filter((event) => event in ON_AZURE && conditionHolds(condition, event)),
        identity: applies,
        approves: applies === connection ? undefined : applies,
        isExclusive: lockBehavior === "sequential",
        hasTimeLimit: timeoutInMinutes !== undefined,
        plan: task?.env?.["PLAN"] === "$(plan)" ? made?.join("\n") : undefined,
        needs: [dependsOn].flat(),
      };
    }),
  );
}

/** Variables that the author of a change, or the person who starts a run, chooses. */
const FOREIGN =
  /CI_(COMMIT_(MESSAGE|TITLE|DESCRIPTION|AUTHOR|REF_NAME|REF_SLUG|TAG)|MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS))|BUILD_(SOURCEVERSIONMESSAGE|SOURCEVERSIONAUTHOR|SOURCEBRANCHNAME|REQUESTEDFOR)|SYSTEM_PULLREQUEST_SOURCEBRANCH|\$\(Build\.Source/;

/** The violations of the laws, one per line: `<job>: <what>`. */
export function violationsOf(jobs: readonly ExampleJob[]): string[] {
  return jobs.flatMap((job) => problemsOf(job, jobs).map((what) => `${job.name}: ${what}`));
}

function problemsOf(job: ExampleJob, jobs: readonly ExampleJob[]): string[] {
  const { script, events, identity, hasTimeLimit } = job;
  const [, pending] = /pipeline -- pending (\S+)/.exec(script) ?? [];
  const needsNewest = pending !== undefined || script.includes("npm run apply");
  const newest = script.search(/\[ "\$(\(git ls-remote|newest")/);
  const profiles = script.search(/pipeline -- profiles/);
  const allowed = needsNewest ? "push to main" : script.includes("npm run --silent drift") ? "schedule of main" : "own pull request"; // prettier-ignore
  return [
    ...(identity === undefined && profiles >= 0 ? ["must have a token, because it uses roles"] : []),
    ...(identity !== undefined && events.join() !== allowed ? [`must run for ${allowed} only, got ${events.join(", ")}`] : []), // prettier-ignore
    ...(hasTimeLimit ? [] : ["must have a time limit"]),
    ...(needsNewest && !(newest >= 0 && newest < profiles) ? ["must check that main has no newer commit before it assumes a role"] : []), // prettier-ignore
    ...(FOREIGN.test(script) ? ["must not use a variable that the author of the event controls"] : []),
    ...(/AWS_(ACCESS|SECRET|SESSION)/.test(script) ? ["must not have an access key"] : []),
    ...applyProblems(job, jobs),
  ];
}

/** A job with an apply role is approved as its deployment, runs alone, and applies the plan that was shown. */
function applyProblems(job: ExampleJob, jobs: readonly ExampleJob[]): string[] {
  const [, deployment] = /profiles "\$AWS_CONFIG_FILE" --deployment (\S+)/.exec(job.script) ?? [];
  const [before = "", ...applied] = job.script.split("npm run apply -- ");
  if (deployment === undefined && applied.length === 0)
    return job.approves === undefined ? [] : ["must not be approved, because it applies nothing"];
  const isShown = (text: string) =>
    /^"plans\/\$(plan|PLAN)"\n/.test(text) && job.plan?.includes(`pipeline -- pending ${deployment ?? ""}\n`) === true;
  const isOwn = (text: string, earlier: string) =>
    text.startsWith("plans/* ") && /\brm -rf plans [^]*npm run plan -- /.test(earlier);
  const texts = applied.map((text, index) => ({ text, earlier: [before, ...applied.slice(0, index)].join("") }));
  return [
    ...(deployment === undefined || deployment.includes("$") ? ["must name its deployment without a variable"] : []),
    ...(job.approves === deployment ? [] : [`must be approved as ${deployment ?? "its deployment"}`]),
    ...(job.isExclusive ? [] : ["must be the only run of its deployment"]),
    ...(jobs.some(({ name }) => job.needs.includes(name)) ? [] : ["must need the job that planned"]),
    ...(texts.every(({ text, earlier }) => isShown(text) || isOwn(text, earlier)) ? [] : ["must apply the plan that was shown, by its id, or one that it made itself"]), // prettier-ignore
  ];
}
