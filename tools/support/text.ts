/**
 * Characters that move the cursor, colour a terminal or reverse the direction of text, line breaks and tabs included.
 * The author of a name could overwrite other text with them.
 */
// eslint-disable-next-line no-control-regex -- the pattern is meant to match them
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text in one line, with control characters escaped. */
export function oneLine(text: string): string {
  return text.replaceAll("\n", String.raw`\n`).replace(CONTROL, escaped); // the most frequent one, without a call for each
}

/** A text with control characters escaped, except line breaks. */
export function escapeControls(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROL, (character) => (character === "\n" ? "\n" : escaped(character)));
}

/** At most `length` characters. The last one is an ellipsis if something is cut. */
export function shortened(text: string, length = 80): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  // Never end with half a surrogate pair, which is not valid in a file.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** `1 change`, `2 changes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first three of some paths, and how many more there are. */
export const firstPaths = (paths: readonly string[]): string =>
  paths.length > 3 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");

/** A text in Terraform's JSON as AWS receives it, without the escapes of `${` and `%{`. */
export const withoutEscapes = (text: string): string =>
  text.replaceAll("$${", () => "${").replaceAll("%%{", () => "%{");

/** Quotes a word for the shell. Keys of `for_each` contain brackets and quotes. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
