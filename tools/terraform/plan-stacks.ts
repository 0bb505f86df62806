import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import type { PlanJson } from "../review/plan-json";
import { withNamesOf } from "../review/replacements";
import { refusedReplacements } from "../review/refused-replacements";
import { runGraph } from "./graph";
import { stateOfPlanFile } from "./plan-file";
import { logFileOf, type RunOptions } from "./run-options";
import type { Stack } from "../synth/stacks";
import { missingUpstreams, isMissingBucketError, protectionIn } from "./known-errors";
import type { StateDocument, Terraform } from "./terraform";
import { TerraformError } from "./terraform-error";
import { toError } from "../support/errors";
import { withProvider } from "./attached-provider";

/** The name of the plan file, in the stack's folder. */
export const PLAN_FILE = "plan.tfplan";

interface PlanStacksOptions extends RunOptions {
  /** Plans to destroy every resource. @default false */
  readonly destroy?: boolean;
  /**
   * Plans without a lock, returns plans without changes too (they may contain drift), and leaves no plan file.
   * @default false
   */
  readonly look?: boolean;
  /** Receives each stack's plan as Terraform's JSON; returns the view's note, such as "1 to add". May throw. */
  readonly noteOf: (plan: unknown) => string;
}

/** The result of planning a stack. */
export type PlannedStack = {
  readonly stack: Stack;
  readonly seconds: number;
  readonly logFile: string;
  /** The state that the plan is based on. @default there is no state */
  readonly state?: Pick<StateDocument, "lineage" | "serial">;
} & (
  | {
      readonly status: "no changes";
      /** Only with `look`, in the same format. @default none */ readonly plan?: unknown;
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
 * Plans stacks independently of each other, several at once. The file of a plan with changes (`plan.tfplan`, readable
 * only by its owner) stays in the stack's folder. A failure is in the result, and stops no other plan.
 */
export async function planStacks(stacks: readonly Stack[], options: PlanStacksOptions): Promise<PlannedStack[]> {
  const { view, signal, parallel } = options;
  const outcomes = new Map<string, Outcome>();
  // The largest first, but none takes the place of others: no plan waits for another.
  const largestFirst = [...stacks].sort((one, other) => other.resourceCount - one.resourceCount);
  const nodes = largestFirst.map((stack) => ({ id: stack.id, dependencies: [], stack }));
  view.start(stacks.map(({ id }) => id));
  try {
    const results = await runGraph(
      nodes,
      async ({ stack }) => void outcomes.set(stack.id, await planStack(stack, options)),
      { parallel, signal },
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
    const outcome = await withProvider(stack, options, (terraform) => outcomeOf(stack, terraform, options));
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

async function outcomeOf(stack: Stack, terraform: Terraform, options: PlanStacksOptions): Promise<Outcome> {
  const { view } = options;
  view.phase(stack.id, "initializing");
  try {
    await terraform.init();
  } catch (error) {
    if (error instanceof TerraformError && isMissingBucketError(error.errors))
      return { status: "waiting", reasons: [noBucket(stack)] };
    throw error;
  }
  if (stack.createsOwnStateBucket && (await stateOf(terraform)) === undefined)
    return { status: "waiting", reasons: [noBucket(stack)] };

  view.phase(stack.id, "planning");
  try {
    return await planOf(stack, terraform, options);
  } catch (error) {
    const outcome = await expectedFailure(error, terraform, options);
    if (outcome) return outcome;
    throw (await refusedReplacement(error, stack, terraform, options)) ?? error;
  }
}

/** In place of Terraform's refusal to replace a protected resource: its errors do not say what would replace it. */
async function refusedReplacement(
  error: unknown,
  { id, directory, state }: Stack,
  terraform: Terraform,
  { destroy }: PlanStacksOptions,
): Promise<UserError | undefined> {
  // Terraform also writes a plan that it refuses.
  if (!(error instanceof TerraformError) || destroy || !existsSync(join(directory, PLAN_FILE))) return undefined;
  if (!error.errors.some((each) => protectionIn([each]))) return undefined;
  const texts = refusedReplacements((await terraform.showPlan(PLAN_FILE)) as PlanJson, error.errors);
  if (texts.length === 0) return undefined;
  const others = protectionIn(error.errors) ? [] : [error.message];
  const lines = [
    ...others,
    ...texts.map((text) => `${id}: ${withNamesOf(state.key, text)}`),
    `  log: ${error.logFile}`,
  ];
  return new UserError(lines.join("\n"), { cause: error });
}

async function planOf(stack: Stack, terraform: Terraform, options: PlanStacksOptions): Promise<Outcome> {
  const { destroy, look = false } = options;
  const planFile = join(stack.directory, PLAN_FILE);
  const { outcome } = await terraform.plan({ out: PLAN_FILE, destroy, lock: !look });
  const base = stateOfPlanFile(planFile);
  const state = base.isKnown ? base.state : await stateOf(terraform);
  if (outcome === "empty" && !look) return { status: "no changes", state };
  chmodSync(planFile, 0o600); // it may contain secrets
  return { status: outcome === "empty" ? "no changes" : "changes", state, plan: await terraform.showPlan(PLAN_FILE) };
}

/** The outcome of a plan that fails because it must wait, or because a resource is protected. */
async function expectedFailure(
  error: unknown,
  terraform: Terraform,
  { destroy }: PlanStacksOptions,
): Promise<Outcome | undefined> {
  if (!(error instanceof TerraformError) || error.interruptedBy) return undefined;
  const reasons = missingUpstreams(error.errors);
  if (reasons) return { status: "waiting", reasons, state: await stateOf(terraform) };
  const protections = destroy ? protectionIn(error.errors) : undefined;
  return protections && { status: "kept", reasons: protections, state: await stateOf(terraform) };
}

async function stateOf(terraform: Terraform): Promise<Pick<StateDocument, "lineage" | "serial"> | undefined> {
  const state = await terraform.statePull();
  return state && { lineage: state.lineage, serial: state.serial };
}

function noBucket({ createsOwnStateBucket, state }: Stack): string {
  return `${createsOwnStateBucket ? "its account is" : `the bucket ${state.bucket} is missing: its account is`} not bootstrapped yet (npm run bootstrap)`;
}
