import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../config/user-error";

/**
 * What another job has left, as JSON.
 *
 * @param expected what the file should be, in words
 * @throws UserError that names the file where it can't be read, or is something else: each field, and what is wrong
 *   with it
 */
export function readHandover<T>(file: string, schema: z.ZodType<T>, expected: string): T {
  const json = trying(`can't be read, expected ${expected}`, file, () => readFileSync(file, "utf8"));
  const value = trying(`is no JSON, expected ${expected}`, file, () => JSON.parse(json) as unknown);
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new UserError([`${file} is not ${expected}:`, ...z.prettifyError(error).split("\n")].join("\n  "));
}

/** Writes a file that its owner alone may read. Throws UserError where it can't be written. */
export function writePrivately(file: string, text: string): void {
  trying("can't be written", file, () => {
    writeFileSync(file, text, { mode: 0o600 });
  });
}

function trying<T>(problem: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UserError(`${file} ${problem} (${(error as Error).message})`, { cause: error });
  }
}
