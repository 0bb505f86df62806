import { openedAssociations } from "./network/associations";
import { exposures } from "./network/exposure";
import { Identities } from "./network/identities";
import { networkAclRules } from "./network/network-acls";
import { openedPrefixLists } from "./network/prefix-lists";
import { openedBuckets } from "./network/public-access-blocks";
import { opened, type Rule } from "./network/rule";
import { openedRoutes, routesOf } from "./network/routes";
import { securityGroupRules } from "./network/security-groups";
import { openedWays } from "./network/ways";
import type { PlannedResource } from "./planned-resource";
import type { Matter } from "./review";

/**
 * What a plan opens in the network, in either direction: who may connect that could not, and what may be reached that
 * could not. A rule that only moves, or says the same in other words, opens nothing. What is not known before the apply
 * counts as opening wherever it could.
 *
 * Not seen: what resources reach by themselves (a database's proxy), and what another stack's plan does to the same
 * security group.
 *
 * @param resources of one plan; those too that don't change, since rules are judged by what is there already
 */
export function networkOpened(resources: readonly PlannedResource[]): readonly Matter[] {
  const identities = new Identities(resources);
  const acls = networkAclRules(resources, identities);
  const groups = (side: "before" | "after") => resources.flatMap((each) => securityGroupRules(each, side, identities));
  const routes = (side: "before" | "after") => resources.flatMap((each) => routesOf(each, side, identities));
  const routesAfter = routes("after");
  const gone = goneBuckets(resources);
  const matters = [
    ...openedRules(groups("before"), groups("after")),
    ...openedRules(acls.before, acls.after),
    ...openedPrefixLists(resources, identities),
    ...openedRoutes(routes("before"), routesAfter),
    ...openedAssociations(resources, routesAfter, identities),
    ...openedWays(resources, identities),
    ...resources.flatMap(exposures),
    ...resources.flatMap((each) => openedBuckets(each, (bucket) => gone.has(bucket))),
  ];
  const unique = new Map(matters.map(({ address, words }) => [`${address} ${words}`, { address, words }]));
  return [...unique.values()].sort((a, b) => order(a.address, b.address) || order(a.words, b.words));
}

function openedRules(before: readonly Rule[], after: readonly Rule[]): readonly Matter[] {
  const same = ({ boundary, protocol, space, box: { ports, addresses } }: Rule): string =>
    [boundary, protocol, space, ports.first, ports.last, addresses.first, addresses.last].join(" ");
  const old = new Set(before.filter(({ isAllowed }) => isAllowed).map(same));
  return opened(before, after).map((rule) => ({
    address: rule.address,
    // Only an ACL denies: a rule that was there lets more through when what stood before it goes.
    words: old.has(same(rule)) ? `${rule.words}, which a rule before it denied` : rule.words,
  }));
}

/** Buckets that are destroyed: with one go its settings, and nothing is left that they would keep. */
export function goneBuckets(resources: readonly PlannedResource[]): ReadonlySet<string> {
  return new Set(resources.flatMap(({ type, action, before }) => (type === "aws_s3_bucket" && action === "destroy" ? [String(before.at("bucket").raw)] : []))); // prettier-ignore
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
