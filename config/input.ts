import { readFileSync, statSync } from "node:fs";
import type { Node } from "jsonc-parser";
import { joinPath } from "./estate-error";
import { UserError } from "./user-error";

/* Text and JSON from outside: files that a user or another machine names, answers of other programs. */

/** Deeper than any JSON of AWS, Terraform or this project. Recursive functions can walk a hundred times as many levels. */
const MOST_LEVELS = 100;

// Compared one by one: with sets, a large output takes twice as long.
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/** Whether JSON is nested so deeply that a recursive function may run out of stack. Also for a text that is not JSON. */
export function isTooDeep(text: string): boolean {
  // Most texts hold too few brackets for so many levels. Counting them is much faster than finding texts in quotes.
  if (!hasBracketsFor(MOST_LEVELS, text)) return false;
  let levels = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) levels++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) levels--;
    if (levels > MOST_LEVELS) return true;
  }
  return false;
}

/** Whether more levels could be open than these, if no bracket closed and none were in quotes. */
function hasBracketsFor(levels: number, text: string): boolean {
  let left = levels;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) return true;
    }
  }
  return false;
}

/** The index of the closing quote. A text that is not closed ends with its line, as parsers with error recovery have it. */
function endOfText(text: string, open: number): number {
  let at = open + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || code === LINE_FEED) break;
    if (code === BACKSLASH) at++;
  }
  return at;
}

/** How many colons JSON has outside of texts: one for each key. */
export function colonsIn(json: string): number {
  let colons = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfText(json, at);
    else if (code === COLON) colons++;
  }
  return colons;
}

/** What is wrong with JSON that is nested too deeply. */
export const TOO_DEEP = `more than ${MOST_LEVELS} levels of objects and lists`;

/**
 * Parses JSON that is nested no deeper than recursive functions can walk. `JSON.parse` accepts any depth.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it has ${TOO_DEEP}`);
  return JSON.parse(text) as unknown;
}

/** The keys that an object of parsed JSON has before, each with its path. `JSON.parse` silently keeps the last of them. */
export function repeatedKeys(tree: Node): { readonly path: string; readonly offset: number }[] {
  const repeated: { readonly path: string; readonly offset: number }[] = [];
  const path: (string | number)[] = [];
  const visit = ({ type, children = [] }: Node): void => {
    const seen = new Set<unknown>();
    children.forEach((child, index) => {
      const [key, value]: readonly (Node | undefined)[] =
        type === "object" ? (child.children ?? []) : [undefined, child];
      const step = key ? String(key.value) : index;
      path.push(step);
      if (key && seen.has(key.value)) repeated.push({ path: path.reduce<string>(joinPath, ""), offset: child.offset });
      if (key) seen.add(key.value);
      if (value?.children) visit(value);
      path.pop();
    });
  };
  visit(tree);
  return repeated;
}

/** What exists at a path if that is not a file, such as `a named pipe`. Reading one could wait forever. */
export function otherThanFile(path: string): string | undefined {
  const found = statSync(path);
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return "a directory";
  if (found.isFIFO()) return "a named pipe";
  return found.isSocket() ? "a socket" : "a device";
}

/**
 * The content of a file.
 * @throws UserError at once if it is a directory, a named pipe, a socket or a device
 */
export function readBytes(path: string): Buffer {
  const other = otherThanFile(path);
  if (other !== undefined) throw new UserError(`${path} must be a file, got ${other}`);
  return readFileSync(path);
}

/** The text of UTF-8, without a byte order mark; undefined if it is not UTF-8. */
export function utf8Of(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The text of a file, without a byte order mark. Throws like `readBytes`.
 * @throws UserError if it is not UTF-8
 */
export function readText(path: string): string {
  const text = utf8Of(readBytes(path));
  if (text === undefined) throw new UserError(`${path} must be UTF-8, got other bytes. Save it as UTF-8.`);
  return text;
}
