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
  const left = removed.length === 0 ? [] : [`**Left in AWS, unmanaged, unless destroyed before the merge** (docs/planning.md): ${removed.map(escapeUntrusted).join(", ")}.`]; // prettier-ignore
  if (expected.length === 0) return `${[MARKER, "## Plan", ...left, "No other stack is affected."].join("\n\n")}\n`;
  const planned = plans.flatMap(({ manifest }) => manifest.stacks);
  const statuses = expected.map((id) => ({ id, status: planned.find((stack) => stack.id === id)?.status ?? "failed" }));
  const failed = statuses.filter(({ status }) => status === "failed");
  const changes = statuses.filter(({ status }) => status === "changes").length;
  const top = [
    MARKER,
    `## Plan: ${counted(expected.length, "stack")}, ${changes} with changes${failed.length > 0 ? `, **${failed.length} failed**` : ""}`,
    ...(failed.length > 0
      ? [`Not planned (see the [run](${runUrl})): ${failed.map(({ id }) => escapeUntrusted(id)).join(", ")}.`]
      : []),
    ...left,
    "After the merge the stacks are planned again, and the approver sees whether the new plan does exactly this.",
  ].join("\n\n");
  const sections = pageSections(plans.map(summaryOf));
  return `${top}${fitSections(sections, MAX_LENGTH - top.length - 1, `the [run](${runUrl}) has them all`)}\n`;
}

const FENCE = /^(`{3,})text$/;
const HEADING = /^(### |<details>)/;

/**
 * The parts of a plan's page, so that a comment that is too long is cut between them, and within them between lines: the
 * page as a whole would be left out. What is folded in the page comes last: findings are kept first.
 */
export function pageSections(pages: readonly string[]): readonly Section[] {
  const all = pages.flatMap((page) => partsOf(page.trimEnd()).map(sectionOf));
  const isFolded = ({ open }: Section): boolean => open.startsWith("<details>");
  return [...all.filter((section) => !isFolded(section)), ...all.filter(isFolded)];
}

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

/** A part with its items: the lines of its only block of code, or of its list. */
function sectionOf(part: string): Section {
  const block = /^(###[^\n]*\n\n(?:[^\n`]+\n\n)?(`{3,})text\n)([\s\S]*)(\n\2)$/.exec(part);
  if (block) return { open: block[1] ?? "", items: (block[3] ?? "").split("\n"), close: block[4] ?? "", noun: "line" };
  const folded = /^(<details>[^\n]*\n\n)(- [\s\S]*)(\n\n<\/details>)$/.exec(part);
  if (folded)
    return {
      open: folded[1] ?? "",
      items: (folded[2] ?? "").split(/\n(?=- )/),
      close: folded[3] ?? "",
      noun: "change",
    };
  return { open: part, items: [], close: "", noun: "item" };
}

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
