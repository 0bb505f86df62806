import type { Actor, Step } from "../graph/access-graph";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/**
 * Puts actors together that a picture cannot tell apart: those of one kind and account that come from the same and lead
 * to the same.
 *
 * @returns members by class, both in the order of names
 */
export function classesOf(
  actors: readonly Actor[],
  steps: readonly Step[],
  administrators: ReadonlySet<string>,
): Map<string, Actor[]> {
  const out = groupedBy(steps, ({ from }) => from);
  const into = groupedBy(steps, ({ to }) => to);
  let keys = new Map(
    actors.map(({ id, kind, accountId }) => [id, JSON.stringify([kind, accountId, administrators.has(id)])]),
  );
  for (let count = 0; count !== new Set(keys.values()).size;) {
    const known = keys;
    count = new Set(known.values()).size;
    const side = (each: readonly Step[], end: "from" | "to") =>
      distinct(each.map((step) => JSON.stringify([step.words, step.conditions, known.get(step[end])])));
    keys = numbered(
      actors.map(({ id }) => [
        id,
        JSON.stringify([known.get(id), side(out.get(id) ?? [], "to"), side(into.get(id) ?? [], "from")]),
      ]),
    );
  }
  const sorted = [...actors].sort(
    (a, b) =>
      compareTexts(a.accountId ?? "", b.accountId ?? "") || compareTexts(a.name, b.name) || compareTexts(a.id, b.id),
  );
  return groupedBy(sorted, ({ id }) => keys.get(id) ?? id);
}

/** Short keys, so that they do not grow from round to round. */
function numbered(keys: readonly (readonly [string, string])[]): Map<string, string> {
  const numbers = new Map(distinct(keys.map(([, key]) => key)).map((key, index) => [key, String(index)]));
  return new Map(keys.map(([id, key]) => [id, numbers.get(key) ?? key]));
}
