import { basename } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../../config/user-error";
import { compareWithReviewed } from "../pipelines/compare-with-reviewed";
import { putDriftIssues, readDrift } from "../pipelines/github/drift-issues";
import { planComment, pullRequestNumber, putComment } from "../pipelines/github/plan-comment";
import { addToRunSummary, githubRepository, setOutputs } from "../pipelines/github/repository";
import { findPlans, findReadablePlans, readHandover, summaryOf } from "../pipelines/handover";
import { escapeUntrusted } from "../support/markdown";
import { runCommand } from "./run-command";

/** Adds the commands of `npm run pipeline` that write to GitHub: pages for approvers, comments and issues. */
export function addReportCommands(command: Command): void {
  command
    .command("compare")
    .description(
      "Outputs `reviewed`, whether a new plan does exactly what was reviewed, and `plan`, its id, and shows both on the run's page.",
    )
    .argument("<fresh>", "the folder with the one new plan")
    .argument("<reviewed>", "a folder of reviewed plans, which may be missing")
    .action((fresh: string, reviewed: string) => runCommand(() => compare(fresh, reviewed), { usesEstate: false }));

  command
    .command("comment")
    .description("Creates or updates the comment of a pull request (PULL_REQUEST) with the plans of this run.")
    .argument("<plans>", "a folder of plan folders")
    .argument("<matrix>", "a file with the output of npm run affected -- --json: every stack that had to be planned")
    .action((plans: string, matrix: string) => runCommand(() => comment(plans, matrix), { usesEstate: false }));

  command
    .command("drift-issues")
    .description("Opens, updates and closes an issue for each stack with drift.")
    .argument("<folder>", "a folder with a subfolder for each account, which holds drift.json and <stack>.md")
    .action((folder: string) => runCommand(() => driftIssues(folder), { usesEstate: false }));
}

function compare(fresh: string, reviewed: string): number {
  const [plan, ...others] = findPlans(fresh);
  if (!plan || others.length > 0)
    throw new UserError(`${fresh} must hold one plan, got ${plan ? others.length + 1 : "none"}`);
  const { isReviewed, notes } = compareWithReviewed(plan, findReadablePlans(reviewed));
  const verdict = isReviewed
    ? "This does exactly what was reviewed with the pull request."
    : [
        "**Not what was reviewed.** Read this plan before you approve:",
        ...notes.map((note) => `- ${escapeUntrusted(note)}`),
      ].join("\n");
  addToRunSummary([...requestedExceptions(), verdict, summaryOf(plan)].join("\n\n"));
  setOutputs({ reviewed: String(isReviewed), plan: basename(plan.folder) });
  console.log([isReviewed ? "this is what was reviewed" : "this is not what was reviewed", ...notes].join("\n  "));
  return 0;
}

async function comment(plans: string, matrix: string): Promise<number> {
  const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: name = "", GITHUB_RUN_ID: run = "" } = process.env;
  const runUrl = `${server}/${name}/actions/runs/${run}`;
  // A plan that cannot be read counts as failed. Without a new comment the page would show the plan of an earlier push.
  const body = planComment({ plans: findReadablePlans(plans), ...matrixIn(matrix), runUrl });
  const pullRequest = pullRequestNumber(process.env["PULL_REQUEST"]);
  console.log(await putComment(githubRepository(process.env), pullRequest, body));
  return 0;
}

async function driftIssues(folder: string): Promise<number> {
  const { problems, ...found } = readDrift(folder);
  const changes = await putDriftIssues(githubRepository(process.env), found);
  console.log(changes.length > 0 ? changes.join("\n") : "no issue was changed");
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return 0;
}

/** Exceptions that the person who started the run requested. GitHub does not show them to the approver. */
function requestedExceptions(): string[] {
  const { SKIP_REASON: reason = "", ALLOW_DESTROY: destroy = "" } = process.env;
  return [
    ...(reason.trim() === "" ? [] : [`**Promotion is skipped**, for this reason: ${escapeUntrusted(reason)}`]),
    ...(destroy.trim() === "" ? [] : [`**Resources that hold data may be destroyed**: ${escapeUntrusted(destroy)}`]),
  ];
}

const matrixSchema = z.object({
  waves: z.array(z.object({ include: z.array(z.object({ stack: z.string() })) })),
  gone: z.array(z.string()),
});

/** The stacks of a matrix, in its order, and those that the code no longer has. */
function matrixIn(file: string): { readonly expected: string[]; readonly removed: readonly string[] } {
  const { waves, gone } = readHandover(file, matrixSchema, "the output of npm run affected -- --json");
  return { expected: waves.flatMap(({ include }) => include.map(({ stack }) => stack)), removed: gone };
}
