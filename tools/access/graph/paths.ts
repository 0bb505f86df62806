import type { Actor, PathToAdministrator, Step } from "./becoming";

/** Prefix of the actor that stands for everything in an account. */
export const ADMINISTRATOR = "administrator:";

/** From every actor a shortest way to everything in each account that it can reach, in the order of ids. */
export function pathsToAdministrator(actors: readonly Actor[], steps: readonly Step[]): PathToAdministrator[] {
  const out = new Map<string, Step[]>();
  for (const step of [...steps].sort(byText)) out.set(step.from, [...(out.get(step.from) ?? []), step]);
  return actors.filter(({ kind }) => kind !== "administrator").flatMap(({ id }) => pathsFrom(id, out));
}

function pathsFrom(start: string, out: ReadonlyMap<string, readonly Step[]>): PathToAdministrator[] {
  const reachedBy = new Map<string, Step>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const step of out.get(at) ?? []) {
      if (step.to === start || reachedBy.has(step.to)) continue;
      reachedBy.set(step.to, step);
      queue.push(step.to);
    }
  }
  return [...reachedBy.keys()]
    .filter((id) => id.startsWith(ADMINISTRATOR))
    .sort()
    .map((id) => ({ from: start, accountId: id.slice(ADMINISTRATOR.length), steps: walked(start, id, reachedBy) }));
}

function walked(start: string, end: string, reachedBy: ReadonlyMap<string, Step>): Step[] {
  const steps: Step[] = [];
  for (let at = end; at !== start;) {
    const step = reachedBy.get(at);
    if (!step) return steps;
    steps.unshift(step);
    at = step.from;
  }
  return steps;
}

/** Steps with fewer conditions first, so that the easiest of several shortest ways is told. */
function byText(a: Step, b: Step): number {
  return a.conditions.length - b.conditions.length || (keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf({ from, to, way }: Step): string {
  return `${from} ${to} ${way}`;
}
