import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import pc from "picocolors";
import { environmentsOf, stacksOf, type StackSpec } from "../../config/layout";
import { estateFile, loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { printWaiting } from "../../config/waiting";
import { UserError } from "../../config/user-error";
import { findAffected, type Affected } from "../plans/affected";
import { affectedText } from "../plans/affected/affected-text";
import { hashProvider, openAwsRun, type AwsRun } from "../terraform/aws/aws-run";
import { checkSigningKey } from "../plans/signature";
import { addToRunSummary } from "../pipelines/github/repository";
import { makePlan, type MadePlan, type MakePlanOptions } from "../plans/make-plan";
import { checkoutOf, filesRead } from "../synth/git/checkout";
import { resolveCommit } from "../synth/git/repository";
import { planExitCode } from "../review/verdict";
import { selectStacks, checkDestroy, reachable, stacksToPlan } from "../synth/selection";
import { readStacks } from "../synth/read-stacks";
import { synthesizeAsync, synthesizeStacks } from "../synth/synth";
import { providerVersion } from "../terraform/provider-mirror";
import { refuseRemoteModules } from "../synth/modules";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { codeBlock } from "../support/markdown";
import { CACHE, ROOT, newRunDirectory } from "../support/project";
import { printPlan } from "./plan-ending";
import type { ResultFlags, RunResult } from "./run-result";

/** The folder of all plans. */
const PLANS = join(ROOT, "plans");

export interface PlanFlags extends ResultFlags {
  readonly all: boolean;
  readonly parallel?: number;
  readonly profile?: string;
  /** Minutes to wait for the lock of a state. */
  readonly lockTimeout: number;
  /** The file of the SSH key that signs the plan. @default no signature */
  readonly sign?: string;
  /** @default false */
  readonly rehearse?: boolean;
  readonly base?: string;
  /** Plans only stacks that differ from the merge base with this ref. @default all selected stacks */
  readonly affected?: string;
}

/** Plans into a new folder and prints its summary. Returns the exit code: 0 nothing to do, 2 changes, 1 a failure. */
export async function planIntoFolder(
  kind: "plan" | "destroy",
  selectors: readonly string[],
  flags: PlanFlags,
  signal: AbortSignal,
  result: RunResult,
): Promise<number> {
  // Before any file is written: plans may contain secrets.
  process.umask(0o077);
  const { affected: ref, rehearse, base } = flags;
  if (base !== undefined && !rehearse) throw new UserError(`--base ${base} requires --rehearse`);
  checkSigningKey(flags.sign);
  const estate = loadEstate();
  const all = flags.all || (ref !== undefined && selectors.length === 0);
  const named = reachable(selectStacks(estate, selectors, all), rehearse);
  // Planning needs the hash, which takes as long as the synth. It hashes again what cannot be hashed now, and says why.
  void hashProvider(CACHE).catch(() => undefined);
  const change = ref === undefined ? undefined : await changeSince(ref, estate, signal);
  const specs = change ? named.filter(({ id }) => change.affected.some((stack) => stack.id === id)) : named;
  if (specs.length === 0) {
    const why = change && selectors.length > 0 ? `: no stack of ${selectors.join(", ")} is affected` : "";
    console.log(`nothing to plan${why}`);
    return 0;
  }
  refuseOwnFiles(specs);
  result.select(specs);
  const { plan, env } = rehearse ? await onEmulator(result, base ?? change?.base) : await forAws(result, estate, flags);
  const needed = neededStacks(kind, flags, specs, estate);
  const { directory, stacks, everyStack } = await synthesized(change, estate, needed, signal);
  const ids = new Set(specs.map(({ id }) => id));
  const selected = stacks.filter(({ id }) => ids.has(id));
  refuseRemoteModules(selected);
  if (kind === "destroy") checkDestroy(selected, stacks);

  const checkout = checkoutOf(ROOT, filesRead(ROOT, estateFile()));
  const made = await plan({
    ...{ selected, stacks, everyStack, directory, parent: PLANS, estate, estateFile: estateFile(), checkout },
    ...{ providerVersion: providerVersion(), signal, parallel: flags.parallel, destroy: kind === "destroy" },
    signingKey: flags.sign,
    lockTimeoutSeconds: flags.lockTimeout * 60,
  });
  result.take(made.summary.stacks, made.folder);
  await printPlan(made, { estate, again: `npm run ${kind} -- ${againWith(selectors, flags)}`, checkout, env });
  await printUnboundedRoles(made, specs, selected, estate, env);
  printWaiting(estate, environmentsOf(specs, estate));
  return planExitCode(made.summary.stacks);
}

/**
 * Terraform would read such files in the folder of `npm run synth`. A plan reads the code alone.
 * @throws UserError that lists them
 */
function refuseOwnFiles(specs: readonly StackSpec[]): void {
  const files = specs.flatMap(({ id }) => {
    const folder = join("cdktf.out/stacks", id);
    const names = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
    return names.filter((name) => /\.tf(\.json)?$/.test(name) && name !== STACK_JSON).map((name) => join(folder, name));
  });
  if (files.length === 0) return;
  throw new UserError(
    `a stack's folder must hold only ${STACK_JSON}, got ${files.join(", ")}. Remove it; to adopt a resource, see docs/applying.md, "What exists already".`,
  );
}

/** The arguments that select the same stacks again. */
function againWith(selectors: readonly string[], { all, affected: ref }: PlanFlags): string {
  return [...selectors, ...(all ? ["--all"] : []), ...(ref === undefined ? [] : ["--affected", ref])].join(" ");
}

/** The ids of the stacks to synthesize at least. Undefined for every stack. */
function neededStacks(
  kind: "plan" | "destroy",
  { rehearse }: PlanFlags,
  specs: readonly StackSpec[],
  estate: Estate,
): string[] | undefined {
  // A destroy looks for users of what it destroys, and a rehearsal for stacks that the estate has removed.
  return kind === "destroy" || rehearse ? undefined : stacksToPlan(specs, estate);
}

/** The folder of a run, and the present stacks that are synthesized there. */
interface Synthesized {
  readonly directory: string;
  readonly stacks: readonly Stack[];
  /** Synthesizes all of them, once. @default there are no others */
  readonly everyStack?: () => Promise<readonly Stack[]>;
}

/**
 * A comparison may have synthesized only stacks that may differ. Often these are all that is needed.
 *
 * @param ids what to synthesize at least. @default every stack
 */
async function synthesized(
  change: (Synthesized & Affected) | undefined,
  estate: Estate,
  ids: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Synthesized> {
  if (change && change.stacks.length === change.total) return { directory: change.directory, stacks: change.stacks };
  const directory = change?.directory ?? newRunDirectory(join(CACHE, "plans"));
  const compared = new Set(change?.stacks.map(({ id }) => id));
  const stacks = ids?.every((id) => compared.has(id))
    ? readStacks(join(directory, "cdktf.out"), stacksOf(estate))
    : await synthesizeStacks(directory, ids && { ids, estate }, signal);
  let every: Promise<readonly Stack[]> | undefined;
  const everyStack = () => (every ??= everyStackLike(stacks, join(directory, "every")));
  return { directory, stacks, everyStack: ids && everyStack };
}

/** Every stack, synthesized now. The given ones were before. */
async function everyStackLike(stacks: readonly Stack[], directory: string): Promise<Stack[]> {
  const outdir = join(directory, "cdktf.out");
  await synthesizeAsync(outdir);
  const every = new Map(readStacks(outdir).map((stack) => [stack.id, stack]));
  const changed = stacks.filter((stack) => {
    const now = every.get(stack.id);
    return !now || !isDeepStrictEqual(stackJson(now), stackJson(stack));
  });
  if (changed.length > 0)
    throw new UserError(
      `the estate must stay the same during a plan, got other content of ${changed.map(({ id }) => id).join(", ")}. Plan again.`,
    );
  return [...every.values()];
}

/** Prints the affected stacks. Runs before Terraform is looked for, which is not needed if there are none. */
async function changeSince(ref: string, estate: Estate, signal: AbortSignal): Promise<Synthesized & Affected> {
  const directory = newRunDirectory(join(CACHE, "plans"));
  const where = { root: ROOT, estateFile: estateFile(), directory };
  const affected = await findAffected({ ...where, ref, option: "--affected", estate, signal });
  for (const note of affected.notes) console.error(note);
  console.log(affectedText(affected, { ref }));
  return { directory, ...affected };
}

/** The input of a plan, for AWS or on an emulator. */
type Planning = Omit<MakePlanOptions, "env" | "terraform" | "connections" | "view"> &
  Synthesized & { readonly selected: readonly Stack[] };

interface Planner {
  readonly plan: (planning: Planning) => Promise<MadePlan>;
  /** Terraform's environment for a stack in AWS. Undefined on an emulator. */
  readonly env?: AwsRun["env"];
}

/** Finds Terraform and the credentials first, so that anything missing is reported before synthesis. */
async function forAws(result: RunResult, estate: Estate, { profile }: PlanFlags): Promise<Planner> {
  const { env, terraform, connections } = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  const plan: Planner["plan"] = ({ selected, stacks, ...planning }) =>
    makePlan(selected, stacks, { ...planning, env, terraform, connections, view: result.view() });
  return { plan, env };
}

async function onEmulator(result: RunResult, base?: string): Promise<Planner> {
  const commit = resolveCommit(ROOT, base);
  // Lazily: the clients of all services take half a second to load.
  const { findTools } = await import("../rehearsal/rehearse.js");
  const { rehearsePlan } = await import("../plans/rehearse-plan.js");
  const tools = await findTools(CACHE);
  const onStage = (text: string) => {
    console.log(pc.bold(`\n${text} …`));
  };
  const plan: Planner["plan"] = ({ selected, stacks, ...planning }) =>
    rehearsePlan(selected, stacks, {
      ...{ ...planning, root: ROOT, base: commit, tools, onStage },
      newView: () => result.view(),
    });
  return { plan };
}

/** Lists the roles without a boundary in hardened members, also on the page of a pipeline's run. */
async function printUnboundedRoles(
  { summary }: MadePlan,
  specs: readonly StackSpec[],
  stacks: readonly Stack[],
  estate: Estate,
  env: Planner["env"],
): Promise<void> {
  if (!env || summary.kind === "destroy") return;
  const planned = summary.stacks.filter(({ review }) => review !== undefined).map(({ id }) => id);
  for (const spec of specs.filter(({ id }) => planned.includes(id))) {
    const stack = stacks.find(({ id }) => id === spec.id);
    if (!stack || spec.environment?.profile !== "hardened" || spec.account.kind !== "member") continue;
    // Lazily: the clients take a second to load.
    const { unboundedRoleLines } = await import("../plans/unbounded-roles.js");
    const { awsClients } = await import("../terraform/aws/aws-clients.js");
    const lines = await unboundedRoleLines(spec, estate, awsClients(stack, env(stack)).iam);
    if (lines.length === 0) continue;
    console.log(`\n${pc.yellow(lines.join("\n"))}`);
    addToRunSummary(`\n${codeBlock(lines.join("\n"))}`);
  }
}
