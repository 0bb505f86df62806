import { isOverdue, isReleased, lockInError, lockLines } from "./state/lock-info";
import { TerraformError } from "./terraform-error";
import { LOCK_TURN_SECONDS } from "./time-limits";

interface LockWait {
  /** Seconds to wait. 0 fails at once. */
  readonly seconds: number;
  /** Receives who holds the lock, for which operation and since when; again if another run takes it. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Runs a command that takes the lock of a state, until it gets the lock. Terraform itself waits, in turns: it reports who
 * holds the lock only when it gives up. A lock that is older than its holder's time limit ends the wait: nobody releases
 * it.
 *
 * @param command receives the seconds of its turn. Terraform takes the lock before it does anything
 */
export async function whenUnlocked<T>(
  { seconds, onWait }: LockWait,
  command: (turnSeconds: number) => Promise<T>,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let shown: string | undefined;
  for (let turn = 0; ;) {
    try {
      return await command(turn);
    } catch (error) {
      const lock = error instanceof TerraformError && !error.interruptedBy ? lockInError(error.errors) : undefined;
      const left = Math.ceil((end - performance.now()) / 1000);
      if (!lock || left <= 0) throw error;
      if (isReleased(lock)) continue;
      if (isOverdue(lock)) throw error;
      if (lock.info?.ID !== shown) onWait?.(lockLines(lock).slice(0, 3).join(", "));
      shown = lock.info?.ID;
      turn = Math.min(LOCK_TURN_SECONDS, left);
    }
  }
}
