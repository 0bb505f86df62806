import type { PlannedResource } from "../planned-resource";
import type { Finding } from "../review";
import type { Value } from "../value";
import { type Box, subtractBoxes, everyIpv4, type AddressRange, rangeOf } from "./ranges";
import type { Identities, Identity } from "./identities";

interface Entry extends AddressRange {
  readonly address: string;
  readonly list: Identity;
  readonly label: string;
}

/** Networks that are added to a prefix list: every rule and route that uses the list then includes them. */
export function openedPrefixLists(resources: readonly PlannedResource[], identities: Identities): readonly Finding[] {
  const [before, after] = (["before", "after"] as const).map((side) =>
    resources.flatMap((each) => entriesOf(each, side, identities)),
  );
  const box = ({ addresses }: Entry): Box => ({ ports: { first: 0n, last: 0n }, addresses });
  return (after ?? [])
    .filter((entry) => {
      const same = (before ?? []).filter(({ list, space }) => list.key === entry.list.key && space === entry.space);
      return subtractBoxes([box(entry)], same.map(box)).length > 0;
    })
    .map(({ address, list, label }) => ({ address, message: `adds ${label} to the prefix list ${list.label}` }));
}

function entriesOf(resource: PlannedResource, side: "before" | "after", identities: Identities): readonly Entry[] {
  const { address, type } = resource;
  const values = resource[side];
  const entry = (list: Identity, cidr: Value): Entry => ({
    ...(cidr.text === undefined ? everyIpv4() : rangeOf(cidr.text)),
    ...{ address, list, label: cidr.display },
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
