import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../config/user-error";
import { hideSecretsByLine } from "../../../config/secret-text";
import { readHandover } from "../handover";
import { githubProblem, type GithubRepository } from "./repository";

const LABEL = "drift";
/** Identifies the issue of a stack. GitHub does not display it. */
const marker = (stack: string): string => `<!-- drift of ${stack} -->`;

const driftSchema = z.object({ stacks: z.array(z.object({ stack: z.string(), status: z.string() })) });

/** A stack in the output of `npm run drift -- --json`. */
type DriftedStack = Readonly<z.infer<typeof driftSchema>["stacks"][number]>;

/** The results of a run over all accounts: the status of each stack, and the page of each stack with drift. */
interface DriftResults {
  readonly stacks: readonly DriftedStack[];
  readonly pages: ReadonlyMap<string, string>;
  /** Results that cannot be read. The issues of other accounts are still updated. */
  readonly problems: readonly string[];
}

/** Reads the results of each job: a folder with `drift.json`, and `<stack>.md` for each stack with drift. */
export function readDrift(folder: string): DriftResults {
  const folders = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const found = folders.map(({ name }) => join(folder, name)).filter((each) => existsSync(join(each, "drift.json")));
  const problems: string[] = [];
  const stacks = found.flatMap((each) => {
    try {
      return readHandover(join(each, "drift.json"), driftSchema, "the output of npm run drift -- --json").stacks;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  const pages = found.flatMap((each) =>
    readdirSync(each).flatMap((name) =>
      name.endsWith(".md") ? [[name.slice(0, -3), readFileSync(join(each, name), "utf8")] as const] : [],
    ),
  );
  return { stacks, pages: new Map(pages), problems };
}

/**
 * Keeps one open issue for each stack with drift. Opens it, updates it when its text changes, and closes it when the
 * stack is in sync again. The issue of a stack that could not be checked stays as it is.
 *
 * @returns a line for each change
 */
export async function putDriftIssues(
  github: GithubRepository,
  { stacks, pages }: Pick<DriftResults, "stacks" | "pages">,
): Promise<string[]> {
  const { octokit, owner, repo } = github;
  try {
    const filter = { owner, repo, state: "open", labels: LABEL, per_page: 100 } as const;
    const open = await octokit.paginate(octokit.rest.issues.listForRepo, filter);
    const issueOf = (stack: string) =>
      open.find(({ body, user }) => body?.startsWith(marker(stack)) === true && user?.type === "Bot");
    const changes: string[] = [];
    for (const { stack, status } of stacks) {
      const settled = SETTLED.get(status);
      const issue = issueOf(stack);
      const page = pages.get(stack);
      if (status === "drift" && page !== undefined) {
        changes.push(...(await putIssue(github, stack, issue, `${marker(stack)}\n${hideSecretsByLine(page)}`)));
      } else if (issue && settled !== undefined) {
        await closeIssue(github, issue, settled);
        changes.push(`${stack}: closed ${issue.html_url}`);
      }
    }
    return changes;
  } catch (error) {
    throw githubProblem(error, "the issues about drift");
  }
}

interface Issue {
  readonly number: number;
  readonly html_url: string;
  readonly body?: string | null;
}

async function putIssue(
  { octokit, owner, repo }: GithubRepository,
  stack: string,
  issue: Issue | undefined,
  body: string,
): Promise<string[]> {
  if (!issue) {
    const created = { owner, repo, title: `Drift: ${stack}`, body, labels: [LABEL] };
    const { data } = await octokit.rest.issues.create(created);
    return [`${stack}: opened ${data.html_url}`];
  }
  if (issue.body === body) return [];
  await octokit.rest.issues.update({ owner, repo, issue_number: issue.number, body });
  return [`${stack}: updated ${issue.html_url}`];
}

async function closeIssue(
  { octokit, owner, repo }: GithubRepository,
  { number }: Issue,
  comment: string,
): Promise<void> {
  const issue = { owner, repo, issue_number: number };
  await octokit.rest.issues.createComment({ ...issue, body: comment });
  await octokit.rest.issues.update({ ...issue, state: "closed", state_reason: "completed" });
}

/** The statuses of a stack without changes outside the code, with the comment that closes its issue. */
const SETTLED: ReadonlyMap<string, string> = new Map([
  ["in sync", "In sync again."],
  ["not applied yet", "Not applied any more: there is no state to compare."],
]);
