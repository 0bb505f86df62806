import type { AccessGraph } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { graphText } from "../../../../tools/access/output/graph-text";
import { shortName } from "../../../../tools/access/output/places";
import { waysOf } from "../../../../tools/access/output/ways";
import { accessOf } from "../../../support/access";
import { example } from "../../../support/estates";
import { accountsNamed, administers, adminOf, assumes, everything, graphOf, person, reordered, role } from "./graphs";

const accounts = accountsNamed("dev", "ci", "prod");

test("says ways that are alike in several accounts in one line, with their conditions", () => {
  const { toFirst } = waysOf(adminOf(accounts), accounts);
  expect(toFirst).toEqual([
    { isEscalation: false, steps: 1, from: "Admin in every account", how: "may do everything there", where: "" },
    {
      ...{ isEscalation: false, steps: 2, from: "ann in 999999999999", where: "" },
      how: "assumes Admin in every account (MFA), which may do everything there",
    },
  ]);
});

test("tells a way under another condition by itself", () => {
  const { actors, steps } = adminOf(accounts);
  const changed = steps.map((step) =>
    step.to.includes("333333333333:role") ? { ...step, conditions: ["MFA", 'from "192.0.2.0/24"'] } : step,
  );
  const text = graphText(graphOf(actors, changed), accounts);
  expect(text).toContain("assumes Admin in dev, ci (MFA), which may do everything there");
  expect(text).toContain('assumes Admin in prod (MFA, from "192.0.2.0/24"), which may do everything there');
});

test("marks ways by more than assuming roles, and lists the shortest first", () => {
  const [dev] = accounts;
  const [ann, worker] = [person("999999999999", "ann"), role(dev.id, "worker")];
  const graph = graphOf(
    [ann, worker, everything(dev)],
    [
      assumes(ann, worker),
      administers(
        worker,
        everything(dev),
        "put-own-policy",
        "gives itself what it likes, and then may do everything in",
      ),
    ],
  );
  const lines = graphText(graph, accounts).split("\n").slice(1, 7);
  expect(lines).toEqual([
    "  1 step",
    "  ! worker in dev",
    "        gives itself what it likes, and then may do everything there",
    "  2 steps",
    "  ! ann in 999999999999",
    "        assumes worker in dev, which gives itself what it likes, and then may do everything there",
  ]);
});

test("tells what leads through everything in an account once, and not for each who gets there", () => {
  const [dev, ci] = accounts;
  const { actors, steps } = adminOf(accounts);
  const [runner, target] = [role(dev.id, "runner"), role(ci.id, "target")];
  const graph = graphOf(
    [...actors, runner, target],
    [
      ...steps,
      administers(everything(dev), runner, "administer", "becomes whom it likes there:"),
      assumes(runner, target),
      administers(target, everything(ci)),
    ],
  );
  const { onwards } = waysOf(graph, accounts);
  expect(onwards).toEqual([
    {
      ...{ isEscalation: false, steps: 3, from: "everything in dev", where: "" },
      how: "becomes whom it likes there: runner, which assumes target in ci, which may do everything there",
    },
  ]);
});

test("lists each actor with its steps and their conditions, and those without any", () => {
  const operator = role("111111111111", "Operator");
  const graph = graphOf(
    [person("999999999999", "ann"), operator],
    [assumes(person("999999999999", "ann"), operator, "MFA")],
  );
  const text = graphText(graph, accounts);
  expect(text).toContain("In 999999999999\n  ann\n      assumes Operator in dev (MFA)");
  expect(text).toContain("They become nobody\n  Operator in dev");
});

test("is the same whatever the order of its graph", () => {
  const graph = adminOf(accounts);
  expect(graphText(reordered(graph), accounts.toReversed())).toBe(graphText(graph, accounts));
});

describe("the example estate", () => {
  const estate = accessOf(example());
  const { model } = estate;
  let accessGraph: AccessGraph;

  beforeAll(async () => {
    accessGraph = await accessGraphOf(estate);
  }, 60_000);

  test("every path is told, with the names and conditions of all its steps", () => {
    const names = new Map(accessGraph.actors.map((actor) => [actor.id, shortName(actor)]));
    expect(accessGraph.paths.length).toBeGreaterThan(100);
    for (const path of accessGraph.paths) {
      const { toFirst, onwards } = waysOf({ ...accessGraph, paths: [path] }, model.accounts);
      const told = [...toFirst, ...onwards].map(({ from, how }) => `${from} ${how}`).join("\n");
      const roles = [path.from, ...path.steps.map(({ to }) => to)].filter((id) => !id.startsWith("administrator:"));
      for (const id of roles) expect(told).toContain(names.get(id));
      for (const condition of path.steps.flatMap(({ conditions }) => conditions))
        expect(told).toContain(condition.replace(/^.*:aud is /, ""));
    }
  });

  test("fits a terminal and few screens, and does not depend on the order of the graph", () => {
    const text = graphText(accessGraph, model.accounts);
    expect(graphText(reordered(accessGraph), model.accounts.toReversed())).toBe(text);
    expect(text.split("\n").length).toBeLessThan(250);
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(120);
    expect(text).toMatch(
      /! dev-irl-galileo-cross-account-role in dev-analytics, partner-lab\n +makes, and becomes, a new role analysis-\*/,
    );
  });
});
