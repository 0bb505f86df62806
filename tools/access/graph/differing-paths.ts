import type { Access } from "../decide/access";
import { type Actor, type ActorsAndSteps, ADMINISTRATOR, type PathToAdministrator, type Step } from "./access-graph";
import { accessGraphOf, graphOf, stepsInto, withAdministratorSteps } from "./access-graph-of";
import { affectedAccounts } from "./affected-accounts";
import { groupedBy } from "../../support/order";

type Paths = readonly PathToAdministrator[];

/**
 * The paths to administrator of two models, without those of accounts whose paths are the same in both. Only accounts
 * from which such a path may come are searched, each once if its steps are the same in both.
 */
export async function differingPaths(before: Access, after: Access): Promise<readonly [Paths, Paths]> {
  const affected = affectedAccounts(before.model, after.model);
  if (!affected) return [(await accessGraphOf(before)).paths, (await accessGraphOf(after)).paths];
  const same = new Map<string, ActorsAndSteps>();
  const stepsOf = (access: Access) => async (accountId: string) => {
    const steps = same.get(accountId) ?? (await stepsInto(access, access.index.principalsOf(accountId)));
    if (!affected.steps.has(accountId)) same.set(accountId, steps);
    return steps;
  };
  return [await pathsTo(affected.paths, stepsOf(before)), await pathsTo(affected.paths, stepsOf(after))];
}

/**
 * The paths to administrator of some accounts, as the graph of all accounts has them. Steps are searched from their ends:
 * a path has only steps to actors that reach an end.
 *
 * @param stepsOf the steps into an account
 */
async function pathsTo(
  ends: ReadonlySet<string>,
  stepsOf: (accountId: string) => Promise<ActorsAndSteps>,
): Promise<Paths> {
  const read = new Set<string>();
  const found = { actors: [] as Actor[], steps: [] as Step[] };
  for (let next = [...ends]; next.length > 0; next = accountsReaching(ends, found, read)) {
    for (const id of next) {
      const { actors, steps } = await stepsOf(id);
      found.actors.push(...actors);
      found.steps.push(...steps);
      read.add(id);
    }
  }
  return graphOf(found).paths.filter(({ accountId }) => ends.has(accountId));
}

/** Accounts that are not read yet, of actors that reach administrator of some accounts. */
function accountsReaching(ends: ReadonlySet<string>, found: ActorsAndSteps, read: ReadonlySet<string>): string[] {
  // Also steps of administrators of accounts that are not read yet: reading shows whether an actor reaches these.
  const into = groupedBy([...found.steps, ...withAdministratorSteps(found).steps], ({ to }) => to);
  const reaching = new Set([...ends].map((id) => ADMINISTRATOR + id));
  // A set that grows while it is walked is walked to its new end.
  for (const id of reaching) for (const { from } of into.get(id) ?? []) reaching.add(from);
  const accounts = new Map(found.actors.map(({ id, accountId }) => [id, accountId]));
  const all = [...reaching].map((id) =>
    id.startsWith(ADMINISTRATOR) ? id.slice(ADMINISTRATOR.length) : (accounts.get(id) ?? ""),
  );
  return [...new Set(all)].filter((id) => id !== "" && !read.has(id));
}
