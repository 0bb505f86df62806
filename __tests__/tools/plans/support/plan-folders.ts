import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { maskPlan } from "../../../../tools/review/mask";
import type { PlanJson } from "../../../../tools/review/plan-json";
import { summaryJson } from "../../../../tools/review/summary-json";
import type { StackOutcome } from "../../../../tools/plans/decide-statuses";
import { estateSha256, type Manifest } from "../../../../tools/plans/manifest";
import { accountName, manifestOf } from "../../../../tools/plans/manifest-of-plan";
import { hashesOf, stackFolder } from "../../../../tools/plans/plan-folder";
import { summaryOfPlans, summaryPage } from "../../../../tools/plans/plan-summary";
import type { Present } from "../../../../tools/plans/refusals";
import { readStacks } from "../../../../tools/synth/read-stacks";
import { stackJson, type Stack } from "../../../../tools/synth/stacks";
import { example } from "../../../support/estates";
import { planFile } from "../../terraform/support/plan-files";
import { writeOutput, type SynthesizedStack } from "../../terraform/support/synthesized-output";
import { COMMIT, TREE } from "./manifests";

/** A planned stack of the example estate. */
export interface PlannedStack extends SynthesizedStack {
  /** @default "changes" */
  readonly status?: StackOutcome["status"];
  /** @default none */
  readonly reasons?: readonly string[];
  /** As Terraform shows the plan file. @default no change of a resource */
  readonly plan?: PlanJson;
}

export const ESTATE = example();
export const EMPTY_PLAN: PlanJson = { format_version: "1.2", terraform_version: "1.11.4", resource_changes: [] };

/** The code, estate and versions that the plans here are made with. */
export const PRESENT: Present = {
  checkout: { commit: COMMIT, tree: TREE, changedPaths: [] },
  estateSha256: estateSha256(ESTATE),
  terraformVersion: "1.11.4",
  providerVersion: "5.100.0",
  endpoints: {},
};

const CONNECTIONS = { providerSources: ["a mirror"], endpoints: {}, proxies: {}, caBundles: {}, passed: [] };

/** A stack that reads the VPC's id of dev-network, and a plan that was made with this id. */
export const readsNetwork = (vpc: string): PlannedStack => {
  const name = "cross-stack-reference-input-dev-network";
  const config = { bucket: "states-111111111111", key: "dev-network.tfstate" };
  const address = `data.terraform_remote_state.${name}`;
  const prior_state = { values: { root_module: { resources: [{ address, values: { outputs: { vpc } } }] } } };
  return {
    dependencies: ["dev-network"],
    json: {
      data: { terraform_remote_state: { [name]: { backend: "s3", config } } },
      output: { own: { value: `\${${address}.outputs.vpc}` } },
    },
    plan: { ...EMPTY_PLAN, prior_state },
  };
};

export interface WrittenPlan {
  readonly folder: string;
  readonly manifest: Manifest;
  /** All stacks of the code that the plan was made from. */
  readonly stacks: readonly Stack[];
}

/**
 * Writes a plan folder as the plan command does, with the real manifest and summaries; Terraform's part is made up.
 * @param others stacks of the same code that are not planned
 */
export async function writePlanFolder(
  parent: string,
  planned: Readonly<Record<string, PlannedStack>>,
  { kind = "plan", others = {} }: { kind?: Manifest["kind"]; others?: Record<string, SynthesizedStack> } = {},
): Promise<WrittenPlan> {
  const [folder, outdir] = [join(parent, "plan"), join(parent, "cdktf.out")];
  for (const path of [folder, outdir]) rmSync(path, { recursive: true, force: true });
  const stacks = readStacks(writeOutput(outdir, { ...planned, ...others }));
  const destroy = kind === "destroy";
  const outcomes = stacks.flatMap((stack): StackOutcome[] => {
    const one = planned[stack.id];
    if (!one) return [];
    const { status = "changes", reasons = [], plan = EMPTY_PLAN } = one;
    const directory = stackFolder(folder, stack.id);
    mkdirSync(directory, { recursive: true });
    copyFileSync(join(stack.directory, "cdk.tf.json"), join(directory, "cdk.tf.json"));
    if (status !== "no changes") writeFileSync(join(directory, "plan.json"), JSON.stringify(maskPlan(plan)));
    if (status === "changes") {
      const fields = destroy ? ([[17, 1]] as const) : [];
      writeFileSync(join(directory, "plan.tfplan"), planFile({ json: JSON.stringify(stackJson(stack)), fields }));
    }
    return [
      { stack, status, reasons, seconds: 1, state: { lineage: "l", serial: 1 }, plan: status === "no changes" ? undefined : plan }, // prettier-ignore
    ];
  });
  const madeAt = "2026-01-02T03:04:05.678Z";
  const summary = await summaryOfPlans(
    { madeAt, kind, commit: COMMIT, dirty: false, connections: CONNECTIONS },
    outcomes.map(({ stack: { id, accountId }, ...each }) => ({
      ...{ id, accountId, accountName: accountName(ESTATE, accountId) },
      ...{
        status: each.status,
        reasons: each.reasons,
        plan:
          each.plan && each.status !== "changes"
            ? (JSON.parse(JSON.stringify(maskPlan(each.plan))) as PlanJson)
            : each.plan,
        seconds: each.seconds,
      },
    })),
    stacks,
  );
  writeFileSync(join(folder, "summary.json"), summaryJson(summary));
  writeFileSync(join(folder, "summary.md"), summaryPage(summary));
  const manifest = manifestOf(outcomes, stacks, {
    ...{ estate: ESTATE, estateFile: "config/estate.ts", checkout: PRESENT.checkout, destroy, madeAt },
    connections: CONNECTIONS,
    ...{ terraform: { path: "terraform", version: "1.11.4" }, providerVersion: "5.100.0", files: hashesOf(folder) },
  });
  return { folder, manifest, stacks };
}
