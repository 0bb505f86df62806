import { join } from "node:path";
import { planIntoFolder } from "../../../tools/cli/plan-into-folder";
import { makePlan } from "../../../tools/plans/make-plan";
import { readStacks } from "../../../tools/synth/read-stacks";
import type { Stack } from "../../../tools/synth/stacks";
import { synthesizeStacks } from "../../../tools/synth/synth";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

jest.mock("../../../tools/synth/synth");
jest.mock("../../../tools/plans/make-plan");
jest.mock("../../../tools/support/project", () => ({
  ...jest.requireActual<object>("../../../tools/support/project"),
  newRunDirectory: () => folder(),
}));
jest.mock("../../../tools/terraform/aws/aws-run", () => ({ openAwsRun: () => Promise.resolve({}) }));

const folder = temporaryFolder();

/** A stack of the example estate, as synthesized with a VPC of this name. */
function synthesized(outdir: string, name: string): Stack[] {
  const resource = { aws_vpc: { v: { tags: { Name: name } } } };
  return readStacks(writeOutput(join(folder(), outdir), { "dev-network": { resource } }));
}

/** Plans one environment. The estate is synthesized again when the plan asks for every stack. */
async function plan(before: string, after: string): Promise<number> {
  const [first, second] = [synthesized("first", before), synthesized("second", after)];
  jest.mocked(synthesizeStacks).mockReturnValueOnce(first).mockReturnValueOnce(second);
  jest.mocked(makePlan).mockImplementationOnce((_selected, _stacks, { everyStack }) => {
    const ids = everyStack?.().map(({ id }) => id);
    return Promise.reject(new Error(`planned with ${String(ids)}`));
  });
  return planIntoFolder("plan", ["dev"], { all: false }, new AbortController().signal);
}

test("rejects stacks whose content changes during a plan", async () => {
  await expect(plan("one", "two")).rejects.toThrow(
    "the estate must stay the same during a plan, got other content of dev-network. Plan again.",
  );
});

test("continues a plan if the stacks are the same when all are synthesized", async () => {
  await expect(plan("same", "same")).rejects.toThrow("planned with dev-network");
});
