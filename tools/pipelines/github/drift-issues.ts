import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../config/user-error";
import { readHandover } from "../handover";
import { githubProblem, type GithubRepository } from "./repository";

const LABEL = "drift";
/** By what the issue of a stack is found again; nobody sees it. */
const marker = (stack: string): string => `<!-- drift of ${stack} -->`;

const driftSchema = z.object({ stacks: z.array(z.object({ stack: z.string(), status: z.string() })) });

/** A stack as `npm run drift -- --json` tells of it. */
export type DriftedStack = Readonly<z.infer<typeof driftSchema>["stacks"][number]>;

/** What a run over all accounts found: how each stack stands, and the page of each that drifts. */
export interface DriftFound {
  readonly stacks: readonly DriftedStack[];
  readonly pages: ReadonlyMap<string, string>;
  /** What of it can't be read: of other accounts the issues are told all the same. */
  readonly problems: readonly string[];
}

/** Reads what the jobs of a run left: in each folder a `drift.json`, and `<stack>.md` for each stack that drifts. */
export function readDrift(folder: string): DriftFound {
  const folders = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const found = folders.map(({ name }) => join(folder, name)).filter((each) => existsSync(join(each, "drift.json")));
  const problems: string[] = [];
  const stacks = found.flatMap((each) => {
    try {
      return readHandover(join(each, "drift.json"), driftSchema, "what npm run drift -- --json prints").stacks;
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
 * One open issue for each stack that drifts: made, or written anew where its text changed; closed when the stack is in
 * sync again. A stack that could not be looked at keeps its issue as it is.
 *
 * @returns what was done, a line each
 */
export async function putDriftIssues(
  github: GithubRepository,
  { stacks, pages }: Pick<DriftFound, "stacks" | "pages">,
): Promise<string[]> {
  const { octokit, owner, repo } = github;
  const done: string[] = [];
  try {
    const open = await octokit.paginate(octokit.rest.issues.listForRepo, {
      owner,
      repo,
      state: "open",
      labels: LABEL,
      per_page: 100,
    });
    const issueOf = (stack: string) =>
      open.find(({ body, user }) => body?.startsWith(marker(stack)) === true && user?.type === "Bot");
    for (const { stack, status } of stacks) {
      const issue = issueOf(stack);
      const page = pages.get(stack);
      if (status === "drift" && page !== undefined) {
        const body = `${marker(stack)}\n${page}`;
        if (!issue) {
          const { data } = await octokit.rest.issues.create({
            owner,
            repo,
            title: `Drift: ${stack}`,
            body,
            labels: [LABEL],
          });
          done.push(`${stack}: opened ${data.html_url}`);
        } else if (issue.body !== body) {
          await octokit.rest.issues.update({ owner, repo, issue_number: issue.number, body });
          done.push(`${stack}: updated ${issue.html_url}`);
        }
      } else if (issue && SETTLED.has(status)) {
        await octokit.rest.issues.createComment({ owner, repo, issue_number: issue.number, body: "In sync again." });
        await octokit.rest.issues.update({
          owner,
          repo,
          issue_number: issue.number,
          state: "closed",
          state_reason: "completed",
        });
        done.push(`${stack}: closed ${issue.html_url}`);
      }
    }
    return done;
  } catch (error) {
    throw githubProblem(error, "the issues about drift");
  }
}

/** Where a stack stands when nothing was changed beside the code. */
const SETTLED: ReadonlySet<string> = new Set(["in sync", "not applied yet"]);
