import { distinct } from "../../support/order";

/** Several names as one: `dev-irl-galileo-{ApiHandler, WorkflowLoopRunner}`. */
export function compactNames(names: readonly string[]): string {
  const each = distinct(names);
  const [first = ""] = each;
  if (each.length < 2) return first;
  const parts = each.map((name) => name.split(/(?<=[-:/ ])/));
  const shortest = Math.min(...parts.map(({ length }) => length)) - 1;
  const front = sharedCount(parts, shortest, (name, index) => name[index]);
  const head = (parts[0] ?? []).slice(0, front).join("");
  const tails = each.map((name) => name.slice(head.length));
  const back = sharedTail(tails);
  const middles = tails.map((tail) => tail.slice(0, tail.length - back.length));
  return head === "" && back === "" ? each.join(", ") : `${head}{${middles.join(", ")}}${back}`;
}

/** The end that all share, from one of their dashes on. */
function sharedTail(texts: readonly string[]): string {
  const parts = texts.map((text) => text.split(/(?=[-:/ ])/).reverse());
  const shortest = Math.min(...parts.map(({ length }) => length)) - 1;
  const count = sharedCount(parts, shortest, (text, index) => text[index]);
  return (parts[0] ?? []).slice(0, count).reverse().join("");
}

function sharedCount(
  parts: readonly (readonly string[])[],
  most: number,
  at: (part: readonly string[], index: number) => string | undefined,
): number {
  let count = 0;
  while (count < most && new Set(parts.map((part) => at(part, count))).size === 1) count += 1;
  return count;
}
