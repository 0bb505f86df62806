import type { DrawnEdge, DrawnNode, Drawing } from "./drawing";

const FONT = "Helvetica,Arial,sans-serif";

const EDGE_COLOURS: Readonly<Record<DrawnEdge["kind"], string>> = {
  plain: "#6b7280",
  way: "#b45309",
  escalation: "#b91c1c",
};

/** A drawing in Graphviz's language, from left to right: people, services and GitHub first. */
export function dotOf({ clusters, outside, edges, notes }: Drawing): string {
  return [
    "digraph access {",
    `  graph [rankdir=LR, bgcolor="white", fontname="${FONT}", fontsize=13, nodesep=0.12, ranksep=0.7, newrank=true, labelloc=b, labeljust=l, label=${quoted(leftLines(notes))}];`,
    `  node [shape=box, style="rounded,filled", fillcolor="#f3f4f6", color="#6b7280", fontcolor="#111827", fontname="${FONT}", fontsize=11, margin="0.17,0.05", height=0.3];`,
    `  edge [fontname="${FONT}", fontsize=9, arrowsize=0.6];`,
    "  {",
    "    rank=min;",
    ...outside.map((node) => `    ${nodeText(node)}`),
    "  }",
    ...clusters.flatMap(({ accountId, name, nodes }) => [
      `  subgraph ${quoted(`cluster_${accountId}`)} {`,
      `    label=${quoted(literal(name))}; labelloc=t; labeljust=l; style="rounded,filled"; fillcolor="#fafafa"; color="#9ca3af"; fontcolor="#111827"; fontsize=15;`,
      ...nodes.map((node) => `    ${nodeText(node)}`),
      "  }",
    ]),
    ...edges.map((edge) => `  ${edgeText(edge)}`),
    "}",
    "",
  ].join("\n");
}

function nodeText({ id, label, kind, isAdministrator }: DrawnNode): string {
  const looks = [
    `label=${quoted(label.map(literal).join("\\n"))}`,
    ...(kind === "person" ? ['fillcolor="#dbeafe"', 'color="#1d4ed8"'] : []),
    ...(kind === "subject" || kind === "service" ? ['fillcolor="#ede9fe"', 'color="#6d28d9"'] : []),
    ...(kind === "made" || kind === "account" ? ['style="rounded,filled,dashed"'] : []),
    ...(isAdministrator || kind === "administrator" ? ['fillcolor="#fee2e2"', 'color="#b91c1c"', "penwidth=2"] : []),
  ];
  return `${id} [${looks.join(", ")}];`;
}

function edgeText({ from, to, label, kind }: DrawnEdge): string {
  const colour = EDGE_COLOURS[kind];
  const width = kind === "escalation" ? ", penwidth=2" : "";
  return `${from} -> ${to} [color="${colour}", fontcolor="${colour}"${width}, label=${quoted(label.map(literal).join("\\n"))}];`;
}

/** A text as it is: a backslash would begin an escape of labels, an ampersand an entity. */
function literal(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("&", "&amp;");
}

function leftLines(lines: readonly string[]): string {
  return lines.map((line) => `${literal(line)}\\l`).join("");
}

/** A string of DOT, in which only the quote is special. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}
