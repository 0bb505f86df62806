import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BucketLocationConstraint, CreateBucketCommand } from "@aws-sdk/client-s3";
import { loadEstate } from "../../../config/load";
import { membersFile } from "../../../config/members-record";
import type { Estate } from "../../../config/model";
import type { EstateFile } from "../../../config/schema";
import { type Emulator, startEmulator } from "../../../tools/emulator/emulator";
import { clientsFor } from "../../../tools/rehearsal/clients";
import { createPreconditions, knownAccountIds } from "../../../tools/rehearsal/preconditions";
import { findTools, stackEnvironment, type Tools } from "../../../tools/rehearsal/rehearse";
import { synthesize } from "../../../tools/synth/synth";
import { applyStacks } from "../../../tools/rehearsal/apply-stacks";
import { terraformEnvironment } from "../../../tools/terraform/preflight";
import { createView } from "../../../tools/terraform/view/create-view";
import { startProvider, type AttachedProvider } from "../../../tools/terraform/attached-provider";
import { terraformFor, type RunOptions } from "../../../tools/terraform/run-options";
import { type Stack, stackJson } from "../../../tools/synth/stacks";
import type { Terraform } from "../../../tools/terraform/terraform";
import { readStacks, selectClosure } from "../../../tools/synth/read-stacks";
import { appliedEstate, SNAPSHOTS } from "./applied-estate";

/** The project's ignored cache folder. */
export const CACHE = join(__dirname, "../../../.cache");

export interface WorkplaceOptions {
  /** @default the estate that the project ships */
  readonly estate?: EstateFile;
  /** Accounts whose state bucket is created directly, which is quicker than their bootstrap stack. @default none */
  readonly stateBuckets?: readonly string[];
  /**
   * Stacks that are applied already, these alone. The first test file that needs them applies them, and all
   * others load the result: a file that tests the apply itself calls `apply`. @default none
   */
  readonly applied?: readonly string[];
}

/** An emulator and a synthesized estate for one test file. */
export interface Workplace {
  /** The estate that was synthesized last. */
  readonly estate: Estate;
  readonly emulator: Emulator;
  readonly url: string;
  readonly directory: string;
  readonly tools: Tools;
  /** As it was synthesized last. */
  stack(id: string): Stack;
  /** The environment of a run for a stack, as in the rehearsal. */
  environment(stack: Stack): NodeJS.ProcessEnv;
  /** Runs Terraform in a stack's folder, optionally with another environment. */
  terraform(stack: Stack, environment?: NodeJS.ProcessEnv): Terraform;
  /**
   * Lets `terraform` of these stacks attach to a provider from now on, which takes less than half of the CPU. Has no
   * effect where Terraform must start the provider, e.g. if no mirror has it.
   */
  attach(...ids: string[]): Promise<void>;
  /** What a run over several stacks needs. */
  readonly run: RunOptions;
  /** Applies stacks and their dependencies. Throws if one fails. */
  apply(...ids: string[]): Promise<void>;
  /**
   * Synthesizes another estate into the same folders, which stay initialized. Throws UserError if the estate is
   * refused.
   */
  synthesize(estate: EstateFile, members?: readonly string[]): void;
  /** Creates the state bucket of an account directly, which is quicker than its bootstrap stack. */
  makeStateBucket(account: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Writes an estate and its record into a folder. Its buckets get no lifecycle rules unless it asks for them: the provider
 * waits a minute for each. rehearsal.test.ts and start-command.test.ts apply them.
 *
 * @param members the created members that the record lists. Default: those of the estate
 * @returns the estate file
 */
export function writeEstate(
  directory: string,
  estate: EstateFile,
  members: readonly string[] = createdMembers(estate),
): string {
  const file = join(directory, "estate.json");
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, JSON.stringify(withoutLifecycle(estate)));
  writeFileSync(membersFile(file), JSON.stringify(members));
  return file;
}

/**
 * Creates the state bucket of an account directly, which is quicker than its bootstrap stack. Returns its name and a
 * client of its account.
 */
export async function makeStateBucketIn(url: string, estate: Estate, account: string) {
  const {
    id = "none",
    region = "none",
    stateBucket: Bucket,
  } = estate.accounts.find((each) => each.name === account) ?? {};
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  const { s3 } = clientsFor(url, id, region);
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  return { Bucket, s3 };
}

function withoutLifecycle(estate: EstateFile): EstateFile {
  const changed = structuredClone(estate);
  for (const account of Object.values(changed.accounts)) account.oldVersionDays ??= false;
  for (const environment of Object.values(changed.environments))
    environment.application = { oldVersionDays: false, ...environment.application };
  return changed;
}

function createdMembers({ accounts }: EstateFile): string[] {
  return Object.keys(accounts).filter((name) => accounts[name]?.membership === "created");
}

interface Beginning {
  readonly emulator: Emulator;
  readonly tools: Tools;
  readonly estate: Estate;
  readonly stateBuckets: readonly string[];
  readonly applied: readonly Stack[];
  readonly run: RunOptions;
}

/** Creates what a test file finds in AWS: state buckets, and stacks that were applied before. */
export async function begin({ emulator, tools, estate, stateBuckets, applied, run }: Beginning): Promise<void> {
  const apply = async (): Promise<void> => {
    await createPreconditions(estate, emulator.url);
    for (const account of stateBuckets) await makeStateBucketIn(emulator.url, estate, account);
    await applyAll(applied, run);
  };
  if (applied.length === 0) return apply();
  await appliedEstate({
    emulator,
    tools,
    name: estate.solution,
    content: [knownAccountIds(estate), stateBuckets, applied.map((stack) => [stack.id, stackJson(stack)]).sort()],
    initialized: Object.fromEntries(applied.map(({ id, directory }) => [id, directory])),
    apply,
  });
}

/** Applies stacks in the order of their dependencies, without a reviewed plan. Throws if one fails. */
export async function applyDirectly(stacks: readonly Stack[], run: RunOptions): Promise<void> {
  const report = await applyStacks(stacks, { ...run, check: false });
  const failed = report.stacks.find(({ error }) => error);
  if (failed?.error) throw failed.error;
}

async function applyAll(stacks: readonly Stack[], run: RunOptions): Promise<void> {
  await applyDirectly(stacks, run);
  // The applies attached to a provider. Tests let Terraform start it, which needs one in the stack's folder.
  await Promise.all(stacks.map((stack) => terraformFor(stack, run).init()));
}

/**
 * Throws MissingTool if Terraform, the provider, Python or moto is missing: an end-to-end test is never skipped.
 */
export async function startWorkplace(name: string, options: WorkplaceOptions = {}): Promise<Workplace> {
  const tools = await findTools(CACHE);
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  const outdir = join(directory, "cdktf.out");
  const logDir = join(directory, "logs");
  mkdirSync(logDir);
  // Jest gives each test file variables of its own.
  if (options.estate) process.env["ESTATE"] = writeEstate(directory, options.estate);
  synthesize(outdir);
  let stacks = readStacks(outdir);
  let estate = loadEstate();
  const emulator = await startEmulator({
    logFile: join(logDir, "emulator.log"),
    source: tools.emulator,
    accountIds: knownAccountIds(estate),
    snapshots: SNAPSHOTS,
  });
  const environment = (stack: Stack) => terraformEnvironment(stackEnvironment(emulator.url, estate, tools)(stack));
  const stack = (id: string): Stack => {
    const found = stacks.find((each) => each.id === id);
    if (!found) throw new Error(`no stack ${id}`);
    return found;
  };
  const run = (): RunOptions => ({
    binary: tools.terraform.path,
    env: environment,
    logDir,
    view: createView({ stream: { write: () => true } }),
  });
  const apply = (selected: readonly Stack[]) => applyAll(selected, run());
  const providers = new Map<string, AttachedProvider>();
  const { stateBuckets = [], applied = [] } = options;
  await begin({ emulator, tools, estate, stateBuckets, applied: applied.map(stack), run: run() });
  return {
    get estate() {
      return estate;
    },
    get run() {
      return run();
    },
    emulator,
    url: emulator.url,
    directory,
    tools,
    stack,
    environment,
    terraform: (stack, other) =>
      other === undefined
        ? terraformFor(stack, run(), providers.get(stack.id)?.reattach)
        : terraformFor(stack, { ...run(), env: () => other }),
    attach: async (...ids) => {
      for (const id of ids) {
        const provider = await startProvider(stack(id), run());
        if (provider !== undefined) providers.set(id, provider);
      }
    },
    apply: (...ids) => apply(selectClosure(stacks, ids)),
    synthesize: (changed, members) => {
      process.env["ESTATE"] = writeEstate(directory, changed, members);
      const anew = join(directory, "anew");
      synthesize(anew);
      cpSync(anew, outdir, { recursive: true });
      stacks = readStacks(outdir);
      estate = loadEstate();
    },
    makeStateBucket: async (account) => {
      await makeStateBucketIn(emulator.url, estate, account);
    },
    stop: async () => {
      for (const provider of providers.values()) await provider.stop();
      await emulator.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
