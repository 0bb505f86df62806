import fc from "fast-check";
import { type Box, without } from "../../../../tools/review/network/box";

const span = fc
  .tuple(fc.bigInt(0n, 5n), fc.bigInt(0n, 5n))
  .map(([a, b]) => (a < b ? { first: a, last: b } : { first: b, last: a }));
const boxes = fc.array(fc.record({ ports: span, addresses: span }), { maxLength: 5 });

/** Every pair of port and address in boxes, as many times as they have it. */
const points = (all: readonly Box[]): string[] =>
  all.flatMap(({ ports, addresses }) => {
    const found: string[] = [];
    for (let port = ports.first; port <= ports.last; port++) {
      for (let address = addresses.first; address <= addresses.last; address++) found.push(`${port} ${address}`);
    }
    return found;
  });

test("what is left of boxes without others is what only they have, each once", () => {
  fc.assert(
    fc.property(fc.record({ ports: span, addresses: span }), boxes, (box, others) => {
      const taken = new Set(points(others));
      expect(points(without([box], others)).sort()).toEqual(points([box]).filter((point) => !taken.has(point)).sort()); // prettier-ignore
    }),
  );
});
