import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import type { StackSpec } from "../../config/layout";
import { loadEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { checkoutOf } from "../synth/git/repository";
import { currentPromotion, type CurrentPromotion, pendingDeployments } from "../plans/promotion/promotion-status";
import { awsConfig, applyRoles, checkDeployment, deploymentNames, planRoles } from "../pipelines/roles";
import { compareWithReviewed } from "../pipelines/compare-with-reviewed";
import { putDriftIssues, readDrift } from "../pipelines/github/drift-issues";
import { planComment, pullRequestNumber, putComment } from "../pipelines/github/plan-comment";
import { expectNewest, reviewedRun } from "../pipelines/github/main-branch";
import { expectProtected } from "../pipelines/github/protected-environment";
import { githubRepository } from "../pipelines/github/repository";
import { readHandover, writePrivately, findPlans, findReadablePlans, summaryOf } from "../pipelines/handover";
import { pendingStacks, type PendingStacksOptions } from "../pipelines/pending";
import { newRunDirectory } from "../synth/synth";
import { runCommand, profileOption } from "./run-command";
import { escapeUntrusted } from "../support/markdown";
import { CACHE, ROOT } from "../support/project";

const IDENTITY = join(ROOT, "tools/pipelines/web-identity.mjs");

interface ProfileFlag {
  readonly profile?: string;
}

const command = new Command("npm run pipeline --").description(
  "What the workflows in .github/workflows do beside planning and applying.",
);

command
  .command("profiles")
  .description(
    "Writes an AWS configuration with a profile for each account, whose credentials come from the job's own identity.",
  )
  .argument("<file>", "where AWS_CONFIG_FILE says")
  .option("--deployment <name>", "the roles that apply this deployment; default: the role that plans, in every account")
  .action((file: string, { deployment }: { readonly deployment?: string }) =>
    runCommand(() => {
      const estate = loadEstate();
      const roles = deployment === undefined ? planRoles(estate) : applyRoles(estate, deployment);
      const program = [process.execPath, IDENTITY].map((part) => (part.includes(" ") ? `"${part}"` : part)).join(" ");
      writePrivately(file, awsConfig(roles, program));
      console.log(`${file}: ${roles.map(({ account }) => account).join(", ")}`);
      return 0;
    }),
  );

command
  .command("accounts")
  .description("Tells a workflow the accounts of the estate, with the role that plans in each: `accounts`, a matrix.")
  .action(() =>
    runCommand(() => {
      const include = planRoles(loadEstate()).map(({ account, roleArn, region }) => ({
        account,
        role: roleArn,
        region,
      }));
      output({ accounts: JSON.stringify({ include }) });
      return 0;
    }),
  );

command
  .command("deployments")
  .description(
    "Tells a workflow which deployments have something to apply, in promotion order: `deployments`, a list; `count`.",
  )
  .option("--only <deployment>", "this one, whether it has something to apply or not")
  .addOption(profileOption())
  .action(({ profile, only }: ProfileFlag & { readonly only?: string }) =>
    runCommand(async () => {
      const estate = loadEstate();
      if (only !== undefined) checkDeployment(estate, only);
      const all = async () =>
        pendingDeployments((await now(estate, profile)).statuses, estate).map(({ deployment }) => deployment);
      const deployments = only === undefined ? await all() : [only];
      output({ deployments: JSON.stringify(deployments), count: String(deployments.length) });
      return 0;
    }),
  );

command
  .command("pending")
  .description(
    "Tells a workflow which stacks of a deployment are to be planned now: `stacks`, `count`; `waiting`: those whose turn it is not.",
  )
  .argument("<deployment>", "an environment, or account-<account>")
  .option("--everything", "all its stacks, but those whose turn it is not", false)
  .option("--skip-promotion", "those too whose turn it is not", false)
  .addOption(profileOption())
  .action((deployment: string, { profile, ...options }: ProfileFlag & PendingStacksOptions) =>
    runCommand(async () => {
      const estate = loadEstate();
      checkDeployment(estate, deployment);
      const { statuses, stacks } = await now(estate, profile);
      const { stacks: ids, unknown, waiting } = pendingStacks(deployment, statuses, stacks, options);
      output({ stacks: ids.join(" "), count: String(ids.length), waiting: waiting.join(" ") });
      if (unknown.length > 0)
        console.log(`::error::${deployment}: ${unknown.join(", ")} can't be looked at: is the account bootstrapped?`);
      if (waiting.length > 0)
        notice(`${deployment}: ${waiting.join(", ")} wait: the environment before has not applied the same`);
      return 0;
    }),
  );

command
  .command("protected")
  .description(
    "Fails where the GitHub environments of deployments are not protected: main only, and for production with reviewers.",
  )
  .argument("[deployments...]", "environments, or account-<account>; default: all")
  .action((deployments: readonly string[]) =>
    runCommand(async () => {
      const estate = loadEstate();
      const chosen = deployments.length > 0 ? deployments : deploymentNames(estate);
      const environments = chosen.map((name) => ({
        environment: name,
        demandsApproval: checkDeployment(estate, name).some(isOfProduction),
      }));
      await expectProtected(githubRepository(process.env), environments);
      console.log(environments.map(({ environment, demandsApproval }) => `${environment}: protected${demandsApproval ? ", somebody approves" : ""}`).join("\n")); // prettier-ignore
      return 0;
    }),
  );

command
  .command("newest")
  .description(
    "Fails where the main branch has moved on since this run began: nothing older is applied after something newer.",
  )
  .action(() =>
    runCommand(async () => {
      const commit = head();
      await expectNewest(githubRepository(process.env), commit);
      console.log(`${commit}: the newest of the main branch`);
      return 0;
    }),
  );

command
  .command("reviewed-run")
  .description(
    "Tells a workflow which run made the plans that were reviewed for the present commit: `run`, empty where there is none.",
  )
  .action(() =>
    runCommand(async () => {
      const run = await reviewedRun(githubRepository(process.env), head());
      output({ run: run === undefined ? "" : String(run) });
      return 0;
    }),
  );

command
  .command("compare")
  .description(
    "Tells whoever approves whether a new plan does exactly what was reviewed, and shows it on the page of the run: `reviewed`.",
  )
  .argument("<fresh>", "the folder with the one plan that was made now")
  .argument("<reviewed>", "a folder of reviewed plans, which may be missing")
  .action((fresh: string, reviewed: string) =>
    runCommand(() => {
      const [made, ...others] = findPlans(fresh);
      if (!made || others.length > 0)
        throw new UserError(`${fresh} must hold one plan, got ${made ? others.length + 1 : "none"}`);
      const { isReviewed, notes } = compareWithReviewed(made, findReadablePlans(reviewed));
      const head = isReviewed
        ? "This does exactly what was reviewed with the pull request."
        : [
            "**Not what was reviewed.** Look at this plan before you approve:",
            ...notes.map((note) => `- ${escapeUntrusted(note)}`),
          ].join("\n");
      pageForApproval([...asked(), head, summaryOf(made)].join("\n\n"));
      output({ reviewed: String(isReviewed) });
      console.log([isReviewed ? "this is what was reviewed" : "this is not what was reviewed", ...notes].join("\n  "));
      return 0;
    }),
  );

command
  .command("comment")
  .description("Writes the comment of a pull request (PULL_REQUEST) about the plans of this run, in place.")
  .argument("<plans>", "a folder of plan folders")
  .argument("<matrix>", "a file with what npm run affected -- --json printed: every stack that was to be planned")
  .action((plans: string, matrix: string) =>
    runCommand(async () => {
      const { GITHUB_SERVER_URL: server = "", GITHUB_REPOSITORY: name = "", GITHUB_RUN_ID: run = "" } = process.env;
      const body = planComment({
        plans: findPlans(plans),
        ...matrixIn(matrix),
        runUrl: `${server}/${name}/actions/runs/${run}`,
      });
      const pullRequest = pullRequestNumber(process.env["PULL_REQUEST"]);
      console.log(await putComment(githubRepository(process.env), pullRequest, body));
      return 0;
    }),
  );

command
  .command("drift-issues")
  .description("Opens, updates and closes an issue for each stack that drifts.")
  .argument("<folder>", "with a folder for each account, which holds drift.json and <stack>.md")
  .action((folder: string) =>
    runCommand(async () => {
      const { problems, ...found } = readDrift(folder);
      const done = await putDriftIssues(githubRepository(process.env), found);
      console.log(done.length > 0 ? done.join("\n") : "every issue is as it should be");
      if (problems.length > 0) throw new UserError(problems.join("\n"));
      return 0;
    }),
  );

/**
 * Whether a stack is of a production environment, or deploys into an account from which production is reached: one that
 * runs it, or the master.
 */
function isOfProduction({ environment, account }: StackSpec): boolean {
  return (
    environment?.production === true || account.kind === "master" || account.hosts.some(({ production }) => production)
  );
}

/** What whoever started the run asked for beside, which GitHub does not show to whoever approves. */
function asked(): string[] {
  const { SKIP_REASON: reason = "", ALLOW_DESTROY: destroy = "" } = process.env;
  return [
    ...(reason.trim() === "" ? [] : [`**It goes ahead of its turn**, for this reason: ${escapeUntrusted(reason)}`]),
    ...(destroy.trim() === "" ? [] : [`**Resources that hold data may be destroyed**: ${escapeUntrusted(destroy)}`]),
  ];
}

const matrixSchema = z.object({
  waves: z.array(z.object({ include: z.array(z.object({ stack: z.string() })) })),
  gone: z.array(z.string()),
});

/** The stacks of a matrix, in its order, and those that are no more. */
function matrixIn(file: string): { readonly expected: string[]; readonly gone: readonly string[] } {
  const { waves, gone } = readHandover(file, matrixSchema, "what npm run affected -- --json prints");
  return { expected: waves.flatMap(({ include }) => include.map(({ stack }) => stack)), gone };
}

function now(estate: Estate, profile: string | undefined): Promise<CurrentPromotion> {
  return currentPromotion(estate, newRunDirectory(join(CACHE, "pipeline")), profile);
}

function head(): string {
  const { commit } = checkoutOf(ROOT);
  if (commit === undefined) throw new UserError("here is no commit");
  return commit;
}

/**
 * Tells the steps after this one, and whoever reads the log. No value holds a line break: what is told is made of
 * names.
 */
function output(values: Readonly<Record<string, string>>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const file = process.env["GITHUB_OUTPUT"];
  if (file) appendFileSync(file, `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
}

function notice(text: string): void {
  console.log(`::notice::${text}`);
}

/** The page that GitHub shows of a run, where whoever approves looks. */
function pageForApproval(text: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file) appendFileSync(file, `${text}\n`);
}

void command.parseAsync();
