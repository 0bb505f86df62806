import { UserError } from "../../../config/user-error";
import { summaryOf, type FoundPlan } from "../handover";
import { githubProblem, type GithubRepository } from "./repository";
import { escapeUntrusted, fitSections } from "../../support/markdown";
import { counted } from "../../support/text";

/** By what the comment is found again; nobody sees it. */
const MARKER = "<!-- plan of the estate -->";
const MAX_LENGTH = 65_536;

export interface PlanComment {
  readonly plans: readonly FoundPlan[];
  /** The ids of all stacks that were to be planned. */
  readonly expected: readonly string[];
  /** The ids of stacks that the pull request takes out of the estate. */
  readonly gone: readonly string[];
  /** Where the logs are. */
  readonly runUrl: string;
}

/** The page for a pull request: how each stack stands, and the plans, folded. Empty where there was nothing to plan. */
export function planComment({ plans, expected, gone, runUrl }: PlanComment): string {
  const left = gone.length === 0 ? [] : [`**Left behind in AWS, managed by nothing, unless destroyed before the merge** (docs/planning.md): ${gone.map(escapeUntrusted).join(", ")}.`]; // prettier-ignore
  if (expected.length === 0) return `${[MARKER, "## Plan", ...left, "No other stack is affected."].join("\n\n")}\n`;
  const planned = plans.flatMap(({ manifest }) => manifest.stacks);
  const statuses = expected.map((id) => ({ id, status: planned.find((stack) => stack.id === id)?.status ?? "failed" }));
  const failed = statuses.filter(({ status }) => status === "failed");
  const changes = statuses.filter(({ status }) => status === "changes").length;
  const top = [
    MARKER,
    `## Plan: ${counted(expected.length, "stack")}, ${changes} with changes${failed.length > 0 ? `, **${failed.length} failed**` : ""}`,
    ...(failed.length > 0
      ? [`Not planned, the [run](${runUrl}) says why: ${failed.map(({ id }) => escapeUntrusted(id)).join(", ")}.`]
      : []),
    ...left,
    "After the merge it is planned anew, and whoever approves is told whether that does exactly this.",
  ].join("\n\n");
  const sections = plans.map((plan) => ({ open: "", items: [summaryOf(plan)], close: "", noun: "plan" }));
  return `${top}${fitSections(sections, MAX_LENGTH - top.length - 1, `the [run](${runUrl}) has them all`)}\n`;
}

/**
 * Writes the one comment of a pull request anew, or makes it. Only a comment that begins with our mark and that this
 * token's own user wrote is ever changed: anybody may write one that looks like it.
 */
export async function putComment(github: GithubRepository, pullRequest: number, body: string): Promise<string> {
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

/** The number of a pull request, as a workflow hands it over. */
export function pullRequestNumber(text: string | undefined): number {
  if (text !== undefined && /^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UserError(`PULL_REQUEST must be the number of a pull request, got "${text ?? ""}"`);
}
