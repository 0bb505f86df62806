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

/** Next to the JSON while the local backend is used. */
const OVERRIDE = "backend_override.tf.json";
/** Next to the JSON while there are resources to import. */
const ADOPTIONS = "adopt.tf.json";

/** A step of a first apply, for the view. */
type FirstApplyStep = "looking" | "planning" | "moving state" | "verifying";

interface FirstApplyOptions {
  readonly account: FirstApplyAccount;
  /** The local state's file: absolute, or relative to the stack's folder. @default "birth.tfstate" */
  readonly localState?: string;
  readonly onStep?: (step: FirstApplyStep) => void;
  readonly onOutput?: OnOutput;
  /** Called when the bucket exists with all its settings. The state is moved into it when this has resolved. */
  readonly onBucket?: () => Promise<void>;
  /** Moves and verifies the applied state with other commands; may repeat `move`. @default the same commands */
  readonly withMover?: (move: (terraform: FirstApplyCommands) => Promise<void>) => Promise<void>;
}

/** The Terraform commands that a first apply runs. */
export type FirstApplyCommands = Pick<Terraform, "init" | "plan" | "apply" | "untaint" | "statePull" | "statePush">;

export interface FirstApplied {
  /** "already there": nothing was changed, and the folder is initialized like that of any other stack. */
  readonly result: "applied" | "already there";
  readonly adopted: readonly Adoption[];
}

/**
 * Applies a stack that creates its own state bucket, if that bucket does not contain the state yet. Uses a local state
 * first, moves it into the bucket, verifies it there, and then deletes the local file. Adopts existing resources that
 * this stack created.
 *
 * Safe to run again after an interruption at any moment: until the bucket contains the state, the local state file is
 * authoritative, together with resources that have the stack's names or tags. Leaves no lock in the bucket.
 *
 * @throws FirstApplyRefused if a person must decide; TerraformError
 */
export async function firstApply(
  stack: Stack,
  terraform: FirstApplyCommands,
  options: FirstApplyOptions,
): Promise<FirstApplied> {
  const { account, onStep } = options;
  const local = localStateOf(stack, options);
  removeOwnFiles(stack); // of an interrupted first apply: they would hide the real backend
  onStep?.("looking");
  const plan = await planFirstApply({ stack, terraform, account, local });
  if (plan.kind === "already there") return { result: "already there", adopted: [] };

  if (plan.kind === "create") {
    await applyLocally(stack, terraform, local, plan, options);
    await options.onBucket?.();
  }
  const { withMover } = options;
  const move = async (mover: FirstApplyCommands): Promise<void> => {
    if (plan.kind === "create") {
      onStep?.("moving state");
      await moveState(mover, local);
    }
    onStep?.("verifying");
    await verify(stack, mover, local, account);
  };
  await (withMover ? withMover(move) : move(terraform));
  local.remove();
  return { result: "applied", adopted: plan.kind === "create" ? plan.adoptions : [] };
}

/**
 * A push instead of `init -migrate-state -force-copy`: it does not depend on the folder's former backend, which an
 * interrupted run may have lost, and it never overwrites a state that another run wrote meanwhile. It takes no lock, since
 * the lock of a killed push would block all later runs. The verification detects two pushes at once, and both states are
 * kept.
 */
async function moveState(terraform: FirstApplyCommands, local: LocalState): Promise<void> {
  await terraform.init();
  await terraform.statePush(local.file, { lock: false });
}

async function verify(
  ...[stack, terraform, local, account]: [Stack, FirstApplyCommands, LocalState, FirstApplyAccount]
): Promise<void> {
  const state = local.read();
  if (state === undefined)
    throw new FirstApplyRefused(
      `${stack.id}: the local state ${local.file} was deleted, perhaps by another run. Run it again`,
    );
  await verifyMove({ stack, terraform, account, local: { state, file: local.file } });
}

/** What `firstApply` would do. Reads only. Throws the same errors as `firstApply` before its first change. */
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
  { local: before, adoptions }: Extract<FirstApplyPlan, { kind: "create" }>,
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
    // An apply would replace resources whose creation was interrupted. The bucket and the key refuse destruction, and a
    // role would for a moment lack its Deny policy. The resources exist, and the plan finds what they still lack.
    for (const address of taintedIn(before)) await terraform.untaint(address);
    onStep?.("planning");
    await terraform.apply({ onOutput });
  } finally {
    removeOwnFiles(stack);
  }
  if (local.read() === undefined)
    throw new FirstApplyRefused(`${stack.id}: Terraform wrote no local state to ${path}. See its log`);
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
