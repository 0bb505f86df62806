import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { PLAN_FILE, type PlannedStack, planStacks } from "../terraform/plan-stacks";
import { logFileOf, type RunOptions } from "../terraform/run-options";
import { copyStackFiles } from "../synth/modules";
import { type Stack } from "../synth/stacks";
import { manifestText, type Manifest } from "./manifest";
import {
  finishPlanFolder,
  hashesOf,
  MANIFEST,
  PLAN_JSON,
  stackFolder,
  startPlanFolder,
  SUMMARY,
  SUMMARY_JSON,
} from "./plan-folder";
import { maskPlan, maskPlanLog } from "../review/mask";
import type { PlanJson } from "../review/plan-json";
import { countsOf } from "../review/planned-resource";
import { outputChangesOf } from "../review/review-plan";
import { accountName, manifestOf, type PlanOrigin } from "./manifest-of-plan";
import type { PlanSummary } from "../review/review";
import { summaryJson } from "../review/summary-json";
import { signManifest } from "./signature";
import { readersOfAws } from "./duplicates";
import { existingSettings, settingClientsOfAws, type SettingClientsOf } from "./existing-settings";
import type { PlannedStackSummary } from "./plan-summary";
import { clientsOfAws, type DestructionClientsOf } from "./destruction/destroyed-resources";
import { withRefusedDestructions } from "./destruction/refused-destructions";
import { unappliedUpstreams } from "./upstream-states";
import type * as Clients from "../terraform/aws/aws-clients";
import { withRemedy } from "../terraform/known-errors";
import { decideStatuses, type StackOutcome } from "./decide-statuses";
import { errnoCode, messageOf } from "../support/errors";
import { counted } from "../support/text";

/** Error codes of a file system that cannot be written to. */
const CANNOT_WRITE: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EFBIG"]);

export interface MakePlanOptions extends Omit<RunOptions, "logDir" | "binary">, PlanOrigin {
  /** The folder of all plans: `plans`. */
  readonly parent: string;
  /** Stacks of the base that the estate has removed. @default looked for in the state buckets of the stacks */
  readonly abandoned?: readonly string[];
  /**
   * Every stack of the code. Called only if access must be compared, for the first time while Terraform still plans.
   * @default the given stacks are all
   */
  readonly everyStack?: () => Promise<readonly Stack[]>;
  /** Clients that find out what exists in AWS. @default those of AWS */
  readonly settingClients?: SettingClientsOf;
  /** Clients that find out what AWS would refuse to delete. @default those of AWS */
  readonly destructionClients?: DestructionClientsOf;
  /** The file of the SSH key that signs the manifest. @default no signature */
  readonly signingKey?: string;
}

export interface MadePlan {
  /** Absolute path. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly summary: PlanSummary;
  /** The fingerprint of the key that signed it. Undefined if none did. */
  readonly signedBy?: string;
}

/**
 * Plans stacks into a folder: plan files, their JSON without secrets, a manifest and a summary for reviewers. The folder
 * is written completely or not at all.
 * @param selected the stacks to plan
 * @param stacks all stacks of the same synthesized output: those that `stacksToPlan` names at least
 */
export async function makePlan(
  selected: readonly Stack[],
  stacks: readonly Stack[],
  options: MakePlanOptions,
): Promise<MadePlan> {
  const { parent, signingKey } = options;
  const folder = startPlanFolder(parent);
  // Before AWS is read: the plan may miss what is applied later.
  const madeAt = new Date().toISOString();
  // The access model's modules load while Terraform plans.
  const summarizing = import("./plan-summary.js");
  const comparing = import("./access-change.js");
  const noteOf = (plan: unknown) => {
    const isCompared = comparing.then(({ changesGrants }) => changesGrants(plan as PlanJson));
    // The summary asks again, and throws what is thrown here.
    isCompared.then((is) => (is ? options.everyStack?.() : undefined)).catch(() => undefined);
    return noteOfPlan(plan as PlanJson);
  };
  try {
    const copies = selected.map((stack) => copyOf(stack, folder));
    // The folder gets its name last. Messages, and the summary inside, name its logs from there.
    const logs = { logDir: join(folder, "logs"), logDirName: "<plan folder>/logs" };
    const run = { ...options, ...logs, binary: options.terraform.path, noteOf };
    const clients = isForAws(options) ? import("../terraform/aws/aws-clients.js") : undefined;
    const planned = await failLostStates(await planStacks(copies, run), options);
    const abandoned = options.abandoned ?? (await findAbandoned(planned, options, clients));
    const probes = join(folder, "probes");
    const unapplied = options.destroy ? undefined : await unappliedUpstreams(planned, stacks, probes, run);
    rmSync(probes, { recursive: true, force: true });
    const decided = decideStatuses(planned, stacks, options.destroy === true, unapplied);
    const destructionClients = options.destructionClients ?? clientsOfAws(options.env);
    const existing = await withExistingSettings(decided, options);
    // An emulator holds only what was just created.
    const isForReal = options.rehearsedOn === undefined;
    const outcomes = isForReal ? await withRefusedDestructions(existing, destructionClients) : existing;
    for (const outcome of outcomes) keepPlan(outcome, logFileOf(outcome.stack, run));
    const { summaryOfPlans, summaryPage } = await summarizing;
    const summary = await summaryOfPlans(
      originOf(madeAt, { ...options, abandoned }),
      summariesOf(outcomes, options),
      stacks,
      options.everyStack,
    );
    write(join(folder, SUMMARY), summaryPage(summary));
    write(join(folder, SUMMARY_JSON), summaryJson(summary));
    // Last: the manifest contains the hash of every other file.
    const manifest = manifestOf(outcomes, stacks, { ...options, madeAt, files: hashesOf(folder) });
    write(join(folder, MANIFEST), manifestText(manifest));
    const signedBy = signingKey === undefined ? undefined : signManifest(folder, manifest, signingKey);
    return { folder: finishPlanFolder(folder, manifest), manifest, summary, signedBy };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const code = errnoCode(error);
    if (code === undefined || !CANNOT_WRITE.has(code)) throw error;
    throw new UserError(
      `the plan cannot be written to ${parent} (${messageOf(error)}) and was deleted. Free space there and plan again.`,
    );
  }
}

/**
 * Fails stacks whose state is lost: they must not be created again, and do not count as destroyed. On an emulator
 * nothing records what was applied.
 */
async function failLostStates(
  planned: readonly PlannedStack[],
  { rehearsedOn, env }: MakePlanOptions,
): Promise<readonly PlannedStack[]> {
  if (rehearsedOn !== undefined || planned.every(({ state }) => state !== undefined)) return planned;
  // Lazily: the clients take a second to load.
  const [{ refuseLostStates }, { awsClients }] = await Promise.all([
    import("./lost-state.js"),
    import("../terraform/aws/aws-clients.js"),
  ]);
  return refuseLostStates(planned, (stack) => awsClients(stack, env(stack)).s3);
}

/** Whether AWS has states to compare with the estate. A destroy is made from a commit that has the stacks. */
const isForAws = ({ rehearsedOn, destroy }: MakePlanOptions): boolean => rehearsedOn === undefined && !destroy;

/** @param clients loaded while Terraform plans. @default there is nothing to look for */
async function findAbandoned(
  planned: readonly PlannedStack[],
  { estate, env }: MakePlanOptions,
  clients: Promise<typeof Clients> | undefined,
): Promise<readonly string[] | undefined> {
  if (!clients) return undefined;
  const [{ awsClients }, { abandonedStates }] = await Promise.all([clients, import("./abandoned-states.js")]);
  const readable = planned.filter(({ status }) => status !== "failed" && status !== "not started");
  const stacks = readable.map(({ stack }) => stack);
  const found = await abandonedStates(stacks, estate, (stack) => awsClients(stack, env(stack)).s3);
  return found.length > 0 ? found : undefined;
}

/** Adds to plans that can be applied what exists in AWS of the settings that they would create. */
async function withExistingSettings(
  outcomes: readonly StackOutcome[],
  { env, settingClients = settingClientsOfAws(env), estate, rehearsedOn }: MakePlanOptions,
): Promise<readonly StackOutcome[]> {
  const plans = outcomes.flatMap(({ stack, status, plan }) => (status === "changes" && plan ? [{ stack, plan }] : []));
  const isForReal = rehearsedOn === undefined;
  const readers = isForReal ? readersOfAws(env) : undefined;
  const existing = await existingSettings(plans, settingClients, isForReal ? estate : undefined, readers);
  return outcomes.map((each) => ({ ...each, existing: existing.get(each.stack.id) }));
}

/** Terraform runs in a copy that belongs to the plan: the next synth does not change it. */
function copyOf(stack: Stack, folder: string): Stack {
  const directory = stackFolder(folder, stack.id);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  copyStackFiles(stack, directory);
  return { ...stack, directory };
}

/**
 * Keeps a plan that can be applied, and the JSON and log of any plan without secrets. Deletes the plan file of a stack
 * that waits, and the providers, which init installs again.
 */
function keepPlan({ stack, status, plan }: StackOutcome, logFile: string): void {
  const { directory } = stack;
  rmSync(join(directory, ".terraform"), { recursive: true, force: true });
  if (plan) {
    write(join(directory, PLAN_JSON), JSON.stringify(maskPlan(plan)));
    // Terraform hides only what its schema marks.
    write(logFile, maskPlanLog(readFileSync(logFile, "utf8"), plan));
  }
  if (status !== "changes") rmSync(join(directory, PLAN_FILE), { force: true });
}

function originOf(
  madeAt: string,
  { checkout, destroy, rehearsedOn, connections, abandoned }: MakePlanOptions,
): Omit<PlanSummary, "stacks" | "access"> {
  return {
    madeAt,
    kind: destroy ? ("destroy" as const) : ("plan" as const),
    rehearsedOn,
    commit: checkout.commit,
    dirty: checkout.changedPaths.length > 0,
    connections,
    abandoned,
  };
}

function summariesOf(outcomes: readonly StackOutcome[], { estate }: MakePlanOptions): PlannedStackSummary[] {
  return outcomes.map(({ stack: { id, accountId }, status, reasons, existing, plan, error, seconds }) => ({
    id,
    accountId,
    accountName: accountName(estate, accountId),
    status,
    reasons,
    existing,
    plan: plan && status !== "changes" ? (JSON.parse(JSON.stringify(maskPlan(plan))) as PlanJson) : plan,
    error: error && withRemedy(id, error),
    seconds,
  }));
}

/**
 * A plan in one phrase: "2 to create, 1 to replace". Masks the plan here, while Terraform plans other stacks: the rest
 * needs it once all are planned.
 */
function noteOfPlan(plan: PlanJson): string {
  maskPlan(plan);
  const counts = Object.entries(countsOf(plan)).flatMap(([action, count]) =>
    count > 0 ? [`${count} to ${action}`] : [],
  );
  return counts.length > 0 ? counts.join(", ") : `${counted(outputChangesOf(plan).length, "output")} to change`;
}

/** Plan files may contain secrets: only the owner may read them. */
function write(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}
