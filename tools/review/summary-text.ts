import Table from "cli-table3";
import { createColors } from "picocolors";
import type { PlanSummary, StackReview, StackSummary } from "./review";
import { inOrder, quietChanges } from "./summary/changes";
import { changesIn, columnsOf, countCell, headlineOf } from "./summary/headline";
import { mattersOf, type StackMatter } from "./summary/matters";
import { escapeControls, oneLine } from "../support/text";

export interface TextOptions {
  /**
   * Colours, and frames around the table. @default where a terminal shows them: in CI, logs and pipes, plain lines that
   * grep and diff like
   */
  readonly colour?: boolean;
}

type Colours = ReturnType<typeof createColors>;

/**
 * A summary for the terminal, without a line break at its end. Nothing out of a plan moves the cursor or colours a
 * line.
 */
export function summaryText(
  summary: PlanSummary,
  { colour = process.stdout.isTTY ? createColors().isColorSupported : false }: TextOptions = {},
): string {
  const colours = createColors(colour);
  const { destroyed, remedy, network, protection, drifted, standing, abandoned } = mattersOf(summary);
  const { access, stacks } = summary;
  const { red, yellow, bold } = colours;
  const allow =
    remedy === undefined
      ? ["  whoever applies such a plan has to allow each of these: --allow-destroy"]
      : ["  where each of these is meant:", `  ${oneLine(remedy)}`];
  const parts = [
    headline(summary, colours),
    stacks.length > 0 ? stackTable(summary, colour) : "",
    part(red("What can't be made again is destroyed"), destroyed.map(matterLine), allow),
    access?.widens ? part(red("Who may do what widens"), accessLines(access.lines)) : "",
    part(red("The network opens"), network.map(matterLine)),
    part(yellow("Protection is lowered"), protection.map(matterLine)),
    part(yellow("Stacks that can't be applied as they are"), standing.flatMap(standingLines)),
    part(yellow("Abandoned: the estate has these stacks no more; what they hold stays, and nothing manages it"), abandoned.map((id) => `  ${oneLine(id)}`)), // prettier-ignore
    part(yellow("Changed outside of Terraform"), drifted.map(({ stack, address }) => `  ${oneLine(stack)}  ${oneLine(address)}`)), // prettier-ignore
    ...stacks.map(({ id, review }) =>
      review ? part(`${bold(oneLine(id))}: ${changesIn([review])}`, changeLines(review, colours)) : "",
    ),
    access && !access.widens ? part("Who may do what narrows", access.lines.map((line) => `  ${oneLine(line)}`)) : "", // prettier-ignore
  ];
  return parts.filter((each) => each !== "").join("\n\n");
}

/** The first plan of an account gives everybody everything that they may do: who reads that, reads the page. */
const MOST_ACCESS_LINES = 40;

function accessLines(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_ACCESS_LINES;
  const shown = lines.slice(0, MOST_ACCESS_LINES).map((line) => `  ${oneLine(line)}`);
  return more > 0 ? [...shown, `  … and ${more} more lines: summary.md holds them all`] : shown;
}

function headline(summary: PlanSummary, { bold, green, yellow, red, inverse }: Colours): string {
  const { title, verdict, rehearsed, stacks, changes, origin } = headlineOf(summary);
  const tint = { "nothing to do": green, changes: yellow, blocked: red, failed: red }[verdict];
  return [
    ...(rehearsed === undefined ? [] : [inverse(bold(` ${oneLine(rehearsed)} `))]),
    `${bold(oneLine(title))}: ${bold(tint(verdict))}`,
    `${stacks}; ${changes}; made from ${oneLine(origin)}`,
  ].join("\n");
}

function part(title: string, lines: readonly string[], behind: readonly string[] = []): string {
  return lines.length > 0 ? [title, ...lines, ...behind].join("\n") : "";
}

/** Where no terminal shows it, plain columns that grep and diff like. */
function stackTable(summary: PlanSummary, isFramed: boolean): string {
  const columns = columnsOf(summary);
  const head = ["stack", "account", "status", ...columns];
  const rows = summary.stacks.map(({ id, accountName, accountId, status, review }) => [
    oneLine(id),
    oneLine(`${accountName} (${accountId})`),
    status,
    ...columns.map((action) => countCell(review?.counts, action)),
  ]);
  const isNumber = (column: number): boolean => column > 2;
  if (isFramed) {
    const colAligns = head.map((_, column) => (isNumber(column) ? "right" : "left"));
    const table = new Table({ head, colAligns, style: { head: [], border: [] } });
    table.push(...rows);
    return table.toString();
  }
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return [head, ...rows].map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

const matterLine = ({ stack, address, words }: StackMatter): string =>
  `  ${oneLine(stack)}  ${oneLine(address)}  ${oneLine(words)}`;

function standingLines({ id, status, reasons = [], error }: StackSummary): readonly string[] {
  const why = reasons.length > 0 ? `: ${reasons.map(oneLine).join("; ")}` : "";
  const said = error === undefined ? [] : escapeControls(error.trim()).split("\n").map((line) => `    ${line}`); // prettier-ignore
  return [`  ${oneLine(id)} ${status}${why}`, ...said];
}

function changeLines(review: StackReview, { red, yellow, green, dim }: Colours): readonly string[] {
  const tints = { create: green, update: yellow, replace: red, destroy: red, forget: yellow };
  return [
    ...inOrder(review.changes).map(
      ({ action, address }) => `  ${tints[action](action.padEnd(7))}  ${oneLine(address)}`,
    ),
    ...quietChanges(review).map(({ what, names }) => dim(`  ${what.padEnd(7)}  ${names.map(oneLine).join(" → ")}`)),
  ];
}
