import type { Actor } from "../graph/access-graph";
import type { Pruned } from "./drawing-pruned";

/** Who is drawn outside of accounts. */
export const OUTSIDE: readonly Actor["kind"][] = ["person", "service", "subject"];

/**
 * Has whoever is outside stand beside each account that it enters: else lines from a few boxes to every account hide
 * all others.
 */
export function besideAccounts({ actors, steps, administrators }: Pruned): Pruned {
  const byId = new Map(actors.map((actor) => [actor.id, actor]));
  const copies = new Map<string, Actor>();
  const moved = steps.map((step) => {
    const from = byId.get(step.from);
    if (!from || !OUTSIDE.includes(from.kind)) return step;
    const accountId = byId.get(step.to)?.accountId;
    const copy: Actor = { ...from, id: `${from.id}@${accountId ?? ""}`, accountId };
    copies.set(copy.id, copy);
    return { ...step, from: copy.id };
  });
  return {
    actors: [...actors.filter(({ kind }) => !OUTSIDE.includes(kind)), ...copies.values()],
    steps: moved,
    administrators,
  };
}
