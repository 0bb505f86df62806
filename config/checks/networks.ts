import { contains, overlaps, placeTiers, wizardSubnets } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import { zonesOf } from "../regions";
import {
  draftEnvironments,
  entries,
  given,
  hasDatabase,
  isDraftValues,
  keptNetwork,
  leftOut,
  regionOf,
  textsOf,
  textOf,
  zonesIn,
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
    // The first that overlaps it may be itself.
    const first = subnets.findIndex((each) => overlaps(each.subnet, subnet));
    const other = first < index ? subnets[first] : undefined;
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
function tiersOf(
  path: string,
  network: DraftValues,
  cidrBlock: string,
  zones: readonly string[] | undefined,
): readonly Tier[] {
  const wizard = zones && wizardSubnets(cidrBlock, zones.length);
  const publicSubnets = given(network, "publicSubnets", true) !== false;
  const tier = (key: string, byDefault: readonly string[] | undefined): Tier[] => {
    const cidrBlocks = textsOf(given(network, key, byDefault));
    return cidrBlocks ? [{ path: `${path}.${key}`, cidrBlocks }] : [];
  };
  return [
    ...tier("publicSubnetCidrBlocks", publicSubnets ? wizard?.publicCidrBlocks : undefined),
    ...tier("privateSubnetCidrBlocks", wizard?.privateCidrBlocks),
  ];
}

/** The subnets of a VPC that exists: part of its network, and at most one in each zone of a tier. */
function* existingSubnets(
  path: string,
  region: string | undefined,
  network: DraftValues,
  kept: DraftValues,
): Generator<Problem, PlacedSubnet[]> {
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
  return subnets.flatMap(({ path: at, cidrBlock: subnet }) =>
    subnet === undefined ? [] : [{ path: `${at}.cidrBlock`, subnet }],
  );
}

/** The subnets that the network describes, one for each zone in each tier. */
function* describedSubnets(
  path: string,
  network: DraftValues,
  cidrBlock: string | undefined,
  zones: readonly string[] | undefined,
): Generator<Problem, PlacedSubnet[]> {
  if (cidrBlock === undefined) return [];
  const tiers = tiersOf(path, network, cidrBlock, zones);
  for (const each of tiers) yield* countProblems(each, zones);
  return tiers.flatMap(placedIn);
}

function countProblems({ path, cidrBlocks }: Tier, zones: readonly string[] | undefined): readonly Problem[] {
  if (!zones || cidrBlocks.length === zones.length) return [];
  const expected = `a list of ${zones.length} networks, one for each zone`;
  return [{ path, expected, got: `${cidrBlocks.length} of them` }];
}

const placedIn = ({ path, cidrBlocks }: Tier): PlacedSubnet[] =>
  cidrBlocks.map((subnet, index) => ({ path: `${path}[${index}]`, subnet }));

/** Further tiers give the subnets or their size. Returns those that give the subnets. */
function* furtherTiers(
  path: string,
  network: DraftValues,
  zones: readonly string[] | undefined,
): Generator<Problem, Tier[]> {
  const given: Tier[] = [];
  for (const [name, tier] of entries(network, "tiers")) {
    const at = `${path}.tiers.${name}`;
    if ("prefixLength" in tier === "cidrBlocks" in tier)
      yield {
        path: at,
        expected: "a tier with either prefixLength or cidrBlocks",
        got: "prefixLength" in tier ? "both" : "neither",
      };
    const cidrBlocks = textsOf(tier["cidrBlocks"]);
    if (!cidrBlocks) continue;
    const placed = { path: `${at}.cidrBlocks`, cidrBlocks };
    yield* countProblems(placed, zones);
    given.push(placed);
  }
  return given;
}

/** The network has room for every tier that gives a size. */
function* roomProblems(
  path: string,
  network: DraftValues,
  { cidrBlock, taken, zones }: { cidrBlock: string; taken: readonly PlacedSubnet[]; zones: number },
): Iterable<Problem> {
  const wanted = entries(network, "tiers").map(([name, { prefixLength, cidrBlocks }]) => ({
    name,
    prefixLength: typeof prefixLength === "number" ? prefixLength : undefined,
    cidrBlocks: textsOf(cidrBlocks),
  }));
  const placed = placeTiers(
    cidrBlock,
    taken.map(({ subnet }) => subnet),
    wanted,
    zones,
  );
  for (const [index, { name, cidrBlocks, free }] of placed.entries()) {
    const prefixLength = wanted[index]?.prefixLength;
    if (cidrBlocks || prefixLength === undefined) continue;
    yield {
      path: `${path}.tiers.${name}.prefixLength`,
      expected: `a size of which three subnets have room in a row in the free space of ${cidrBlock} (${free.join(", ") || "nothing is free"})`,
      got: String(prefixLength),
    };
  }
}

/** Every network has zones of its region, and for each zone one subnet in each tier. */
export function* networks(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    const network = given(environment, "network", {});
    if (!isDraftValues(network)) continue;
    const path = `environments.${name}.network`;
    const region = regionOf(draft, environment);
    const kept = keptNetwork(environment);
    const zones = zonesIn(draft, environment);
    if (!kept && "zones" in network) yield* zonesOfNetwork(path, region, zones, hasDatabase(environment));
    const cidrBlock = textOf(given(network, "cidrBlock", "10.0.0.0/20"));
    const subnets = kept
      ? yield* existingSubnets(`environments.${name}`, region, network, kept)
      : yield* describedSubnets(path, network, cidrBlock, zones);
    const hasTiers = "tiers" in network;
    const tiers = hasTiers ? yield* furtherTiers(path, network, zones) : [];
    if (cidrBlock === undefined) continue;
    yield* subnetProblems(cidrBlock, [...subnets, ...tiers.flatMap(placedIn)]);
    if (hasTiers) yield* roomProblems(path, network, { cidrBlock, taken: subnets, zones: zones?.length ?? 0 });
  }
}

function* zonesOfNetwork(
  path: string,
  region: string | undefined,
  zones: readonly string[] | undefined,
  hasDatabases: boolean,
): Iterable<Problem> {
  if (zones && region !== undefined) yield* zoneProblems(`${path}.zones`, region, zones);
  if (zones?.length === 1 && hasDatabases)
    yield {
      path: `${path}.zones`,
      expected: "two or three availability zones with a database",
      got: formatValue(zones),
    };
}
