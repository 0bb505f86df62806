import { Address4, Address6 } from "ip-address";

/** Numbers from the first to the last. */
export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** Every combination of a port with an address. */
export interface Box {
  readonly ports: Span;
  readonly addresses: Span;
}

/** The parts of boxes that no other box covers. */
export function subtractBoxes(boxes: readonly Box[], others: readonly Box[]): readonly Box[] {
  return others.reduce<readonly Box[]>((rest, other) => rest.flatMap((box) => cut(box, other)), boxes);
}

function cut(box: Box, other: Box): readonly Box[] {
  const [ports, addresses] = [common(box.ports, other.ports), common(box.addresses, other.addresses)];
  if (ports === undefined || addresses === undefined) return [box];
  return [
    ...around(box.ports, ports).map((rest) => ({ ports: rest, addresses: box.addresses })),
    ...around(box.addresses, addresses).map((rest) => ({ ports, addresses: rest })),
  ];
}

function common(one: Span, other: Span): Span | undefined {
  const first = one.first > other.first ? one.first : other.first;
  const last = one.last < other.last ? one.last : other.last;
  return first <= last ? { first, last } : undefined;
}

/** The parts of a span before and after another. */
function around(whole: Span, part: Span): readonly Span[] {
  const before = { first: whole.first, last: part.first - 1n };
  const behind = { first: part.last + 1n, last: whole.last };
  return [before, behind].filter(({ first, last }) => first <= last);
}

/** A range of addresses in a space such as `ipv4`. */
export interface AddressRange {
  readonly space: string;
  readonly addresses: Span;
}

const ONE: Span = { first: 0n, last: 0n };

/** Something that is not a readable network; it equals only itself. */
export function namedRange(space: string): AddressRange {
  return { space, addresses: ONE };
}

export function everyIpv4(): AddressRange {
  return { space: "ipv4", addresses: { first: 0n, last: 2n ** 32n - 1n } };
}

export function everyIpv6(): AddressRange {
  return { space: "ipv6", addresses: { first: 0n, last: 2n ** 128n - 1n } };
}

/** Networks that the internet does not route (RFC 1918, 6598, 4193). */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(rangeOf);

/** Whether a range has addresses of the internet. */
export function isPublic({ space, addresses }: AddressRange): boolean {
  const isInside = (whole: AddressRange): boolean =>
    whole.space === space && whole.addresses.first <= addresses.first && addresses.last <= whole.addresses.last;
  return (space === "ipv4" || space === "ipv6") && !PRIVATE.some(isInside);
}

/** The addresses of an IPv4 or IPv6 CIDR block. */
export function rangeOf(cidrBlock: string): AddressRange {
  try {
    const isIpv6 = cidrBlock.includes(":");
    const network = isIpv6 ? new Address6(cidrBlock) : new Address4(cidrBlock);
    const addresses = { first: network.startAddress().bigInt(), last: network.endAddress().bigInt() };
    return { space: isIpv6 ? "ipv6" : "ipv4", addresses };
  } catch {
    return namedRange(`network ${cidrBlock}`);
  }
}
