import { Address4, Address6 } from "ip-address";

/** Numbers from the first to the last. */
export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** Ports and addresses: each of the ones with each of the others. */
export interface Box {
  readonly ports: Span;
  readonly addresses: Span;
}

/** What of some boxes lies in none of others. */
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

/** What lies before and behind a part of a span. */
function around(whole: Span, part: Span): readonly Span[] {
  const before = { first: whole.first, last: part.first - 1n };
  const behind = { first: part.last + 1n, last: whole.last };
  return [before, behind].filter(({ first, last }) => first <= last);
}

/** A space of addresses, and those of it that are meant. */
export interface AddressRange {
  readonly space: string;
  readonly addresses: Span;
}

const ONE: Span = { first: 0n, last: 0n };

/** What is no network, or cannot be read as one, is equal to itself alone. */
export function namedRange(space: string): AddressRange {
  return { space, addresses: ONE };
}

export function everyIpv4(): AddressRange {
  return { space: "ipv4", addresses: { first: 0n, last: 2n ** 32n - 1n } };
}

export function everyIpv6(): AddressRange {
  return { space: "ipv6", addresses: { first: 0n, last: 2n ** 128n - 1n } };
}

/** The addresses of a CIDR block of either kind. */
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
