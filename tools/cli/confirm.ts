import { createInterface } from "node:readline/promises";
import { UserError } from "../../config/user-error";

interface Confirmation {
  /** What the user must type exactly: the name of what is changed. */
  readonly expected: string;
  /** The option that confirms without a terminal, with its value: `--lock-id 1234`. */
  readonly option: string;
  /** Aborts the question. */
  readonly signal?: AbortSignal;
  /** @default this process's */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** @default standard error of this process: standard output may be a pipe */
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Asks the user to confirm a change.
 * @throws UserError if the answer is different or missing, or if there is no terminal
 */
export async function confirm(confirmation: Confirmation): Promise<void> {
  const { expected, option, signal, input = process.stdin, output = process.stderr } = confirmation;
  if (!input.isTTY || !output.isTTY)
    throw new UserError(`nothing was changed: confirmation needs a terminal. To confirm without one, use ${option}.`);
  const lines = createInterface({ input, output });
  try {
    const typed = await new Promise<string | undefined>((resolve) => {
      // Ctrl-C, Ctrl-D, or a closed terminal counts as no answer.
      lines.once("close", () => {
        resolve(undefined);
      });
      lines.once("SIGINT", () => {
        lines.close();
      });
      lines.question(`type ${expected} to continue: `, { signal }).then(resolve, () => {
        resolve(undefined);
      });
    });
    if (typed?.trim() === expected) return;
    throw new UserError(`${typed === undefined ? "\n" : ""}nothing was changed: not confirmed`);
  } finally {
    lines.close();
  }
}
