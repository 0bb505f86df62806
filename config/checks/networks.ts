import { contains, overlaps, wizardSubnets } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import { zonesOf } from "../regions";
import {
  draftEnvironments,
  given,
  isDraftValues,
  keptNetwork,
  leftOut,
  regionOf,
  textsOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";

interface PlacedSubnet {
  readonly path: string;
  readonly subnet: string;
}

interface Tier {
  readonly path: string;
  readonly cidrBlocks: readonly string[];
}

/** Subnets are part of their network and do not overlap. */
function* subnetProblems(cidrBlock: string, subnets: readonly PlacedSubnet[]): Iterable<Problem> {
  for (const [index, { path, subnet }] of subnets.entries()) {
    if (!contains(cidrBlock, subnet))
      yield { path, expected: `part of the network ${cidrBlock}`, got: formatValue(subnet) };
    const other = subnets.slice(0, index).find((earlier) => overlaps(earlier.subnet, subnet));
    if (other)
      yield {
        path,
        expected: "a network that overlaps no other subnet",
        got: `${formatValue(subnet)} (overlaps ${formatValue(other.subnet)} of ${other.path})`,
      };
  }
}

/** The zones that a region has for some accounts: an account may have fewer. */
export function* unknownZone(path: string, region: string, zone: string): Iterable<Problem> {
  const known = zonesOf(region);
  if (!known.includes(zone))
    yield { path, expected: `a zone of ${region} (${known.join(", ")})`, got: formatValue(zone) };
}

function* zoneProblems(path: string, region: string, zones: readonly string[]): Iterable<Problem> {
  for (const [index, zone] of zones.entries()) {
    const at = `${path}[${index}]`;
    yield* unknownZone(at, region, zone);
    if (zones.indexOf(zone) < index)
      yield { path: at, expected: "a zone that is not listed before", got: formatValue(zone) };
  }
}

/** The known subnets of a network: those in the file and the default ones. */
function* tiersOf(
  path: string,
  network: DraftValues,
  cidrBlock: string,
  zones: readonly string[] | undefined,
): Iterable<Tier> {
  const wizard = zones && wizardSubnets(cidrBlock, zones.length);
  const publicSubnets = given(network, "publicSubnets", true) !== false;
  for (const [key, byDefault] of [
    ["publicSubnetCidrBlocks", publicSubnets ? wizard?.publicCidrBlocks : undefined],
    ["privateSubnetCidrBlocks", wizard?.privateCidrBlocks],
  ] as const) {
    const cidrBlocks = textsOf(given(network, key, byDefault));
    if (cidrBlocks) yield { path: `${path}.${key}`, cidrBlocks };
  }
}

/** The subnets of a VPC that exists: part of its network, and at most one in each zone of a tier. */
function* existingSubnets(
  path: string,
  region: string | undefined,
  network: DraftValues,
  kept: DraftValues,
): Iterable<Problem> {
  const replaced = ["zones", "publicSubnets", "publicSubnetCidrBlocks", "privateSubnetCidrBlocks"];
  const expected = "left out, because existing.network lists the subnets";
  yield* leftOut(`${path}.network`, network, expected, ...replaced);
  const subnets = (["publicSubnets", "privateSubnets"] as const).flatMap((tier) => {
    const items: readonly unknown[] = Array.isArray(kept[tier]) ? kept[tier] : [];
    return items.map((item, index) => {
      const { zone, cidrBlock } = isDraftValues(item) ? item : {};
      return {
        tier,
        path: `${path}.existing.network.${tier}[${index}]`,
        zone: textOf(zone),
        cidrBlock: textOf(cidrBlock),
      };
    });
  });
  for (const [index, { tier, path: at, zone }] of subnets.entries()) {
    if (zone === undefined || region === undefined) continue;
    yield* unknownZone(`${at}.zone`, region, zone);
    if (subnets.slice(0, index).some((other) => other.tier === tier && other.zone === zone))
      yield { path: `${at}.zone`, expected: "a zone that is not listed before", got: formatValue(zone) };
  }
  const whole = textOf(given(network, "cidrBlock", "10.0.0.0/20"));
  const known = subnets.flatMap(({ path: at, cidrBlock: subnet }) =>
    subnet === undefined ? [] : [{ path: `${at}.cidrBlock`, subnet }],
  );
  if (whole !== undefined) yield* subnetProblems(whole, known);
}

/** Every network has zones of its region, and for each zone one subnet in each tier. */
export function* networks(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    const network = given(environment, "network", {});
    if (!isDraftValues(network)) continue;
    const path = `environments.${name}.network`;
    const region = regionOf(draft, environment);
    const kept = keptNetwork(environment);
    if (kept) {
      yield* existingSubnets(`environments.${name}`, region, network, kept);
      continue;
    }
    const zones = textsOf(given(network, "zones", region && zonesOf(region).slice(0, 2)));
    if (zones && region !== undefined) yield* zoneProblems(`${path}.zones`, region, zones);
    if (zones?.length === 1 && "database" in environment)
      yield {
        path: `${path}.zones`,
        expected: "two or three availability zones with a database",
        got: formatValue(zones),
      };
    const cidrBlock = textOf(given(network, "cidrBlock", "10.0.0.0/20"));
    if (cidrBlock === undefined) continue;
    const tiers = [...tiersOf(path, network, cidrBlock, zones)];
    for (const tier of tiers) {
      if (!zones || tier.cidrBlocks.length === zones.length) continue;
      yield {
        path: tier.path,
        expected: `a list of ${zones.length} networks, one for each zone`,
        got: `${tier.cidrBlocks.length} of them`,
      };
    }
    const placed = tiers.flatMap(({ path: at, cidrBlocks }) =>
      cidrBlocks.map((subnet, index) => ({ path: `${at}[${index}]`, subnet })),
    );
    yield* subnetProblems(cidrBlock, placed);
  }
}
