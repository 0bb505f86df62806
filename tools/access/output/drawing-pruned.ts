import type { Actor, AccessGraph, Step } from "../graph/access-graph";
import { groupedBy } from "../../support/order";

/** The part of a graph that is drawn. */
export interface Pruned {
  readonly actors: readonly Actor[];
  readonly steps: readonly Step[];
  /** Those that may do everything in their account, whatever the request holds. */
  readonly administrators: ReadonlySet<string>;
}

/**
 * Leaves out what says little and hides much: what administrators do in their own account, roles that only services
 * take and that lead nowhere, and whoever neither becomes anybody nor is become.
 */
export function pruned({ actors, steps }: AccessGraph): Pruned {
  const byId = new Map(actors.map((actor) => [actor.id, actor]));
  const administrators = new Set(steps.filter((step) => isPlainlyEverything(step)).map(({ from }) => from));
  const accountOf = (id: string) => byId.get(id)?.accountId;
  const leadOn = steps.filter((step) => {
    if (byId.get(step.from)?.kind === "administrator" || isPlainlyEverything(step)) return false;
    return !administrators.has(step.from) || accountOf(step.from) !== accountOf(step.to);
  });
  const leaves = leavesOf(actors, leadOn, administrators);
  const drawn = leadOn.filter(({ to }) => !leaves.has(to));
  const met = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  return { actors: actors.filter(({ id }) => met.has(id) || administrators.has(id)), steps: drawn, administrators };
}

function isPlainlyEverything({ way, to, conditions }: Step): boolean {
  return way === "administer" && to.startsWith("administrator:") && conditions.length === 0;
}

/** Roles that nobody but services assumes, and that lead nowhere. */
function leavesOf(
  actors: readonly Actor[],
  steps: readonly Step[],
  administrators: ReadonlySet<string>,
): ReadonlySet<string> {
  const out = new Set(steps.map(({ from }) => from));
  const into = groupedBy(steps, ({ to }) => to);
  const isByServices = (id: string) =>
    (into.get(id) ?? []).every(({ way, from }) => way !== "assume" || from.startsWith("service:"));
  const leaves = actors.filter(
    ({ id, kind }) => kind === "role" && !out.has(id) && !administrators.has(id) && isByServices(id),
  );
  return new Set(leaves.map(({ id }) => id));
}
