import type { AccessGraph } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { drawingOf, type DrawnEdge, type DrawnNode } from "./drawing";
import { labelLines } from "./label-lines";
import { compareTexts, groupedBy } from "../../support/order";

const LOOKS: Readonly<Record<string, string>> = {
  person: "fill:#dbeafe,stroke:#1d4ed8,color:#111827",
  foreign: "fill:#ede9fe,stroke:#6d28d9,color:#111827",
  role: "fill:#f3f4f6,stroke:#6b7280,color:#111827",
  whoever: "fill:#f3f4f6,stroke:#6b7280,color:#111827,stroke-dasharray:4",
  frame: "fill:#fafafa,stroke:#9ca3af,color:#111827",
  said: "fill:none,stroke:none,text-align:left",
  everything: "fill:#fee2e2,stroke:#b91c1c,color:#111827,stroke-width:2px",
};

/** Close together, and lines as they are broken here. */
const SETTINGS =
  '%%{init: {"flowchart": {"nodeSpacing": 12, "rankSpacing": 40, "padding": 6, "wrappingWidth": 500}}}%%';
const NOTE_COLUMNS = 36;

const LINES: Readonly<Record<DrawnEdge["kind"], string>> = {
  plain: "stroke:#6b7280",
  way: "stroke:#b45309",
  escalation: "stroke:#b91c1c,stroke-width:3px",
};

/** The picture of who becomes whom in Mermaid's language, which GitHub draws. What is left out is said on top. */
export function mermaidOf(accessGraph: AccessGraph, accounts: readonly AccountAccess[]): string {
  const { clusters, outside, edges, notes } = drawingOf(accessGraph, accounts);
  const links = [...groupedBy(edges, ({ from, label, kind }) => JSON.stringify([from, label, kind])).values()];
  const nodes = [...outside, ...clusters.flatMap((cluster) => cluster.nodes)];
  return [
    SETTINGS,
    ...notes.map((note) => `%% ${note}`),
    "flowchart LR",
    `  note[${quoted(notes.flatMap((note) => labelLines(note, NOTE_COLUMNS)))}]`,
    ...outside.map((node) => `  ${nodeText(node)}`),
    ...clusters.flatMap(({ accountId, name, nodes: each }) => [
      `  subgraph ${frameId(accountId)}[${quoted([name])}]`,
      ...each.map((node) => `    ${nodeText(node)}`),
      "  end",
    ]),
    ...links.map(linkText),
    // Keeps whoever is outside to the left: twice, so that it pulls harder than the one line to the right.
    ...(outside.length > 0 ? Array<string>(2).fill(`  note ~~~ ${outside.map(({ id }) => id).join(" & ")}`) : []),
    ...Object.entries(LOOKS).map(([name, look]) => `  classDef ${name} ${look}`),
    "  class note said",
    ...(clusters.length > 0 ? [`  class ${clusters.map(({ accountId }) => frameId(accountId)).join(",")} frame`] : []),
    ...groups(nodes.map((node) => [lookOf(node), node.id])).map(([look, ids]) => `  class ${ids.join(",")} ${look}`),
    ...groups(links.flat().map(({ kind }, index) => [kind, String(index)])).map(
      ([kind, indices]) => `  linkStyle ${indices.join(",")} ${LINES[kind]}`,
    ),
    "",
  ].join("\n");
}

function frameId(accountId: string): string {
  return `account${accountId.replace(/\W/g, "")}`;
}

function nodeText({ id, label, kind }: DrawnNode): string {
  return kind === "person" ? `${id}([${quoted(label)}])` : `${id}[${quoted(label)}]`;
}

/** A line for edges of one node that have the same label; Mermaid numbers them in the order in which they are named. */
function linkText(edges: readonly DrawnEdge[]): string {
  const [{ from, label } = { from: "", label: [] }] = edges;
  return `  ${from} -->${label.length > 0 ? `|${quoted(label)}|` : ""} ${edges.map(({ to }) => to).join(" & ")}`;
}

function lookOf({ kind, isAdministrator }: DrawnNode): string {
  if (isAdministrator || kind === "administrator") return "everything";
  if (kind === "person") return "person";
  if (kind === "service" || kind === "subject") return "foreign";
  return kind === "made" || kind === "account" ? "whoever" : "role";
}

function groups<K extends string>(pairs: readonly (readonly [K, string])[]): [K, string[]][] {
  const kinds = [...new Set(pairs.map(([kind]) => kind))].sort(compareTexts);
  return kinds.map((kind) => [kind, pairs.filter(([each]) => each === kind).map(([, value]) => value)]);
}

/** A text that Mermaid shows as it is: what means something to it, to Markdown or to HTML is written as a code. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map(escaped).join("<br/>")}"`;
}

function escaped(line: string): string {
  const code = (character: string) => `#${String(character.codePointAt(0))};`;
  return line.replace(/[^\p{L}\p{N} .,:/=_(){}'-]/gu, code).replace(/^(?=[-\d])[-\d](?=[.) ]|\d+[.)] )/, code);
}
