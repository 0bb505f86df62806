import { parse } from "yaml";
import { parseWorkflow, type Job, type Permissions, type Step } from "./workflows";

/** The only jobs that may write or use OIDC. Every other job may only read the code. */
const GRANTS: Readonly<Record<string, Permissions>> = {
  "plan.yml plan": { contents: "read", "id-token": "write" },
  "plan.yml comment": { contents: "read", "pull-requests": "write" },
  "plan-wave.yml plan": { contents: "read", "id-token": "write" },
  "apply.yml deployments": { actions: "read", contents: "read", "id-token": "write" },
  "apply.yml deploy": { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  "apply-deployment.yml first": { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  "apply-deployment.yml second": { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  "apply-deployment.yml third": { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  "apply-deployment.yml unfinished": {},
  "apply-round.yml check": { actions: "read", contents: "read", "id-token": "write", "pull-requests": "read" },
  "apply-round.yml apply": { contents: "read", "id-token": "write" },
  "drift.yml drift": { contents: "read", "id-token": "write" },
  "drift.yml issues": { contents: "read", issues: "write" },
  "release.yml publish": { contents: "write" },
};

/** Events that may start a workflow. Other events can run foreign code with this repository's permissions. */
const EVENTS: ReadonlySet<string> = new Set(["pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"]);

/**
 * The values of an event that are safe to use: numbers, hashes, names that GitHub validates, and this repository's
 * branch names.
 */
const FROM_EVENT: ReadonlySet<string> = new Set([
  "github.event.pull_request.number",
  "github.event.pull_request.head.repo.full_name",
  "github.event.pull_request.user.login", // the author: unlike github.actor it is the same for every run
  "github.base_ref",
  "github.ref",
  "github.repository",
  "github.run_attempt",
  "github.sha",
  "github.token",
]);

/** The condition that a run comes from this repository's branch, not from a fork or Dependabot. */
const NO_FORK =
  "github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'";

/**
 * The violations of the laws that keep an account safe, one per line: `<file> <job>: <what>`.
 *
 * @param texts of the workflows by file name
 * @param setup the text of the setup action, the first step of every job
 */
export function violations(texts: ReadonlyMap<string, string>, setup: string): string[] {
  const files = [...texts];
  const broken = files.flatMap(([file, text]) => workflow(file, text));
  return [...broken, ...setupProblems(setup)];
}

/**
 * An action is a foreign program: it must be pinned to the reviewed commit. The check uses the parsed YAML, so that no
 * notation evades it.
 */
function pinning(file: string, text: string, steps: readonly Pick<Step, "uses">[]): string[] {
  const used = steps.flatMap(({ uses }) => (uses === undefined || uses.startsWith("./") ? [] : [uses]));
  const written = text.split("\n").flatMap((line) => /^\s*(?:- )?uses: ([\w-]+\/[\w-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$/.exec(line)?.[1] ?? []); // prettier-ignore
  const times = (all: readonly string[], action: string) => all.filter((each) => each === action).length;
  return [...new Set(used)]
    .filter((action) => times(used, action) !== times(written, action))
    .map((action) => `${file}: not pinned by commit with its version in a comment: ${action}`);
}

function workflow(file: string, text: string): string[] {
  const { on, permissions, concurrency, jobs } = parseWorkflow(text);
  const all = Object.values(jobs).flatMap((each) => [each, ...(each.steps ?? [])]);
  const pushed = String((on["push"] as { readonly branches?: readonly string[] } | undefined)?.branches);
  const own = [
    ...Object.keys(on)
      .filter((event) => !EVENTS.has(event))
      .map((event) => `may not start on ${event}`),
    ...(JSON.stringify(permissions) === "{}" ? [] : ["the workflow itself must have no permissions"]),
    ...(concurrency?.["cancel-in-progress"] === true && file !== "ci.yml"
      ? ["a run that works in AWS must not be cancelled"]
      : []),
    ...(/\bsecrets\b/i.test(text) ? ["must not use a secret: jobs authenticate by OIDC"] : []),
    ...[...expressionsIn(text), ...all.flatMap(({ if: condition }) => condition ?? [])]
      .flatMap(named)
      .filter((name) => !FROM_EVENT.has(name))
      .map((name) => `${name} is controlled by the author of the event`),
  ];
  return [...pinning(file, text, all), ...own.map((what) => `${file}: ${what}`), ...Object.entries(jobs).flatMap(([id, each]) => job(file, id, each, pushed).map((what) => `${file} ${id}: ${what}`))]; // prettier-ignore
}

/** @param pushed the branch whose pushes start the workflow, the main branch in `apply.yml` */
function job(file: string, id: string, { permissions, steps = [], ...rest }: Job, pushed: string): string[] {
  const granted = GRANTS[`${file} ${id}`] ?? { contents: "read" };
  const identified = typeof permissions === "object" && permissions["id-token"] === "write";
  return [
    ...(sameGrants(permissions, granted)
      ? []
      : [`permissions must be ${JSON.stringify(granted)}, got ${JSON.stringify(permissions)}`]),
    ...(rest.uses === undefined && !(typeof rest["timeout-minutes"] === "number") ? ["must have a time limit"] : []),
    ...(rest.uses === undefined && !/^ubuntu-\d+\.\d+$/.test(rest["runs-on"] ?? "")
      ? ["must run on a named version"]
      : []),
    ...(file === "plan.yml" && identified && rest.needs !== "affected"
      ? ["must need affected, which never runs for a fork"]
      : []),
    ...(file === "plan.yml" && id === "affected" && rest.if !== NO_FORK ? ["must not run for a fork"] : []),
    ...(file === "apply.yml" && id === "deployments" && rest.if !== `github.ref == 'refs/heads/${pushed}'`
      ? ["must run for the pushed branch only"]
      : []),
    ...(file === "apply.yml" && id === "deploy" && rest.strategy?.["max-parallel"] !== 1
      ? ["must run one at a time"]
      : []),
    ...applying(steps, rest),
    ...ofMain(file, steps),
    ...steps.flatMap((each, index) =>
      step(each).map((what) => `step ${each.name ?? each.uses ?? String(index + 1)}: ${what}`),
    ),
  ];
}

/**
 * A job with an apply role runs for the GitHub environment that the role trusts, one at a time, without
 * cancellation.
 */
function applying(
  steps: readonly Step[],
  { environment, concurrency }: Pick<Job, "environment" | "concurrency">,
): string[] {
  const applies = steps.some(({ run = "" }) => /npm run apply|profiles .*--deployment/.test(run));
  if (!applies)
    return environment === undefined ? [] : ["must not be for a GitHub environment, because it applies nothing"];
  return [
    ...(environment === "${{ inputs.deployment }}" ? [] : ["must be for the GitHub environment of the deployment"]),
    ...(concurrency?.group === "apply-${{ inputs.deployment }}" ? [] : ["must be the only run of its deployment"]),
    ...(concurrency?.["cancel-in-progress"] === false ? [] : ["must never be cancelled while it runs"]),
    ...steps.flatMap(({ run = "", env = {} }) => (appliesWhatWasShown(run, env) ? [] : ["must apply the plan that was shown, by its id, or one that it made itself"])), // prettier-ignore
  ];
}

/** An artifact may hold more than the approver saw. */
function appliesWhatWasShown(run: string, env: Readonly<Record<string, string>>): boolean {
  const [before = "", ...applied] = run.split("npm run apply -- ");
  const isShown = (text: string) =>
    text.startsWith('"plans/$PLAN"') && env["PLAN"] === "${{ needs.check.outputs.plan }}";
  const isOwn = (text: string) => text.startsWith("plans/* ") && /\brm -rf plans\n[^]*npm run plan -- /.test(before);
  return applied.every((text) => isShown(text) || isOwn(text));
}

/**
 * A job that applies, or plans for an apply, uses the newest main. Every GitHub environment must be protected.
 */
function ofMain(file: string, steps: readonly Step[]): string[] {
  const first = (what: RegExp) => steps.findIndex(({ run = "" }) => what.test(run));
  const before = (what: RegExp, then: number) =>
    steps
      .slice(0, then)
      .some(
        ({ run = "", ...rest }) => what.test(run) && rest.if === undefined && rest["continue-on-error"] === undefined,
      );
  const asks = first(/pipeline -- (pending|deployments)/);
  const works = file === "apply-round.yml" ? first(/pipeline -- (pending|profiles)|npm run (plan|apply)/) : -1;
  return [
    ...(asks < 0 || before(/^npm run pipeline -- protected/, asks) ? [] : ["must check that GitHub environments are protected before it finds pending deployments"]), // prettier-ignore
    ...(works < 0 || before(/^npm run pipeline -- newest$/, works)
      ? []
      : ["must check that main has no newer commit before it assumes a role"]),
  ];
}

function step({ run, uses = "", with: inputs = {}, env = {} }: Step): string[] {
  const isPlan = /^(plan|apply)-/.test(String(inputs["name"] ?? ""));
  return [
    ...(run?.includes("${{") ? ["an expression would become part of the script: pass it by env"] : []),
    ...(run !== undefined && /\bGITHUB_(ACTOR|TRIGGERING_ACTOR|HEAD_REF|EVENT_PATH)/.test(run)
      ? ["must not use a variable that the author of the event controls"]
      : []),
    ...(run !== undefined && Object.keys(env).some((name) => /AWS_(ACCESS|SECRET|SESSION)/.test(name))
      ? ["must not have an access key"]
      : []),
    ...(uses.startsWith("actions/checkout@") && inputs["persist-credentials"] !== false ? ["must not keep its token (persist-credentials)"] : []), // prettier-ignore
    ...(uses.startsWith("actions/checkout@") && (inputs["ref"] ?? inputs["repository"]) !== undefined
      ? ["must check out the commit of the run"]
      : []),
    ...(uses.startsWith("aws-actions/") && Object.keys(inputs).some((name) => !["role-to-assume", "aws-region"].includes(name)) ? ["must have only a role and a region"] : []), // prettier-ignore
    ...(uses.startsWith("actions/upload-artifact@") && /^errored-(?!.*-\$\{\{ github\.run_attempt \}\}$)/.test(String(inputs["name"])) ? ["must name a kept state after the attempt: a second attempt could not upload it"] : []), // prettier-ignore
    ...(uses.startsWith("actions/upload-artifact@") && isPlan && inputs["include-hidden-files"] !== true ? ["must include the providers' lock file, which is hidden"] : []), // prettier-ignore
  ];
}

function setupProblems(text: string): string[] {
  const { runs } = parse(text) as { readonly runs: { readonly steps: readonly Step[] } };
  const terraform = runs.steps.find(({ uses = "" }) => uses.startsWith("hashicorp/setup-terraform@"))?.with ?? {};
  return [
    ...pinning("setup", text, runs.steps),
    ...(/^\d+\.\d+\.\d+$/.test(String(terraform["terraform_version"]))
      ? []
      : ["setup: Terraform must have an exact version"]),
    ...(terraform["terraform_wrapper"] === false
      ? []
      : ["setup: the wrapper must be off, because it changes Terraform's exit codes"]),
    ...runs.steps.flatMap((each) => step(each).map((what) => `setup: ${what}`)),
    ...[...expressionsIn(text), ...runs.steps.flatMap(({ if: condition }) => condition ?? [])].map(
      (expression) => `setup: must not use a value of the event: ${expression}`,
    ),
  ];
}

function expressionsIn(text: string): string[] {
  return [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].map(([, expression = ""]) => expression.trim());
}

/** The values of the event and of GitHub in an expression. */
function named(expression: string): string[] {
  return expression.match(/\bgithub(\.[\w-]+|\[[^\]]*\])*/gi) ?? [];
}

function sameGrants(got: Job["permissions"], expected: Permissions): boolean {
  if (typeof got !== "object") return false;
  const text = (permissions: Permissions) => JSON.stringify(Object.entries(permissions).sort());
  return text(got) === text(expected);
}
