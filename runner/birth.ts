import { UserError } from "../errors/user-error";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "./stacks";
import { missingFrom } from "./state-contents";
import { probeStateBucket } from "./state-bucket-probe";
import type { OnOutput, StateDocument, Terraform } from "./terraform";
import { writeAtomically } from "./write-atomically";

const OVERRIDE = "backend_override.tf.json";
const LOCAL_STATE = "birth.tfstate";

/** A step of a birth, for whoever shows it. */
export type BirthStep = "initializing" | "planning" | "moving state";

export interface BirthOptions {
  readonly onStep?: (step: BirthStep) => void;
  readonly onOutput?: OnOutput;
}

/** What a birth needs of Terraform. */
export type BirthCommands = Pick<Terraform, "init" | "apply" | "statePull" | "statePush">;

/** The state bucket can't be made, or a state can't be moved into it, without a person's decision. Nothing was changed. */
export class BirthRefused extends UserError {
  public override readonly name = "BirthRefused";
}

/**
 * Applies a stack that makes the bucket of its own state, where that bucket doesn't hold the state yet: first with a local state beside
 * the JSON, which is then moved into the bucket, and removed only when it was seen there. Returns "born"; or "already there", and then
 * the folder is initialized as any other stack's and nothing was applied.
 *
 * Safe to run again after an interruption between any two steps: the local state file tells that a birth is under way, and is the truth
 * until the bucket holds the state.
 */
export async function birth(stack: Stack, terraform: BirthCommands, options: BirthOptions = {}): Promise<"born" | "already there"> {
  const { onStep, onOutput } = options;
  const override = join(stack.directory, OVERRIDE);
  const local = join(stack.directory, LOCAL_STATE);
  onStep?.("initializing");
  rmSync(override, { force: true }); // of an interrupted birth: it would hide the real backend
  const bucket = await probeStateBucket(terraform);
  if (bucket.found === "state") {
    forgetMovedState(stack, local, bucket.state);
    return "already there";
  }
  const started = readState(local);
  if (bucket.found === "no state" && started === undefined) {
    throw new BirthRefused(
      `${stack.id}: the bucket ${stack.state.bucket} exists, but holds no state ${stack.state.key}, and none lies in ${local}; ` +
        "either it is not ours (choose another name), or its state was lost (bring back an older version of the object, or `terraform import` the bucket)",
    );
  }

  writeAtomically(override, JSON.stringify({ terraform: { backend: { local: { path: LOCAL_STATE } } } }));
  try {
    await terraform.init();
    onStep?.("planning");
    await terraform.apply({ onOutput });
  } finally {
    rmSync(override, { force: true });
  }
  if (readState(local) === undefined) throw new BirthRefused(`${stack.id}: Terraform wrote no local state to ${local}; see its log`);

  onStep?.("moving state");
  // A push, not `init -migrate-state -force-copy`: it needs no memory of the folder's former backend, which an interrupted run may
  // have lost, and it refuses to overwrite a state that somebody else put there meanwhile.
  await terraform.init();
  await terraform.statePush(LOCAL_STATE);
  forgetMovedState(stack, local, await terraform.statePull());
  return "born";
}

/** Removes the local state, but only where the bucket's state holds everything that is in it. */
function forgetMovedState(stack: Stack, local: string, inBucket: StateDocument | undefined): void {
  const left = readState(local);
  const object = `s3://${stack.state.bucket}/${stack.state.key}`;
  if (left !== undefined && inBucket === undefined)
    throw new BirthRefused(`${stack.id}: no state is in ${object}; the local one stays in ${local}`);
  const missing = left === undefined || inBucket === undefined ? [] : missingFrom(inBucket, left);
  if (missing.length > 0) {
    throw new BirthRefused(
      `${stack.id}: the local state ${local} holds what the one in ${object} does not: ${missing.join(", ")}; ` +
        "compare the two, and remove the local one where it is obsolete",
    );
  }
  // The local state, and the backup that Terraform keeps beside it.
  for (const file of [local, `${local}.backup`]) rmSync(file, { force: true });
}

function readState(file: string): StateDocument | undefined {
  if (!existsSync(file)) return undefined;
  const content = readFileSync(file, "utf8");
  if (content.trim() === "") return undefined;
  try {
    return JSON.parse(content) as StateDocument;
  } catch (error) {
    throw new BirthRefused(
      `${file} is not a whole state (${(error as Error).message}); put ${file}.backup in its place, or remove both where nothing was created`,
    );
  }
}
