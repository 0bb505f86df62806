import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "../../config/model";
import { UserError } from "../../config/user-error";
import { withProvider } from "../terraform/attached-provider";
import type { AwsRun } from "../terraform/aws/aws-run";
import { firstApply, previewFirstApply } from "./bootstrap/first-apply";
import { awsAccount } from "./bootstrap/aws-account";
import type { Adoption } from "./bootstrap/adoption";
import type { FirstApplyPlan } from "./bootstrap/plan-first-apply";
import { namedResources } from "./bootstrap/stack-resources";
import { followProgress, logFileOf, terraformFor, type RunOptions } from "../terraform/run-options";
import type { Stack } from "../synth/stacks";
import { eachAccount, type EachAccountOptions } from "./each-account";
import type { View } from "../terraform/view/view";
import { oneAtATime } from "./one-at-a-time";

/** Seconds to wait for the Terraform of a killed run that still uses the local state. */
const LOCK_TIMEOUT = 300;

export interface BootstrapOptions extends EachAccountOptions {
  readonly aws: Pick<AwsRun, "terraform" | "env">;
  /** The folder of local states until they are moved. No run empties it. */
  readonly localStatesDirectory: string;
  readonly logDir: string;
  /** The regions that accounts must have enabled, by the account's name. */
  readonly optInRegions: ReadonlyMap<string, readonly string[]>;
}

/** The result of bootstrapping an account. */
export type Bootstrapped = { readonly account: Account; readonly stack: Stack } & (
  | { readonly status: "bootstrapped"; readonly adopted: readonly Adoption[]; readonly made: readonly string[] }
  | { readonly status: "already"; /** Whether its plan has changes. */ readonly hasChanges: boolean }
  | {
      readonly status: "failed";
      readonly error: Error;
      /** Whether it was refused before anything was changed. */
      readonly isRefused: boolean;
      /** The remaining local state. @default none */
      readonly localState?: string;
      /** Terraform's log. @default Terraform did not run */
      readonly log?: string;
    }
  | { readonly status: "not started" }
);

/** The plan of bootstrapping an account. */
export type PlannedBootstrap = { readonly account: Account; readonly stack: Stack; readonly localState: string } & (
  | {
      readonly status: "planned";
      readonly plan: FirstApplyPlan;
      /** Only for an account that is already bootstrapped. */ readonly hasChanges: boolean;
    }
  | { readonly status: "refused"; readonly error: Error }
  | { readonly status: "not started" }
);

type Outcome<T> = T extends unknown ? Omit<T, "account" | "stack" | "localState"> : never;

/** Bootstraps accounts, several at once. A failure is in the account's result, and stops no other account. */
export async function bootstrapAccounts(options: BootstrapOptions): Promise<Bootstrapped[]> {
  const { view, localStatesDirectory } = options;
  const begun = new Set<string>();
  const outcomes = await eachAccount(options, async (stack, account): Promise<Outcome<Bootstrapped>> => {
    const file = localStateOf(localStatesDirectory, stack);
    return oneAtATime(`${file}.running`, stack.id, () =>
      bootstrap(toolsFor(stack, account, options), file, view, () => begun.add(stack.id)),
    );
  });
  return outcomes.map(({ account, stack, outcome, error }): Bootstrapped => {
    const common = { account, stack };
    if (outcome) return { ...common, ...outcome };
    if (!error) {
      view.phase(stack.id, "not started", "interrupted");
      return { ...common, status: "not started" };
    }
    const [file, log] = [localStateOf(localStatesDirectory, stack), logFileOf(stack, options)];
    return {
      ...common,
      status: "failed",
      error,
      isRefused: error instanceof UserError && !begun.has(stack.id),
      ...(existsSync(file) ? { localState: file } : {}),
      ...(existsSync(log) ? { log } : {}),
    };
  });
}

/** Plans the bootstrap of accounts. Reads only. */
export async function planBootstraps(options: BootstrapOptions): Promise<PlannedBootstrap[]> {
  const outcomes = await eachAccount(options, async (stack, settings): Promise<Outcome<PlannedBootstrap>> => {
    options.view.phase(stack.id, "looking");
    const { run, terraform, account } = toolsFor(stack, settings, options);
    const plan = await previewFirstApply(stack, terraform, {
      account,
      localState: localStateOf(options.localStatesDirectory, stack),
    });
    if (plan.kind === "already there") options.view.phase(stack.id, "checking");
    const hasChanges = plan.kind === "already there" && (await hasChangesIn(stack, run));
    options.view.phase(stack.id, "planned");
    return { status: "planned", plan, hasChanges };
  });
  return outcomes.map(({ account, stack, outcome, error }): PlannedBootstrap => {
    const common = { account, stack, localState: localStateOf(options.localStatesDirectory, stack) };
    if (outcome) return { ...common, ...outcome };
    return error ? { ...common, status: "refused", error } : { ...common, status: "not started" };
  });
}

async function bootstrap(
  { stack, run, terraform, account }: ReturnType<typeof toolsFor>,
  localState: string,
  view: View,
  onBegin: () => void,
): Promise<Outcome<Bootstrapped>> {
  const { result, adopted } = await firstApply(stack, terraform, {
    account,
    localState,
    onStep: (step) => {
      if (step !== "looking") onBegin();
      view.phase(stack.id, step);
    },
    onOutput: followProgress({
      resourceCount: stack.resourceCount,
      onFirstChange: () => {
        view.phase(stack.id, "applying");
      },
      onNote: (note) => {
        view.phase(stack.id, "applying", note);
      },
    }),
    withMover: (move) => withProvider(stack, run, move),
  });
  if (result === "applied") {
    view.phase(stack.id, "bootstrapped");
    const made = namedResources(stack).filter(({ address }) => !adopted.some(({ to }) => to === address));
    return { status: "bootstrapped", adopted, made: made.map(({ what }) => what) };
  }
  view.phase(stack.id, "checking");
  const hasChanges = await hasChangesIn(stack, run);
  view.phase(stack.id, "bootstrapped", hasChanges ? "already, but its plan has changes" : "already");
  return { status: "already", hasChanges };
}

async function hasChangesIn(stack: Stack, run: RunOptions): Promise<boolean> {
  const plan = await withProvider(stack, run, (terraform) => terraform.plan({ lock: false }));
  return plan.outcome === "changes";
}

function toolsFor(stack: Stack, { name }: Account, options: BootstrapOptions) {
  const { aws, logDir, optInRegions, view, signal } = options;
  const run: RunOptions = {
    env: aws.env,
    binary: aws.terraform.path,
    logDir,
    view,
    signal,
    lockTimeoutSeconds: LOCK_TIMEOUT,
  };
  const account = awsAccount(stack, aws.env(stack), optInRegions.get(name));
  return { stack, run, terraform: terraformFor(stack, run), account };
}

/** One file for each account and stack, since several bootstraps may be unfinished. */
function localStateOf(localStatesDirectory: string, { accountId, id }: Stack): string {
  return join(localStatesDirectory, `${accountId}-${id}.tfstate`);
}
