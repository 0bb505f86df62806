import { existsSync, readFileSync, realpathSync } from "node:fs";
import { extname, relative, resolve as resolvePath } from "node:path";
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { EstateError, formatValue, joinPath, type Problem } from "./estate-error";
import { membersFile, readMembers, type MembersRecord } from "./members-record";

/** An estate file and the record of its members, before any check. */
interface UncheckedEstate {
  readonly value: unknown;
  /** The file's name in errors. */
  readonly name: string;
  readonly record: MembersRecord;
  readonly recordPath: string;
}

/** Reads an estate file and its record. Throws EstateError if one of them cannot be read. */
export function readEstateFile(file: string): UncheckedEstate {
  const path = resolvePath(file);
  const name = nameOf(path);
  const value = readValue(path, name);
  const recordPath = membersFile(realpathSync(path)); // next to the file itself, not next to a link to it
  return { value, name, record: readMembers(recordPath, nameOf(recordPath)), recordPath };
}

/** The name of a file in errors: relative to the working directory if it is below that. */
export function nameOf(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below;
}

type Fail = (expected: string, got: string, remedy?: string) => EstateError;

function readValue(path: string, name: string): unknown {
  const fail: Fail = (expected, got, remedy) => new EstateError(name, [{ path: "", expected, got, remedy }]);
  if (!existsSync(path)) throw fail("an existing file", "no file", "Set ESTATE to the path of a .ts or .json file");
  switch (extname(path)) {
    case ".json":
      return readJson(readText(path, fail), name);
    case ".ts":
      return readTypeScript(path, fail);
    default:
      throw fail("a .ts or .json file", formatValue(extname(path)));
  }
}

function readTypeScript(path: string, fail: Fail): unknown {
  let exported: Record<string, unknown> | null | undefined;
  try {
    // The path is known at run time only, and commands run TypeScript directly. tsx hooks require(); main.ts cannot
    // await import().
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    exported = require(path) as Record<string, unknown> | null | undefined;
  } catch (error) {
    throw fail("a module that loads", `the error: ${messageOf(error)}`);
  }
  const estate = exported?.["default"] ?? exported?.["estate"];
  if (estate === undefined)
    throw fail("a module that exports an estate", "none", "Write `export default { solution, accounts, … }`");
  return estate;
}

function readText(path: string, fail: Fail): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw fail("a readable file", `the error: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message.trim() : String(error));

/** Parses JSON. A repeated key is an error, since JSON.parse would silently drop its first value. */
function readJson(source: string, name: string): unknown {
  const problems = jsonProblems(source);
  if (problems.length > 0) throw new EstateError(name, problems);
  return JSON.parse(source) as unknown;
}

function jsonProblems(source: string): Problem[] {
  if (source.trim() === "") return [{ path: "line 1, column 1", expected: "JSON", got: "an empty file" }];
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true });
  const position = (offset: number) => {
    const before = source.slice(0, offset);
    return `line ${before.split("\n").length}, column ${offset - before.lastIndexOf("\n")}`;
  };
  // Only the first error: the parser's later errors follow from it.
  const [first] = errors;
  if (first) {
    const got = `a syntax error: ${syntaxError(printParseErrorCode(first.error))}`;
    return [{ path: position(first.offset), expected: "JSON", got }];
  }
  if (!tree) return [];
  return [...repeatedKeys(tree)].map(({ path, offset }) => ({
    path,
    expected: "a key that is not repeated",
    got: `a second one in ${position(offset)}`,
  }));
}

/** `CommaExpected` as text: "comma expected". */
const syntaxError = (code: string) =>
  code === "InvalidCommentToken"
    ? "JSON has no comments (a .ts file may have them)"
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
