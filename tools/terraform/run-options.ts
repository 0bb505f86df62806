import { join } from "node:path";
import type { Stack } from "../synth/stacks";
import { Terraform, type TerraformOptions } from "./terraform";
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
