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

/** The estate file is not valid. The message lists every problem on a line of its own. */
export class EstateError extends UserError {
  override readonly name = "EstateError";

  constructor(
    readonly file: string,
    readonly problems: readonly Problem[],
  ) {
    const width = Math.max(...problems.map((problem) => subjectOf(problem).length));
    const lines = problems.map((problem) => `  ${subjectOf(problem).padEnd(width)}  ${problemText(problem)}`);
    super([`the estate is not valid (${file}):`, ...lines].join("\n"));
  }
}

const subjectOf = ({ path }: Problem) => path || "the file";

/** What a problem says about its path. */
export const problemText = ({ expected, got, remedy }: Problem): string =>
  `must be ${expected}, got ${got}${remedy === undefined ? "" : `. ${remedy}.`}`;

/** The path of a key or an index in the value at `path`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? String(key) : `${path}.${String(key)}`;
}

/** A value as an error shows it: JSON, cut to 80 characters. */
export function formatValue(value: unknown): string {
  const json = asJson(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

/** Its declared type leaves out that it returns undefined for functions and symbols. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** JSON, or a description of a value that JSON cannot hold: a `.ts` file may hold anything. */
function asJson(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  try {
    return stringify(value) ?? `no JSON: ${typeof value}`;
  } catch {
    return "a value that JSON cannot hold";
  }
}
