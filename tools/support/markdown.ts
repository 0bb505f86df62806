import { counted, escapeControls, oneLine } from "./text";

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const withoutTags = (text: string): string => text.replace(/[&<>]/g, (character) => HTML[character] ?? character);

/** A text that Markdown shows as it is, in a table too. An underscore inside a word needs no escape. */
export function escapeMarkdown(text: string): string {
  return withoutTags(text.replace(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&"));
}

/**
 * A text that the author of the reviewed change chose, as plain words: no markup, no HTML, no mention of a person or an
 * issue, no link.
 */
export function escapeUntrusted(text: string): string {
  return escapeMarkdown(oneLine(text))
    .replace(/[$!]/g, "\\$&")
    .replace(/@|#(?=\w)|:(?=\/\/)|\bwww(?=\.)/gi, "$&&#8203;");
}

/** The same inside of HTML, where a backslash would be shown. */
export function escapeHtml(text: string): string {
  return withoutTags(oneLine(text)).replace(/@|#(?=\w)/g, "$&&#8203;");
}

/** A name or a value as code. No character of it ends the code, and it mentions nobody. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line.trim() === "") return "`(empty)`";
  const fence = "`".repeat(longestRun(line) + 1);
  const space = /^[` ]|[` ]$/.test(line) ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** Lines as they are, in a block that none of them ends. */
export function codeBlock(text: string): string {
  const lines = escapeControls(text);
  const fence = "`".repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}text\n${lines}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** A name as code in a cell of a table, where a bar would end the cell. */
export function codeCell(text: string): string {
  return code(text).replaceAll("|", "\\|");
}

/**
 * The lines of a table whose cells are Markdown already; none without rows.
 *
 * @param numbersFrom the first column, from 0, that is aligned to the right with all after it. Default: none
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbersFrom = head.length,
): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column < numbersFrom ? "---" : "---:"))), ...rows.map(line)];
}

/** A part of a page that can be cut between its items. */
export interface Section {
  readonly open: string;
  readonly items: readonly string[];
  readonly close: string;
  /** What its items are: "change". */
  readonly noun: string;
}

/** Room for the line that says what was left out. */
const RESERVE = 300;

/**
 * The sections in their order, cut between items to fit the room. The first sections get room first. A note counts what
 * is left out.
 *
 * @param where the link to the whole page, for the note
 */
export function fitSections(sections: readonly Section[], room: number, where: string): string {
  const separator = "\n\n";
  let left = room - RESERVE;
  let page = "";
  const missing = { sections: 0, items: 0 };
  for (const { open, items, close, noun } of sections) {
    const note = (count: number): string => `… ${counted(count, noun)} more: ${where}`;
    const frame = open.length + close.length + separator.length + note(items.length).length + 2;
    const kept: string[] = [];
    let used = frame;
    for (const item of items) {
      if (used + item.length + 1 > left) break;
      kept.push(item);
      used += item.length + 1;
    }
    if (kept.length === 0 && (items.length > 0 || frame > left)) {
      missing.sections++;
      missing.items += items.length;
      continue;
    }
    const cut = items.length - kept.length;
    page += `${separator}${open}${[...kept, ...(cut > 0 ? [`\n${note(cut)}`] : [])].join("\n")}${close}`;
    left -= used;
  }
  if (missing.sections === 0) return page;
  const items = missing.items > 0 ? ` with ${counted(missing.items, "item")}` : "";
  return `${page}${separator}… ${counted(missing.sections, "section")}${items} left out: ${where}`;
}
