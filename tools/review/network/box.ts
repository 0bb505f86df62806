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
export function without(boxes: readonly Box[], others: readonly Box[]): readonly Box[] {
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
