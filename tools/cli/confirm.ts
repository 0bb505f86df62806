import { createInterface } from "node:readline/promises";
import { UserError } from "../../config/user-error";

export interface Confirmation {
  /** What a person must type, exactly: the name of what is at stake. */
  readonly expected: string;
  /** The option that says it without a terminal, with its value: `--lock-id 1234`. */
  readonly option: string;
  /** Ends the question. */
  readonly signal?: AbortSignal;
  /** @default this process's */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** @default standard error of this process: standard output may be a pipe */
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Lets a person confirm what is about to be done. Returns where they did.
 *
 * @throws UserError where they typed something else, or nothing; and where there is no terminal to ask on
 */
export async function confirm(confirmation: Confirmation): Promise<void> {
  const { expected, option, signal, input = process.stdin, output = process.stderr } = confirmation;
  if (!input.isTTY || !output.isTTY) {
    throw new UserError(`nothing was changed: there is no terminal to ask on; when you are sure, say ${option}`);
  }
  const lines = createInterface({ input, output });
  try {
    const typed = await new Promise<string | undefined>((resolve) => {
      // Ctrl-C, Ctrl-D, or the terminal is gone: nobody answers.
      lines.once("close", () => {
        resolve(undefined);
      });
      lines.once("SIGINT", () => {
        lines.close();
      });
      lines.question(`type ${expected} to go on: `, { signal }).then(resolve, () => {
        resolve(undefined);
      });
    });
    if (typed?.trim() === expected) return;
    throw new UserError(`${typed === undefined ? "\n" : ""}nothing was changed: not confirmed`);
  } finally {
    lines.close();
  }
}
