import type { PlanSummary, ReviewedChange, StackReview, StackSummary } from "./review";
import { inOrder, quietChanges, changesIn, columnsOf, countCell, headlineOf } from "./summary/headline";
import { overviewOf } from "./summary/overview";
import { ABANDONED, ABANDONED_REMEDY, ACCESS_LEGEND, findingsOf, type StackFinding } from "./summary/findings";
import { fitSections, type Section, codeBlock, code, escapeHtml, escapeUntrusted, table } from "../support/markdown";
import { withoutSecrets } from "../../config/secret-text";
import { shortened } from "../support/text";

export interface MarkdownOptions {
  /** The most characters of the page. @default 65536: a comment on GitHub */
  readonly maxLength?: number;
}

/** Characters shown of an error of Terraform, which may contain a whole policy. */
const LONGEST_ERROR = 6_000;
/** Attributes shown of one change. */
const MOST_ATTRIBUTES = 40;

/**
 * A page for reviewers: the verdict, a table of the stacks, the findings, and all other changes folded. Texts from a
 * plan are never markup. If the page is too long, folded parts are cut first, with a note.
 */
export function summaryMarkdown(raw: PlanSummary, { maxLength = 65_536 }: MarkdownOptions = {}): string {
  const summary = withoutSecrets(raw);
  const top = [headline(summary), ...(summary.stacks.length > 0 ? [stackTable(summary)] : [])].join("\n\n");
  const sections = [...findingSections(summary), ...overviewSection(summary), ...foldedSections(summary)];
  const page = `${top}${fitSections(sections, maxLength - top.length - 1, "the plan folder's summary.json has all")}`;
  return `${page.length < maxLength ? page : page.slice(0, maxLength - 1)}\n`;
}

function headline(summary: PlanSummary): string {
  const { title, verdict, rehearsed, endpoint, through, stacks, changes, origin, costs } = headlineOf(summary);
  return [
    `## ${escapeUntrusted(title)}: ${verdict === "blocked" || verdict === "failed" ? `**${verdict}**` : verdict}`,
    ...(rehearsed === undefined ? [] : [`> [!CAUTION]\n> **${escapeUntrusted(rehearsed)}**`]),
    ...(endpoint === undefined ? [] : [`> [!CAUTION]\n> **${code(endpoint)}**`]),
    `${stacks}; ${changes}; made from ${escapeUntrusted(origin)}.`,
    ...(costs === undefined ? [] : [`${escapeUntrusted(costs)}.`]),
    ...(through === undefined ? [] : [`${escapeUntrusted(through)}.`]),
  ].join("\n\n");
}

function stackTable(summary: PlanSummary): string {
  const columns = columnsOf(summary);
  const rows = summary.stacks.map(({ id, accountName, accountId, status, review }) => [
    escapeUntrusted(id),
    escapeUntrusted(`${accountName} (${accountId})`),
    status === "changes" || status === "no changes" ? status : `**${status}**`,
    ...columns.map((action) => countCell(review?.counts, action)),
  ]);
  return table(["stack", "account", "status", ...columns], rows, 3).join("\n");
}

function findingSections(summary: PlanSummary): readonly Section[] {
  const { destroyed, remedy, refused, access, groups, drifted, waiting, abandoned } = findingsOf(summary);
  const allow =
    remedy === undefined
      ? "\n\nApply needs `--allow-destroy` for each of these."
      : `\n\nTo apply all of these:\n\n${codeBlock(remedy)}`;
  return [
    ...section("Data loss", destroyed.map(findingItem), "resource", allow),
    ...section("Refused", refused.map(findingItem), "change"),
    ...(access?.widens ? [linesSection(`### ${access.title}\n\n${ACCESS_LEGEND}`, access.lines)] : []),
    ...groups.flatMap(({ title, noun, findings }) => section(title, findings.map(findingItem), noun)),
    ...(access?.widens === false ? [linesSection(`### ${access.title}`, access.lines)] : []),
    ...section("Waiting", waiting.map(waitingItem), "stack"),
    ...section(
      ABANDONED,
      abandoned.map((line) => `- ${code(line)}`),
      "stack",
      `\n\n${ABANDONED_REMEDY}`,
    ),
    ...section("Changed outside of Terraform", drifted.map(findingItem), "resource"),
  ];
}

function section(title: string, items: readonly string[], noun: string, close = ""): readonly Section[] {
  return items.length > 0 ? [{ open: `### ${title}\n\n`, items, close, noun }] : [];
}

/** Lines of a program's output in one code block. Its fence is longer than any run of backticks in them. */
function linesSection(title: string, lines: readonly string[]): Section {
  const [fence = "", ...rest] = codeBlock(lines.join("\n")).split("\n");
  return {
    open: `${title}\n\n${fence}\n`,
    items: rest.slice(0, -1),
    close: `\n${rest.at(-1) ?? ""}`,
    noun: "line",
  };
}

const findingItem = ({ stack, address, message }: StackFinding): string =>
  `- ${code(stack)} ${code(address)} ${escapeUntrusted(message)}`;

function waitingItem({ id, status, reasons = [], error }: StackSummary): string {
  const why = reasons.length > 0 ? `: ${reasons.map(escapeUntrusted).join("; ")}` : "";
  const details = error === undefined ? "" : `\n\n${codeBlock(shortened(error.trim(), LONGEST_ERROR))}\n`;
  return `- ${code(id)} **${status}**${why}${details}`;
}

/** Only of what changes in place: the table counts the rest. */
const overviewSection = ({ stacks }: PlanSummary): readonly Section[] =>
  section("Changed in place", overviewOf(stacks).flatMap(({ attributes }) => attributes.map((text) => `- ${escapeUntrusted(text)}`)), "attribute"); // prettier-ignore

function foldedSections({ stacks }: PlanSummary): readonly Section[] {
  return stacks.flatMap(({ id, status, review }) => {
    if (review === undefined) return [];
    const items = [...inOrder(review.changes).map(changeItem), ...quietItems(review)];
    const note = status === "changes" ? "" : ` (${status})`;
    const title = `${escapeHtml(id)}${note}: ${changesIn([review])}`;
    return items.length > 0 ? [{ open: `${fold(title)}\n\n`, items, close: "\n\n</details>", noun: "change" }] : [];
  });
}

/** After a blank line, Markdown starts again. */
const fold = (title: string): string => `<details><summary>${title}</summary>`;

function changeItem({ address, action, attributes }: ReviewedChange): string {
  const lines = attributes.slice(0, MOST_ATTRIBUTES).map(({ path, before, after, forcesReplacement }) => {
    const change = action === "create" ? code(after) : `${code(before)} → ${code(after)}`;
    return `\n  - ${code(path)}: ${change}${forcesReplacement ? " **forces the replacement**" : ""}`;
  });
  const more = attributes.length > MOST_ATTRIBUTES ? `\n  - … ${attributes.length - MOST_ATTRIBUTES} more` : "";
  return `- ${action === "create" || action === "update" ? action : `**${action}**`} ${code(address)}${lines.join("")}${more}`;
}

function quietItems(review: StackReview): readonly string[] {
  return quietChanges(review).map(({ what, names }) => `- ${what} ${names.map(code).join(" → ")}`);
}
