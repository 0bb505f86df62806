import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Environment, type Estate } from "../../config/model";
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
import { startEstateEmulator } from "./preconditions";
import { organizationProofs } from "./organization-proofs";
import { providerVersion } from "../terraform/provider-mirror";
import { tryProofs, type Proof, type ProofResult } from "./proof";
import { stacksOfEnvironments } from "../synth/selection";
import { synthesize } from "../synth/synth";
import { readStacks, selectClosure } from "../synth/read-stacks";
import { masterOf } from "../../config/resolve/account";

/** Everything that a rehearsal needs from outside the project. */
export interface Tools {
  readonly terraform: TerraformBinary;
  readonly cliConfig: CliConfig;
  readonly emulator: EmulatorSource;
}

/** Hosts that `terraform init` asks for the provider where no mirror has it. Nothing else is let past the emulator. */
const REGISTRY_HOSTS = ["registry.terraform.io", "releases.hashicorp.com"];

/**
 * Finds Terraform, its provider, Python and moto. Throws MissingTool, one line with the remedy, before anything is
 * started.
 */
export async function findTools(cacheDirectory: string): Promise<Tools> {
  const terraform = await checkTerraform();
  const cliConfig = terraformCliConfig({ providerVersion: providerVersion(), cacheDirectory });
  return { terraform, cliConfig, emulator: await findEmulator() };
}

export interface RehearsalOptions {
  readonly estate: Estate;
  readonly environments: readonly Environment[];
  readonly tools: Tools;
  /**
   * An ignored folder of the rehearsal's own: synthesized stacks and logs go there, and what an earlier one left there
   * goes.
   */
  readonly directory: string;
  /** A view for each run over the stacks. */
  readonly view: () => View;
  /** How many stacks compute at once. @default the number of cores */
  readonly parallel?: number;
  /** Also destroys what can be destroyed, after the proofs. @default false */
  readonly destroy?: boolean;
  /** Interrupts Terraform gently; the emulator is stopped. */
  readonly signal?: AbortSignal;
  /** Told when a stage begins. @default nobody is */
  readonly onStage?: (text: string) => void;
}

export interface Rehearsal {
  /** Whether every stack was applied and is free of drift, and every proof holds. */
  readonly ok: boolean;
  readonly applied: ApplyReport;
  /** Empty where not everything was applied: there is nothing to prove then. */
  readonly proofs: readonly ProofResult[];
  readonly destroyed?: DestroyReport;
}

/** What a rehearsal comes to: it is ok only where nothing at all speaks against it. */
export function rehearsal(applied: ApplyReport, proofs: readonly ProofResult[], destroyed?: DestroyReport): Rehearsal {
  const proved = proofs.length > 0 && proofs.every(({ error }) => error === undefined);
  // A stack that was just applied and of which nothing is found is a lost state, and no success.
  const ended =
    destroyed === undefined || (destroyed.ok && destroyed.stacks.every(({ status }) => status !== "absent"));
  return { ok: applied.ok && proved && ended, applied, proofs, destroyed };
}

/**
 * The environment of Terraform for a stack: the account's own credentials, or those of the master account that assumes
 * its access role.
 */
export function stackEnvironment(
  url: string,
  estate: Estate,
  { cliConfig }: Tools,
): (stack: Stack) => NodeJS.ProcessEnv {
  const master = masterOf(estate);
  // Nobody knows what a user's own configuration asks: the registry, most likely.
  const directHosts = cliConfig.provider === "mirror" ? [] : REGISTRY_HOSTS;
  return ({ accountId, accessRoleArn, region }) => ({
    ...emulatorEnvironment(url, { accountId: accessRoleArn && master ? master.id : accountId, region, directHosts }),
    ...cliConfig.env,
  });
}

/**
 * Applies environments, with the account-wide stacks of every account they touch, by the real Terraform on a local AWS
 * emulator; plans each stack again, where any change is a failure; and proves from outside Terraform what lies in which
 * account. The emulator is always stopped.
 */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { estate, environments, tools, directory, view, parallel, signal, onStage = () => undefined } = options;
  const outdir = join(directory, "cdktf.out");
  const logDir = join(directory, "logs");
  rmSync(logDir, { recursive: true, force: true });
  mkdirSync(logDir, { recursive: true });
  onStage("synthesizing the estate");
  synthesize(outdir);
  const specs = stacksOfEnvironments(estate, environments);
  const stacks = selectClosure(
    readStacks(outdir),
    specs.map(({ id }) => id),
  );

  onStage("starting the AWS emulator");
  const emulator = await startEstateEmulator(estate, tools.emulator, join(logDir, "emulator.log"));
  try {
    const run: Omit<RunOptions, "view"> = {
      binary: tools.terraform.path,
      env: stackEnvironment(emulator.url, estate, tools),
      logDir,
      parallel,
      signal,
    };
    onStage(`applying ${stacks.length} stacks, then planning each again`);
    const applied = await applyStacks(stacks, { ...run, view: view() });
    if (!applied.ok) return rehearsal(applied, []);
    onStage("proving from outside Terraform what lies in which account");
    const proofs = await tryProofs(proofsOf(estate, specs, environments, emulator.url));
    if (!options.destroy) return rehearsal(applied, proofs);
    onStage("destroying what can be destroyed");
    const destroyed = await destroyStacks(stacks, { ...run, view: view() });
    return rehearsal(applied, proofs, destroyed);
  } finally {
    await emulator.stop();
  }
}

/** Everything to be seen from outside Terraform once these stacks are applied. */
export function proofsOf(
  estate: Estate,
  specs: ReturnType<typeof stacksOfEnvironments>,
  environments: readonly Environment[],
  emulatorUrl: string,
): Proof[] {
  const clientsOf: ClientsOf = (accountId, region) => clientsFor(emulatorUrl, accountId, region);
  const accounts = [...new Set(specs.map(({ account }) => account))];
  return [
    ...accounts.flatMap((account) => [
      ...accountProofs(account, specs, clientsOf),
      ...(account.kind === "master" ? organizationProofs(estate, clientsOf) : []),
    ]),
    ...environments.flatMap((environment) => environmentProofs(environment, clientsOf)),
  ];
}
