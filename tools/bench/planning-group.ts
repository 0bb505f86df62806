import type { BenchOptions, BenchGroup } from "./group";
import { measurePlanning } from "./planning";
import type { Result } from "./report";

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  const { stacks, npmRunPlan, cdktfDiff, terraform, terraformPlan } = await measurePlanning(directory);
  const what = `${stacks} stacks, one changed`;
  return [
    {
      what: `npm run plan / terraform init and plan, ${what}`,
      got: npmRunPlan / terraform,
      unit: "×",
      atMost: 0.95,
      detail: `${npmRunPlan.toFixed(1)} s / ${terraform.toFixed(1)} s (terraform plan alone ${terraformPlan.toFixed(1)} s)`,
    },
    {
      what: `npm run plan / cdktf diff of each stack, ${what}`,
      got: npmRunPlan / cdktfDiff,
      unit: "×",
      atMost: 0.5,
      detail: `${npmRunPlan.toFixed(1)} s / ${cdktfDiff.toFixed(1)} s`,
    },
  ];
}

export const planningGroup: BenchGroup = {
  name: "planning",
  about: "npm run plan on the emulator, against Terraform alone and against cdktf diff",
  measure,
};
