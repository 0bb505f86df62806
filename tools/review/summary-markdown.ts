import type { PlanSummary, ReviewedChange, StackReview, StackSummary } from "./review";
import { inOrder, quietChanges } from "./summary/changes";
import { changesIn, columnsOf, countCell, headlineOf } from "./summary/headline";
import { mattersOf, type StackMatter } from "./summary/matters";
import { fitSections, type Section, codeBlock, code, escapeHtml, escapeUntrusted, table } from "../support/markdown";
import { shortened } from "../support/text";

export interface MarkdownOptions {
  /** Characters that the page may have. @default 65536: a comment on GitHub */
  readonly maxLength?: number;
}

/** An error of Terraform's, which may hold a whole policy. */
const LONGEST_ERROR = 6_000;
/** Attributes told of one change. */
const MOST_ATTRIBUTES = 40;

/**
 * A page for reviewers: the verdict, a table of the stacks, what matters, and folded what else changes. Nothing out of
 * a plan is markup in it. Where it gets too long, what is folded is cut first, and it says so.
 */
export function summaryMarkdown(summary: PlanSummary, { maxLength = 65_536 }: MarkdownOptions = {}): string {
  const top = [headline(summary), ...(summary.stacks.length > 0 ? [stackTable(summary)] : [])].join("\n\n");
  const sections = [...matterSections(summary), ...foldedSections(summary)];
  const page = `${top}${fitSections(sections, maxLength - top.length - 1, "the plan folder's summary.json has all")}`;
  return `${page.length < maxLength ? page : page.slice(0, maxLength - 1)}\n`;
}

function headline(summary: PlanSummary): string {
  const { title, verdict, rehearsed, stacks, changes, origin } = headlineOf(summary);
  return [
    `## ${escapeUntrusted(title)}: ${verdict === "blocked" || verdict === "failed" ? `**${verdict}**` : verdict}`,
    ...(rehearsed === undefined ? [] : [`> [!CAUTION]\n> **${escapeUntrusted(rehearsed)}**`]),
    `${stacks}; ${changes}; made from ${escapeUntrusted(origin)}.`,
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

function matterSections(summary: PlanSummary): readonly Section[] {
  const { destroyed, remedy, network, protection, drifted, standing, abandoned } = mattersOf(summary);
  const { access } = summary;
  const allow =
    remedy === undefined
      ? "\n\nWhoever applies such a plan has to allow each of these by name, with `--allow-destroy`."
      : `\n\nWhere each of these is meant:\n\n${codeBlock(remedy)}`;
  return [
    ...section("What can't be made again is destroyed", destroyed.map(matterItem), "resource", allow),
    ...(access?.widens ? [linesSection("### Who may do what widens", access.lines)] : []),
    ...section("The network opens", network.map(matterItem), "opening"),
    ...section("Protection is lowered", protection.map(matterItem), "protection"),
    ...section("Stacks that can't be applied as they are", standing.map(standingItem), "stack"),
    ...section(
      "Abandoned: the estate has these stacks no more; what they hold stays, and nothing manages it",
      abandoned.map((id) => `- ${code(id)}`),
      "stack",
    ),
    ...section("Changed outside of Terraform", drifted.map(({ stack, address }) => `- ${code(stack)} ${code(address)}`), "resource"), // prettier-ignore
  ];
}

function section(title: string, items: readonly string[], noun: string, close = ""): readonly Section[] {
  return items.length > 0 ? [{ open: `### ${title}\n\n`, items, close, noun }] : [];
}

/**
 * Lines of a program's output. Each stands in the same block, whose fence is longer than any run of backticks in them.
 */
function linesSection(title: string, lines: readonly string[], close = ""): Section {
  const [fence = "", ...rest] = codeBlock(lines.join("\n")).split("\n");
  return {
    open: `${title}\n\n${fence}\n`,
    items: rest.slice(0, -1),
    close: `\n${rest.at(-1) ?? ""}${close}`,
    noun: "line",
  };
}

const matterItem = ({ stack, address, words }: StackMatter): string =>
  `- ${code(stack)} ${code(address)} ${escapeUntrusted(words)}`;

function standingItem({ id, status, reasons = [], error }: StackSummary): string {
  const why = reasons.length > 0 ? `: ${reasons.map(escapeUntrusted).join("; ")}` : "";
  const said = error === undefined ? "" : `\n\n${codeBlock(shortened(error.trim(), LONGEST_ERROR))}\n`;
  return `- ${code(id)} **${status}**${why}${said}`;
}

function foldedSections({ access, stacks }: PlanSummary): readonly Section[] {
  const narrower =
    access && !access.widens && access.lines.length > 0
      ? [linesSection(fold("Who may do what narrows"), access.lines, "\n\n</details>")]
      : [];
  return [
    ...narrower,
    ...stacks.flatMap(({ id, status, review }) => {
      if (review === undefined) return [];
      const items = [...inOrder(review.changes).map(changeItem), ...quietItems(review)];
      const standing = status === "changes" ? "" : ` (${status})`;
      const title = `${escapeHtml(id)}${standing}: ${changesIn([review])}`;
      return items.length > 0 ? [{ open: `${fold(title)}\n\n`, items, close: "\n\n</details>", noun: "change" }] : [];
    }),
  ];
}

/** The blank line behind it makes what follows Markdown again. */
const fold = (title: string): string => `<details><summary>${title}</summary>`;

function changeItem({ address, action, attributes }: ReviewedChange): string {
  const told = attributes.slice(0, MOST_ATTRIBUTES).map(({ path, before, after, forcesReplacement }) => {
    const change = action === "create" ? code(after) : `${code(before)} → ${code(after)}`;
    return `\n  - ${code(path)}: ${change}${forcesReplacement ? " **forces the replacement**" : ""}`;
  });
  const more = attributes.length > MOST_ATTRIBUTES ? `\n  - … ${attributes.length - MOST_ATTRIBUTES} more` : "";
  return `- ${action === "create" || action === "update" ? action : `**${action}**`} ${code(address)}${told.join("")}${more}`;
}

function quietItems(review: StackReview): readonly string[] {
  return quietChanges(review).map(({ what, names }) => `- ${what} ${names.map(code).join(" → ")}`);
}
