import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadEstate } from "../../config/load";
import { requestedActions } from "../emulator/requested-actions";
import { CACHE } from "../support/project";
import { distinct } from "../support/order";
import { synthesize } from "../synth/synth";
import { readStacks } from "../synth/read-stacks";
import { planStacks } from "../terraform/plan-stacks";
import { providerVersion } from "../terraform/provider-mirror";
import { createView } from "../terraform/view/create-view";
import { applyStacks } from "./apply-stacks";
import { startEstateEmulator } from "./preconditions";
import { findTools, stackEnvironment } from "./rehearse";

/*
 * Records in plan-calls.json which IAM actions a plan and a drift check of every stack of the estate request:
 *
 *   node --require ./tools/support/typescript.cjs tools/rehearsal/record-plan-calls.ts
 *
 * Applies the estate on the emulator, then plans each stack twice, with a lock as `npm run plan` does and without as
 * `npm run drift` does. It takes about fifteen minutes.
 */

const RECORDED = join(__dirname, "plan-calls.json");

async function record(): Promise<void> {
  const estate = loadEstate();
  const tools = await findTools(CACHE);
  const directory = mkdtempSync(join(tmpdir(), "plan-calls-"));
  const log = join(directory, "emulator.log");
  synthesize(join(directory, "cdktf.out"));
  const stacks = readStacks(join(directory, "cdktf.out"));
  const emulator = await startEstateEmulator(estate, tools.emulator, log);
  try {
    const env = stackEnvironment(emulator.url, estate, tools);
    const run = { binary: tools.terraform.path, env, logDir: directory };
    const applied = await applyStacks(stacks, { ...run, view: createView(), check: false });
    if (!applied.ok) throw new Error(`every stack must be applied; the logs are in ${directory}`);
    const before = readFileSync(log, "utf8").length;
    for (const look of [false, true]) {
      const planned = await planStacks(stacks, { ...run, view: createView(), look, noteOf: () => "" });
      const failed = planned.find(({ status }) => status !== "no changes");
      if (failed) throw new Error(`${failed.stack.id} must have no changes, got ${failed.status}`);
    }
    const requests = requestedActions(readFileSync(log, "utf8").slice(before));
    const actions = distinct(requests.map(({ action }) => action));
    const recorded = {
      date: new Date().toISOString().slice(0, 10),
      provider: providerVersion(),
      stacks: stacks.length,
    };
    writeFileSync(RECORDED, `${JSON.stringify({ ...recorded, actions }, null, 2)}\n`);
    console.log(`${actions.length} actions of ${requests.length} requests: ${RECORDED}`);
  } finally {
    await emulator.stop();
  }
  rmSync(directory, { recursive: true, force: true });
}

void record();
