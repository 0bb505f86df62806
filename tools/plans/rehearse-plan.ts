import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { makeEverythingNew, startEstateEmulator } from "../rehearsal/preconditions";
import { stackEnvironment, type Tools } from "../rehearsal/rehearse";
import { applyStacks } from "../rehearsal/apply-stacks";
import { type Stack } from "../synth/stacks";
import type { View } from "../terraform/view/view";
import { synthesizeCommit } from "../synth/git/base-commit";
import { makePlan, type MadePlan, type MakePlanOptions } from "./make-plan";
import { fileIn } from "../synth/git/repository";
import { readStacks, selectClosure } from "../synth/read-stacks";
import { counted } from "../support/text";

export interface RehearsePlanOptions extends Omit<
  MakePlanOptions,
  "env" | "view" | "terraform" | "connections" | "rehearsedOn" | "abandoned"
> {
  /** The project's folder. */
  readonly root: string;
  /** The full hash of the commit on which the plan is made. */
  readonly base: string;
  readonly tools: Tools;
  /** An ignored folder of this run, for the base's stacks and the logs. */
  readonly directory: string;
  /** Creates a view for each run over the stacks. */
  readonly newView: () => View;
  /** Called when a stage begins. */
  readonly onStage: (text: string) => void;
}

/**
 * Plans without AWS: applies the base commit on an emulator and plans the present code on top. A reviewer sees what
 * would be created, changed, replaced and destroyed. The plan is marked as rehearsed and cannot be applied.
 * @throws UserError if the base cannot be synthesized, or cannot be applied on the emulator
 */
export async function rehearsePlan(
  selected: readonly Stack[],
  stacks: readonly Stack[],
  options: RehearsePlanOptions,
): Promise<MadePlan> {
  const { root, base, estate, estateFile, tools, directory, newView, onStage, parallel, signal } = options;
  const logDir = join(directory, "logs");
  mkdirSync(logDir, { recursive: true });
  onStage(`synthesizing the estate of commit ${base.slice(0, 12)}`);
  const outdir = join(directory, "base");
  await synthesizeCommit({ root, commit: base, estateFile, folder: join(directory, "checkout"), signal }, outdir);
  const before = readStacks(outdir);
  makeEverythingNew([...before, ...stacks]);
  const known = new Set(before.map(({ id }) => id));
  const ids = selected.map(({ id }) => id).filter((id) => known.has(id));
  // The planned stacks also need their upstreams, and the stacks with their state buckets.
  const needed = selectClosure(stacks, selected.map(({ id }) => id)).map(({ id }) => id).filter((id) => known.has(id)); // prettier-ignore
  const given = selectClosure(before, [...ids, ...needed]);

  onStage("starting the AWS emulator");
  const emulator = await startEstateEmulator(estate, tools.emulator, join(logDir, "emulator.log"));
  try {
    const env = stackEnvironment(emulator.url, estate, tools);
    const baseLock = fileIn(root, base, "tools/terraform/.terraform.lock.hcl");
    const providerLock = baseLock === undefined ? undefined : join(directory, "base.terraform.lock.hcl");
    if (providerLock !== undefined && baseLock !== undefined) writeFileSync(providerLock, baseLock);
    onStage(`applying ${counted(given.length, "stack")} of the base`);
    const applied = await applyStacks(given, {
      ...{ env, logDir, parallel, signal, check: false },
      binary: tools.terraform.path,
      providerLock, // the base may require another version of the provider
      view: newView(),
    });
    if (!applied.ok)
      throw new UserError(`commit ${base.slice(0, 12)} cannot be applied on the emulator, so nothing was planned`);
    onStage(`planning ${counted(selected.length, "stack")} on top`);
    const abandoned = before.map(({ id }) => id).filter((id) => !stacks.some((stack) => stack.id === id));
    return await makePlan(selected, stacks, {
      ...options,
      env,
      view: newView(),
      terraform: tools.terraform,
      // The rest goes to the emulator.
      connections: { providerSources: tools.cliConfig.sources, endpoints: {}, proxies: {}, caBundles: {}, passed: [] },
      rehearsedOn: base,
      abandoned,
    });
  } finally {
    await emulator.stop();
  }
}
