import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { deleteLock, lockLines, readLock, type HeldLock } from "../terraform/state/state-lock";
import { TerraformError } from "../terraform/terraform-error";
import { confirm } from "./confirm";
import { profileOption, runCommand } from "./run-command";
import { withSingleStack, type SingleStack } from "./single-stack";

interface Flags {
  readonly lockId?: string;
  readonly profile?: string;
}

/** What stands for the id of a lock that has none. */
const DAMAGED = "damaged";

const command = new Command("npm run unlock --")
  .description("Shows who holds the lock of a stack's state since when, asks, and removes it.")
  .argument("<stack>", "the id of the stack")
  .option("--lock-id <id>", `remove it without asking, if it is this one (${DAMAGED}: if it is damaged and has none)`)
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
    throw new UserError(`nothing was changed: the lock's id is ${id}, got --lock-id ${lockId}`);
  if (lockId === undefined) {
    console.log(
      "Remove it only when that run is certainly dead, on whatever machine it ran: two at once destroy a state.",
    );
    await confirm({ expected: stack.id, option: `--lock-id ${id}`, signal });
  }
  await remove(single, lock);
  console.log(`unlocked ${stack.id}`);
  if (lock.info?.Operation !== "OperationTypePlan") console.log(checks(stack.id));
  return 0;
}

/**
 * Lets Terraform remove the lock; where it can't, because lock or state is damaged, removes the very object that was
 * shown.
 */
async function remove({ stack, clients, terraform }: SingleStack, lock: HeldLock): Promise<void> {
  if (lock.info) {
    try {
      await terraform.init();
      await terraform.forceUnlock(lock.info.ID);
      return;
    } catch (error) {
      if (!(error instanceof TerraformError) || error.command !== "init" || error.interruptedBy) throw error;
      console.error(
        `Terraform does not start here, so the lock object itself is removed:\n  ${error.errors[0] ?? error.message}`,
      );
    }
  }
  const outcome = await deleteLock(clients.s3, stack, lock);
  if (outcome === "another")
    throw new UserError(`nothing was changed: meanwhile ${stack.id} is locked by another run; look again`);
}

function checks(id: string): string {
  return [
    "What the run made last may be in AWS and not in the state:",
    `  aws resourcegroupstaggingapi get-resources --tag-filters Key=Stack,Values=${id}`,
    `  npm run plan -- ${id}`,
    'docs/applying.md, "When an apply is killed", says what to do with it; docs/states.md, what to do with a damaged state',
  ].join("\n");
}

void command.parseAsync();
