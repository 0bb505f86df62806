import { UserError } from "./user-error";

/** One thing that is wrong with an estate file. */
export interface Problem {
  /** Where in the file, for example `environments.dev.network.cidrBlock`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong: the value got and the value expected. */
  readonly text: string;
}

/** The estate file is not valid. The message lists every problem, a line each. */
export class EstateError extends UserError {
  override readonly name = "EstateError";

  constructor(
    readonly file: string,
    readonly problems: readonly Problem[],
  ) {
    const width = Math.max(...problems.map(({ path }) => path.length));
    const lines = problems.map(({ path, text }) => `  ${width > 0 ? `${path.padEnd(width)}  ` : ""}${text}`);
    super([`the estate is not valid (${file}):`, ...lines].join("\n"));
  }
}

/** A value as an error shows it: JSON, cut where it is long. */
export function formatValue(value: unknown): string {
  const json = asJson(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

/** Its declared type leaves out that it gives undefined for functions and symbols. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** JSON, or what it is where JSON has no word for it: a `.ts` file may hold anything. */
function asJson(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  try {
    return stringify(value) ?? `no JSON: ${typeof value}`;
  } catch {
    return "a value that JSON cannot hold";
  }
}
