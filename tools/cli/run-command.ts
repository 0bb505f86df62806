import { UserError } from "../../config/user-error";
import { InvalidArgumentError, Option } from "commander";

/** Signals by which a person or a machine asks a command to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What a shell calls a command that Ctrl-C ended: 128 and SIGINT's number. */
const INTERRUPTED = 130;

/**
 * Runs a command and sets the process's exit code: what the command returns; 1 for an error that a person can mend,
 * which is told without a stack trace; 130 after an interruption. The first Ctrl-C aborts the signal, and the command
 * ends itself in order.
 */
export async function runCommand(command: (signal: AbortSignal) => number | Promise<number>): Promise<void> {
  const controller = new AbortController();
  const abort = () => {
    if (controller.signal.aborted) return;
    console.error("\ninterrupted: ending in order, which takes a moment …");
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  try {
    process.exitCode = await command(controller.signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    for (const signal of SIGNALS) process.off(signal, abort);
    if (controller.signal.aborted) process.exitCode = INTERRUPTED;
  }
}

/** `--parallel <n>` */
export function parallelOption(): Option {
  return new Option("--parallel <n>", "how many stacks compute at once; default: the number of cores").argParser(
    (text) => {
      if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 to 999.");
      return Number(text);
    },
  );
}

/** `--profile <name>`, which `ESTATE_PROFILE` may name too. */
export function profileOption(): Option {
  return new Option(
    "--profile <name>",
    "the AWS profile; {account} stands for the account's name; default: the credentials at hand, for every account",
  ).env("ESTATE_PROFILE");
}
