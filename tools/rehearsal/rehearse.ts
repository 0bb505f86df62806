import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Environment, type Estate } from "../../config/model";
import { countChanges } from "../emulator/requested-actions";
import { findEmulator, type EmulatorSource } from "../emulator/emulator";
import { emulatorEnvironment } from "../emulator/environment";
import { applyStacks, type ApplyReport } from "./apply-stacks";
import { terraformCliConfig, type CliConfig } from "../terraform/cli-config";
import { destroyStacks, type DestroyReport } from "./destroy-stacks";
import { checkTerraform, type TerraformBinary } from "../terraform/preflight";
import type { RunOptions } from "../terraform/run-options";
import { type Stack } from "../synth/stacks";
import type { View } from "../terraform/view/view";
import { accountProofs } from "./account-proofs";
import { clientsFor, type ClientsOf } from "./clients";
import { environmentProofs } from "./environment-proofs";
import { existingPrincipals, makeEverythingNew, startEstateEmulator } from "./preconditions";
import { identityProofs } from "./identity-proofs";
import { organizationProofs } from "./organization-proofs";
import { lockedExecutable, PROVIDER_LOCK } from "../terraform/provider-lock";
import { providerVersion } from "../terraform/provider-mirror";
import { tryProofs, type Proof, type ProofResult } from "./proof";
import { StepClock, type RunStep } from "./time-line";
import { stacksOfEnvironments, stacksToPlan } from "../synth/selection";
import type { StackSpec } from "../../config/layout";
import { synthesizeStacks } from "../synth/synth";
import { selectClosure } from "../synth/read-stacks";
import { masterOf } from "../../config/resolve/account";
import { counted } from "../support/text";

/** Everything that a rehearsal needs from outside the project. */
export interface Tools {
  readonly terraform: TerraformBinary;
  readonly cliConfig: CliConfig;
  readonly emulator: EmulatorSource;
}

/**
 * Finds Terraform, its provider, Python and moto before anything starts.
 *
 * @throws MissingTool, one line with the remedy
 */
export async function findTools(cacheDirectory: string): Promise<Tools> {
  const finding = findEmulator();
  finding.catch(() => undefined); // a problem with Terraform is reported first, whichever is found first
  const cliConfig = terraformCliConfig({ providerVersion: providerVersion(), cacheDirectory });
  void lockedExecutable(cliConfig.env, PROVIDER_LOCK).catch(() => undefined); // the first stack reports it
  const terraform = await checkTerraform();
  return { terraform, cliConfig, emulator: await finding };
}

export interface RehearsalOptions {
  readonly estate: Estate;
  readonly environments: readonly Environment[];
  readonly tools: Tools;
  /** An ignored folder for the synthesized stacks and logs. Logs of an earlier rehearsal are deleted. */
  readonly directory: string;
  /** Creates a view for each run over the stacks. */
  readonly view: () => View;
  /** How many stacks run at once. @default the number of cores */
  readonly parallel?: number;
  /** Destroys the unprotected stacks after the proofs. @default false */
  readonly destroy?: boolean;
  /** Interrupts Terraform gracefully and stops the emulator. @default none */
  readonly signal?: AbortSignal;
  /** Called when a stage begins. @default none */
  readonly onStage?: (text: string) => void;
}

/** The result of a rehearsal, with what ran when. */
export interface Rehearsed extends Rehearsal {
  readonly steps: readonly RunStep[];
}

export interface Rehearsal {
  /** Whether every stack was applied, every plan afterwards was empty, and every proof holds. */
  readonly ok: boolean;
  readonly applied: ApplyReport;
  /** Empty if a stack failed: there is nothing to prove then. */
  readonly proofs: readonly ProofResult[];
  readonly destroyed?: DestroyReport;
}

/** The result of a rehearsal. It is ok only if every apply, proof and destruction succeeded. */
export function rehearsal(applied: ApplyReport, proofs: readonly ProofResult[], destroyed?: DestroyReport): Rehearsal {
  const proved = proofs.length > 0 && proofs.every(({ error }) => error === undefined);
  // A stack that was just applied and has no state has lost its state: that is a failure.
  const ended =
    destroyed === undefined || (destroyed.ok && destroyed.stacks.every(({ status }) => status !== "absent"));
  return { ok: applied.ok && proved && ended, applied, proofs, destroyed };
}

/**
 * Terraform's environment for a stack: credentials of its account, or of the master account that assumes its access
 * role.
 */
export function stackEnvironment(
  url: string,
  estate: Estate,
  { cliConfig }: Tools,
): (stack: Stack) => NodeJS.ProcessEnv {
  const master = masterOf(estate);
  const directHosts = cliConfig.hosts;
  return ({ accountId, accessRoleArn, region }) => ({
    ...emulatorEnvironment(url, { accountId: accessRoleArn && master ? master.id : accountId, region, directHosts }),
    ...cliConfig.env,
  });
}

/**
 * Applies environments on a local AWS emulator with the real Terraform, including the account-wide stacks of their
 * accounts. Then plans each stack again, where any change is a failure, and checks the accounts without Terraform. The
 * emulator is always stopped.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsed> {
  const { estate, environments, tools, directory, view, parallel, signal, onStage = () => undefined } = options;
  const logDir = join(directory, "logs");
  rmSync(logDir, { recursive: true, force: true });
  mkdirSync(logDir, { recursive: true });
  const emulatorLog = join(logDir, "emulator.log");
  const clock = new StepClock("prepare");
  onStage("starting the AWS emulator, and synthesizing the estate");
  const starting = clock.time("start the AWS emulator", () => startEstateEmulator(estate, tools.emulator, emulatorLog));
  try {
    const specs = stacksOfEnvironments(estate, environments).filter(({ provider }) => provider === undefined);
    const synthesizing = clock.time("synthesize the stacks", () => synthesizeNew(directory, specs, estate, signal));
    const [stacks, emulator] = await Promise.all([synthesizing, starting]);
    const run: Omit<RunOptions, "view"> = {
      binary: tools.terraform.path,
      env: stackEnvironment(emulator.url, estate, tools),
      logDir,
      parallel,
      signal,
    };
    onStage(`applying ${counted(stacks.length, "stack")}, then planning each again`);
    const isOwnEmulator = "python" in tools.emulator; // another one does not write this log
    const changesIn = (accountId: string): number => countChanges(readFileSync(emulatorLog, "utf8"), accountId);
    const applied = await applyStacks(stacks, {
      ...run,
      view: view(),
      changesIn: isOwnEmulator ? changesIn : undefined,
    });
    clock.add(applied.steps);
    if (!applied.ok) return { ...rehearsal(applied, []), steps: clock.steps };
    onStage("checking the accounts without Terraform");
    const proofs = await clock.time("check the accounts without Terraform", () =>
      tryProofs(proofsOf(estate, specs, environments, emulator.url)),
    );
    if (!options.destroy) return { ...rehearsal(applied, proofs), steps: clock.steps };
    onStage("destroying the unprotected stacks");
    const destroyed = await clock.time("destroy the unprotected stacks", () =>
      destroyStacks(stacks, { ...run, view: view() }),
    );
    return { ...rehearsal(applied, proofs, destroyed), steps: clock.steps };
  } finally {
    await starting.then(
      (emulator) => emulator.stop(),
      () => undefined,
    );
  }
}

/** These stacks, as if nothing existed. */
async function synthesizeNew(
  directory: string,
  specs: readonly StackSpec[],
  estate: Estate,
  signal?: AbortSignal,
): Promise<Stack[]> {
  const ids = stacksToPlan(specs, estate);
  const synthesized = await synthesizeStacks(directory, ids && { ids, estate }, signal);
  const selected = specs.map(({ id }) => id);
  const stacks = selectClosure(synthesized, selected);
  makeEverythingNew(stacks);
  return stacks;
}

/** The proofs of these stacks after their apply. */
export function proofsOf(
  estate: Estate,
  specs: ReturnType<typeof stacksOfEnvironments>,
  environments: readonly Environment[],
  emulatorUrl: string,
): Proof[] {
  const clientsOf: ClientsOf = (accountId, region) => clientsFor(emulatorUrl, accountId, region);
  const accounts = [...new Set(specs.map(({ account }) => account))];
  const people = existingPrincipals(estate).filter(({ kind }) => kind === "user");
  const usersIn = (id: string) => people.filter(({ accountId }) => accountId === id).map(({ name }) => name);
  return [
    ...accounts.flatMap((account) => [
      ...accountProofs(account, usersIn(account.id), specs, clientsOf),
      ...(account.kind === "master" ? organizationProofs(estate, clientsOf) : []),
      ...(account.name === estate.identity?.account ? identityProofs(estate, specs, emulatorUrl) : []),
    ]),
    ...environments.flatMap((environment) => environmentProofs(environment, clientsOf)),
  ];
}
