import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { readWorkflow, type Job, type Step, type Workflow } from "../../support/workflows";
import { evaluate, holds, interpolate, type Contexts } from "./expressions";
import type { GithubServer } from "./github-server";

const ROOT = join(__dirname, "../../..");
/** The command with which GitHub runs a step without `shell`. */
const BASH = ["-e"];

export interface WorkflowRunnerOptions {
  readonly repository: string;
  /** The path of the bare repository that jobs check out. */
  readonly remote: string;
  /** An empty folder. */
  readonly directory: string;
  readonly server: GithubServer;
  /** The environment of every job, without AWS credentials. */
  readonly environment: NodeJS.ProcessEnv;
  /** Repository variables. */
  readonly vars: Readonly<Record<string, string>>;
  /** Jobs to leave out. */
  readonly without: readonly string[];
  /** Called before a job of a GitHub environment runs, with the page of the run. */
  readonly approve: (environment: string, page: string) => boolean;
}

export interface Event {
  readonly name: "pull_request" | "push" | "schedule" | "workflow_dispatch";
  /** The commit that jobs check out. */
  readonly sha: string;
  /** `refs/heads/main`, or `refs/pull/1/merge`. */
  readonly ref: string;
  /** The base branch of a pull request. */
  readonly baseRef?: string;
  readonly payload?: object;
  readonly inputs?: Readonly<Record<string, string>>;
}

type Result = "success" | "failure" | "skipped";

export interface RanJob {
  readonly name: string;
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** Of all its steps. */
  readonly log: string;
}

export interface RanWorkflow {
  readonly id: number;
  readonly jobs: readonly RanJob[];
  /** What GitHub shows of the run. */
  readonly page: string;
}

interface Run {
  readonly id: number;
  readonly event: Event;
  readonly artifacts: string;
  readonly jobs: RanJob[];
  page: string;
}

/** A role that a job has taken, with the subject of its token. */
export interface TakenRole {
  readonly subject: string;
  readonly roleArn: string;
}

/**
 * Runs workflows as GitHub Actions does, as far as ours go: jobs in the order of their needs, each in a checkout of its
 * own, with conditions, matrices, called workflows, outputs, artifacts and approvals. Steps with `run` are run by bash
 * as they stand. Replacements stand for the few actions in use; an unknown action is an error.
 */
export class WorkflowRunner {
  public readonly roles: TakenRole[] = [];
  private runs = 0;
  private jobFolders = 0;

  constructor(private readonly options: WorkflowRunnerOptions) {}

  public async run(workflow: string, event: Event): Promise<RanWorkflow> {
    const id = ++this.runs;
    const run: Run = {
      id,
      event,
      artifacts: join(this.options.directory, "artifacts", String(id)),
      jobs: [],
      page: "",
    };
    mkdirSync(run.artifacts, { recursive: true });
    await this.runWorkflow(readWorkflow(workflow), event.inputs ?? {}, run, "", undefined);
    return { id, jobs: run.jobs, page: run.page };
  }

  /** The folder of an artifact of a run. */
  public artifact(run: number, name: string): string {
    return join(this.options.directory, "artifacts", String(run), name);
  }

  private async runWorkflow(
    workflow: Workflow,
    inputs: Readonly<Record<string, unknown>>,
    run: Run,
    path: string,
    allowed: Job["permissions"],
  ): Promise<{ readonly result: Result; readonly outputs: Record<string, string> }> {
    const needs: Record<string, { result: Result; outputs: Readonly<Record<string, string>> }> = {};
    const contexts = { github: this.github(run.event), inputs, vars: this.options.vars, runner: { temp: "" } };
    for (const [id, job] of inOrder(workflow.jobs)) {
      const wanted = [job.needs ?? []].flat();
      const own = Object.fromEntries(wanted.map((need) => [need, needs[need]]));
      const succeeded = wanted.every((need) => needs[need]?.result === "success");
      if (this.options.without.includes(id) || !holds(job.if, { ...contexts, needs: own }, succeeded)) {
        needs[id] = { result: "skipped", outputs: {} };
        continue;
      }
      const runOne = (matrix: Record<string, unknown>, of: Run) => {
        const all = { ...contexts, needs: own, matrix };
        const name = [`${path}${id}`, ...shortOf(matrix)].join(" ");
        return job.uses === undefined
          ? this.runJob(workflow, job, name, all, of, allowed)
          : this.call(job, name, all, of);
      };
      const matrices = combinations(job, { ...contexts, needs: own });
      const results = await (isSerial(job) ? oneByOne : allAtOnce)(matrices, run, runOne);
      const result = results.every((each) => each.result === "success") ? "success" : "failure";
      needs[id] = { result, outputs: results.at(-1)?.outputs ?? {} };
    }
    const called = workflow.on["workflow_call"] as
      { readonly outputs?: Record<string, { readonly value: string }> } | undefined;
    const outputs = Object.fromEntries(
      Object.entries(called?.outputs ?? {}).map(([name, { value }]) => [
        name,
        String(interpolate(value, { jobs: needs })),
      ]),
    );
    const result = Object.values(needs).some((need) => need.result === "failure") ? "failure" : "success";
    return { result, outputs };
  }

  private async call(job: Job, name: string, contexts: Contexts, run: Run) {
    const workflow = readWorkflow((job.uses ?? "").replace("./.github/workflows/", ""));
    const declared =
      (workflow.on["workflow_call"] as { readonly inputs?: Record<string, { readonly default?: string }> }).inputs ??
      {};
    const given = Object.fromEntries(
      Object.entries(job.with ?? {}).map(([input, value]) => [input, interpolate(value, contexts)]),
    );
    const defaults = Object.fromEntries(Object.entries(declared).flatMap(([input, { default: value }]) => (value === undefined ? [] : [[input, value]]))); // prettier-ignore
    return this.runWorkflow(workflow, { ...defaults, ...given }, run, `${name} / `, job.permissions);
  }

  private async runJob(
    workflow: Workflow,
    job: Job,
    name: string,
    contexts: Contexts,
    run: Run,
    allowed: Job["permissions"],
  ) {
    const { server, repository, approve } = this.options;
    const environment = job.environment === undefined ? undefined : String(interpolate(job.environment, contexts));
    if (environment !== undefined && !approve(environment, run.page)) {
      run.jobs.push({ name, result: "failure", outputs: {}, log: "rejected" });
      return { result: "failure" as const, outputs: {} };
    }
    const { event } = run;
    server.subject = `repo:${repository}:${environment === undefined ? subjectOf(event) : `environment:${environment}`}`;
    const number = ++this.jobFolders;
    const temp = join(this.options.directory, "jobs", String(number));
    const folder = join(temp, "work");
    mkdirSync(folder, { recursive: true });
    const identified = [job.permissions, allowed ?? job.permissions].every(
      (each) => typeof each === "object" && each["id-token"] === "write",
    );
    const env: Record<string, string> = {
      ...textsOf(this.options.environment),
      GITHUB_REPOSITORY: repository,
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: server.url,
      GITHUB_RUN_ID: String(run.id),
      GITHUB_SHA: event.sha,
      RUNNER_TEMP: temp,
      ...(identified && {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-this-job",
      }),
      ...envOf(workflow.env, contexts),
      ...envOf(job.env, contexts),
    };
    const steps: Record<string, { outputs: Record<string, string> }> = {};
    let log = "";
    let ok = true;
    for (const [index, step] of (job.steps ?? []).entries()) {
      const all = {
        ...contexts,
        steps,
        runner: { temp },
        github: { ...(contexts["github"] as object), token: "of-this-job" },
      };
      if (!holds(step.if, all, ok)) continue;
      const files = Object.fromEntries(
        ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"].map((file) => [file, join(temp, `${file}-${index}`)]),
      );
      for (const file of Object.values(files)) writeFileSync(file, "");
      const ended = await this.runStep(step, {
        folder,
        env: { ...env, ...files, ...envOf(step.env, all) },
        contexts: all,
        run,
        jobEnv: env,
      });
      log += ended.log;
      if (step.id !== undefined) steps[step.id] = { outputs: assignments(files["GITHUB_OUTPUT"] ?? "") };
      Object.assign(env, assignments(files["GITHUB_ENV"] ?? ""));
      run.page += readFileSync(files["GITHUB_STEP_SUMMARY"] ?? "", "utf8");
      if (!ended.ok && step["continue-on-error"] !== true) ok = false;
    }
    this.rememberRoles(env["AWS_CONFIG_FILE"]);
    rmSync(temp, { recursive: true, force: true, maxRetries: 3 });
    const outputs = Object.fromEntries(Object.entries(job.outputs ?? {}).map(([output, value]) => [output, String(interpolate(value, { ...contexts, steps }))])); // prettier-ignore
    const result: Result = ok ? "success" : "failure";
    run.jobs.push({ name, result, outputs, log });
    return { result, outputs };
  }

  private async runStep(
    step: Step,
    at: { folder: string; env: Record<string, string>; contexts: Contexts; run: Run; jobEnv: Record<string, string> },
  ): Promise<{ readonly ok: boolean; readonly log: string }> {
    if (step.run !== undefined) return runBash(step.run, at.folder, at.env);
    const inputs = Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, String(interpolate(String(value), at.contexts))])); // prettier-ignore
    const action = (step.uses ?? "").replace(/@.*/, "");
    switch (action) {
      case "actions/checkout":
        execFileSync("git", ["clone", "--quiet", this.options.remote, at.folder], { stdio: "pipe" });
        execFileSync("git", ["fetch", "--quiet", "origin", at.run.event.sha], { cwd: at.folder, stdio: "pipe" });
        execFileSync("git", ["checkout", "--quiet", "--detach", at.run.event.sha], { cwd: at.folder, stdio: "pipe" });
        return { ok: true, log: "" };
      case "./.github/actions/setup": // the same packages, which are installed already
        symlinkSync(join(ROOT, "node_modules"), join(at.folder, "node_modules"), "junction");
        // A fresh checkout is newer than what is installed, and npm would install through the link, into this very
        // project.
        utimesSync(join(at.folder, "package-lock.json"), 0, 0);
        return { ok: true, log: "" };
      case "aws-actions/configure-aws-credentials":
        return this.configureCredentials(inputs, at);
      case "actions/upload-artifact":
        return upload(inputs, at.folder, at.run.artifacts);
      case "actions/download-artifact": {
        const from = inputs["run-id"] ? this.artifact(Number(inputs["run-id"]), "") : at.run.artifacts;
        return download(inputs, at.folder, from);
      }
      default:
        throw new Error(`the action ${step.uses ?? ""} is not known`);
    }
  }

  private async configureCredentials(
    inputs: Record<string, string>,
    { folder, env, jobEnv }: { folder: string; env: Record<string, string>; jobEnv: Record<string, string> },
  ) {
    const { "role-to-assume": roleArn = "", "aws-region": region = "" } = inputs;
    this.roles.push({ subject: this.options.server.subject, roleArn });
    const { ok, log } = await runBash(
      `exec node tools/pipelines/web-identity.mjs '${roleArn}' '${region}'`,
      folder,
      env,
    );
    if (!ok) return { ok, log };
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(log) as Record<string, string>;
    Object.assign(jobEnv, {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
      AWS_REGION: region,
    });
    return { ok: true, log: "" };
  }

  private rememberRoles(configFile: string | undefined): void {
    if (configFile === undefined || !existsSync(configFile)) return;
    const named = readFileSync(configFile, "utf8").matchAll(/arn:aws:iam::\d{12}:role\/\S+/g);
    for (const [roleArn] of named) this.roles.push({ subject: this.options.server.subject, roleArn });
  }

  private github({ name, sha, ref, baseRef, payload = {} }: Event): object {
    return {
      repository: this.options.repository,
      event_name: name,
      sha,
      ref,
      base_ref: baseRef,
      run_attempt: "1",
      event: payload,
    };
  }
}

function subjectOf({ name, ref }: Event): string {
  return name === "pull_request" ? "pull_request" : `ref:${ref}`;
}

/** Orders jobs so that each follows those that it needs. */
function inOrder(jobs: Workflow["jobs"]): [string, Job][] {
  const left = Object.entries(jobs);
  const ordered: [string, Job][] = [];
  while (left.length > 0) {
    const next = left.findIndex(([, { needs = [] }]) =>
      [needs].flat().every((need) => ordered.some(([id]) => id === need)),
    );
    if (next < 0) throw new Error("the jobs need each other in a circle");
    ordered.push(...left.splice(next, 1));
  }
  return ordered;
}

type RunOne<R> = (matrix: Record<string, unknown>, run: Run) => Promise<R>;

/** A single job, and jobs of a matrix that wait for one another: an approval is given for the page so far. */
const isSerial = ({ strategy }: Job): boolean => strategy === undefined || strategy["max-parallel"] === 1;

async function oneByOne<R>(matrices: readonly Record<string, unknown>[], run: Run, runOne: RunOne<R>): Promise<R[]> {
  const results: R[] = [];
  for (const matrix of matrices) results.push(await runOne(matrix, run));
  return results;
}

/** The jobs and the page of the run list them in their order all the same. */
async function allAtOnce<R>(matrices: readonly Record<string, unknown>[], run: Run, runOne: RunOne<R>): Promise<R[]> {
  const runs = matrices.map((): Run => ({ ...run, jobs: [], page: "" }));
  const results = await Promise.all(runs.map((own, index) => runOne(matrices[index] ?? {}, own)));
  run.jobs.push(...runs.flatMap(({ jobs }) => jobs));
  run.page += runs.map(({ page }) => page).join("");
  return results;
}

function combinations({ strategy }: Job, contexts: Contexts): Record<string, unknown>[] {
  if (!strategy) return [{}];
  const { matrix } = strategy;
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
  if (typeof matrix === "string")
    return (plain(evaluate(matrix.trim().slice(3, -2), contexts)) as { include: Record<string, unknown>[] }).include;
  const [[name, values] = ["", []], ...others] = Object.entries(matrix);
  if (others.length > 0) throw new Error("a matrix of several variables is not known");
  const list = typeof values === "string" ? plain(interpolate(values, contexts)) : values;
  return (list as unknown[]).map((value) => ({ [name]: value }));
}

/** The text that distinguishes one job of a matrix from the others. */
function shortOf(matrix: Record<string, unknown>): string[] {
  const [first] = Object.values(matrix);
  return typeof first === "string" ? [first] : [];
}

function envOf(env: Readonly<Record<string, string>> | undefined, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env ?? {}).map(([name, value]) => [name, String(interpolate(value, contexts))]),
  );
}

function textsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function assignments(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.includes("=")); // prettier-ignore
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

async function runBash(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ ok: boolean; log: string }> {
  const child = spawn("bash", [...BASH, "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { ok: code === 0, log };
}

/** Hidden files are left out unless asked for, and modes are lost, as GitHub does it. */
function upload({ name = "", path = "", ...inputs }: Record<string, string>, folder: string, artifacts: string) {
  const from = join(folder, path);
  if (!existsSync(from)) return { ok: inputs["if-no-files-found"] !== "error", log: "" };
  const to = join(artifacts, name);
  if (existsSync(to)) return { ok: false, log: `the artifact ${name} is there already` };
  const isSeen = (file: string) =>
    inputs["include-hidden-files"] === "true" || !/(^|\/)\.[^/]/.test(file.slice(from.length));
  if (statSync(from).isFile()) {
    mkdirSync(to, { recursive: true });
    cpSync(from, join(to, basename(path)));
  } else cpSync(from, to, { recursive: true, filter: isSeen });
  return { ok: true, log: "" };
}

function download({ name, pattern, path = "" }: Record<string, string>, folder: string, artifacts: string) {
  const to = join(folder, path);
  if (name !== undefined) {
    const from = join(artifacts, name);
    if (!existsSync(from)) return { ok: false, log: `there is no artifact ${name}` };
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true });
    return { ok: true, log: "" };
  }
  const prefix = (pattern ?? "").replace(/\*$/, "");
  const found = existsSync(artifacts) ? readdirSync(artifacts).filter((each) => each.startsWith(prefix)) : [];
  for (const each of found) cpSync(join(artifacts, each), join(to, each), { recursive: true });
  return { ok: true, log: "" };
}
