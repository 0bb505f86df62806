import { stacksOf, type StackSpec } from "./layout";
import type { Account, Estate } from "./model";
import { stackId } from "./naming";

/** By the id of the stack that follows. */
const predecessorsByEstate = new WeakMap<Estate, ReadonlyMap<string, StackSpec | undefined>>();

/**
 * The stack that must have applied what the present code makes of it before this one is applied: the one of the same
 * name in the nearest earlier environment that has such a stack (the documentation's rule: first in development, and
 * only after it is tested there in production).
 *
 * An account-wide stack follows the environments of its account: it comes after the one of the main account of the
 * environment before the first that runs, or is a member, in its account. Undefined where nothing comes before: in the
 * first environment, in an account without one (that of the organization), and for bootstrap stacks, which people
 * apply.
 */
export function predecessorOf({ id }: Pick<StackSpec, "id">, estate: Estate): StackSpec | undefined {
  const predecessors = predecessorsByEstate.get(estate) ?? predecessorsIn(estate);
  predecessorsByEstate.set(estate, predecessors);
  return predecessors.get(id);
}

function predecessorsIn(estate: Estate): Map<string, StackSpec | undefined> {
  const { environments } = estate;
  const stacks = stacksOf(estate).filter(({ name }) => name !== "bootstrap");
  const byId = (specs: readonly StackSpec[]) => new Map(specs.map((spec) => [spec.id, spec]));
  const environmentWide = byId(stacks.filter(({ environment }) => environment));
  const accountWide = byId(stacks.filter(({ environment }) => !environment));
  const before = ({ name, environment, account }: StackSpec): StackSpec | undefined => {
    if (environment) {
      const earlier = environments.slice(0, rankOf(environment.name, estate)).reverse();
      return first(earlier, (other) => environmentWide.get(stackId(other.name, name)));
    }
    const earlier = environments.slice(0, firstRankIn(account, estate)).reverse();
    return first(earlier, (other) => accountWide.get(stackId(other.account.name, name)));
  };
  return new Map(stacks.map((spec) => [spec.id, before(spec)]));
}

/** Where an environment stands in promotion order, from 0. */
function rankOf(environment: string, { environments }: Estate): number {
  return environments.findIndex(({ name }) => name === environment);
}

/** The rank of the first environment that runs in an account, or is a member there; 0 where none does. */
function firstRankIn(account: Pick<Account, "name">, { environments }: Estate): number {
  const rank = environments.findIndex(
    ({ account: main, members }) =>
      main.name === account.name || members.some((member) => member.account.name === account.name),
  );
  return Math.max(rank, 0);
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
