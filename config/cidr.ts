import { Address4, Address6 } from "ip-address";

/*
 * Arithmetic with IPv4 networks, in TypeScript instead of Terraform's functions: subnets must be checked at synth, and
 * must not move when a tier is turned off.
 */

interface Range {
  readonly first: number;
  readonly last: number;
}

interface Network extends Range {
  readonly prefixLength: number;
}

const networks = new Map<string, Network>();

/** By numbers: every estate is compared with many networks, and the library's big integers take most of the time. */
function range(cidrBlock: string): Network {
  const known = networks.get(cidrBlock);
  if (known) return known;
  const read = rangeOf(cidrBlock);
  networks.set(cidrBlock, read);
  return read;
}

function rangeOf(cidrBlock: string): Network {
  const { parsedAddress, subnetMask } = new Address4(cidrBlock);
  const address = parsedAddress.reduce((value, octet) => value * 256 + Number(octet), 0);
  const size = 2 ** (32 - subnetMask);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefixLength: subnetMask };
}

/** The network of an IPv4 address, which may have host bits: 10.0.0.0/20 for 10.0.0.5/20. Undefined for other texts. */
export function networkOf(cidr: string): { readonly network: string; readonly prefixLength: number } | undefined {
  if (!networks.has(cidr) && !(/^[\d.]+\/\d+$/.test(cidr) && Address4.isValid(cidr))) return undefined;
  const { first, prefixLength } = range(cidr);
  return { network: `${dotted(first)}/${prefixLength}`, prefixLength };
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [o, i] = [range(outer), range(inner)];
  return o.first <= i.first && i.last <= o.last;
}

/** Whether the networks share an address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [range(one), range(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** Networks whose addresses are not used on the internet: RFC 1918 and RFC 6598. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * Whether a network is such a large part of the internet (wider than /16, and not private) that a rule with it is open
 * to the public.
 */
export const isOpen = (cidrBlock: string): boolean =>
  range(cidrBlock).prefixLength < 16 && !PRIVATE.some((network) => contains(network, cidrBlock));

/**
 * Networks that AWS refuses for a VPC: "this" network, loopback, link-local and multicast (CreateVpc answers
 * InvalidVpc.Range). It admits private and publicly routable ones, 100.64.0.0/10 and 198.19.0.0/16 included ("VPC CIDR
 * blocks" in its user guide).
 */
const NO_VPC = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

/** The range in which AWS refuses a VPC with this network; undefined if it admits the network. */
export const refusedForVpc = (cidrBlock: string): string | undefined =>
  NO_VPC.find((range) => overlaps(range, cidrBlock));

/** Networks from which no packet comes: RFC 1122. */
const NO_PEER = ["0.0.0.0/8", "127.0.0.0/8"];

/** The range because of which a security group rule with this network matches nothing; undefined if it can match. */
export const withoutPeers = (cidrBlock: string): string | undefined =>
  NO_PEER.find((range) => contains(range, cidrBlock));

/**
 * Networks that never are the source of a request on the internet: "Globally Reachable" is false in IANA's registries of
 * special-purpose addresses, multicast, and IPv6 outside 2000::/3. The ranges for documentation are not listed: the
 * example uses them in place of a team's own.
 */
const NO_SOURCE = [...PRIVATE, ...NO_VPC, "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4"];
const GLOBAL_UNICAST = new Address6("2000::/3");

/** Whether every address of an IPv4 or IPv6 network is one that no request from the internet comes from. */
export const isNoSource = (cidr: string): boolean =>
  cidr.includes(":")
    ? !new Address6(cidr).isInSubnet(GLOBAL_UNICAST)
    : NO_SOURCE.some((network) => contains(network, cidr));

/** The sixteenth of a network with this index, 0 to 15. Index 8 of 10.0.0.0/20 is 10.0.8.0/24. */
function sixteenth(cidrBlock: string, index: number): string {
  const { first, last } = range(cidrBlock);
  const size = (last - first + 1) / 16;
  return networkAt(first + index * size, size);
}

const networkAt = (address: number, size: number): string => `${dotted(address)}/${32 - Math.log2(size)}`;

const dotted = (address: number): string =>
  `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

/**
 * The public and private subnets that the AWS console's "VPC and more" wizard creates in a network: sixteenths of it,
 * the public ones from its start and the private ones from its middle. In two zones of 10.0.0.0/20, the public ones are
 * 10.0.0.0/24 and 10.0.1.0/24, the private ones 10.0.8.0/24 and 10.0.9.0/24.
 */
export function wizardSubnets(cidrBlock: string, zones: number): WizardSubnets {
  const key = `${cidrBlock} ${zones}`;
  const known = wizards.get(key);
  if (known) return known;
  const tier = (from: number) => Array.from({ length: zones }, (_, index) => sixteenth(cidrBlock, from + index));
  const subnets = { publicCidrBlocks: tier(0), privateCidrBlocks: tier(8) };
  wizards.set(key, subnets);
  return subnets;
}

interface WizardSubnets {
  readonly publicCidrBlocks: readonly string[];
  readonly privateCidrBlocks: readonly string[];
}

/** By network and number of zones: most environments have the default one, and checks and stacks ask for it. */
const wizards = new Map<string, WizardSubnets>();

/** A network has one to three zones. Room for all of them is kept: a zone that is added moves no subnet. */
const MOST_ZONES = 3;

/** A tier of private subnets: its networks, one for each zone, or the size of each. */
interface WantedTier {
  readonly name: string;
  readonly prefixLength?: number;
  readonly cidrBlocks?: readonly string[];
}

interface PlacedTier {
  readonly name: string;
  /** Undefined if the network has no room for it. */
  readonly cidrBlocks?: readonly string[];
  /** The free addresses of the network before it. */
  readonly free: readonly string[];
}

/**
 * Places tiers in the free space of a network, in their order: the first place with room for three zones. What has given
 * networks stays where it is, and so do the subnets of the console's wizard in three zones: their place is never used.
 *
 * @param taken the networks of subnets that are given
 */
export function placeTiers(
  cidrBlock: string,
  taken: readonly string[],
  tiers: readonly WantedTier[],
  zones: number,
): PlacedTier[] {
  if (tiers.length === 0) return [];
  const { publicCidrBlocks, privateCidrBlocks } = wizardSubnets(cidrBlock, MOST_ZONES);
  const given = tiers.flatMap(({ cidrBlocks = [] }) => cidrBlocks);
  const used: Range[] = [...taken, ...given, ...publicCidrBlocks, ...privateCidrBlocks].map(range);
  const places = Math.max(zones, MOST_ZONES);
  return tiers.map(({ name, prefixLength, cidrBlocks }) => {
    const free = freeSpaces(range(cidrBlock), used);
    if (cidrBlocks || prefixLength === undefined) return { name, cidrBlocks, free: free.map(textOf) };
    const size = 2 ** (32 - prefixLength);
    const starts = free.map(({ first, last }) => ({ first: Math.ceil(first / size) * size, last }));
    const start = starts.find(({ first, last }) => first + places * size - 1 <= last)?.first;
    if (start === undefined) return { name, free: free.map(textOf) };
    used.push({ first: start, last: start + places * size - 1 });
    const placed = Array.from({ length: zones }, (_, index) => networkAt(start + index * size, size));
    return { name, cidrBlocks: placed, free: free.map(textOf) };
  });
}

const textOf = ({ first, last }: Range): string => `${dotted(first)} to ${dotted(last)}`;

/** What is left of a range, in its order. */
function freeSpaces({ first, last }: Range, used: readonly Range[]): Range[] {
  const sorted = [...used].sort((one, other) => one.first - other.first);
  const spaces: Range[] = [];
  let next = first;
  for (const each of sorted) {
    if (each.first > next) spaces.push({ first: next, last: Math.min(each.first - 1, last) });
    next = Math.max(next, each.last + 1);
  }
  return next > last ? spaces : [...spaces, { first: next, last }];
}
