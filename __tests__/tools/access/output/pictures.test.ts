import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { dotOf } from "../../../../tools/access/output/dot";
import { drawingOf } from "../../../../tools/access/output/drawing";
import { mermaidOf } from "../../../../tools/access/output/mermaid";
import { svgOf } from "../../../../tools/access/output/svg";
import type { AccessGraph, Step } from "../../../../tools/access/graph/access-graph";
import { accessOf } from "../../../support/access";
import { example } from "../../../support/estates";
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

const accounts = accountsNamed("dev", "ci");
const [dev, ci] = accounts;

/** The labels of the drawn edge between boxes with these labels. */
function edgeBetween(drawing: ReturnType<typeof drawingOf>, from: string, to: string) {
  const nodes = [...drawing.outside, ...drawing.clusters.flatMap((cluster) => cluster.nodes)];
  const ids = (label: string) => nodes.filter((node) => node.label.join(" ") === label).map(({ id }) => id);
  return drawing.edges.filter((edge) => ids(from).includes(edge.from) && ids(to).includes(edge.to));
}

test("draws people outside, beside each account that they enter, with the conditions on the line", () => {
  const drawing = drawingOf(adminOf(accounts), accounts);
  expect(drawing.outside.map(({ label, kind }) => [...label, kind])).toEqual([
    ["ann", "person"],
    ["ann", "person"],
  ]);
  expect(drawing.clusters.map(({ name, nodes }) => [name, ...nodes.map(({ label }) => label.join(" "))])).toEqual([
    ["dev", "Admin"],
    ["ci", "Admin"],
  ]);
  expect(edgeBetween(drawing, "ann", "Admin").map(({ label, kind }) => [...label, kind])).toEqual([
    ["MFA", "way"],
    ["MFA", "way"],
  ]);
});

test("marks who may do everything, and what is more than assuming roles", () => {
  const [worker, made] = [
    role(dev.id, "worker"),
    { ...role(dev.id, "x"), id: "made:x", kind: "made" as const, name: "a new role x" },
  ];
  const makes: Step = { from: worker.id, to: made.id, way: "make-role", words: "makes, and becomes,", conditions: [] };
  const graph = graphOf(
    [person(ci.id, "ann"), worker, made, everything(dev)],
    [assumes(person(ci.id, "ann"), worker), makes, administers(made, everything(dev))],
  );
  const drawing = drawingOf(graph, accounts);
  expect(drawing.clusters[0]?.nodes.map(({ label, isAdministrator }) => [...label, isAdministrator])).toEqual([
    ["a new role x", true],
    ["worker", false],
  ]);
  expect(edgeBetween(drawing, "worker", "a new role x")).toMatchObject([
    { kind: "escalation", label: ["makes, and becomes"] },
  ]);
  expect(edgeBetween(drawing, "ann", "worker")).toMatchObject([{ kind: "way" }]);
  expect(mermaidOf(graph, accounts)).toMatch(/linkStyle 0 stroke:#b91c1c|linkStyle 1 stroke:#b91c1c/);
});

test("draws everything in an account as a box where it is reached by more than being allowed it", () => {
  const worker = role(dev.id, "worker");
  const graph = graphOf(
    [worker, everything(dev)],
    [
      administers(
        worker,
        everything(dev),
        "lift-boundary",
        "takes off its own boundary, and then may do everything in",
      ),
    ],
  );
  const drawing = drawingOf(graph, accounts);
  expect(edgeBetween(drawing, "worker", "everything in dev")).toMatchObject([{ kind: "escalation" }]);
});

test("draws those of an account that come from the same and lead to the same as one box, and others apart", () => {
  const [api, loop, target] = [role(dev.id, "dev-app-Api"), role(dev.id, "dev-app-Loop"), role(ci.id, "target")];
  const other = role(dev.id, "other");
  const steps = [assumes(api, target, "MFA"), assumes(loop, target, "MFA"), assumes(other, target)];
  const drawing = drawingOf(graphOf([api, loop, other, target], steps), accounts);
  expect(drawing.clusters[0]?.nodes.map(({ label }) => label.join(" "))).toEqual(["dev-app-{Api, Loop}", "other"]);
});

test("says of boxes whose parts lead each to its own that they do", () => {
  const [a, b] = [person(dev.id, "a"), person(dev.id, "b")];
  const [x, y] = [role(dev.id, "x"), role(dev.id, "y")];
  const drawing = drawingOf(graphOf([a, b, x, y], [assumes(a, x), assumes(b, y)]), accounts);
  expect(drawing.edges.map(({ label }) => label)).toEqual([["each its own"]]);
});

test("leaves out what administrators do at home, and roles that only services take and that lead nowhere", () => {
  const service = { id: "service:ec2.amazonaws.com", kind: "service" as const, name: "ec2.amazonaws.com" };
  const [leaf, admin, own] = [role(dev.id, "leaf"), role(dev.id, "Admin"), role(dev.id, "own")];
  const graph = graphOf(
    [service, leaf, admin, own, everything(dev)],
    [
      assumes(service, leaf),
      administers(admin, everything(dev)),
      assumes(admin, own),
      administers(everything(dev), own, "administer", "becomes whom it likes there:"),
    ],
  );
  const { clusters, outside, edges } = drawingOf(graph, accounts);
  expect(edges).toEqual([]);
  expect(outside).toEqual([]);
  expect(clusters.map(({ nodes }) => nodes.map(({ label }) => label.join(" ")))).toEqual([["Admin"]]);
});

test("writes names that mean something to Mermaid, HTML or DOT as they are", async () => {
  const graph = graphOf(
    [person(dev.id, NASTY), role(dev.id, NASTY)],
    [assumes(person(dev.id, NASTY), role(dev.id, NASTY), NASTY)],
  );
  const mermaid = mermaidOf(graph, [{ ...dev, name: NASTY }]);
  expect(mermaid).not.toMatch(/<(?!br\/>)/);
  expect(mermaid.split("\n").filter((line) => line.includes("script"))).not.toEqual([]);
  for (const line of mermaid.split("\n").filter((each) => each.includes("alert"))) {
    const [, label = ""] = /"(.*)"/.exec(line) ?? [];
    expect(label).not.toMatch(/["`|[\]\\%&]|#(?!\d+;)/);
  }
  const svg = await svgOf(graph, [{ ...dev, name: NASTY }]);
  const shown = svg
    .replaceAll("&#45;", "-")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  expect(svg).not.toContain("<script");
  expect(shown.replaceAll("&amp;", "&")).toContain(`a"b'c<script>alert(1)`);
  expect(shown.replaceAll("&amp;", "&")).toContain("{z}\\n&amp;#34;`--%%");
});

test("writes a label that begins like a list as it is", () => {
  const graph = graphOf(
    [person(dev.id, "- a"), role(dev.id, "1. b")],
    [assumes(person(dev.id, "- a"), role(dev.id, "1. b"))],
  );
  const mermaid = mermaidOf(graph, accounts);
  expect(mermaid).toContain('(["#45; a"])');
  expect(mermaid).toContain('["#49;. b"]');
});

test("the SVG has a title, a description and a white ground, and neither scripts nor links", async () => {
  const svg = await svgOf(adminOf(accounts), accounts);
  expect(svg).toMatch(/^<svg role="img" aria-labelledby="title description" /);
  expect(svg).toMatch(/<title id="title">Who becomes whom<\/title>\n<desc id="description">[^<]+Not drawn: /);
  expect(svg.match(/<title/g)).toHaveLength(1);
  expect(svg).toMatch(/<polygon fill="white"/);
  expect(svg).not.toMatch(/<!--|<script|href=/);
});

describe("the example estate", () => {
  const estate = accessOf(example());
  const { model } = estate;
  let accessGraph: AccessGraph;

  beforeAll(async () => {
    accessGraph = await accessGraphOf(estate);
  }, 60_000);

  test("every account has a frame, and every condition that is drawn stands on a line", () => {
    const mermaid = mermaidOf(accessGraph, model.accounts);
    for (const { name, id } of model.accounts) expect(mermaid).toContain(`subgraph account${id}["${name}"]`);
    for (const label of [
      "MFA",
      "from #34;198.51.100.0/24#34;<br/>in #34;eu-west-1#34; or #34;us-east-1#34;",
      "ExternalId #34;galileo#34;",
    ]) {
      expect(mermaid).toContain(label);
    }
    expect(mermaid).toContain('|"makes, and becomes"|');
    expect(mermaid.split("\n").slice(1, 4).join(" ")).toMatch(
      /%% Red boxes .* %% Whoever is outside .* %% Not drawn: /,
    );
  });

  test("has a style for just the lines that lead to everything", () => {
    const mermaid = mermaidOf(accessGraph, model.accounts);
    const lines = mermaid.split("\n").filter((line) => line.includes("-->"));
    const count = lines.flatMap((line) => line.split("-->")[1]?.split(" & ") ?? []).length;
    const styled = mermaid.split("\n").flatMap((line) => /^ {2}linkStyle ([\d,]+) /.exec(line)?.[1]?.split(",") ?? []);
    expect(styled.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  test("both pictures are the same whatever the order of the graph", async () => {
    const other = reordered(accessGraph);
    expect(mermaidOf(other, model.accounts.toReversed())).toBe(mermaidOf(accessGraph, model.accounts));
    expect(dotOf(drawingOf(other, model.accounts.toReversed()))).toBe(dotOf(drawingOf(accessGraph, model.accounts)));
    expect(await svgOf(other, model.accounts)).toBe(await svgOf(accessGraph, model.accounts));
  });
});
