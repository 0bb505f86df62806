import { existsSync, realpathSync } from "node:fs";
import { extname, relative, resolve as resolvePath } from "node:path";
import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { adoptionsFile, movesFile } from "./address-files";
import { EstateError, formatValue, thrownMessage, type Problem } from "./estate-error";
import { colonsIn, isTooDeep, otherThanFile, parseJson, readBytes, repeatedKeys, TOO_DEEP, utf8Of } from "./input";
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

/** The files next to an estate file that are part of the estate. They need not exist. */
export const filesNextTo = (estateFile: string): string[] =>
  [membersFile, adoptionsFile, movesFile].map((fileOf) => fileOf(estateFile));

/** The name of a file in errors: relative to the working directory if it is below that. */
export function nameOf(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below;
}

type Fail = (expected: string, got: string, remedy?: string) => EstateError;

function readValue(path: string, name: string): unknown {
  const fail: Fail = (expected, got, remedy) => new EstateError(name, [{ path: "", expected, got, remedy }]);
  const remedy = "Set ESTATE to the path of a .ts or .json file";
  if (!existsSync(path)) throw fail("an existing file", "no file", remedy);
  const other = otherThanFile(path);
  if (other !== undefined) throw fail("a file", other, remedy);
  switch (extname(path)) {
    case ".json":
      return readJson(textOf(path, fail), name);
    case ".ts":
      return readTypeScript(path, fail);
    default:
      throw fail("a .ts or .json file", formatValue(extname(path)));
  }
}

function readTypeScript(path: string, fail: Fail): unknown {
  let estate: unknown;
  try {
    // The path is known at run time only, and commands run TypeScript directly. main.ts cannot await import().
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const exported = require(path) as Record<string, unknown> | null | undefined;
    estate = exported?.["default"] ?? exported?.["estate"];
  } catch (error) {
    throw fail("a module that loads", `the error: ${thrownMessage(error)}`);
  }
  if (estate === undefined)
    throw fail("a module that exports an estate", "none", "Write `export default { solution, accounts, … }`");
  return estate;
}

function textOf(path: string, fail: Fail): string {
  let bytes: Buffer;
  try {
    bytes = readBytes(path);
  } catch (error) {
    throw fail("a readable file", `the error: ${thrownMessage(error)}`);
  }
  const text = utf8Of(bytes);
  if (text === undefined) throw fail("UTF-8", "other bytes", "Save it as UTF-8");
  return text;
}

/** Parses JSON. A repeated key is an error, since JSON.parse would silently drop its first value. */
function readJson(source: string, name: string): unknown {
  let value: unknown;
  let thrown: unknown;
  try {
    value = parseJson(source);
    // The tree with the places of keys takes ten times as long: it is only built to name them.
    if (keysIn(value) === colonsIn(source)) return value;
  } catch (error) {
    thrown = error;
  }
  const problems = jsonProblems(source);
  if (problems.length > 0) throw new EstateError(name, problems);
  if (thrown === undefined) return value;
  throw new EstateError(name, [{ path: "", expected: "JSON", got: `the error: ${thrownMessage(thrown)}` }]);
}

/** How many keys all objects in parsed JSON have. */
function keysIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, each) => sum + keysIn(each), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

function jsonProblems(source: string): Problem[] {
  if (source.trim() === "") return [{ path: "line 1, column 1", expected: "JSON", got: "an empty file" }];
  const errors: ParseError[] = [];
  if (isTooDeep(source)) return [{ path: "", expected: "JSON of an estate", got: TOO_DEEP }];
  const tree = treeOf(source, errors);
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
  return [...(tree ? repeatedKeys(tree) : [])].map(({ path, offset }) => ({
    path,
    expected: "a key that is not repeated",
    got: `a second one in ${position(offset)}`,
  }));
}

/** Undefined after errors that leave no tree. A text that is not JSON may hide its depth, and overflow the stack. */
function treeOf(source: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(source, errors, { disallowComments: true });
  } catch (error) {
    if (errors.length === 0) throw error;
    return undefined;
  }
}

/** `CommaExpected` as text: "comma expected". */
const syntaxError = (code: string) =>
  code === "InvalidCommentToken"
    ? "JSON has no comments (a .ts file may have them)"
    : code.replaceAll(/\B[A-Z]/g, " $&").toLowerCase();
