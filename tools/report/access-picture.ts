import type { Graph } from "@viz-js/viz" with { "resolution-mode": "import" };
import { administratorPicture, ALL } from "../access/output/picture";
import type { Report } from "../access/output/report";
import { wrapped } from "../access/output/terminal";
import { graphSvg, label, labelLines } from "./graphviz";

/** The longest name of a role that AWS gives: OrganizationAccountAccessRole. */
const COLUMNS = 29;
/** Of a text at an edge. */
const EDGE_COLUMNS = 22;
const lines = (text: string, columns = COLUMNS): string => labelLines(wrapped(text, columns));

/** Who can become administrator of which account: entries, roles, accounts. A way in which a role escalates is red. */
export function accessPicture(report: Pick<Report, "ways" | "names">): Promise<string> {
  const { boxes, accounts, edges } = administratorPicture(report);
  const first = accounts[0]?.id ?? "";
  const graph: Graph = {
    graphAttributes: { rankdir: "LR", compound: true, ranksep: 0.35, nodesep: 0.14 },
    nodes: boxes.map(({ id, text, look }) => ({ name: id, attributes: { label: lines(text), class: look } })),
    subgraphs: [
      {
        graphAttributes: { rank: "min" },
        nodes: boxes.filter(({ look }) => look === "entry").map(({ id }) => ({ name: id })),
      },
      {
        name: "cluster_accounts",
        graphAttributes: { label: label("administrator of"), class: "accounts", style: "rounded", margin: 12 },
        nodes: accounts.map(({ id, name }) => ({
          name: id,
          attributes: { label: label(name), class: "target-account" },
        })),
      },
    ],
    edges: edges.map(({ from, to, text, isOnward }) => ({
      tail: from,
      head: to === ALL ? first : to,
      attributes: {
        class: isOnward
          ? "onward"
          : /^(creates|changes|writes|attaches|removes|runs|passes)/.test(text)
            ? "escalation"
            : "way",
        ...(text !== "" && { label: lines(text, EDGE_COLUMNS) }),
        ...(isOnward && { style: "dashed", constraint: false }),
        ...(to === ALL && { lhead: "cluster_accounts" }),
      },
    })),
  };
  return graphSvg("Who can become administrator of which account", graph);
}
