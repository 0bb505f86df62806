import { UserError } from "../../../config/user-error";
import { summaryOf, type FoundPlan } from "../handover";
import { githubProblem, type GithubRepository } from "./repository";
import { escapeUntrusted, fitSections, type Section } from "../../support/markdown";
import { hideSecretsByLine } from "../../../config/secret-text";
import { counted } from "../../support/text";

/** Identifies the comment. GitHub does not display it. */
const MARKER = "<!-- plan of the estate -->";
const MAX_LENGTH = 65_536;

interface PlanComment {
  readonly plans: readonly FoundPlan[];
  /** The ids of all stacks that the run had to plan. */
  readonly expected: readonly string[];
  /** The ids of stacks that the pull request removes from the estate. */
  readonly removed: readonly string[];
  /** The page of the run, with the logs. */
  readonly runUrl: string;
}

/** The comment of a pull request: the number of stacks with changes, failed stacks, and the plans, folded. */
export function planComment({ plans, expected, removed, runUrl }: PlanComment): string {
  const left = removed.length === 0 ? [] : [`**Left in AWS, unmanaged, unless destroyed before the merge** (docs/planning.md): ${listed(removed)}.`]; // prettier-ignore
  if (expected.length === 0) return `${[MARKER, "## Plan", ...left, "No other stack is affected."].join("\n\n")}\n`;
  const planned = plans.flatMap(({ manifest }) => manifest.stacks);
  const statuses = expected.map((id) => ({ id, status: planned.find((stack) => stack.id === id)?.status ?? "failed" }));
  const failed = statuses.filter(({ status }) => status === "failed");
  const changes = statuses.filter(({ status }) => status === "changes").length;
  const top = [
    MARKER,
    `## Plan: ${counted(expected.length, "stack")}, ${changes} with changes${failed.length > 0 ? `, **${failed.length} failed**` : ""}`,
    ...(failed.length > 0 ? [`Not planned (see the [run](${runUrl})): ${listed(failed.map(({ id }) => id))}.`] : []),
    ...left,
    "After the merge the stacks are planned again, and the approver sees whether the new plan does exactly this.",
  ].join("\n\n");
  const room = MAX_LENGTH - top.length - 1;
  // Before it is cut: a longer text may take the place of a secret.
  const sections = pageSections(
    plans.map((plan) => hideSecretsByLine(summaryOf(plan))),
    room,
  );
  return `${top}${fitSections(sections, room, `the [run](${runUrl}) has them all`)}\n`;
}

/** Names in a line at the top. */
const MOST_NAMES = 100;

const listed = (names: readonly string[]): string =>
  [
    ...names.slice(0, MOST_NAMES).map(escapeUntrusted),
    ...(names.length > MOST_NAMES ? [`and ${names.length - MOST_NAMES} more`] : []),
  ].join(", ");

const FENCE = /^(`{3,})text$/;
const HEADING = /^(### |<details>)/;

/**
 * The parts of plans' pages, so that a comment that is too long is cut between them, and within them between lines: a
 * page as a whole would be left out. What is folded in a page comes last. If not all fits, the tables of stacks follow
 * the findings: findings are kept first.
 */
export function pageSections(pages: readonly string[], room = Infinity): readonly Section[] {
  const all = pages.flatMap((page) => partsOf(page.trimEnd()).flatMap(sectionsOf));
  const fits = pages.reduce((sum, page) => sum + page.length, 0) + RESERVE < room;
  const rank = ({ open, noun }: Section): number => {
    if (open.startsWith("<details>")) return 2;
    return (noun === "stack" || noun === REMEDY) && !fits ? 1 : 0;
  };
  return [0, 1, 2].flatMap((wanted) => all.filter((section) => rank(section) === wanted));
}

/** A section that a reader can do without: it repeats the addresses of a list. */
const REMEDY = "command";

/** Room for separators between parts. */
const RESERVE = 2_000;

/** Splits a page at its headings. A line in a block of code is none. */
function partsOf(page: string): readonly string[] {
  const parts: string[][] = [[]];
  let fence: string | undefined;
  for (const line of page.split("\n")) {
    if (fence === undefined && HEADING.test(line)) parts.push([]);
    parts.at(-1)?.push(line);
    fence = fence === undefined ? FENCE.exec(line)?.[1] : line === fence ? undefined : fence;
  }
  return parts.map((lines) => lines.join("\n").trim()).filter((part) => part !== "");
}

/** A part with its items: the lines of its only block of code, of its list, or the rows of its table. */
function sectionsOf(part: string): readonly Section[] {
  const block = /^(###[^\n]*\n\n(?:[^\n`]+\n\n)?(`{3,})text\n)([\s\S]*)(\n\2)$/.exec(part);
  if (block) return [sectionOf(block[1], block[3], /\n/, block[4], "line")];
  const folded = /^(<details>[^\n]*\n\n)(- [\s\S]*)(\n\n<\/details>)$/.exec(part);
  if (folded) return [sectionOf(folded[1], folded[2], /\n(?=- )/, folded[3], "change")];
  const list = /^###[^\n]*\n\n(?=- )/.exec(part);
  if (list) return listSections(list[0], part.slice(list[0].length));
  const stacks = /^([\s\S]*?)\n\n(\| stack [^\n]*\n\|[-:| ]*\n)(\|[\s\S]*)$/.exec(part);
  if (stacks)
    return [
      { open: stacks[1] ?? "", items: [], close: "", noun: "item" },
      sectionOf(stacks[2], stacks[3], /\n/, "", "stack"),
    ];
  return [{ open: part, items: [], close: "", noun: "item" }];
}

/** A list, whose items may have blocks of code, and what follows it: how to apply all of it. */
function listSections(open: string, text: string): readonly Section[] {
  const items: string[][] = [];
  let fence: string | undefined;
  const lines = text.split("\n");
  const end = lines.findIndex((line) => {
    const isInside = fence !== undefined;
    fence = fence === undefined ? FENCE.exec(line)?.[1] : line === fence ? undefined : fence;
    if (!isInside && /^[^-\s`]/.test(line)) return true;
    if (!isInside && line.startsWith("- ")) items.push([line]);
    else items.at(-1)?.push(line);
    return false;
  });
  const rest = end < 0 ? "" : lines.slice(end).join("\n");
  return [
    { open, items: items.map((item) => item.join("\n").trimEnd()), close: "", noun: "item" },
    ...(rest === "" ? [] : [{ open: rest, items: [], close: "", noun: REMEDY }]),
  ];
}

const sectionOf = (open = "", items = "", between: RegExp, close = "", noun: string): Section => ({
  ...{ open, items: items.split(between), close, noun },
});

/**
 * Creates or updates the plan comment of a pull request. Only updates a comment of a bot that begins with the marker:
 * anybody may write a comment that looks like it.
 */
export async function putComment(github: GithubRepository, pullRequest: number, page: string): Promise<string> {
  const body = hideSecretsByLine(page);
  const { octokit, owner, repo } = github;
  try {
    const all = await octokit.paginate(octokit.rest.issues.listComments, {
      owner,
      repo,
      issue_number: pullRequest,
      per_page: 100,
    });
    const own = all.find((comment) => comment.body?.startsWith(MARKER) === true && comment.user?.type === "Bot");
    if (own) {
      const { data } = await octokit.rest.issues.updateComment({ owner, repo, comment_id: own.id, body });
      return data.html_url;
    }
    const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: pullRequest, body });
    return data.html_url;
  } catch (error) {
    throw githubProblem(error, `the comment on pull request ${pullRequest}`);
  }
}

/** The number of a pull request, from an environment variable of the workflow. */
export function pullRequestNumber(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UserError(`PULL_REQUEST must be the number of a pull request, got "${text ?? ""}"`);
}
