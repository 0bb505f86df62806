import type { BenchOptions, BenchGroup } from "./group";
import { measurePlanning, type PlanningMeasured } from "./planning";
import type { Result } from "./report";

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  const { oneChanged, accessChanged, affected, cdktfDiff } = await measurePlanning(directory);
  const planOfStack = oneChanged.npmRunPlan / oneChanged.stacks;
  return [
    againstTerraform(oneChanged, "one changed"),
    againstTerraform(accessChanged, "access changes in each"),
    {
      what: `npm run plan -- --affected, one of ${affected.stacks} stacks, minus terraform init and plan of that stack`,
      got: affected.npmRunPlan - affected.terraform,
      unit: "s",
      atMost: 3,
      detail: secondsText(affected),
    },
    {
      what: "npm run plan / cdktf diff, for each stack",
      got: planOfStack / cdktfDiff,
      unit: "×",
      atMost: 0.5,
      detail: `${planOfStack.toFixed(1)} s / ${cdktfDiff.toFixed(1)} s`,
    },
  ];
}

function againstTerraform(measured: PlanningMeasured, change: string): Result {
  return {
    what: `npm run plan / terraform init and plan, ${measured.stacks} stacks, ${change}`,
    got: measured.npmRunPlan / measured.terraform,
    unit: "×",
    atMost: 0.95,
    detail: secondsText(measured),
  };
}

const secondsText = ({ npmRunPlan, terraform }: PlanningMeasured): string =>
  `${npmRunPlan.toFixed(1)} s / ${terraform.toFixed(1)} s`;

export const planningGroup: BenchGroup = {
  name: "planning",
  about: "npm run plan on the emulator, against Terraform alone and against cdktf diff",
  measure,
};
