import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SynthesizedStack, StackJson } from "../synth/synthesized";
import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { nameOf } from "../../config/load";
import { UserError } from "../../config/user-error";
import { contentOf, stackContentOf } from "./promotion/content";
import { predecessorOf } from "../../config/predecessor";
import { PLAN_FILE, type PlannedStack, planStacks } from "../terraform/plan-stacks";
import type { RunOptions } from "../terraform/run-options";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { fingerprintOf, readersOf, upstreamsOf, type Readers } from "../synth/upstreams";
import { accessChange } from "./access-change";
import { estateSha256, manifestText, planId, sha256OfFile, type Manifest } from "./manifest";
import {
  finishPlanFolder,
  MANIFEST,
  PLAN_JSON,
  stackFolder,
  startPlanFolder,
  SUMMARY,
  SUMMARY_JSON,
} from "./plan-folder";
import type { Checkout } from "../synth/git/repository";
import { maskPlan } from "../review/mask";
import type { PlanJson } from "../review/plan-json";
import { noteOf, remoteOutputs } from "./read-plan";
import type { PlanSummary, StackSummary } from "../review/review";
import { summaryJson } from "../review/summary-json";
import { summaryMarkdown } from "../review/summary-markdown";
import { neverApplied } from "./never-applied";
import { withRemedy } from "../terraform/remedies";
import { settle, type Settled } from "./settle";

/** What a file system says when it takes no more. */
const CANNOT_WRITE: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EFBIG"]);

export interface MakePlanOptions extends Omit<RunOptions, "logDir" | "binary"> {
  /** Where plans lie: `plans`. */
  readonly parent: string;
  readonly estate: Estate;
  readonly estateFile: string;
  readonly checkout: Checkout;
  readonly terraform: { readonly path: string; readonly version: string };
  readonly providerVersion: string;
  /** Plans to destroy. @default false */
  readonly destroy?: boolean;
  /** The commit that an emulator holds. @default none: a plan for AWS */
  readonly rehearsedOn?: string;
  /** Stacks that the base has and the estate has no more. @default none */
  readonly abandoned?: readonly string[];
}

export interface MadePlan {
  /** Absolute path. */
  readonly folder: string;
  readonly summary: PlanSummary;
}

/**
 * Plans stacks into a folder of their own: plan files, their JSON with what is secret taken out, a manifest, and a
 * summary for people. The folder is there when it is whole, or not at all.
 *
 * @param selected the stacks to plan
 * @param stacks all stacks of the same synthesized output
 */
export async function makePlan(
  selected: readonly Stack[],
  stacks: readonly Stack[],
  options: MakePlanOptions,
): Promise<MadePlan> {
  const folder = startPlanFolder(options.parent);
  // Before AWS is looked at: what was applied later it may not have seen.
  const madeAt = new Date().toISOString();
  try {
    const copies = selected.map((stack) => copyOf(stack, folder));
    const run = { ...options, logDir: join(folder, "logs"), binary: options.terraform.path, noteOf };
    const planned = await withStates(await planStacks(copies, run), options);
    const looking = join(folder, "looking");
    const never = options.destroy ? undefined : await neverApplied(planned, stacks, looking, run);
    rmSync(looking, { recursive: true, force: true });
    const settled = settle(planned, stacks, options.destroy === true, never);
    settled.forEach(keepPlan);
    const manifest = manifestOf(settled, stacks, madeAt, options);
    const summary = await summaryOf(settled, stacks, planId(manifest), options);
    write(join(folder, SUMMARY), summaryMarkdown(summary));
    write(join(folder, SUMMARY_JSON), summaryJson(summary));
    write(join(folder, MANIFEST), manifestText(manifest));
    return { folder: finishPlanFolder(folder, manifest), summary };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !CANNOT_WRITE.has(code)) throw error;
    throw new UserError(
      `the plan can't be written to ${options.parent} (${(error as Error).message}): nothing is left of it; make room there, and plan again`,
    );
  }
}

/**
 * What has lost its state must not be made again, nor be taken for destroyed. In an emulator nobody records what it
 * holds.
 */
async function withStates(
  planned: readonly PlannedStack[],
  { rehearsedOn, env }: MakePlanOptions,
): Promise<readonly PlannedStack[]> {
  if (rehearsedOn !== undefined || planned.every(({ state }) => state !== undefined)) return planned;
  // Only here: the clients take a second to load.
  const [{ refuseLostStates }, { awsClients }] = await Promise.all([
    import("./lost-state.js"),
    import("../terraform/aws/aws-clients.js"),
  ]);
  return refuseLostStates(planned, (stack) => awsClients(stack, env(stack)).s3);
}

/** Terraform runs in the plan's own copy: the next synth changes nothing of it. */
function copyOf(stack: Stack, folder: string): Stack {
  const directory = stackFolder(folder, stack.id);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  cpSync(join(stack.directory, STACK_JSON), join(directory, STACK_JSON));
  return { ...stack, directory };
}

/**
 * Keeps the plan that can be applied, and its JSON without secrets; a plan that waits, and the providers, which init
 * finds again, go.
 */
function keepPlan({ stack, status, plan }: Settled): void {
  const { directory } = stack;
  rmSync(join(directory, ".terraform"), { recursive: true, force: true });
  if (plan) write(join(directory, PLAN_JSON), JSON.stringify(maskPlan(plan)));
  if (status !== "changes") rmSync(join(directory, PLAN_FILE), { force: true });
}

function manifestOf(
  settled: readonly Settled[],
  stacks: readonly Stack[],
  madeAt: string,
  options: MakePlanOptions,
): Manifest {
  const { checkout, destroy, rehearsedOn } = options;
  const readers = readersOf(stacks);
  return {
    version: 2,
    kind: destroy ? "destroy" : "plan",
    madeAt,
    commit: checkout.commit,
    tree: checkout.tree,
    dirty: checkout.changedPaths.length > 0,
    estate: { file: nameOf(options.estateFile), sha256: estateSha256(options.estate) },
    terraformVersion: options.terraform.version,
    providerVersion: options.providerVersion,
    rehearsedOn,
    stacks: settled.map((each) => manifestStack(each, stacks, readers, options)),
  };
}

function manifestStack(
  { stack, status, reasons, state, plan }: Settled,
  stacks: readonly Stack[],
  readers: Readers,
  options: MakePlanOptions,
): Manifest["stacks"][number] {
  const { id, accountId, directory, dependencies } = stack;
  const file = (name: string) => sha256OfFile(join(directory, name));
  const isApplicable = status === "changes" && plan !== undefined;
  return {
    ...{ id, accountId, status },
    accountName: accountName(options.estate, accountId),
    reasons: [...reasons],
    dependencies: [...dependencies],
    readers: [...(readers.get(id) ?? [])],
    jsonSha256: file(STACK_JSON),
    ...(options.destroy || options.rehearsedOn ? {} : promotionOf(stack, stacks, options.estate)),
    plan: isApplicable ? { fileSha256: file(PLAN_FILE), jsonSha256: file(PLAN_JSON) } : undefined,
    state: state && { lineage: state.lineage, serial: state.serial },
    upstreams: isApplicable && !options.destroy ? fingerprints(stack, stacks, plan) : [],
  };
}

/** What the stack will hold, and what this very code makes of the one that comes before it. */
function promotionOf(
  stack: Stack,
  stacks: readonly Stack[],
  estate: Estate,
): Pick<Manifest["stacks"][number], "content" | "exact" | "after"> {
  const spec = stacksOf(estate).find(({ id }) => id === stack.id);
  if (!spec) return {};
  const predecessor = predecessorOf(spec, estate);
  const before = predecessor && stacks.find(({ id }) => id === predecessor.id);
  return {
    ...stackContentOf(stackJson(stack), spec, estate),
    after: predecessor && before && { stackId: before.id, content: contentOf(stackJson(before), predecessor, estate) },
  };
}

/** The outputs of other stacks as this plan read them. */
function fingerprints(stack: Stack, stacks: readonly Stack[], plan: PlanJson): Manifest["stacks"][number]["upstreams"] {
  return upstreamsOf(stack, stacks).map(({ stackId, address, outputs }) => ({
    stackId,
    outputs: [...outputs],
    sha256: fingerprintOf(outputs, remoteOutputs(plan, address)),
  }));
}

async function summaryOf(
  settled: readonly Settled[],
  stacks: readonly Stack[],
  id: string,
  options: MakePlanOptions,
): Promise<PlanSummary> {
  const plans = settled.flatMap(({ stack, plan }) => (plan ? [[stack.id, plan] as const] : []));
  return {
    id,
    kind: options.destroy ? "destroy" : "plan",
    rehearsedOn: options.rehearsedOn,
    commit: options.checkout.commit,
    dirty: options.checkout.changedPaths.length > 0,
    stacks: settled.map((each) => stackSummary(each, options.estate)),
    access: await accessChange(stacks.map(synthesized), new Map(plans)),
    abandoned: options.abandoned,
  };
}

function stackSummary({ stack, status, reasons, review, error, seconds }: Settled, estate: Estate): StackSummary {
  const { id, accountId } = stack;
  return {
    id,
    accountId,
    accountName: accountName(estate, accountId),
    status,
    reasons,
    review,
    error: error && withRemedy(id, error),
    seconds,
  };
}

function accountName(estate: Estate, accountId: string): string {
  return estate.accounts.find(({ id }) => id === accountId)?.name ?? accountId;
}

function synthesized(stack: Stack): SynthesizedStack {
  return { id: stack.id, json: stackJson(stack) as StackJson };
}

/** What a plan may hold is for its owner's eyes. */
function write(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}
