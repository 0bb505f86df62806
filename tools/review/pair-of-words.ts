import { isObject } from "../support/json";
import type { Value } from "./value";
import { shortened } from "../support/text";

const LENGTH = 80;
/** What both begin with is told up to here, where it has to be shortened. */
const KEPT = 12;

/** Two values as people read them, short, and so that the difference between them is not what is cut. */
export function pairOfWords(before: Value, after: Value): { readonly before: string; readonly after: string } {
  const [was, will] = [before.words, after.words];
  if (was.length <= LENGTH && will.length <= LENGTH) return { before: was, after: will };
  if (isPlainList(before) && isPlainList(after)) return { before: rest(before, after), after: rest(after, before) };
  let common = 0;
  while (common < Math.min(was.length, will.length) && was[common] === will[common]) common++;
  const cut = (text: string): string => {
    const start = Math.max(0, common - KEPT);
    // A surrogate pair is not cut in two.
    const from = start > 0 && /[\udc00-\udfff]/.test(text[start] ?? "") ? start - 1 : start;
    return shortened(from > 0 && text.length > LENGTH ? `…${text.slice(from)}` : text, LENGTH);
  };
  return { before: cut(was), after: cut(will) };
}

function isPlainList(value: Value): boolean {
  return value.isList && !value.isSensitive && !value.elements().some(({ raw }) => isObject(raw) || Array.isArray(raw));
}

/** What a list has and the other has not, and how much they have in common. */
function rest(list: Value, other: Value): string {
  const others = new Set(other.elements().map(({ words }) => words));
  const own = list.elements().map(({ words }) => words).filter((each) => !others.has(each)); // prettier-ignore
  const common = list.elements().length - own.length;
  return shortened(`[${[...own, ...(common > 0 ? [`… ${common} more`] : [])].join(", ")}]`, LENGTH);
}
