import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { lockLines, lockRemedy, MOVE } from "../terraform/state/lock-info";
import { deleteLock, readLock, type HeldLock } from "../terraform/state/state-lock";
import { TerraformError } from "../terraform/terraform-error";
import { confirm } from "./confirm";
import { profileOption, runCommand } from "./run-command";
import { withSingleStack, type SingleStack } from "./single-stack";

interface Flags {
  readonly lockId?: string;
  readonly profile?: string;
}

/** The value of --lock-id for a damaged lock, which has no id. */
const DAMAGED = "damaged";

const command = new Command("npm run unlock --")
  .description("Shows who has held the lock of a stack's state since when, asks for confirmation, and removes it.")
  .argument("<stack>", "the id of the stack")
  .option(
    "--lock-id <id>",
    `remove the lock without asking, if it has this id (${DAMAGED}: if it is damaged and has no id)`,
  )
  .addOption(profileOption())
  .action((id: string, flags: Flags) =>
    runCommand((signal) =>
      withSingleStack(id, { profile: flags.profile, signal }, (single) => unlock(single, flags, signal)),
    ),
  );

async function unlock(single: SingleStack, { lockId }: Flags, signal: AbortSignal): Promise<number> {
  const { stack, clients } = single;
  const lock = await readLock(clients.s3, stack);
  if (!lock) {
    console.log(`${stack.id} is not locked`);
    return 0;
  }
  console.log([`${stack.id} is locked:`, ...lockLines(lock)].join("\n  "));
  const id = lock.info?.ID ?? DAMAGED;
  if (lockId !== undefined && lockId !== id)
    throw new UserError(`nothing was changed: --lock-id must be ${id}, got ${lockId}. Correct it.`);
  console.log(lockRemedy(stack.id, lock));
  if (lockId === undefined && lock.info?.Operation === MOVE)
    throw new UserError(
      `nothing was changed: a move must be finished, or a resource may be in two states. If that is refused: --lock-id ${id}`,
    );
  if (lockId === undefined) {
    console.log("Remove it only if that run has certainly ended, on any machine: two runs at once destroy a state.");
    await confirm({ expected: stack.id, option: `--lock-id ${id}`, signal });
  }
  await remove(single, lock);
  console.log(`unlocked ${stack.id}`);
  if (lock.info?.Operation !== "OperationTypePlan") console.log(checks(stack.id));
  return 0;
}

/** Removes the lock with Terraform. If Terraform cannot, because lock or state is damaged, deletes the shown object. */
async function remove({ stack, clients, terraform }: SingleStack, lock: HeldLock): Promise<void> {
  if (lock.info) {
    try {
      await terraform.init();
      await terraform.forceUnlock(lock.info.ID);
      return;
    } catch (error) {
      if (!(error instanceof TerraformError) || error.command !== "init" || error.interruptedBy) throw error;
      console.error(`Terraform cannot run here, so the lock object is deleted:\n  ${error.errors[0] ?? error.message}`);
    }
  }
  const outcome = await deleteLock(clients.s3, stack, lock);
  if (outcome === "another")
    throw new UserError(
      `another run has locked ${stack.id} meanwhile, and keeps its lock. Run npm run unlock -- ${stack.id} to see who holds it.`,
    );
}

function checks(id: string): string {
  return [
    "The last resources of that run may exist in AWS but not in the state. Look for them, so that the next plan imports them:",
    `  npm run orphans -- ${id}`,
    `  npm run plan -- ${id}`,
    'See docs/applying.md, "When an apply is killed"; for a damaged state, see docs/states.md.',
  ].join("\n");
}

export default command;
if (require.main === module) void command.parseAsync();
