import { hideSecrets } from "./secret-text";
import { UserError } from "./user-error";

/** One thing that is wrong with an estate file. It reads `<path> must be <expected>, got <got>. <remedy>.` */
export interface Problem {
  /** Where in the file, for example `environments.dev.network.cidrBlock`; empty for the file as a whole. */
  readonly path: string;
  /** What the value must be. */
  readonly expected: string;
  /** The value, as `formatValue` shows it, or what is there instead. */
  readonly got: string;
  /** One imperative sentence, without its full stop. */
  readonly remedy?: string;
}

/** More problems than anybody reads, in a message of at most a megabyte. */
const MOST_PROBLEMS = 1000;
const [LONGEST_PATH, LONGEST_TEXT] = [200, 500];

/** A long path does not push the others' problems out of sight. */
const WIDEST_COLUMN = 100;

/** The estate file, or another one with settings, is not valid. The message lists every problem on a line of its own. */
export class EstateError extends UserError {
  override readonly name = "EstateError";

  constructor(
    readonly file: string,
    readonly problems: readonly Problem[],
    what = "the estate is",
  ) {
    const shown = problems.slice(0, MOST_PROBLEMS);
    const more = problems.length > shown.length ? [`  and ${problems.length - shown.length} more problems`] : [];
    const width = Math.min(WIDEST_COLUMN, Math.max(...shown.map((problem) => subjectOf(problem).length)));
    const lines = shown.map((problem) => `  ${subjectOf(problem).padEnd(width)}  ${problemText(problem)}`);
    super([`${what} not valid (${printable(file)}):`, ...lines, ...more].join("\n"));
  }
}

const subjectOf = ({ path }: Problem) => cut(printable(path || "the file"), LONGEST_PATH);

/** What a problem says about its path. */
export const problemText = ({ expected, got, remedy }: Problem): string => {
  const [what, value] = [expected, got].map((text) => cut(printable(text), LONGEST_TEXT));
  // Secrets are hidden first: escaped lines no longer look like those of a key or a file.
  return `must be ${what}, got ${value}${remedy === undefined ? "" : `. ${printable(hideSecrets(remedy))}.`}`;
};

/** Characters that break a line, move the cursor, are invisible or reverse the text: names could hide others with them. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);

/** A text with at most `length` characters. The last one is an ellipsis if something is cut. */
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The path of a key or an index in the value at `path`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? String(key) : `${path}.${String(key)}`;
}

/** A value as an error shows it: JSON without secrets, cut to 80 characters. */
export function formatValue(value: unknown): string {
  const json = hideSecrets(asJson(value));
  return json.length > 80 ? cut(json, 78) : json;
}

/** What was thrown, in one line. An estate file may throw anything. */
export function thrownMessage(thrown: unknown): string {
  try {
    const message: unknown = thrown instanceof Error ? thrown.message : thrown;
    return String(message)
      .trim()
      .replaceAll(/\s*\n\s*/g, " ");
  } catch {
    return "a value without a text";
  }
}

/** Its declared type leaves out that it returns undefined for functions and symbols. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** JSON, or a description of a value that JSON cannot hold: a `.ts` file may hold anything. */
function asJson(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "symbol") return `no JSON: ${value.description ?? "a symbol"}`;
  try {
    return stringify(value) ?? `no JSON: ${typeof value}`;
  } catch {
    return "a value that JSON cannot hold";
  }
}
