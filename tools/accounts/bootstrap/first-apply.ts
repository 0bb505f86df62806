import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FirstApplyAccount } from "./account";
import type { Adoption } from "./adoption";
import { LocalState, taintedIn, FirstApplyRefused } from "./local-state";
import { planFirstApply, type FirstApplyPlan } from "./plan-first-apply";
import { verifyMove } from "./verify-move";
import type { Stack } from "../../synth/stacks";
import type { OnOutput, Terraform } from "../../terraform/terraform";
import { writeAtomically } from "../../support/files";

/** Beside the JSON while the local backend is used. */
const OVERRIDE = "backend_override.tf.json";
/** Beside the JSON while there is something to import. */
const ADOPTIONS = "adopt.tf.json";

/** A step of a birth, for whoever shows it. */
export type FirstApplyStep = "looking" | "planning" | "moving state" | "verifying";

export interface FirstApplyOptions {
  readonly account: FirstApplyAccount;
  /** The local state's file: absolute, or beside the JSON. @default "birth.tfstate" */
  readonly localState?: string;
  readonly onStep?: (step: FirstApplyStep) => void;
  readonly onOutput?: OnOutput;
}

/** What a birth needs of Terraform. */
export type FirstApplyCommands = Pick<Terraform, "init" | "plan" | "apply" | "untaint" | "statePull" | "statePush">;

export interface FirstApplied {
  /** "already there": nothing was changed, and the folder is initialized as any other stack's. */
  readonly result: "born" | "already there";
  readonly adopted: readonly Adoption[];
}

/**
 * Applies a stack that makes the bucket of its own state, where that bucket doesn't hold the state yet: first with a
 * local state, which is then moved into the bucket, verified there, and removed only then. What the account has already
 * is adopted where this stack made it.
 *
 * Safe to run again after an interruption between any two steps, and in the middle of one: until the bucket holds the
 * state, the local state file is the truth, together with what has the names that the stack gives, or its tags. No lock
 * is left in the bucket.
 *
 * @throws BirthRefused where a person must decide; TerraformError
 */
export async function firstApply(
  stack: Stack,
  terraform: FirstApplyCommands,
  options: FirstApplyOptions,
): Promise<FirstApplied> {
  const { account, onStep } = options;
  const local = localStateOf(stack, options);
  removeOwnFiles(stack); // of an interrupted birth: they would hide the real backend
  onStep?.("looking");
  const plan = await planFirstApply({ stack, terraform, account, local });
  if (plan.kind === "already there") return { result: "already there", adopted: [] };

  if (plan.kind === "make") {
    await applyLocally(stack, terraform, local, plan, options);
    onStep?.("moving state");
    // A push, not `init -migrate-state -force-copy`: it needs no memory of the folder's former backend, which an
    // interrupted run may have lost, and it refuses to overwrite a state that somebody else put there meanwhile.
    // Without lock, since one that is left by a push that was killed would keep everybody out; two pushes at once would
    // be found by the verification, and both are kept.
    await terraform.init();
    await terraform.statePush(local.file, { lock: false });
  }
  onStep?.("verifying");
  const state = local.read();
  if (state === undefined)
    throw new FirstApplyRefused(
      `${stack.id}: the local state ${local.file} is gone: does another run go on? Run it again`,
    );
  await verifyMove({ stack, terraform, account, local: { state, file: local.file } });
  local.remove();
  return { result: "born", adopted: plan.kind === "make" ? plan.adoptions : [] };
}

/** What `birth` would do, without doing it: reads only. Throws what it would throw before it changes anything. */
export function previewFirstApply(
  stack: Stack,
  terraform: FirstApplyCommands,
  options: Pick<FirstApplyOptions, "account" | "localState">,
): Promise<FirstApplyPlan> {
  return planFirstApply({ stack, terraform, account: options.account, local: localStateOf(stack, options) });
}

async function applyLocally(
  stack: Stack,
  terraform: FirstApplyCommands,
  local: LocalState,
  { local: before, adoptions }: Extract<FirstApplyPlan, { kind: "make" }>,
  { onStep, onOutput }: FirstApplyOptions,
): Promise<void> {
  local.makeFolder();
  const path = local.file;
  writeAtomically(join(stack.directory, OVERRIDE), JSON.stringify({ terraform: { backend: { local: { path } } } }));
  if (adoptions.length > 0) {
    const blocks = adoptions.map(({ to, id }) => ({ to, id }));
    writeAtomically(join(stack.directory, ADOPTIONS), JSON.stringify({ import: blocks }));
  }
  try {
    await terraform.init();
    // What was interrupted while it was made would be destroyed and made again: the bucket and the key refuse that, and
    // a role would for a moment be without the policy that denies. Each is there, and what it still lacks, the plan
    // finds.
    for (const address of taintedIn(before)) await terraform.untaint(address);
    onStep?.("planning");
    await terraform.apply({ onOutput });
  } finally {
    removeOwnFiles(stack);
  }
  if (local.read() === undefined)
    throw new FirstApplyRefused(`${stack.id}: Terraform wrote no local state to ${path}; see its log`);
}

function removeOwnFiles({ directory }: Stack): void {
  for (const file of [OVERRIDE, ADOPTIONS]) rmSync(join(directory, file), { force: true });
}

function localStateOf(
  { directory }: Stack,
  { localState = "birth.tfstate" }: Pick<FirstApplyOptions, "localState">,
): LocalState {
  return new LocalState(resolve(directory, localState));
}
