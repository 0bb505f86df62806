import type { DeclaredStack } from "../custom";
import type { Account, OwnStackConfig } from "../model";
import type { ParsedEstate } from "../schema";

type Owner = Pick<DeclaredStack, "scope"> & { readonly name: string; readonly region: string };

/** The stacks that a team adds to an environment or an account, each after those that it depends on. */
export function ownStacksOf(declared: readonly DeclaredStack[], { scope, name, region }: Owner): OwnStackConfig[] {
  const own = inOrder(declared.filter((each) => each.scope === scope && isIn(each, name)));
  return own.flatMap((each) => {
    const dependsOn = (each.dependsOn ?? []).flatMap((other) => {
      const found = own.find((candidate) => candidate.name === other);
      return found ? ownStackNames(found) : [other];
    });
    const regions = each.regions ?? [region];
    return ownStackNames(each).map((stack, index) => ({
      name: stack,
      declared: each.name,
      region: regions[index] ?? region,
      dependsOn,
    }));
  });
}

/** The last parts of the ids of the stacks that a declaration adds to one environment or account. */
export const ownStackNames = ({ name, regions }: DeclaredStack): string[] =>
  regions ? regions.map((each) => `${name}-${each}`) : [name];

/** Whether an environment or account has a declared stack. */
export const isIn = ({ scope, environments, accounts }: DeclaredStack, name: string): boolean =>
  (scope === "environment" ? environments : accounts)?.includes(name) ?? true;

/** Each stack after those that it depends on, otherwise as declared. The checks refuse cycles. */
function inOrder(declared: readonly DeclaredStack[]): DeclaredStack[] {
  const ordered = new Set<DeclaredStack>();
  const visit = (each: DeclaredStack): void => {
    if (ordered.has(each)) return;
    for (const name of each.dependsOn ?? []) {
      const before = declared.find((other) => other.name === name);
      if (before) visit(before);
    }
    ordered.add(each);
  };
  declared.forEach(visit);
  return [...ordered];
}

/** The accounts in which a declared stack has resources, by name. */
export function accountsWith(declared: DeclaredStack, { accounts, environments }: ParsedEstate): string[] {
  if (declared.scope === "account") return Object.keys(accounts).filter((name) => isIn(declared, name));
  const main = Object.entries(environments).flatMap(([name, { account }]) => (isIn(declared, name) ? [account] : []));
  return [...new Set(main)];
}

/** The settings with the regions of own stacks among the further regions of their accounts. */
export function withOwnRegions(settings: ParsedEstate, declared: readonly DeclaredStack[]): ParsedEstate {
  const regional = declared.filter(({ regions }) => regions !== undefined);
  if (regional.length === 0) return settings;
  const accounts = Object.entries(settings.accounts).map(([name, account]) => {
    const own = regional.filter((each) => accountsWith(each, settings).includes(name));
    const furtherRegions = [...new Set([...account.furtherRegions, ...own.flatMap(({ regions = [] }) => regions)])];
    return [name, { ...account, furtherRegions }] as const;
  });
  return { ...settings, accounts: Object.fromEntries(accounts) };
}

/** An account with its own stacks, and with what plans of those in it read. */
export const withOwnStacks = (
  account: Omit<Account, "ownStacks" | "ownStackReads">,
  declared: readonly DeclaredStack[],
  settings: ParsedEstate,
): Account => ({
  ...account,
  ownStacks: ownStacksOf(declared, { scope: "account", name: account.name, region: account.region }),
  ownStackReads: [
    ...new Set(
      declared.flatMap((each) =>
        each.planRoleReads && accountsWith(each, settings).includes(account.name) ? each.planRoleReads : [],
      ),
    ),
  ].sort(),
});
