import { harmless, oneLine } from "./words";

/*
 * Texts out of a plan, made so that they are shown and never obeyed: names and values are chosen by whoever wrote the
 * change that is reviewed.
 */

/** A name or a value as code: nothing in it ends the code, and nobody is mentioned by it. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line.trim() === "") return "`(empty)`";
  const fence = "`".repeat(longestRun(line) + 1);
  const space = /^[` ]|[` ]$/.test(line) ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** Words as words: no markup, no HTML, no mention of a person or an issue, no link. */
export function prose(text: string): string {
  return oneLine(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*[\]|~$!]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replace(/@|#(?=\w)|:(?=\/\/)|\bwww(?=\.)/gi, "$&&#8203;");
}

/** Words inside of HTML, where a backslash would be shown. */
export function html(text: string): string {
  return oneLine(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/@|#(?=\w)/g, "$&&#8203;");
}

/** Lines as they are, in a block that none of them ends. */
export function block(text: string): string {
  const lines = harmless(text);
  const fence = "`".repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}text\n${lines}\n${fence}`;
}

/** A table; no cell may break a line or hold a bar that is not escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index >= numbersFrom ? "---:" : "---"))), ...rows.map(line)].join(
    "\n",
  );
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
