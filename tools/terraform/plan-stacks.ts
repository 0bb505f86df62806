import { chmodSync, rmSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runGraph } from "./graph";
import { logFileOf, terraformFor, type RunOptions } from "./run-options";
import type { Stack } from "../synth/stacks";
import { missingUpstreams, saysNoBucket, protectionIn } from "./known-errors";
import type { StateDocument, Terraform } from "./terraform";
import { TerraformError } from "./terraform-error";
import { toError } from "../support/errors";
import { strFromU8, unzipSync } from "fflate";
/** The name of the plan file, in the stack's folder. */
export const PLAN_FILE = "plan.tfplan";

export interface PlanStacksOptions extends RunOptions {
  /** Plans to destroy everything. @default false */
  readonly destroy?: boolean;
  /**
   * Only looks: takes no lock, tells also plans that change nothing, which may hold what differs beside the code, and
   * leaves no plan file.
   * @default false
   */
  readonly look?: boolean;
  /** Takes a stack's plan as Terraform's JSON, as soon as it is made, for the view's note: "1 to add". May throw. */
  readonly noteOf: (plan: unknown) => string;
}

/** How planning a stack went. */
export type PlannedStack = {
  readonly stack: Stack;
  readonly seconds: number;
  readonly logFile: string;
  /** The state that the plan was made on. @default it does not exist */
  readonly state?: Pick<StateDocument, "lineage" | "serial">;
} & (
  | {
      readonly status: "no changes";
      /** Only of a look, and like the one of changes. @default none */ readonly plan?: unknown;
    }
  | { readonly status: "changes"; /** As `terraform show -json` prints it. May hold secrets. */ readonly plan: unknown }
  | { readonly status: "waiting" | "kept" | "not started"; readonly reasons: readonly string[] }
  | { readonly status: "failed"; readonly error: Error }
);

type Outcome = PlannedStack extends infer P
  ? P extends unknown
    ? Omit<P, "stack" | "seconds" | "logFile">
    : never
  : never;

/**
 * Plans stacks, all independently of each other, several at once. Where a plan has changes, its file (`plan.tfplan`,
 * readable by its owner only) stays in the stack's folder. Failures are in the result, not thrown, and stop no other
 * plan.
 */
export async function planStacks(stacks: readonly Stack[], options: PlanStacksOptions): Promise<PlannedStack[]> {
  const { view, signal, parallel } = options;
  const outcomes = new Map<string, Outcome>();
  const nodes = stacks.map((stack) => ({ id: stack.id, dependencies: [], stack }));
  view.start(stacks.map(({ id }) => id));
  try {
    const results = await runGraph(
      nodes,
      async ({ stack }) => void outcomes.set(stack.id, await planStack(stack, options)),
      {
        parallel,
        signal,
        secondsOf: ({ stack }) => stack.resourceCount,
      },
    );
    return stacks.map((stack) => {
      const result = results.get(stack.id);
      const reasons = [result?.status === "not started" ? result.reason : "interrupted"];
      const outcome = outcomes.get(stack.id) ?? { status: "not started" as const, reasons };
      if (outcome.status === "not started") view.phase(stack.id, "not started", outcome.reasons.join(", "));
      return {
        stack,
        seconds: result?.status === "done" ? result.seconds : 0,
        logFile: logFileOf(stack, options),
        ...outcome,
      };
    });
  } finally {
    await view.stop();
  }
}

async function planStack(stack: Stack, options: PlanStacksOptions): Promise<Outcome> {
  const { view } = options;
  try {
    const outcome = await outcomeOf(stack, options);
    if (outcome.status === "no changes") view.phase(stack.id, "no changes");
    if (outcome.status === "changes") view.phase(stack.id, "planned", options.noteOf(outcome.plan));
    if (outcome.status === "waiting") view.phase(stack.id, "waits", outcome.reasons.join(", "));
    if (outcome.status === "kept") view.phase(stack.id, "kept", outcome.reasons.join(", "));
    if (outcome.status !== "changes" || options.look) rmSync(join(stack.directory, PLAN_FILE), { force: true });
    return outcome;
  } catch (thrown) {
    const error = toError(thrown);
    rmSync(join(stack.directory, PLAN_FILE), { force: true });
    view.fail(stack.id, error);
    return { status: "failed", error };
  }
}

async function outcomeOf(stack: Stack, options: PlanStacksOptions): Promise<Outcome> {
  const { view, destroy, look = false } = options;
  const terraform = terraformFor(stack, options);
  view.phase(stack.id, "initializing");
  try {
    await terraform.init();
  } catch (error) {
    if (error instanceof TerraformError && saysNoBucket(error.errors))
      return { status: "waiting", reasons: [noBucket(stack)] };
    throw error;
  }
  if (stack.makesOwnStateBucket && (await stateOf(terraform)) === undefined)
    return { status: "waiting", reasons: [noBucket(stack)] };

  view.phase(stack.id, "planning");
  const planFile = join(stack.directory, PLAN_FILE);
  try {
    const { outcome } = await terraform.plan({ out: PLAN_FILE, destroy, lock: !look });
    const on = plannedOn(planFile);
    const state = on.says ? on.state : await stateOf(terraform);
    if (outcome === "empty" && !look) return { status: "no changes", state };
    chmodSync(planFile, 0o600); // it may hold secrets
    return { status: outcome === "empty" ? "no changes" : "changes", state, plan: await terraform.showPlan(PLAN_FILE) };
  } catch (error) {
    if (!(error instanceof TerraformError) || error.interruptedBy) throw error;
    const reasons = missingUpstreams(error.errors);
    if (reasons) return { status: "waiting", reasons, state: await stateOf(terraform) };
    const protections = destroy ? protectionIn(error.errors) : undefined;
    if (protections) return { status: "kept", reasons: protections };
    throw error;
  }
}

async function stateOf(terraform: Terraform): Promise<Pick<StateDocument, "lineage" | "serial"> | undefined> {
  const state = await terraform.statePull();
  return state && { lineage: state.lineage, serial: state.serial };
}

function noBucket({ makesOwnStateBucket, state }: Stack): string {
  return `${makesOwnStateBucket ? "its account is" : `the bucket ${state.bucket} is missing: its account is`} not bootstrapped yet (npm run bootstrap)`;
}

/** The entry of a plan file that holds the state which the plan was made on, with its serial and lineage. */
const STATE = "tfstate";

/** Whether a plan file says on which state it was made, and on which: `none` where there was no state. */
export type PlannedOn =
  { readonly says: false } | { readonly says: true; readonly state?: Pick<StateDocument, "lineage" | "serial"> };

/**
 * Reads from a plan file on which state it was made: the very thing that Terraform compares before it applies the file,
 * which a look at the state beside the plan could miss by a moment. The format is Terraform's own business (a zip file
 * since 0.12): where it is not what we know, the answer is that it does not say.
 */
export function plannedOn(planFile: string): PlannedOn {
  try {
    const entry = unzipSync(readFileSync(planFile), { filter: ({ name }) => name === STATE })[STATE];
    if (entry === undefined) return { says: false };
    const { lineage, serial } = JSON.parse(strFromU8(entry)) as Partial<StateDocument>;
    if (typeof lineage !== "string" || typeof serial !== "number") return { says: false };
    return { says: true, state: lineage === "" ? undefined : { lineage, serial } };
  } catch {
    return { says: false };
  }
}
