import { stacksOf, type StackSpec } from "./layout";
import { listIn, oncePer } from "./maps";
import type { Account, Estate } from "./model";

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
export const predecessorOf = ({ id }: Pick<StackSpec, "id">, estate: Estate): StackSpec | undefined =>
  predecessorsIn(estate).get(id);

/** The predecessors of an estate's stacks, by stack id. Takes time linear in the number of stacks. */
const predecessorsIn = oncePer((estate: Estate): ReadonlyMap<string, StackSpec> => {
  const [ofEnvironment, ofAccount] = [new Map<string, StackSpec[]>(), new Map<string, StackSpec[]>()];
  for (const spec of stacksOf(estate)) {
    if (spec.name === "bootstrap") continue;
    if (spec.environment) listIn(ofEnvironment, spec.environment.name).push(spec);
    else listIn(ofAccount, spec.account.name).push(spec);
  }
  const predecessors = new Map<string, StackSpec>();
  const precede = (specs: readonly StackSpec[], earlier: ReadonlyMap<string, StackSpec>): void => {
    for (const { id, name } of specs) {
      const predecessor = earlier.get(name);
      if (predecessor) predecessors.set(id, predecessor);
    }
  };
  // By name: the stack in the nearest of the environments so far, and in the main account of one.
  const [earlier, earlierInAccounts] = [new Map<string, StackSpec>(), new Map<string, StackSpec>()];
  const ranked = new Set<Account>();
  for (const { name, account, members } of estate.environments) {
    for (const each of [account, ...members.map((member) => member.account)]) {
      if (!ranked.has(each)) precede(ofAccount.get(each.name) ?? [], earlierInAccounts);
      ranked.add(each);
    }
    const own = ofEnvironment.get(name) ?? [];
    precede(own, earlier);
    for (const spec of own) earlier.set(spec.name, spec);
    for (const spec of ofAccount.get(account.name) ?? []) earlierInAccounts.set(spec.name, spec);
  }
  return predecessors;
});
