import { stacksOf } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import type { Affected } from "../../../tools/plans/affected";
import { MOST_ENTRIES, pipelineMatrix, wavesOf } from "../../../tools/plans/pipeline-matrix";
import { estateOfSize } from "../../../tools/bench/estate-of-size";
import type { Stack } from "../../../tools/synth/stacks";
import { estateFrom, example, exampleWith, usersWith } from "../../support/estates";
import fc from "fast-check";

const BASE = "b".repeat(40);
const HEAD = "a".repeat(40);

/** These stacks of an estate, with dependencies by name: a database on its network, a member on its application. */
function affectedIn(estate: Estate, ids: readonly string[], reasons = ["aws_vpc.vpc: tags"]): Affected {
  const specs = stacksOf(estate);
  const before = (id: string) => [id.replace(/-database$/, "-network"), id.replace(/-member-.*$/, "-application")].filter((other) => other !== id); // prettier-ignore
  const stacks = specs.map(({ id }) => ({ id, dependencies: before(id) }) as unknown as Stack);
  const affected = specs.filter(({ id }) => ids.includes(id)).map(({ id }) => ({ id, reasons }));
  return { base: BASE, head: HEAD, stacks, total: stacks.length, affected, removed: ["old-network"], notes: [] };
}

test("an entry contains everything that a job needs", () => {
  const role = "arn:aws:iam::222222222222:role/galileo-pipeline-plan";
  const job = { account: "dev", accountId: "222222222222", role, region: "eu-west-1", reasons: ["aws_vpc.vpc: tags"] };
  const iam = { stack: "dev-iam", environment: null, deployment: "account-dev", ...job };
  const network = { stack: "dev-network", environment: "dev", deployment: "dev", ...job };
  const database = expect.objectContaining({ stack: "dev-database" }) as object;
  const affected = affectedIn(example(), ["dev-network", "dev-database", "dev-iam"]);
  const waves = [{ include: [iam, network] }, { include: [database] }];
  expect(pipelineMatrix(affected, example())).toEqual({
    base: BASE,
    head: HEAD,
    count: 3,
    waves,
    gone: ["old-network"],
  });
});

test("a stack of an environment in another account names that account and its role, and the environment", () => {
  const { waves } = pipelineMatrix(affectedIn(example(), ["dev-master-role", "prod-member-analytics"]), example());
  expect(waves.flatMap(({ include }) => include)).toEqual([
    expect.objectContaining({ account: "master", environment: "dev", deployment: "dev", role: "arn:aws:iam::111111111111:role/galileo-pipeline-plan" }), // prettier-ignore
    expect.objectContaining({ account: "prod-analytics", environment: "prod", deployment: "prod" }),
  ]);
});

test("IAM Identity Center is planned in its home region, by the plan role of the account that manages it", () => {
  const estate = usersWith((file) => {
    file.identityCenter = { account: "dev", region: "eu-central-1" };
  });
  expect(pipelineMatrix(affectedIn(estate, ["dev-identity"]), estate).waves).toMatchObject([
    {
      include: [
        {
          ...{
            stack: "dev-identity",
            environment: null,
            deployment: "account-dev",
            account: "dev",
            region: "eu-central-1",
          },
          role: "arn:aws:iam::222222222222:role/galileo-pipeline-plan",
        },
      ],
    },
  ]);
});

test("without a repository there is no role, and without a commit no head", () => {
  const estate = exampleWith((file) => delete file.repository);
  const matrix = pipelineMatrix({ ...affectedIn(estate, ["dev-iam"]), head: undefined }, estate);
  expect(matrix.head).toBeNull();
  expect(matrix.waves[0]?.include[0]?.role).toBeNull();
});

test("without affected stacks there is no wave", () => {
  const nothing = { ...affectedIn(example(), []), stacks: [], removed: [] };
  expect(pipelineMatrix(nothing, example())).toEqual({ base: BASE, head: HEAD, count: 0, waves: [], gone: [] });
});

test("lists the first five reasons and the number of further ones", () => {
  const reasons = ["a", "b", "c", "d", "e", "f", "g"];
  const of = (some: string[]) =>
    pipelineMatrix(affectedIn(example(), ["dev-iam"], some), example()).waves[0]?.include[0]?.reasons;
  expect(of(reasons)).toEqual(["a", "b", "c", "d", "e", "and 2 more"]);
  expect(of(reasons.slice(0, 5))).toEqual(["a", "b", "c", "d", "e"]);
});

describe("an estate of 600 stacks of which every one is affected", () => {
  const estate = estateFrom(estateOfSize(100));
  const ids = stacksOf(estate).map(({ id }) => id);

  test("has waves of at most 256 stacks, in the order of dependencies", () => {
    const affected = affectedIn(estate, ids);
    const { waves, count } = pipelineMatrix(affected, estate);
    expect(count).toBe(603);
    expect(waves.map(({ include }) => include.length)).toEqual([MOST_ENTRIES, 247, 100]);
    expect(waves.flatMap(({ include }) => include.map(({ stack }) => stack)).sort()).toEqual([...ids].sort());
    const waveOf = (id: string) => waves.findIndex(({ include }) => include.some(({ stack }) => stack === id));
    for (const { id, dependencies } of affected.stacks)
      for (const before of dependencies) expect(waveOf(before)).toBeLessThan(waveOf(id));
  });

  test("stays within the size limit of a job's output by listing fewer reasons", () => {
    const name = `aws_security_group_rule.${"long".repeat(40)}`;
    const long = Array.from({ length: 9 }, (_, index) => `${name}_${index}: description`);
    const characters = (reasons: string[]) =>
      JSON.stringify(pipelineMatrix(affectedIn(estate, ids, reasons), estate)).length;
    expect(characters(long)).toBeLessThan(500_000); // two bytes each, 1 MB
    expect(pipelineMatrix(affectedIn(estate, ids, long), estate).waves[0]?.include[0]?.reasons).toEqual([
      long[0],
      "and 8 more",
    ]);
    expect(characters([`x${long.join("")}`])).toBeLessThan(500_000);
  });
});

/** A graph without cycles, with nodes in any order, and a selection of its nodes. */
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

/** All direct and indirect dependencies of a node. */
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

test("every chosen node is in one wave after all its dependencies, and no wave is too large or empty", () => {
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

test("there are as many waves as nodes in the longest chain", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { ids, nodes, waves: got } = waves(graph);
      const links = (id: string): number =>
        Math.max(0, ...(nodes.find((node) => node.id === id)?.dependencies ?? []).map(links)) + (ids.has(id) ? 1 : 0);
      expect(got).toHaveLength(Math.max(0, ...nodes.map(({ id }) => links(id))));
    }),
  );
});

test("the order includes dependencies through nodes that are not chosen", () => {
  const node = (id: string, chosen: boolean, ...dependencies: string[]) => ({ id, chosen, dependencies });
  expect(waves([node("c", true, "b"), node("b", false, "a"), node("a", true)]).waves).toEqual([["a"], ["c"]]);
});

test("600 stacks at once are three waves", () => {
  const nodes = Array.from({ length: 600 }, (_, index) => ({ id: `n${index}`, chosen: true, dependencies: [] }));
  expect(waves(nodes).waves.map(({ length }) => length)).toEqual([256, 256, 88]);
});
