import fc from "fast-check";
import { compareStacks, type ComparedStack } from "../../../../tools/plans/affected/compare-stacks";

const stack = (id: string, reads: readonly string[] = [], size = 1): ComparedStack => ({
  id,
  reads,
  json: { resource: { aws_vpc: { vpc: { size } } } },
});

const compare = (now: readonly ComparedStack[], before: readonly ComparedStack[]) =>
  compareStacks(now, before, "new: base does not have this stack");

/** Stacks that each may read the ones before, so that there is no cycle. */
const estates = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((all) =>
  all.map((reads, index) => {
    const ids = index === 0 ? [] : [...new Set(reads.map((read) => `s${read % index}`))];
    return stack(`s${index}`, ids);
  }),
);

/** The direct and indirect readers of these stacks. */
function readersOf(ids: readonly string[], stacks: readonly ComparedStack[]): Set<string> {
  const found = new Set(ids);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { id, reads } of stacks) if (reads.some((read) => found.has(read))) found.add(id);
  }
  return found;
}

test("no stack is affected if nothing changed", () => {
  fc.assert(
    fc.property(estates, (estate) => {
      expect(compare(estate, structuredClone(estate))).toEqual({ affected: [], removed: [] });
    }),
  );
});

test("affects exactly the changed stack and its direct and indirect readers, in order, with reasons", () => {
  fc.assert(
    fc.property(estates, fc.nat(), (estate, which) => {
      const changed = `s${which % estate.length}`;
      const now = estate.map((each) => (each.id === changed ? { ...each, json: stack("", [], 2).json } : each));
      const { affected, removed } = compare(now, estate);
      const expected = readersOf([changed], estate);
      expect(affected.map(({ id }) => id)).toEqual(estate.map(({ id }) => id).filter((id) => expected.has(id)));
      expect(affected.every(({ reasons }) => reasons.length > 0)).toBe(true);
      expect(affected.find(({ id }) => id === changed)?.reasons).toEqual(["aws_vpc.vpc: size"]);
      expect(removed).toEqual([]);
    }),
  );
});

test("distinguishes new and removed stacks", () => {
  fc.assert(
    fc.property(estates, fc.nat(), (estate, which) => {
      const cut = which % (estate.length + 1);
      const [kept, rest] = [estate.slice(0, cut), estate.slice(cut).map(({ id }) => id)]; // nothing that is kept reads the rest
      expect(compare(kept, estate)).toEqual({ affected: [], removed: rest });
      const { affected, removed } = compare(estate, kept);
      expect(affected.map(({ id }) => id)).toEqual(rest);
      expect(affected.every(({ reasons }) => reasons[0] === "new: base does not have this stack")).toBe(true);
      expect(removed).toEqual([]);
    }),
  );
});

test("a reader names the shortest path to a changed stack; a changed reader also lists its own changes", () => {
  const before = [
    stack("network"),
    stack("database", ["network"]),
    stack("report", ["database"]),
    stack("page", ["report", "network"]),
  ];
  const now = before.map((each) =>
    each.id === "network" || each.id === "page" ? { ...each, json: { resource: {} } } : each,
  );
  expect(compare(now, before).affected).toEqual([
    { id: "network", reasons: ["aws_vpc.vpc is removed"] },
    { id: "database", reasons: ["reads the state of network"] },
    { id: "report", reasons: ["reads the state of database, which reads that of network"] },
    {
      id: "page",
      reasons: [
        "aws_vpc.vpc is removed",
        "reads the state of report, which reads that of database, which reads that of network",
        "reads the state of network",
      ],
    },
  ]);
});
