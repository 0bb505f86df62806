import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import type ts from "typescript";
import { EstateError } from "../../config/estate-error";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { RENAMED_KEYS } from "../../config/renamed-keys";
import { UserError } from "../../config/user-error";
import { writeAtomically } from "../support/files";

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The key that it replaces. */
  readonly key: string;
}

/**
 * Rewrites the renamed keys of the estate file. The new file is written only if it holds no renamed key any more.
 *
 * @throws UserError that names the lines to change by hand
 */
export async function migrate(): Promise<number> {
  const file = realpathSync(estateFile());
  const before = keysRefused(file);
  if (before.length === 0) {
    console.log(`${nameOf(file)} has no renamed key`);
    return 0;
  }
  const text = readFileSync(file, "utf8");
  // Lazily: few need the compiler. It reads JSON as the expression that it is.
  const { default: compiler } = await import("typescript");
  const edits = editsOf(compiler, file, text);
  const migrated = edited(text, edits);
  const rest = keysOfMigrated(file, migrated);
  if (rest.length > 0) {
    const lines = edits.map(({ start, key }) => `${nameOf(file)}:${lineOf(text, start)}: ${key}`);
    throw new UserError([`${nameOf(file)} must be changed by hand, nothing was written:`, ...rest, ...lines].join("\n  ")); // prettier-ignore
  }
  writeAtomically(file, migrated);
  for (const { start, key, text: now } of edits)
    console.log(`${nameOf(file)}:${lineOf(text, start)}: ${key} is now ${now.split(":")[0] ?? ""}`);
  console.log("next: read the change with git diff, then commit it");
  return 0;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The renamed keys that an estate file holds, as its errors say. Other errors are for later. */
function keysRefused(file: string): string[] {
  try {
    loadEstate(file);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.problems.filter(({ got }) => got.includes("(renamed: ")).map(({ path, got }) => `${path}: ${got}`);
  }
}

/** Next to the file, so that its imports mean the same. */
function keysOfMigrated(file: string, text: string): string[] {
  const ending = extname(file);
  const copy = `${file.slice(0, -ending.length)}.migrated-${process.pid}${ending}`;
  try {
    writeFileSync(copy, text, { flag: "wx" });
    return keysRefused(copy);
  } finally {
    rmSync(copy, { force: true });
  }
}

/** An edit for each property of a renamed key. An object that has the new key already is left to a person. */
function editsOf(compiler: typeof ts, file: string, text: string): Edit[] {
  const source = compiler.createSourceFile(file, text, compiler.ScriptTarget.Latest, true);
  const quote = extname(file) === ".json" ? '"' : "";
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    const edit = compiler.isObjectLiteralElementLike(node) ? editOf(compiler, node, source, quote) : undefined;
    if (edit) edits.push(edit);
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return edits;
}

function editOf(
  compiler: typeof ts,
  node: ts.ObjectLiteralElementLike,
  source: ts.SourceFile,
  quote: string,
): Edit | undefined {
  const { name } = node;
  if (!name || !(compiler.isIdentifier(name) || compiler.isStringLiteral(name))) return undefined;
  const renamed = RENAMED_KEYS.get(name.text);
  if (!renamed || !compiler.isObjectLiteralExpression(node.parent)) return undefined;
  const { parent: holder } = node.parent;
  if (compiler.isPropertyAssignment(holder) && holder.name.getText(source).replaceAll(/["']/g, "") === renamed.key)
    return undefined;
  const hasNew = node.parent.properties.some((other) => other.name?.getText(source).replaceAll(/["']/g, "") === renamed.key); // prettier-ignore
  const value = compiler.isPropertyAssignment(node) ? node.initializer.getText(source) : name.text;
  if (hasNew || !(compiler.isPropertyAssignment(node) || compiler.isShorthandPropertyAssignment(node)))
    return undefined;
  const [key, inside] = [renamed.key, renamed.inside].map((each) => quote + each + quote);
  return { start: node.getStart(source), end: node.end, text: `${key}: { ${inside}: ${value} }`, key: name.text };
}

/** From the end, so that earlier offsets stay. */
function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduceRight((whole, { start, end, text: now }) => whole.slice(0, start) + now + whole.slice(end), text);
}
