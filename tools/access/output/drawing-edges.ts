import type { Step } from "../graph/access-graph";
import type { DrawnEdge } from "./drawing";
import { labelLines } from "./label-lines";
import { conditionTexts } from "./places";
import { distinct, groupedBy } from "../../support/order";

interface Nodes {
  /** The node that an actor is drawn as. */
  readonly idOf: ReadonlyMap<string, string>;
  /** How many actors a node stands for. */
  readonly sizeOf: (id: string) => number;
  /** Actors from whom steps lead to everything in an account. */
  readonly leads: ReadonlySet<string>;
}

const LABEL_COLUMNS = 30;

const PLAIN = new Set(["assume", "administer"]);

/** One edge for all steps between two nodes. */
export function drawnEdges(steps: readonly Step[], nodes: Nodes): DrawnEdge[] {
  const between = groupedBy(steps, ({ from, to }) => JSON.stringify([nodes.idOf.get(from), nodes.idOf.get(to)]));
  return [...between]
    .map(([key, each]) => {
      const [from, to] = JSON.parse(key) as [string, string];
      const isEach = isPartial(each, nodes.sizeOf(from) * nodes.sizeOf(to));
      return {
        from,
        to,
        label: [...labelOf(each), ...(isEach ? ["each its own"] : [])],
        kind: kindOf(each, nodes.leads),
      };
    })
    .sort((a, b) => numberOf(a.from) - numberOf(b.from) || numberOf(a.to) - numberOf(b.to));
}

/** Each way with its conditions; `or` between ways. */
function labelOf(steps: readonly Step[]): string[] {
  const ways = steps.map(({ way, words, conditions }) => {
    const lines = [...(way === "assume" ? [] : [words.replace(/,$/, "")]), ...conditionTexts(conditions)];
    return lines.flatMap((line) => labelLines(line, LABEL_COLUMNS)).join("\n");
  });
  return distinct(ways.filter((lines) => lines !== "")).flatMap((lines, index) => [
    ...(index === 0 ? [] : ["or"]),
    ...lines.split("\n"),
  ]);
}

/** Whether not everybody of one node leads to everybody of the other. */
function isPartial(steps: readonly Step[], pairs: number): boolean {
  return new Set(steps.map(({ from, to }) => JSON.stringify([from, to]))).size < pairs;
}

function kindOf(steps: readonly Step[], leads: ReadonlySet<string>): DrawnEdge["kind"] {
  const leading = steps.filter(({ to }) => leads.has(to));
  if (leading.length === 0) return "plain";
  return leading.some(({ way }) => !PLAIN.has(way)) ? "escalation" : "way";
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}
