import type { PlannedResource } from "../planned-resource";
import type { Matter } from "../review";
import type { Value } from "../value";
import { type Box, without } from "./box";
import type { Identities, Identity } from "./identities";
import { everyIpv4, type Network, networkOf } from "./networks";

interface Entry extends Network {
  readonly address: string;
  readonly list: Identity;
  readonly words: string;
}

/** Networks that a prefix list gets: every rule and route that names the list means them too. */
export function openedPrefixLists(resources: readonly PlannedResource[], identities: Identities): readonly Matter[] {
  const [before, after] = (["before", "after"] as const).map((side) =>
    resources.flatMap((each) => entriesOf(each, side, identities)),
  );
  const box = ({ addresses }: Entry): Box => ({ ports: { first: 0n, last: 0n }, addresses });
  return (after ?? [])
    .filter((entry) => {
      const same = (before ?? []).filter(({ list, space }) => list.key === entry.list.key && space === entry.space);
      return without([box(entry)], same.map(box)).length > 0;
    })
    .map(({ address, list, words }) => ({ address, words: `adds ${words} to the prefix list ${list.words}` }));
}

function entriesOf(resource: PlannedResource, side: "before" | "after", identities: Identities): readonly Entry[] {
  const { address, type } = resource;
  const values = resource[side];
  const entry = (list: Identity, cidr: Value): Entry => ({
    ...(cidr.text === undefined ? everyIpv4() : networkOf(cidr.text)),
    ...{ address, list, words: cidr.words },
  });
  if (values.raw === null || values.raw === undefined) return [];
  if (type === "aws_ec2_managed_prefix_list_entry") {
    return [entry(identities.of(resource, "prefix_list_id", values.at("prefix_list_id")), values.at("cidr"))];
  }
  if (type !== "aws_ec2_managed_prefix_list") return [];
  const entries = values.at("entry");
  if (entries.isUnknown && !resource.isConfigured("entry")) return [];
  return entries.elements().map((each) => entry(identities.self(resource), each.at("cidr")));
}
