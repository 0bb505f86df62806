import { createColors } from "picocolors";
import type { PlanSummary, ReviewedChange, StackReview, StackSummary } from "./review";
import { inOrder, quietChanges, changesIn, columnsOf, countCell, headlineOf } from "./summary/headline";
import { ABANDONED, ABANDONED_REMEDY, ACCESS_LEGEND, findingsOf, type StackFinding } from "./summary/findings";
import { foldedAccess, foldedCreations, foldsCreations, isCreation } from "./summary/folded";
import { withoutSecrets } from "../../config/secret-text";
import { textTable } from "../support/table";
import { escapeControls, oneLine } from "../support/text";

export interface TextOptions {
  /**
   * Colours, and a frame around the table. @default true in a terminal; CI, logs and pipes get plain lines
   */
  readonly colour?: boolean;
  /** The plan's id: the name of its folder. @default it is not known yet */
  readonly id?: string;
}

type Colours = ReturnType<typeof createColors>;

/** Stacks that the estate no longer has, each with its state, and what to do about them. */
export const abandonedText = (lines: readonly string[]): string =>
  [`${ABANDONED}:`, ...lines.map(oneLine), ABANDONED_REMEDY].join("\n  ");

/**
 * A summary for the terminal, without a line break at its end. Control characters from a plan are escaped.
 */
export function summaryText(
  raw: PlanSummary,
  { colour = process.stdout.isTTY ? createColors().isColorSupported : false, id }: TextOptions = {},
): string {
  const summary = withoutSecrets(raw);
  const colours = createColors(colour);
  const { destroyed, remedy, refused, access, groups, drifted, waiting, abandoned } = findingsOf(summary, id);
  const { stacks } = summary;
  const { red, yellow } = colours;
  const allow =
    remedy === undefined
      ? ["  apply needs --allow-destroy for each of these"]
      : ["  to apply all of these:", `  ${oneLine(remedy)}`];
  const parts = [
    headline(summary, id, colours),
    stacks.length > 0 ? stackTable(summary, colour) : "",
    part(red("Data loss"), destroyed.map(findingLine), allow),
    part(red("Refused"), refused.map(findingLine)),
    access?.widens ? part(red(access.title), [`  ${ACCESS_LEGEND}`, ...accessLines(access.lines)]) : "",
    ...groups.map(({ title, isOpening, findings }) =>
      part((isOpening ? red : yellow)(title), findings.map(findingLine)),
    ),
    access?.widens === false ? part(yellow(access.title), accessLines(access.lines)) : "",
    part(yellow("Waiting"), waiting.flatMap(waitingLines)),
    part(yellow(ABANDONED), abandoned.map((line) => `  ${oneLine(line)}`), [`  ${ABANDONED_REMEDY}`]), // prettier-ignore
    part(yellow("Changed outside of Terraform"), drifted.map(findingLine)),
    ...changeParts(stacks, colours),
  ];
  return parts.filter((each) => each !== "").join("\n\n");
}

const accessLines = (lines: readonly string[]): readonly string[] =>
  foldedAccess(lines).map((line) => `  ${oneLine(line)}`);

function headline(
  summary: PlanSummary,
  id: string | undefined,
  { bold, green, yellow, red, inverse }: Colours,
): string {
  const { title, verdict, rehearsed, endpoint, through, stacks, changes, origin, costs } = headlineOf(summary, id);
  const tint = { "nothing to do": green, changes: yellow, blocked: red, failed: red }[verdict];
  return [
    ...(rehearsed === undefined ? [] : [inverse(bold(` ${oneLine(rehearsed)} `))]),
    ...(endpoint === undefined ? [] : [inverse(bold(` ${oneLine(endpoint)} `))]),
    `${bold(oneLine(title))}: ${bold(tint(verdict))}`,
    `${stacks}; ${changes}; made from ${oneLine(origin)}`,
    ...(costs === undefined ? [] : [oneLine(costs)]),
    ...(through === undefined ? [] : [oneLine(through)]),
  ].join("\n");
}

function part(title: string, lines: readonly string[], behind: readonly string[] = []): string {
  return lines.length > 0 ? [title, ...lines, ...behind].join("\n") : "";
}

/** A framed table for terminals; otherwise plain columns that grep and diff can process. */
function stackTable(summary: PlanSummary, isFramed: boolean): string {
  const columns = columnsOf(summary);
  const head = ["stack", "account", "status", ...columns];
  const rows = summary.stacks.map(({ id, accountName, accountId, status, review }) => [
    oneLine(id),
    oneLine(`${accountName} (${accountId})`),
    status,
    ...columns.map((action) => countCell(review?.counts, action)),
  ]);
  const numbers = [...head.keys()].filter((column) => column > 2);
  return textTable(head, rows, { numbers, plain: !isFramed });
}

const findingLine = ({ stack, address, message }: StackFinding): string =>
  `  ${oneLine(stack)}  ${oneLine(address)}  ${oneLine(message)}`;

function waitingLines({ id, status, reasons = [], error }: StackSummary): readonly string[] {
  const why = reasons.length > 0 ? `: ${reasons.map(oneLine).join("; ")}` : "";
  const said = error === undefined ? [] : escapeControls(error.trim()).split("\n").map((line) => `    ${line}`); // prettier-ignore
  return [`  ${oneLine(id)} ${status}${why}`, ...said];
}

/** The changes of each stack. Stacks that only create are one part if creations are folded. */
function changeParts(stacks: readonly StackSummary[], colours: Colours): readonly string[] {
  const { bold, green } = colours;
  const reviewed = stacks.flatMap(({ id, review }) => (review ? [{ id, review }] : []));
  const isFolded = foldsCreations(reviewed.map(({ review }) => review));
  const title = ({ id, review }: (typeof reviewed)[number]) => `${bold(oneLine(id))}: ${changesIn([review])}`;
  const folded = ({ changes }: StackReview): readonly string[] =>
    changes.some(isCreation) ? [`  ${green("create ")}  ${oneLine(foldedCreations(changes))}`] : [];
  const onlyCreates = ({ changes, imported = [], moved = [] }: StackReview): boolean =>
    changes.every(isCreation) && imported.length === 0 && moved.length === 0;
  const creating = reviewed.filter(({ review }) => isFolded && onlyCreates(review));
  const lines = (review: StackReview): readonly string[] => {
    if (!isFolded) return changeLines(review, colours);
    const others = { ...review, changes: review.changes.filter((change) => !isCreation(change)), outputChanges: [] };
    return [...changeLines(others, colours), ...folded(review)];
  };
  return [
    ...reviewed.filter((each) => !creating.includes(each)).map((each) => part(title(each), lines(each.review))),
    creating.flatMap((each) => [title(each), ...folded(each.review)]).join("\n"),
    ...(isFolded ? ["summary.md lists every resource, with its attributes"] : []),
  ];
}

/** Attributes shown of one change; the page has all, with their values. */
const MOST_ATTRIBUTES = 6;

/** What an update or a replacement changes, by name. */
function attributesOf({ action, attributes }: ReviewedChange): string {
  if (action === "create" || attributes.length === 0) return "";
  const more = attributes.length - MOST_ATTRIBUTES;
  const names = attributes.slice(0, MOST_ATTRIBUTES).map(({ path }) => oneLine(path));
  return `: ${[...names, ...(more > 0 ? [`${more} more`] : [])].join(", ")}`;
}

function changeLines(review: StackReview, { red, yellow, green, dim }: Colours): readonly string[] {
  const tints = { create: green, update: yellow, replace: red, destroy: red, forget: yellow };
  return [
    ...inOrder(review.changes).map(
      (change) =>
        `  ${tints[change.action](change.action.padEnd(7))}  ${oneLine(change.address)}${attributesOf(change)}`,
    ),
    ...quietChanges(review).map(({ what, names }) => dim(`  ${what.padEnd(7)}  ${names.map(oneLine).join(" → ")}`)),
  ];
}
