import { join } from "node:path";
import type { Stack } from "../synth/stacks";
import { Terraform, type TerraformOptions, type OnOutput } from "./terraform";
import type { View } from "./view/view";

/** What every run over several stacks needs. */
export interface RunOptions extends Pick<
  TerraformOptions,
  "binary" | "signal" | "lockTimeoutSeconds" | "timeLimits" | "graceSeconds"
> {
  /** The whole environment in which Terraform runs for this stack: PATH, credentials, TF_CLI_CONFIG_FILE. */
  readonly env: (stack: Stack) => NodeJS.ProcessEnv;
  /** One log file per stack is written here: `<stack id>.log`. */
  readonly logDir: string;
  /** Started and stopped by the run. */
  readonly view: View;
  /** How many compute at once. @default the number of cores */
  readonly parallel?: number;
}

/** Terraform for one stack of a run. */
export function terraformFor(stack: Stack, options: RunOptions): Terraform {
  const { env, binary, signal, lockTimeoutSeconds, timeLimits, graceSeconds } = options;
  return new Terraform({
    stackId: stack.id,
    directory: stack.directory,
    env: env(stack),
    logFile: logFileOf(stack, options),
    binary,
    signal,
    lockTimeoutSeconds,
    timeLimits,
    graceSeconds,
  });
}

export function logFileOf(stack: Stack, { logDir }: Pick<RunOptions, "logDir">): string {
  return join(logDir, `${stack.id}.log`);
}

/** Follows what an apply or a destroy prints. */
export interface ProgressOptions {
  /** Managed resources that the stack describes. */
  readonly resourceCount: number;
  /** The first change began: Terraform has planned, from here on it mostly waits for AWS. Called once. */
  readonly onFirstChange: () => void;
  /** After each finished change: how many, e.g. "3 of 12". */
  readonly onNote: (note: string) => void;
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
    onNote(`${finished} of ${resourceCount}`);
  };
}
