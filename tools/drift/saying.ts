import { isEmpty, parsedJson } from "../support/json";
import { pairOfWords } from "../review/pair-of-words";
import type { Value } from "../review/value";
import { oneLine, shortened } from "../support/text";

/** Characters of a value that are told. */
const LONGEST = 200;

/**
 * What stands in AWS or in the code, as people read it: texts in quotes, what is not set as "nothing", parts that are
 * not set left out.
 */
export function saying(value: Value): string {
  return shortened(whole(value), LONGEST);
}

/** Two values that differ, so that what is cut is not the difference between them. */
export function sayingBoth(one: Value, other: Value): readonly [string, string] {
  if (isPlainText(one) && isPlainText(other)) {
    const { before, after } = pairOfWords(one, other);
    return [quoted(before), quoted(after)];
  }
  return [saying(one), saying(other)];
}

function whole(value: Value): string {
  if (value.isUnknown || value.isSensitive) return value.words;
  if (isEmpty(value.raw)) return "nothing";
  if (value.isList) return `[${value.elements().map(whole).join(", ")}]`;
  if (value.isObject) {
    const told = value.parts().filter(([, part]) => !part.isEmpty);
    return told.length > 0 ? `{${told.map(([key, part]) => `${oneLine(key)}: ${whole(part)}`).join(", ")}}` : "nothing";
  }
  return isPlainText(value) ? quoted(value.words) : value.words;
}

/** JSON has quotes of its own. */
function isPlainText(value: Value): boolean {
  return value.text !== undefined && !value.isSensitive && parsedJson(value.raw) === undefined;
}

function quoted(words: string): string {
  return `"${words.replaceAll('"', '\\"')}"`;
}
