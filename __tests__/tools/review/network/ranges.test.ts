import fc from "fast-check";
import { type Box, subtractBoxes, everyIpv4, everyIpv6, rangeOf } from "../../../../tools/review/network/ranges";

const span = fc
  .tuple(fc.bigInt(0n, 5n), fc.bigInt(0n, 5n))
  .map(([a, b]) => (a < b ? { first: a, last: b } : { first: b, last: a }));
const boxes = fc.array(fc.record({ ports: span, addresses: span }), { maxLength: 5 });

/** Every pair of port and address in the boxes, with repeats. */
const points = (all: readonly Box[]): string[] =>
  all.flatMap(({ ports, addresses }) => {
    const found: string[] = [];
    for (let port = ports.first; port <= ports.last; port++) {
      for (let address = addresses.first; address <= addresses.last; address++) found.push(`${port} ${address}`);
    }
    return found;
  });

test("subtracting boxes leaves what only the first ones cover, each part once", () => {
  fc.assert(
    fc.property(fc.record({ ports: span, addresses: span }), boxes, (box, others) => {
      const taken = new Set(points(others));
      expect(points(subtractBoxes([box], others)).sort()).toEqual(points([box]).filter((point) => !taken.has(point)).sort()); // prettier-ignore
    }),
  );
});

test.each([
  ["10.0.0.0/24", "ipv4", 0x0a000000n, 0x0a0000ffn],
  ["10.0.0.7/24", "ipv4", 0x0a000000n, 0x0a0000ffn],
  ["10.0.0.7", "ipv4", 0x0a000007n, 0x0a000007n],
  ["2001:db8::/126", "ipv6", 0x20010db8000000000000000000000000n, 0x20010db8000000000000000000000003n],
])("%s is in %s", (cidrBlock, space, first, last) => {
  expect(rangeOf(cidrBlock)).toEqual({ space, addresses: { first, last } });
});

test("the range for everybody covers every address", () => {
  expect(rangeOf("0.0.0.0/0")).toEqual(everyIpv4());
  expect(rangeOf("::/0")).toEqual(everyIpv6());
});

test("an unreadable network equals only itself", () => {
  expect(rangeOf("10.0.0.0/33")).toEqual(rangeOf("10.0.0.0/33"));
  expect(rangeOf("10.0.0.0/33").space).not.toBe(rangeOf("10.0.0.0/34").space);
});
