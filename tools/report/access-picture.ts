import type { Graph } from "@viz-js/viz" with { "resolution-mode": "import" };
import { administratorPicture, ALL, type AdministratorPicture } from "../access/output/picture";
import type { Report } from "../access/output/report";
import { wrapped } from "../access/output/terminal";
import { pictureParts } from "./access-parts";
import { graphSvg, label, labelLines } from "./graphviz";

/** The longest name of a role that AWS gives: OrganizationAccountAccessRole. */
const COLUMNS = 29;
/** Of a text at an edge. */
const EDGE_COLUMNS = 22;
/** Of the names of accounts that share a box. */
const ACCOUNT_COLUMNS = 40;
const lines = (text: string, columns = COLUMNS): string => labelLines(wrapped(text, columns));

/**
 * Who can become administrator of which account: entries, roles, accounts. A way in which a role escalates is red. A
 * large estate has several pictures.
 */
export function accessPictures(report: Pick<Report, "ways" | "names">): Promise<readonly string[]> {
  const parts = pictureParts(administratorPicture(report));
  const name = "Who can become administrator of which account";
  return Promise.all(parts.map((part, index) => graphSvg(partName(name, index, parts.length), graphOf(part))));
}

/** A name of its own for each part of a picture. */
export const partName = (name: string, index: number, count: number): string =>
  count > 1 ? `${name}, part ${index + 1} of ${count}` : name;

function graphOf({ boxes, accounts, edges }: AdministratorPicture): Graph {
  const first = accounts[0]?.id ?? "";
  const isBox = accounts.some(({ id }) => id === ALL);
  return {
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
          attributes: { label: lines(name, ACCOUNT_COLUMNS), class: "target-account" },
        })),
      },
    ],
    edges: edges.map(({ from, to, text, isOnward }) => ({
      tail: from,
      head: to === ALL && !isBox ? first : to,
      attributes: {
        class: isOnward
          ? "onward"
          : /^(creates|changes|writes|attaches|removes|runs|passes)/.test(text)
            ? "escalation"
            : "way",
        ...(text !== "" && { label: lines(text, EDGE_COLUMNS) }),
        ...(isOnward && { style: "dashed", constraint: false }),
        ...(to === ALL && !isBox && { lhead: "cluster_accounts" }),
      },
    })),
  };
}
