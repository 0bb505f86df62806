import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { copyProject } from "../../../tools/bench/affected";
import { loadEstate } from "../../../config/load";
import type { Estate } from "../../../config/model";
import type { EstateFile } from "../../../config/schema";
import { startEmulator } from "../../../tools/emulator/emulator";
import { emulatorEnvironment } from "../../../tools/emulator/environment";
import { clientsFor, type Clients } from "../../../tools/rehearsal/clients";
import { createPreconditions, knownAccountIds } from "../../../tools/rehearsal/preconditions";
import { findTools, stackEnvironment, type Tools } from "../../../tools/rehearsal/rehearse";
import { readStacks } from "../../../tools/synth/read-stacks";
import { synthesize } from "../../../tools/synth/synth";
import type { RunOptions } from "../../../tools/terraform/run-options";
import { createView } from "../../../tools/terraform/view/create-view";
import { SNAPSHOTS } from "./applied-estate";
import { applyDirectly, begin, CACHE, makeStateBucketIn, writeEstate } from "./workplace";

/** The clone's own, from its folder: a plan that code outside of the commit has made is not applied. */
export const OWN_TYPESCRIPT = "./tools/support/typescript.cjs";

const QUEUE = { mode: "managed", type: "aws_sqs_queue", name: "jobs", instances: [{ attributes: { id: "jobs" } }] };
/** The state of a stack that was removed from the code, with the one resource that it left in AWS. */
export const REMOVED_STACK_STATE = JSON.stringify({
  ...{ version: 4, terraform_version: "1.11.4", serial: 1, lineage: "left", outputs: {} },
  resources: [QUEUE],
});

export interface CloneOptions {
  /** @default the estate that the project ships */
  readonly estate?: EstateFile;
  /** Stacks that are applied already, these alone: see WorkplaceOptions. @default none */
  readonly applied?: readonly string[];
}

/** How a command ended. */
export interface Ended {
  /** null if a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error, in order. */
  readonly output: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<Ended>;
  /** Resolves when the output contains the text; throws if the command ends without it, or at the time limit. */
  says(text: string | RegExp, limitSeconds?: number): Promise<void>;
}

/**
 * A git clone of the project, like a user's, with an estate and an AWS profile for each account. An emulator of its own
 * takes the place of AWS.
 */
export interface Clone {
  readonly directory: string;
  readonly url: string;
  estate: Estate;
  /** The environment of the commands. */
  readonly environment: NodeJS.ProcessEnv;
  /** Starts a command: `start("plan", "dev-iam")` is what `npm run plan -- dev-iam` does, without npm around it. */
  start(command: string, ...args: string[]): Running;
  /** Runs it to its end. */
  run(command: string, ...args: string[]): Promise<Ended>;
  /** The folder of the newest plan, relative to the clone. */
  lastPlan(): string;
  /** The content of a file, by its path in the clone. */
  read(path: string): string;
  /** Writes and commits another estate. */
  change(estate: EstateFile): void;
  git(...args: string[]): string;
  clients(accountId: string, region?: string): Clients;
  /** Creates the versioned state bucket of an account directly, which is quicker than bootstrap. */
  makeStateBucket(account: string): Promise<void>;
  /** Applies stacks directly, which is quicker than to plan and apply them. Leaves no plan, and no record. */
  apply(...stacks: string[]): Promise<void>;
  stop(): Promise<void>;
}

/** The author of commits. */
export const NOBODY = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

/**
 * Throws MissingTool if Terraform, the provider, Python or moto is missing: an end-to-end test is never skipped.
 */
export async function startClone(name: string, options: CloneOptions = {}): Promise<Clone> {
  const tools = await findTools(CACHE);
  const parent = mkdtempSync(join(tmpdir(), `${name}-`));
  const directory = join(parent, "clone");
  copyProject(directory);
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: directory, env: { ...process.env, ...NOBODY }, encoding: "utf8" }).trim();
  const commit = () => {
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", "the estate");
  };
  const estateFile = options.estate ? writeEstate(join(directory, "config"), options.estate) : undefined;
  git("init", "--quiet", "--initial-branch=main");
  commit();

  // Jest gives each test file variables of its own.
  if (estateFile) process.env["ESTATE"] = estateFile;
  let estate = loadEstate();
  const emulator = await startEmulator({
    logFile: join(parent, "emulator.log"),
    source: tools.emulator,
    accountIds: knownAccountIds(estate),
    snapshots: SNAPSHOTS,
  });
  const outdir = join(parent, "applied.out"); // a user's clone has no such folder
  const run: RunOptions = {
    binary: tools.terraform.path,
    env: (stack) => stackEnvironment(emulator.url, estate, tools)(stack),
    logDir: outdir,
    view: createView({ stream: { write: () => true } }),
  };
  const synthesized = (ids: readonly string[]) => {
    synthesize(outdir);
    return readStacks(outdir).filter(({ id }) => ids.includes(id));
  };
  if (options.applied === undefined) await createPreconditions(estate, emulator.url);
  else await begin({ emulator, tools, estate, stateBuckets: [], applied: synthesized(options.applied), run });
  const profiles = join(parent, "aws-config");
  writeFileSync(profiles, estate.accounts.map(profile).join("\n"));
  const environment: NodeJS.ProcessEnv = {
    ...withoutCredentials(emulator.url, tools),
    AWS_CONFIG_FILE: profiles, // used as by a person who has nothing else
    ESTATE_PROFILE: "{account}",
    ...(estateFile ? { ESTATE: estateFile } : {}),
  };
  const running = new Set<Running>();

  const clone: Clone = {
    directory,
    url: emulator.url,
    environment,
    git,
    get estate() {
      return estate;
    },
    start: (command, ...args) => {
      const started = startProcess(
        process.execPath,
        ["--require", OWN_TYPESCRIPT, join("tools/cli", `${command}.ts`), ...args],
        clone,
      );
      running.add(started);
      return started;
    },
    run: (command, ...args) => clone.start(command, ...args).ended,
    lastPlan: () => {
      const plans = readdirSync(join(directory, "plans")).filter((plan) => !plan.startsWith("."));
      const newest = plans.sort().at(-1);
      if (newest === undefined) throw new Error("there is no plan");
      return join("plans", newest);
    },
    read: (path) => readFileSync(join(directory, path), "utf8"),
    change: (changed) => {
      process.env["ESTATE"] = writeEstate(join(directory, "config"), changed);
      estate = loadEstate();
      commit();
    },
    clients: (accountId, region = "eu-west-1") => clientsFor(emulator.url, accountId, region),
    makeStateBucket: async (account) => {
      const { s3, Bucket } = await makeStateBucketIn(emulator.url, estate, account);
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    },
    apply: (...ids) => applyDirectly(synthesized(ids), run),
    stop: async () => {
      for (const each of running) each.process.kill("SIGKILL");
      await emulator.stop();
      await sleep(100); // a killed process may have a child that still writes
      rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return clone;
}

/** An environment without AWS credentials, in which an emulator answers for AWS. */
export function withoutCredentials(url: string, { cliConfig }: Tools): NodeJS.ProcessEnv {
  const guarded = emulatorEnvironment(url, {
    ...{ accountId: "000000000000", region: "eu-west-1" },
    directHosts: cliConfig.hosts,
  });
  const environment: NodeJS.ProcessEnv = { ...guarded, ...cliConfig.env, AWS_MAX_ATTEMPTS: "2", CI: "true" }; // plain lines
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "INIT_CWD"])
    Reflect.deleteProperty(environment, name);
  return environment;
}

/** The emulator maps a 12-digit access key id to the account of that number. */
function profile({ name, id, region }: Estate["accounts"][number]): string {
  return `[profile ${name}]\naws_access_key_id = ${id}\naws_secret_access_key = not-to-be-seen-anywhere\nregion = ${region}\n`;
}

/** Starts any program in a clone. */
export function startProcess(
  program: string,
  args: readonly string[],
  { directory, environment }: Pick<Clone, "directory" | "environment">,
): Running {
  const child = spawn(program, args, { cwd: directory, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
  return {
    process: child,
    output: () => output,
    ended,
    says: async (text, limitSeconds = 120) => {
      const end = Date.now() + limitSeconds * 1000;
      while (!(typeof text === "string" ? output.includes(text) : text.test(output))) {
        if (child.exitCode !== null || Date.now() > end)
          throw new Error(`the command did not say ${String(text)}:\n${output}`);
        await sleep(50);
      }
    },
  };
}
