import { basename, join, relative } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { stacksOf } from "../../config/layout";
import { estateFile, loadEstate } from "../../config/load";
import { UserError } from "../../config/user-error";
import { applyPlan, refusePlan, type AppliedPlan } from "../plans/apply-plan";
import { openAwsRun } from "../terraform/aws/aws-run";
import { estateSha256, type Manifest } from "../plans/manifest";
import type { AppliedStack } from "../plans/stack-apply";
import { readPlanFolder } from "../plans/plan-folder";
import { checkSignature, signerLists } from "../plans/signature";
import { remedyOf } from "../terraform/known-errors";
import { checkoutOf, filesRead } from "../synth/git/checkout";
import { synthesizeStacks } from "../synth/synth";
import { Promotion } from "../plans/promotion/promotion";
import { s3Of } from "../plans/promotion/record-store";
import { terraformErrorIn } from "../terraform/terraform-error";
import type { PlanSummary } from "../review/review";
import { summaryText } from "../review/summary-text";
import { confirm } from "./confirm";
import { linesAfterApply } from "./plan-ending";
import { lockTimeoutOption, parallelOption, profileOption, runCommand } from "./run-command";
import { addResultOptions, recordResult, type ResultFlags, type RunResult } from "./run-result";
import { CACHE, ROOT, newRunDirectory } from "../support/project";

interface Flags extends ResultFlags {
  readonly allowDestroy: readonly string[];
  readonly yes: boolean;
  readonly skipPromotion: boolean;
  readonly reason?: string;
  readonly parallel?: number;
  readonly profile?: string;
  readonly lockTimeout: number;
  readonly requireSignature?: string;
}

const command = new Command("npm run apply --")
  .description("Applies the files of a plan, exactly as they were reviewed, in the order of the stacks' dependencies.")
  .argument("<plan>", "the folder that npm run plan or npm run destroy created: plans/<id>")
  .option(
    "--allow-destroy <stack:address>",
    "a stateful resource that the plan may destroy or replace; repeat the option for each",
    (address: string, before: readonly string[]) => [...before, address],
    [],
  )
  .option("--yes", "apply without asking on a terminal", false)
  .option(
    "--skip-promotion",
    "apply although an earlier environment has not applied the same content; needs --reason",
    false,
  )
  .option("--reason <text>", "why promotion is skipped; recorded next to the state")
  .option(
    "--require-signature <allowed signers file>",
    "refuse a plan that no signer in this file has signed; the list that the estate names (allowedSigners) applies as well",
  )
  .addOption(parallelOption())
  .addOption(profileOption())
  .addOption(lockTimeoutOption())
  .action((plan: string, flags: Flags) =>
    runCommand((signal) => recordResult("apply", flags, signal, (result) => apply(plan, flags, signal, result))),
  );
addResultOptions(command);

async function apply(plan: string, flags: Flags, signal: AbortSignal, result: RunResult): Promise<number> {
  process.umask(0o077);
  const skipReason = skipReasonOf(flags);
  const { folder, manifest } = readPlanFolder(plan);
  const estate = loadEstate();
  const planned = new Set(manifest.stacks.filter(({ status }) => status === "changes").map(({ id }) => id));
  result.select(stacksOf(estate).filter(({ id }) => planned.has(id)));
  const checkout = checkoutOf(ROOT, filesRead(ROOT, estateFile()));
  const lists = signerLists(flags.requireSignature, estate, { root: ROOT, commit: checkout.commit });
  const { signedBy, refusals } = checkSignature(folder, manifest, lists);
  refusePlan(refusals, manifest);
  for (const signer of signedBy) console.log(`signed by ${signer}`);
  const { env, terraform, providerVersion, connections } = await openAwsRun({
    estate,
    cacheDirectory: CACHE,
    profile: flags.profile,
  });
  const present = {
    ...{ checkout, providerVersion, endpoints: connections.endpoints },
    ...{ estateSha256: estateSha256(estate), terraformVersion: terraform.version },
  };
  const directory = newRunDirectory(join(CACHE, "applies"));
  const logDir = join(directory, "logs");
  const { allowDestroy, parallel } = flags;
  const applied = await applyPlan({
    erroredStates: join(ROOT, "errored", basename(folder)),
    appliedRecords: join(CACHE, "applied", basename(folder)),
    ...{ estate, folder, manifest, present, allowDestroy, directory, logDir, env, parallel, signal },
    synthesize: () => synthesizeStacks(directory),
    beforeApply: (summary) => {
      result.take(summary.stacks.filter(({ id }) => planned.has(id)).map(({ id, review }) => ({ id, review })));
      return showAndAsk(summary, { id: basename(folder), yes: flags.yes, signal });
    },
    promotion: new Promotion({ estate, s3Of: s3Of(env), skipReason }),
    binary: terraform.path,
    lockTimeoutSeconds: flags.lockTimeout * 60,
    view: result.view(),
  });
  result.take(applied.stacks, folder);
  printReport(applied, manifest, plan);
  console.log(`\nlogs: ${relative(process.cwd(), logDir)}`);
  return applied.ok ? 0 : 1;
}

/** Prints what the plan files do. On a terminal, asks to continue; a pipeline has asked before. */
async function showAndAsk(
  summary: PlanSummary,
  { id, yes, signal }: { readonly id: string; readonly yes: boolean; readonly signal: AbortSignal },
): Promise<void> {
  console.log(`\n${summaryText(summary, { id })}\n`);
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return;
  await confirm({ expected: "yes", option: "--yes", signal });
}

/** The reason to skip promotion. Throws UserError if only one of the two options is given. */
function skipReasonOf({ skipPromotion, reason }: Pick<Flags, "skipPromotion" | "reason">): string | undefined {
  if (!skipPromotion && reason === undefined) return undefined;
  if (!skipPromotion) throw new UserError(`--reason "${reason ?? ""}" requires --skip-promotion`);
  if (reason === undefined || reason.trim() === "")
    throw new UserError(
      `--skip-promotion requires a reason, got ${reason === undefined ? "none" : `"${reason}"`}. Use --reason "<text>".`,
    );
  return reason.trim();
}

function printReport({ isApplied, stacks, unchanged }: AppliedPlan, manifest: Manifest, plan: string): void {
  const idsOf = (status: AppliedStack["status"]) =>
    stacks.filter((stack) => stack.status === status).map(({ id }) => id);
  const done = [...idsOf("applied"), ...idsOf("already")];
  const { recorded, early, unrecorded } = unchanged;
  if (recorded.length > 0) console.log(`\nnothing changes, recorded as applied: ${recorded.join(", ")}`);
  if (early.length > 0)
    console.log(pc.yellow(["\nnothing changes, but not recorded as applied yet:", ...early].join("\n  ")));
  for (const why of unrecorded) console.log(pc.red(`\n${why}`));
  for (const { id, pending = [] } of stacks)
    if (pending.length > 0)
      console.log(pc.yellow([`\n${id} is pending, and not recorded as applied yet:`, ...pending].join("\n  ")));
  if (isApplied)
    console.log(
      pc.green(
        stacks.length === 0
          ? "\nnothing to apply"
          : `\n${manifest.kind === "plan" ? "applied" : "destroyed"}: ${done.join(", ")}`,
      ),
    );
  else {
    console.log(pc.red(`\n${failureSummary(idsOf("failed"), idsOf("not started"), done.length > 0, manifest)}`));
    for (const line of nextSteps(stacks, plan, manifest)) console.log(line);
  }
  if (isApplied) for (const line of linesAfterApply(manifest.stacks)) console.log(line);
}

/** "dev-database failed; all other stacks were applied". */
function failureSummary(
  failed: readonly string[],
  notStarted: readonly string[],
  isAnyApplied: boolean,
  { kind }: Manifest,
): string {
  return [
    ...(failed.length > 0 ? [`${failed.join(", ")} failed`] : []),
    ...(notStarted.length > 0 ? [`${notStarted.join(", ")} not started`] : []),
    ...(notStarted.length === 0 && isAnyApplied
      ? [`all other stacks were ${kind === "plan" ? "applied" : "destroyed"}`]
      : []),
  ].join("; ");
}

/** What to do after a failure. */
function nextSteps(stacks: readonly AppliedStack[], plan: string, { kind }: Manifest): string[] {
  const rest = stacks.filter(({ status }) => status === "failed" || status === "not started");
  const moved = rest.filter(({ stateChanged }) => stateChanged === true);
  const unseen = rest.filter(({ status, stateChanged }) => status === "failed" && stateChanged === undefined);
  const killed = rest.filter(({ error }) => terraformErrorIn(error)?.exitCode === null);
  if (killed.length > 0) {
    const ids = killed.map(({ id }) => id).join(", ");
    return [
      kind === "plan"
        ? `Terraform was killed while it applied ${ids}. The last resources may exist in AWS but in no state, and another apply would create them twice.`
        : `Terraform was killed while it destroyed ${ids}. The state may list resources that AWS has deleted; the next plan finds that out.`,
      `Before you apply again, follow docs/applying.md, "When an apply is killed", and unlock: ${killed.map(({ id }) => `npm run unlock -- ${id}`).join(", ")}`,
    ];
  }
  return [
    ...rest.flatMap(({ id, error }) => (error && remedyOf(id, error)) ?? []),
    ...unseen.map(
      ({ id }) => `${id}: its state could not be read to see whether it has changed. Run this again to check.`,
    ),
    moved.length > 0
      ? `partly ${kind === "plan" ? "applied" : "destroyed"}: this plan no longer fits ${moved.map(({ id }) => id).join(", ")}. Fix the cause, then run npm run ${kind} -- ${rest.map(({ id }) => id).join(" ")}`
      : `Fix the cause, then apply the remaining stacks: npm run apply -- ${plan}`,
  ];
}

export default command;
if (require.main === module) void command.parseAsync();
