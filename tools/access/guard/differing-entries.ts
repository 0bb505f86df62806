import { isDeepStrictEqual } from "node:util";
import type { Baseline, PolicyReference } from "./baseline";

/** The parts of a baseline that have entries by name. */
type Part = "accounts" | "principals" | "guardedResources" | "managedPolicies";

/** Names of entries, sorted. */
export type EntryNames = Readonly<Record<Part, readonly string[]>>;

type Entries = Readonly<Record<string, unknown>>;

/**
 * The entries that may mean something else in the other baseline. Any other entry, and every policy that it refers to,
 * is equal in both, so neither side can gain by it.
 */
export function differingEntries(one: Baseline, other: Baseline): EntryNames {
  const differing = (part: Part, mayDiffer: (name: string) => boolean = () => false) => {
    const [entries, others]: readonly [Entries, Entries] = [one[part], other[part]];
    return [...new Set([...Object.keys(entries), ...Object.keys(others)])]
      .filter((name) => !isDeepStrictEqual(own(entries, name), own(others, name)) || mayDiffer(name))
      .sort();
  };
  const hasOtherLimits = !isDeepStrictEqual(one.serviceControlPolicies, other.serviceControlPolicies);
  const accounts = differing("accounts", () => hasOtherLimits);
  const managedPolicies = differing("managedPolicies");
  const [accountNames, policyNames] = [new Set(accounts), new Set(managedPolicies)];
  const isOtherPolicy = (reference: PolicyReference | undefined) =>
    typeof reference === "string" && policyNames.has(reference);
  const principals = differing("principals", (name) => {
    const entry = own(one.principals, name);
    if (!entry) return true;
    return accountNames.has(entry.account) || [...entry.policies, entry.boundary].some(isOtherPolicy);
  });
  return { accounts, principals, guardedResources: differing("guardedResources"), managedPolicies };
}

function own<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
