import type { AccessGraph } from "../../../../tools/access/graph/access-graph";
import { Names } from "../../../../tools/access/output/names";
import { administratorWays } from "../../../../tools/access/output/administrators";
import { mermaidOf } from "../../../../tools/access/output/picture";
import {
  accountsNamed,
  administers,
  adminOf,
  assumes,
  everything,
  graphOf,
  NASTY,
  person,
  reordered,
  role,
} from "./graphs";

const accounts = accountsNamed("dev", "ci", "prod");
const [dev, ci] = accounts;

function pictureOf(graph: AccessGraph): string {
  const names = new Names({ accounts, principals: [] }, graph);
  return mermaidOf({ names, ways: administratorWays(graph, names) });
}

test("draws an entry, the role that it assumes, and one line to the frame if that is every account", () => {
  expect(pictureOf(adminOf(accounts)).split("\n").slice(1, 13)).toEqual([
    "flowchart LR",
    '  n1["user ann in 999999999999"]:::entry',
    '  n2["Admin"]:::role',
    '  subgraph accounts["administrator of"]',
    '    account1["dev"]:::account',
    '    account2["ci"]:::account',
    '    account3["prod"]:::account',
    "  end",
    '  n1 -->|"MFA"| n2',
    "  n2 --> accounts",
    "  classDef entry fill:#ede9fe,stroke:#6d28d9,color:#111827",
    "  classDef role fill:#f3f4f6,stroke:#6b7280,color:#111827",
  ]);
});

test("draws entries with the same target as one box, and a role for other accounts as another", () => {
  const [ann, bob] = [person("999999999999", "ann"), person("999999999999", "bob")];
  const admins = [dev, ci].map(({ id }) => role(id, "Admin"));
  const [first = ann, second = ann] = admins;
  const steps = [
    ...[assumes(ann, first), assumes(bob, first), assumes(person("999999999999", "cy"), second)],
    ...[administers(first, everything(dev)), administers(second, everything(ci))],
  ];
  const graph = graphOf([ann, bob, person("999999999999", "cy"), ...admins, everything(dev), everything(ci)], steps);
  const text = pictureOf(graph);
  expect(text).toContain('"user ann in 999999999999, user<br/>bob in 999999999999"');
  expect(text.match(/\["Admin"\]:::role/g)).toHaveLength(2);
  expect(text).toMatch(/n1 --> n2\n {2}n2 --> account1\n {2}n3 --> n4\n {2}n4 --> account2\n/);
});

test("draws an escalation by its verb, and a dotted line from one account to the next", () => {
  const worker = role(dev.id, "worker");
  const graph = graphOf(
    [worker, role(dev.id, "runner"), role(ci.id, "target"), everything(dev), everything(ci)],
    [
      administers(worker, everything(dev), "put-own-policy", "x"),
      administers(everything(dev), role(dev.id, "runner")),
      assumes(role(dev.id, "runner"), role(ci.id, "target")),
      administers(role(ci.id, "target"), everything(ci)),
    ],
  );
  expect(pictureOf(graph)).toContain('n1 -->|"writes its own inline policy"| account1');
  expect(pictureOf(graph)).toContain("account1 -.-> account2");
});

test("escapes names with Mermaid, HTML or Markdown characters", () => {
  const graph = graphOf(
    [person(ci.id, NASTY), role(dev.id, NASTY), everything(dev)],
    [assumes(person(ci.id, NASTY), role(dev.id, NASTY), NASTY), administers(role(dev.id, NASTY), everything(dev))],
  );
  const labels = [...pictureOf(graph).matchAll(/"([^"\n]*)"/g)].map(([, label = ""]) => label.replaceAll("<br/>", ""));
  expect(labels.length).toBeGreaterThan(5);
  for (const label of labels.slice(4)) expect(label.replaceAll(/#\d+;/g, "")).toMatch(/^[\p{L}\p{N} .,:/=_(){}'-]*$/u);
});

test("does not depend on the order of the graph", () => {
  expect(pictureOf(reordered(adminOf(accounts)))).toBe(pictureOf(adminOf(accounts)));
});
