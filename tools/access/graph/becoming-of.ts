import type { Access } from "../decide/access";
import { actorOf, assumptionSteps } from "./assumptions";
import type { Actor, Becoming, Step } from "./becoming";
import { escalationSteps } from "./escalations";
import { pathsToAdministrator } from "./paths";

/** Who can become whom, over all accounts: by assuming roles, and by every known way to more than was given. */
export async function becomingOf(access: Access): Promise<Becoming> {
  const assumed = await assumptionSteps(access);
  const escalated = await escalationSteps(access, assumed.steps);
  const own = access.model.principals.map(({ arn }) => actorOf(access, arn));
  const present = new Set([...own, ...assumed.actors, ...escalated.actors].map(({ id }) => id));
  // An administrator of an account leads nowhere where nobody becomes one.
  const steps = [...assumed.steps, ...escalated.steps].filter(({ from }) => present.has(from));
  const administered = administratorSteps([...own, ...assumed.actors, ...escalated.actors], steps);
  const all = [...steps, ...administered];
  const actors = new Map([...own, ...assumed.actors, ...escalated.actors].map((actor) => [actor.id, actor]));
  const sortedActors = [...actors.values()].sort((a, b) => compare(a.id, b.id));
  const distinct = new Map(all.map((step) => [JSON.stringify([step.from, step.to, step.way, step.conditions]), step]));
  const sortedSteps = [...distinct].sort(([a], [b]) => compare(a, b)).map(([, step]) => step);
  return { actors: sortedActors, steps: sortedSteps, paths: pathsToAdministrator(sortedActors, sortedSteps) };
}

/**
 * Whoever may do everything in an account becomes whom it likes there. Told only of those who lead out of it: the rest
 * is part of everything.
 */
function administratorSteps(actors: readonly Actor[], steps: readonly Step[]): Step[] {
  const accounts = new Map(actors.map(({ id, accountId }) => [id, accountId]));
  const leadsOut = new Set(
    steps.filter(({ from, to }) => accounts.get(from) !== accounts.get(to)).map(({ from }) => from),
  );
  return actors
    .filter(({ kind }) => kind === "administrator")
    .flatMap(({ id, accountId }) =>
      actors
        .filter(
          (actor) =>
            actor.accountId === accountId && ["role", "user", "account"].includes(actor.kind) && leadsOut.has(actor.id),
        )
        .map(({ id: to }) => ({
          from: id,
          to,
          way: "administer",
          words: "becomes whom it likes there:",
          conditions: [],
        })),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
