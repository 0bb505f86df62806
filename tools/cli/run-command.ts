import { setMaxListeners } from "node:events";
import { estateLine } from "../../config/load";
import { isSystemError, UserError } from "../../config/user-error";
import { errnoCode } from "../support/errors";
import { finishRun } from "../support/project";
import { escapeControls } from "../support/text";
import { LOCK_TIMEOUT_MINUTES } from "../terraform/time-limits";
import { InvalidArgumentError, Option } from "commander";

/** Signals that ask a command to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The exit code that shells use for a command ended by Ctrl-C: 128 plus the number of SIGINT. */
export const INTERRUPTED = 130;

interface CommandOptions {
  /** The first line of such a command names the estate. @default true */
  readonly usesEstate?: boolean;
}

/**
 * Runs a command and sets the process's exit code. The code is the command's result, 1 for a UserError or an error of the
 * operating system, which are printed without a stack trace, and 130 after an interruption. The first Ctrl-C aborts the
 * signal, so that the command can finish cleanly. It also finishes if nobody reads its output any more.
 */
export async function runCommand(
  command: (signal: AbortSignal) => number | Promise<number>,
  options?: CommandOptions,
): Promise<void> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // each running process and request has a listener, and removes it at its end
  const abort = () => {
    if (controller.signal.aborted) return;
    console.error("\ninterrupted: finishing cleanly, which takes a moment …");
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  for (const stream of [process.stdout, process.stderr])
    stream.off("error", ignoreClosedPipe).on("error", ignoreClosedPipe);
  try {
    printEstate(options);
    process.exitCode = await command(controller.signal);
    if (process.exitCode !== 1 && !controller.signal.aborted) finishRun();
  } catch (error) {
    if (!(error instanceof UserError) && !isSystemError(error)) throw error;
    console.error(escapeControls(error.message));
    process.exitCode = 1;
    // With a cause something failed, and its logs are needed. Without one the command was refused.
    const isRefused = error instanceof UserError && error.cause === undefined;
    if (isRefused && !controller.signal.aborted) finishRun();
  } finally {
    for (const signal of SIGNALS) process.off(signal, abort);
    if (controller.signal.aborted) process.exitCode = INTERRUPTED;
  }
}

/** Not on standard output, which a program may read. */
function printEstate({ usesEstate = true }: CommandOptions = {}): void {
  if (usesEstate) console.error(estateLine());
}

/** A pager that is closed in the middle of an apply must not end it. */
function ignoreClosedPipe(error: Error): void {
  if (errnoCode(error) !== "EPIPE") throw error;
}

/** `--parallel <n>` */
export function parallelOption(): Option {
  return new Option("--parallel <n>", "the number of stacks that run at once; default: the number of cores").argParser(
    (text) => {
      if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 to 999.");
      return Number(text);
    },
  );
}

/** `--profile <name>`, or the environment variable `ESTATE_PROFILE`. */
export function profileOption(): Option {
  return new Option(
    "--profile <name>",
    "the AWS profile; {account} is replaced with the account's name; default: the current credentials, for every account",
  ).env("ESTATE_PROFILE");
}

/** `--lock-timeout <minutes>` */
export function lockTimeoutOption(): Option {
  return new Option(
    "--lock-timeout <minutes>",
    "how long to wait while another run holds the lock of a state; 0 fails at once",
  )
    .default(LOCK_TIMEOUT_MINUTES)
    .argParser((text) => {
      if (!/^(0|[1-9]\d{0,3})$/.test(text)) throw new InvalidArgumentError("expected a whole number from 0 to 9999.");
      return Number(text);
    });
}

/** `--sign <ssh key>` */
export function signOption(): Option {
  return new Option(
    "--sign <ssh key>",
    "sign the plan: the file of a private key, or of a public key that ssh-agent holds; default: no signature",
  );
}
