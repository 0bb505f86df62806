import { administratorWays, howText } from "../../../../tools/access/output/administrators";
import { Names } from "../../../../tools/access/output/names";
import type { AccessGraph, Actor } from "../../../../tools/access/graph/access-graph";
import { accountsNamed, administers, adminOf, assumes, everything, graphOf, person, reordered, role } from "./graphs";

const accounts = accountsNamed("dev", "ci", "prod");
const [dev, ci, prod] = accounts;
const subject: Actor = {
  id: "subject:x#repo:o/r:environment:dev",
  kind: "subject",
  name: "token.actions.githubusercontent.com repo:o/r:environment:dev",
};

function waysOf(graph: AccessGraph) {
  const names = new Names({ accounts, principals: [] }, graph);
  const { ways, onwards, links } = administratorWays(graph, names);
  const texts = (each: typeof ways) =>
    each.map(({ who, hops, accounts: own, further }) => [who, howText(hops), own.join(), further.join()]);
  return { ways: texts(ways), onwards: texts(onwards), links };
}

test("merges paths that differ only in the account, and lists people with MFA before the roles themselves", () => {
  expect(waysOf(adminOf(accounts)).ways).toEqual([
    ["user ann in 999999999999", "assumes Admin (MFA)", "ci,dev,prod", ""],
    ["Admin", "direct: its policies allow everything", "ci,dev,prod", ""],
  ]);
});

test("keeps a path with another condition separate", () => {
  const { actors, steps } = adminOf(accounts);
  const changed = steps.map((step) =>
    step.to.includes("333333333333:role") ? { ...step, conditions: ["MFA", 'from "192.0.2.0/24"'] } : step,
  );
  expect(waysOf(graphOf(actors, changed)).ways).toContainEqual([
    ...["user ann in 999999999999", 'assumes Admin (MFA, source IP "192.0.2.0/24")', "prod", ""],
  ]);
});

test("puts GitHub jobs and people without MFA first, then escalations, then people with MFA, then the roles", () => {
  const [ann, bob] = [person("999999999999", "ann"), person("999999999999", "bob")];
  const [admin, worker] = [role(dev.id, "Admin"), role(dev.id, "worker")];
  const graph = graphOf(
    [ann, bob, subject, admin, worker, everything(dev)],
    [
      assumes(ann, admin, "MFA"),
      assumes(bob, admin),
      assumes(subject, admin),
      administers(admin, everything(dev)),
      administers(
        worker,
        everything(dev),
        "put-own-policy",
        "gives itself what it likes, and then may do everything in",
      ),
    ],
  );
  expect(waysOf(graph).ways.map(([who]) => who)).toEqual([
    "GitHub environment dev",
    "user bob in 999999999999",
    "worker",
    "user ann in 999999999999",
    "Admin",
  ]);
  expect(waysOf(graph).ways[2]).toEqual(["worker", "writes its own inline policy", "dev", ""]);
});

test("prints the condition on which a role itself is administrator", () => {
  const admin = role(dev.id, "Admin");
  const step = { ...administers(admin, everything(dev)), conditions: ["MFA"] };
  expect(waysOf(graphOf([admin, everything(dev)], [step])).ways).toEqual([
    ["Admin", "is administrator (MFA)", "dev", ""],
  ]);
});

test("describes the path between two accounts once, and lists the second with each path to the first", () => {
  const { actors, steps } = adminOf([dev, prod]);
  const [runner, target] = [role(dev.id, "runner"), role(ci.id, "target")];
  const graph = graphOf(
    [...actors, runner, target, everything(ci)],
    [
      ...steps,
      administers(everything(dev), runner, "administer", "uses"),
      assumes(runner, target, 'ExternalId "x"'),
      administers(target, everything(ci)),
    ],
  );
  const { ways, onwards, links } = waysOf(graph);
  expect(ways).toContainEqual(["user ann in 999999999999", "assumes Admin (MFA)", "dev,prod", "ci"]);
  expect(onwards).toEqual([["administrators of dev", 'use runner in dev → assumes target (ExternalId "x")', "ci", ""]]);
  expect(links).toEqual([{ from: "dev", to: "ci" }]);
});

test("does not depend on the order of the graph", () => {
  const graph = adminOf(accounts);
  expect(waysOf(reordered(graph))).toEqual(waysOf(graph));
});
