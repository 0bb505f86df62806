import { existsSync, readFileSync, realpathSync } from "node:fs";
import { extname, join, relative, resolve as resolvePath } from "node:path";
import { closest } from "fastest-levenshtein";
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { z } from "zod";
import { checkDraft } from "./checks";
import type { Draft } from "./checks/draft";
import { EstateError, formatValue, type Problem } from "./estate-error";
import { membersFile, readMembers, type MembersRecord } from "./members-record";
import { type CredentialMode, type Estate } from "./model";
import { estateSchema } from "./schema";
import { resolveEstate } from "./resolve/estate";

/** The estate that a clone of the project ships, and the one that commands use where `ESTATE` names no other. */
export const DEFAULT_ESTATE = join(__dirname, "estate.ts");

/**
 * Reads an estate file and checks it whole.
 *
 * @param file path to a `.ts` or `.json` file. A `.ts` file exports its estate as default or as `estate`. Default:
 *   `estateFile()`.
 * @returns the estate with all references resolved, frozen
 * @throws EstateError that lists every problem, when the file cannot be read or does not hold a valid estate
 */
export function loadEstate(file: string = estateFile()): Estate {
  const { value, name, record } = readEstateFile(file);
  return parseEstate(value, name, record, { direct: isDirect() });
}

/**
 * Whether `ESTATE_ACCESS` says that every account is reached by credentials of its own. Throws EstateError where it
 * says something else.
 */
function isDirect(): boolean {
  const { ESTATE_ACCESS: access = "" } = process.env;
  if (access === "" || access === "direct") return access === "direct";
  throw new EstateError("the environment", [
    { path: "ESTATE_ACCESS", text: `got "${access}", expected direct, or nothing` },
  ]);
}

/** An estate file and the record of its members, not checked yet. */
export interface UncheckedEstate {
  readonly value: unknown;
  /** What errors call the file. */
  readonly name: string;
  readonly record: MembersRecord;
  readonly recordPath: string;
}

/** Reads an estate file and its record. Throws EstateError where one of them cannot be read. */
export function readEstateFile(file: string): UncheckedEstate {
  const path = resolvePath(file);
  const name = nameOf(path);
  const value = readValue(path, name);
  const recordPath = membersFile(realpathSync(path)); // beside the file itself, not beside a link to it
  return { value, name, record: readMembers(recordPath, nameOf(recordPath)), recordPath };
}

/** What errors call a file: its path from here, if it lies below. */
export function nameOf(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below;
}

/**
 * The estate file that commands use: what `ESTATE` names, relative to the working directory, or else to the folder
 * where npm was called; the shipped one where that is unset or empty.
 */
export function estateFile(): string {
  const { ESTATE } = process.env;
  if (ESTATE === undefined || ESTATE === "") return DEFAULT_ESTATE;
  // npm runs scripts in the project's folder, whatever folder they were called from: it says that one in INIT_CWD.
  const [here, called] = [resolvePath(ESTATE), resolvePath(process.env["INIT_CWD"] ?? "", ESTATE)];
  return !existsSync(here) && existsSync(called) ? called : here;
}

/**
 * Checks a value as an estate; `name` is what errors call its file. Throws like `loadEstate`.
 *
 * @param access by whose credentials accounts are reached
 * @param record the created members that the estate had before. Default: none is known, and none is missed
 */
export function parseEstate(value: unknown, name: string, record?: MembersRecord, access?: CredentialMode): Estate {
  const parsed = estateSchema.safeParse(value);
  const issues = withoutLengths(parsed.error?.issues ?? []);
  const problems = [
    ...issues.flatMap((issue) => problemsOf(issue, value)),
    ...checkDraft(salvage(value, issues), record),
  ];
  if (problems.length > 0 || !parsed.data) throw new EstateError(name, problems);
  return resolveEstate(parsed.data, access);
}

function readValue(path: string, name: string): unknown {
  const fail = (text: string) => new EstateError(name, [{ path: "", text }]);
  if (!existsSync(path)) throw fail("there is no such file; ESTATE names a .ts or .json file");
  switch (extname(path)) {
    case ".json":
      return readJson(readText(path, fail), name);
    case ".ts": {
      let exported: Record<string, unknown> | null | undefined;
      try {
        // The file is named at run time, and commands run TypeScript as it is: require() is hooked, import() could not
        // be awaited in main.ts.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        exported = require(path) as Record<string, unknown> | null | undefined;
      } catch (error) {
        throw fail(`does not load: ${messageOf(error)}`);
      }
      const estate = exported?.["default"] ?? exported?.["estate"];
      if (estate === undefined)
        throw fail("does not export an estate, expected `export default { solution, accounts, … }`");
      return estate;
    }
    default:
      throw fail(`got ${formatValue(extname(path))}, expected a .ts or .json file`);
  }
}

function readText(path: string, fail: (text: string) => EstateError): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw fail(`cannot be read: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message.trim() : String(error));

/** Parses JSON; a key that stands twice is refused, since the first of them would be lost without a word. */
function readJson(source: string, name: string): unknown {
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true });
  const position = (offset: number) => {
    const before = source.slice(0, offset).split("\n");
    return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  };
  if (source.trim() === "")
    throw new EstateError(name, [{ path: "line 1, column 1", text: "JSON syntax error: the file is empty" }]);
  // The first alone: what a parser makes of the rest after it follows from that one.
  const problems = errors.slice(0, 1).map(({ error, offset }) => ({
    path: position(offset),
    text: `JSON syntax error: ${inWords(printParseErrorCode(error))}`,
  }));
  if (problems.length === 0 && tree) {
    for (const { path, offset } of repeatedKeys(tree))
      problems.push({ path, text: `stands twice, the second time in ${position(offset)}` });
  }
  if (problems.length > 0) throw new EstateError(name, problems);
  return JSON.parse(source) as unknown;
}

/** `CommaExpected` in words: "comma expected". */
const inWords = (code: string) =>
  code === "InvalidCommentToken"
    ? "JSON has no comments; a .ts file has"
    : code.replaceAll(/\B[A-Z]/g, " $&").toLowerCase();

function* repeatedKeys(node: Node, path = ""): Iterable<{ path: string; offset: number }> {
  const seen = new Set<unknown>();
  for (const [index, child] of (node.children ?? []).entries()) {
    if (node.type === "object") {
      const [key, value] = child.children ?? [];
      const at = joinPath(path, String(key?.value));
      if (seen.has(key?.value)) yield { path: at, offset: child.offset };
      seen.add(key?.value);
      if (value) yield* repeatedKeys(value, at);
    } else yield* repeatedKeys(child, joinPath(path, index));
  }
}

function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? String(key) : `${path}.${String(key)}`;
}

const asPath = (keys: readonly PropertyKey[]) => keys.reduce<string>(joinPath, "");

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

/**
 * The known key that is most like a wrong one: one that holds it or is held by it, else the one with the fewest letters
 * to change.
 */
function nearest(key: string, allowed: readonly string[]): string {
  const [short, lower] = [key.length < 4, key.toLowerCase()];
  const alike = allowed.filter(
    (known) => !short && (known.toLowerCase().includes(lower) || lower.includes(known.toLowerCase())),
  );
  return closest(key, alike.length > 0 ? alike : allowed);
}

/**
 * What zod found, without the length of what is of the wrong type: it also counts the letters of a text that is no
 * list.
 */
function withoutLengths(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const wrong = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => asPath(path)));
  return issues.filter(({ code, path }) => code === "invalid_type" || !wrong.has(asPath(path)));
}

/** What zod found, in the words of the estate file. */
function problemsOf(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  const path = asPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAllowed(issue.path);
    return issue.keys.map((key) => ({
      path: joinPath(path, key),
      text: `unknown key, did you mean ${nearest(key, allowed)}?`,
    }));
  }
  if (issue.code === "invalid_key") {
    const [expected] = issue.issues;
    return [{ path, text: `is no name, expected ${expected?.message ?? "another"}` }];
  }
  const got = valueAt(value, issue.path);
  return [{ path, text: `${got === undefined ? "is missing" : `got ${formatValue(got)}`}, expected ${issue.message}` }];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The JSON Schema of the estate file as it is written. */
export function estateJsonSchema(): object {
  // Editors know this dialect best.
  return z.toJSONSchema(estateSchema, { io: "input", target: "draft-7" });
}

/** The keys that the schema knows at a path. */
function keysAllowed(path: readonly PropertyKey[]): string[] {
  let schema: JsonSchema | undefined = estateJsonSchema();
  for (const key of path) {
    const others: JsonSchema | boolean | undefined = schema?.additionalProperties;
    schema = schema?.properties?.[String(key)] ?? (typeof others === "object" ? others : undefined);
  }
  return Object.keys(schema?.properties ?? {});
}

/** Deeper than any value of an estate; what lies below is refused already, and may be a circle. */
const DEPTH = 8;

/**
 * A copy without the keys that hold `undefined`, which count as absent: `externalId: process.env.X` must not get past a
 * check.
 */
function copy(value: unknown, depth = DEPTH): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, depth - 1));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, copy(item, depth - 1)]));
}

/**
 * A copy in which every refused value is `undefined` and unknown keys are gone, for the checks that look at several
 * values.
 */
function salvage(value: unknown, issues: readonly z.core.$ZodIssue[]): Draft {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const draft = copy(value) as Record<PropertyKey, unknown>;
  for (const issue of issues) {
    const parent = valueAt(draft, issue.path.slice(0, -1)) as Record<PropertyKey, unknown> | undefined;
    const key = issue.path.at(-1);
    if (issue.code === "unrecognized_keys") {
      const holder = valueAt(draft, issue.path) as Record<string, unknown> | undefined;
      for (const unknown of issue.keys) if (holder) Reflect.deleteProperty(holder, unknown);
    } else if (parent && key !== undefined) parent[key] = undefined;
  }
  return draft;
}
