import fc from "fast-check";
import { wavesOf } from "../../../../tools/plans/affected/waves";

/** A graph without a circle, whose nodes are not in the order of their dependencies, and some of them. */
const graphs = fc
  .array(fc.record({ before: fc.array(fc.nat(), { maxLength: 3 }), chosen: fc.boolean(), place: fc.nat() }), {
    maxLength: 30,
  })
  .map((all) => {
    const nodes = all.map(({ before, chosen, place }, index) => ({
      ...{ id: `n${index}`, chosen, place },
      dependencies: index === 0 ? [] : [...new Set(before.map((each) => `n${each % index}`))],
    }));
    return nodes.sort((one, other) => one.place - other.place);
  });

type Graph = ReturnType<typeof waves>["nodes"];
const waves = (nodes: readonly { id: string; chosen: boolean; dependencies: string[] }[], most = 256) => {
  const ids = new Set(nodes.filter(({ chosen }) => chosen).map(({ id }) => id));
  return { nodes, ids, waves: wavesOf(nodes, ids, most) };
};

/** Everything that a node depends on, through whatever. */
function upstream(id: string, nodes: Graph): Set<string> {
  const all = new Set<string>();
  const visit = (each: string) => {
    for (const dependency of nodes.find((node) => node.id === each)?.dependencies ?? []) {
      all.add(dependency);
      visit(dependency);
    }
  };
  visit(id);
  return all;
}

test("every chosen node is in one wave, behind all that it depends on, and no wave is too large or empty", () => {
  fc.assert(
    fc.property(graphs, fc.integer({ min: 1, max: 5 }), (graph, most) => {
      const { nodes, ids, waves: got } = waves(graph, most);
      expect(got.flat().sort()).toEqual([...ids].sort());
      expect(got.every((wave) => wave.length > 0 && wave.length <= most)).toBe(true);
      const waveOf = (id: string) => got.findIndex((wave) => wave.includes(id));
      for (const id of ids) {
        for (const before of upstream(id, nodes)) if (ids.has(before)) expect(waveOf(before)).toBeLessThan(waveOf(id));
      }
    }),
  );
});

test("nothing waits without need: there are as many waves as the longest chain has links", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { ids, nodes, waves: got } = waves(graph);
      const links = (id: string): number =>
        Math.max(0, ...(nodes.find((node) => node.id === id)?.dependencies ?? []).map(links)) + (ids.has(id) ? 1 : 0);
      expect(got).toHaveLength(Math.max(0, ...nodes.map(({ id }) => links(id))));
    }),
  );
});

test("order goes through what is not chosen", () => {
  const node = (id: string, chosen: boolean, ...dependencies: string[]) => ({ id, chosen, dependencies });
  expect(waves([node("c", true, "b"), node("b", false, "a"), node("a", true)]).waves).toEqual([["a"], ["c"]]);
});

test("600 stacks at once are three waves", () => {
  const nodes = Array.from({ length: 600 }, (_, index) => ({ id: `n${index}`, chosen: true, dependencies: [] }));
  expect(waves(nodes).waves.map(({ length }) => length)).toEqual([256, 256, 88]);
});
