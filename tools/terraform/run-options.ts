import { join } from "node:path";
import type { Stack } from "../synth/stacks";
import { Terraform, type TerraformOptions, type OnOutput } from "./terraform";
import type { View } from "./view/view";

/** Options of every run over several stacks. */
export interface RunOptions extends Pick<
  TerraformOptions,
  "binary" | "providerLock" | "signal" | "lockTimeoutSeconds" | "timeLimits" | "graceSeconds"
> {
  /** The complete environment of Terraform for a stack: PATH, credentials, TF_CLI_CONFIG_FILE. */
  readonly env: (stack: Stack) => NodeJS.ProcessEnv;
  /** The folder for one log file per stack: `<stack id>.log`. */
  readonly logDir: string;
  /** Its name in messages, if it gets another path once the run has ended. @default its path */
  readonly logDirName?: string;
  /** The run starts and stops it. */
  readonly view: View;
  /** How many stacks compute at once. @default the number of cores */
  readonly parallel?: number;
}

/**
 * Creates the Terraform of one stack in a run.
 * @param reattach as in TerraformOptions
 */
export function terraformFor(stack: Stack, options: RunOptions, reattach?: string): Terraform {
  const { env, binary, providerLock, signal, lockTimeoutSeconds, timeLimits, graceSeconds } = options;
  return new Terraform({
    stackId: stack.id,
    directory: stack.directory,
    env: env(stack),
    provider: stack.provider,
    logFile: logFileOf(stack, options),
    logName: options.logDirName && join(options.logDirName, `${stack.id}.log`),
    binary,
    providerLock,
    reattach,
    signal,
    lockTimeoutSeconds,
    onLockWait: (holder) => {
      options.view.phase(stack.id, "waiting for lock", holder);
    },
    timeLimits,
    graceSeconds,
  });
}

export function logFileOf(stack: Stack, { logDir }: Pick<RunOptions, "logDir">): string {
  return join(logDir, `${stack.id}.log`);
}

/** What to report of an apply's or destroy's output. */
interface ProgressOptions {
  /** Managed resources of the stack. */
  readonly resourceCount: number;
  /** Called once, when the first change starts: from here on, Terraform mostly waits for AWS. */
  readonly onFirstChange: () => void;
  /** Called after each finished change with the count, e.g. "3 of 12", and the number of resources that are left. */
  readonly onNote: (note: string, left: number) => void;
}

export function followProgress({ resourceCount, onFirstChange, onNote }: ProgressOptions): OnOutput {
  let finished = 0;
  let changing = false;
  return (lines) => {
    if (!changing && /: (Creating|Modifying|Destroying|Importing)\.\.\./.test(lines)) {
      changing = true;
      onFirstChange();
    }
    const more = lines.match(/: (Creation|Modifications|Destruction) complete after/g)?.length ?? 0;
    if (more === 0) return;
    finished += more;
    onNote(`${finished} of ${resourceCount}`, resourceCount - finished);
  };
}
