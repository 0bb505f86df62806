/**
 * Characters that move the cursor, colour a terminal or turn the direction of writing: whoever chooses a name could
 * write with them over what stands beside it. Line breaks and tabs are among them.
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text in one line, with what a terminal would obey written out. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, escaped);
}

/** A text whose lines stay, for errors. */
export function escapeControls(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROL, (character) => (character === "\n" ? "\n" : escaped(character)));
}

/** At most so many characters, the last of them an ellipsis where something is left out. */
export function shortened(text: string, length = 80): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1);
  // Never the first half of a surrogate pair, which no file can hold.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** `1 change`, `2 changes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
