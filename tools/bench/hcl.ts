import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEstate } from "../../config/load";
import { startEmulator } from "../emulator/emulator";
import { findTools, stackEnvironment } from "../rehearsal/rehearse";
import { CACHE } from "../support/project";
import { readStacks } from "../synth/read-stacks";
import type { BenchGroup, BenchOptions } from "./group";
import { inTurns, medianOf, run, synthOf } from "./measure";
import type { Result } from "./report";
import { EXAMPLE } from "./synth";

const ROUNDS = 3;
const STACK = "dev-network";
const HAND_WRITTEN = join(__dirname, "peers/hcl/network.tf");

/** Both plans begin without a state, and keep none in a bucket. */
const BACKEND = JSON.stringify({ terraform: { backend: { local: {} } } });

interface PlannedChange {
  readonly type: string;
  readonly change: { readonly after: unknown; readonly after_unknown: unknown };
}

/** What a plan changes, whatever the addresses are: each resource as its type with all its values. */
function changesOf(planJson: string): string[] {
  const { resource_changes: changes } = JSON.parse(planJson) as { readonly resource_changes: readonly PlannedChange[] };
  return changes.map(({ type, change }) => JSON.stringify([type, change.after, change.after_unknown]));
}

/** How many resources one plan has that the other has not, from the output of `terraform show -json`. */
export function differingResources(onePlan: string, otherPlan: string): number {
  const unmatched = changesOf(otherPlan);
  const onlyInOne = changesOf(onePlan).filter((change) => {
    const index = unmatched.indexOf(change);
    if (index >= 0) unmatched.splice(index, 1);
    return index < 0;
  });
  return onlyInOne.length + unmatched.length;
}

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  const tools = await findTools(CACHE);
  await synthOf(directory, EXAMPLE);
  const stack = readStacks(join(directory, "out")).find(({ id }) => id === STACK);
  if (!stack) throw new Error(`stack must be in the example, got none named ${STACK}`);
  const emulator = await startEmulator({ logFile: join(directory, "emulator.log"), source: tools.emulator });
  try {
    const env = stackEnvironment(emulator.url, loadEstate(EXAMPLE), tools)(stack);
    const terraformIn =
      (cwd: string) =>
      (command: string, ...args: readonly string[]) =>
        run(tools.terraform.path, [command, ...args], { cwd, env });
    const prepared = async (name: string, source: string, file: string) => {
      const folder = join(directory, name);
      mkdirSync(folder);
      copyFileSync(source, join(folder, file));
      writeFileSync(join(folder, "backend_override.tf.json"), BACKEND);
      const terraform = terraformIn(folder);
      await terraform("init", "-input=false");
      return terraform;
    };
    const json = await prepared("json", join(stack.directory, "cdk.tf.json"), "cdk.tf.json");
    const hcl = await prepared("hcl", HAND_WRITTEN, "network.tf");
    const plan = { json: () => json("plan", "-out=plan"), hcl: () => hcl("plan", "-out=plan") };
    const measured = await inTurns(ROUNDS, plan);
    const [synthesized, written] = [await json("show", "-json", "plan"), await hcl("show", "-json", "plan")];
    const [own, peer] = [medianOf(measured.json, "seconds"), medianOf(measured.hcl, "seconds")];
    return [
      {
        what: `terraform plan of synthesized JSON / of HCL written by hand, ${STACK}`,
        got: own / peer,
        unit: "×",
        atMost: 1.1,
        detail: `${own.toFixed(2)} s / ${peer.toFixed(2)} s, ${stack.resourceCount} resources`,
      },
      {
        what: "resources that differ between the two plans",
        got: differingResources(synthesized.output, written.output),
        unit: "",
        atMost: 0,
      },
    ];
  } finally {
    await emulator.stop();
  }
}

export const hclGroup: BenchGroup = {
  name: "hcl",
  about: "terraform plan of a synthesized stack against the same resources in HCL written by hand",
  measure,
};
