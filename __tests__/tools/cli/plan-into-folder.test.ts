import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planIntoFolder } from "../../../tools/cli/plan-into-folder";
import { RunResult } from "../../../tools/cli/run-result";
import { makePlan } from "../../../tools/plans/make-plan";
import { readStacks } from "../../../tools/synth/read-stacks";
import type { Stack } from "../../../tools/synth/stacks";
import * as project from "../../../tools/support/project";
import { synthesizeAsync, synthesizeStacks } from "../../../tools/synth/synth";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

jest.mock("../../../tools/synth/synth");
jest.mock("../../../tools/plans/make-plan");
jest.mock("../../../tools/support/project", () => ({
  __esModule: true,
  ...jest.requireActual<object>("../../../tools/support/project"),
  newRunDirectory: () => folder(),
}));
jest.mock("../../../tools/terraform/aws/aws-run", () => ({
  openAwsRun: () => Promise.resolve({}),
  hashProvider: () => Promise.resolve(),
}));

const folder = temporaryFolder();

/** A stack of the example estate, as synthesized with a VPC of this name. */
function synthesized(outdir: string, name: string): Stack[] {
  const resource = { aws_vpc: { v: { tags: { Name: name } } } };
  return readStacks(writeOutput(outdir, { "dev-network": { resource } }));
}

/** Plans one environment. The estate is synthesized again when the plan asks for every stack, which it does twice. */
async function plan(before: string, after: string): Promise<number> {
  jest.mocked(synthesizeStacks).mockResolvedValueOnce(synthesized(join(folder(), "first"), before));
  jest
    .mocked(synthesizeAsync)
    .mockClear()
    .mockImplementationOnce((outdir) => {
      synthesized(outdir, after);
      return Promise.resolve();
    });
  jest.mocked(makePlan).mockImplementationOnce(async (_selected, _stacks, { everyStack }) => {
    await everyStack?.();
    const ids = (await everyStack?.())?.map(({ id }) => id);
    throw new Error(`planned with ${String(ids)}`);
  });
  return planIntoFolder("plan", ["dev"], { all: false, lockTimeout: 0 }, new AbortController().signal, new RunResult());
}

test("rejects stacks whose content changes during a plan", async () => {
  await expect(plan("one", "two")).rejects.toThrow(
    "the estate must stay the same during a plan, got other content of dev-network. Plan again.",
  );
});

test("continues a plan if the stacks are the same when all are synthesized", async () => {
  await expect(plan("same", "same")).rejects.toThrow("planned with dev-network");
  expect(synthesizeAsync).toHaveBeenCalledTimes(1);
});

test("refuses files of Terraform next to a stack's JSON, which it would not read", async () => {
  const replaced = jest.replaceProperty(project, "ROOT", folder());
  const stack = join(folder(), "cdktf.out/stacks/dev-network");
  mkdirSync(stack, { recursive: true });
  for (const name of ["cdk.tf.json", ".terraform.lock.hcl", "imports.tf.json"]) writeFileSync(join(stack, name), "{}");
  const planning = planIntoFolder(
    "plan",
    ["dev"],
    { all: false, lockTimeout: 0 },
    new AbortController().signal,
    new RunResult(),
  );
  await expect(planning).rejects.toThrow(
    'a stack\'s folder must hold only cdk.tf.json, got cdktf.out/stacks/dev-network/imports.tf.json. Remove it; to adopt a resource, see docs/applying.md, "What exists already".',
  );
  replaced.restore();
});
