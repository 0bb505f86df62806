import { createInterface } from "node:readline/promises";
import { UserError } from "../../config/user-error";

interface Terminal {
  /** @default this process's */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** @default standard error of this process: standard output may be a pipe */
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Asks questions in order.
 *
 * @param questions the option that answers each without a terminal, and the question
 * @returns the answers by option
 * @throws UserError that lists all questions if there is no terminal, or if one is not answered
 */
export async function ask(
  questions: readonly (readonly [option: string, question: string])[],
  { input = process.stdin, output = process.stderr }: Terminal = {},
): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  if (questions.length === 0) return answers;
  if (!input.isTTY || !output.isTTY) {
    const missing = questions.map(([option, question]) => `  --${option}: ${question}`);
    throw new UserError(["without a terminal, these options must be given, got none of them:", ...missing].join("\n"));
  }
  const lines = createInterface({ input, output });
  const stopped = new AbortController();
  lines.once("close", () => {
    stopped.abort(); // Ctrl-C, Ctrl-D, or a closed terminal
  });
  try {
    for (const [option, question] of questions)
      answers.set(option, await lines.question(`${question}:\n  `, { signal: stopped.signal }));
    return answers;
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    throw new UserError("\nnothing was written: not every question was answered");
  } finally {
    lines.close();
  }
}
