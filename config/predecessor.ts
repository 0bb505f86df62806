import { stacksOf, type StackSpec } from "./layout";
import type { Account, Estate } from "./model";
import { stackId } from "./naming";

/** The predecessors of each estate's stacks, by stack id. */
const predecessorsByEstate = new WeakMap<Estate, ReadonlyMap<string, StackSpec | undefined>>();

/**
 * The stack whose present content must be applied before this one is applied: the stack of the same name in the nearest
 * earlier environment that has one. This is the documentation's rule: first in development, and in production only
 * after it is tested there.
 *
 * An account-wide stack takes the rank of the first environment that runs, or has a member, in its account. Its
 * predecessor is the stack of the same name in the main account of an earlier environment.
 *
 * Undefined in the first environment, in an account without an environment (that of the organization), and for
 * bootstrap stacks, which people apply.
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

/** The index of an environment in promotion order. */
const rankOf = (environment: string, { environments }: Estate): number =>
  environments.findIndex(({ name }) => name === environment);

/** The rank of the first environment that runs, or has a member, in an account; 0 if there is none. */
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
