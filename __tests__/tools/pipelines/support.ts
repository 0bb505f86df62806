import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestText, type Manifest, type ManifestStack } from "../../../tools/plans/manifest";
import { finishPlanFolder, hashesOf, startPlanFolder } from "../../../tools/plans/plan-folder";
import { manifestWith, stackWith } from "../plans/support/manifests";

/** A stack of a plan with a change: by default it creates a VPC. */
export interface PlannedChange extends Partial<ManifestStack> {
  readonly change?: object;
}

export const VPC = {
  address: "aws_vpc.vpc",
  mode: "managed",
  type: "aws_vpc",
  name: "vpc",
  change: { actions: ["create"], before: null, after: {} },
};

/** The JSON of a plan with its time. */
export const planJson = (change: object = VPC, timestamp = "2026-01-02T03:04:05Z"): string =>
  JSON.stringify({ format_version: "1.2", timestamp, configuration: { root_module: {} }, resource_changes: [change] });

/**
 * Writes a plan folder under `parent` with all its files. A stack without `change` has no changes.
 * Returns the path.
 */
export function writePlan(
  parent: string,
  stacks: Readonly<Record<string, PlannedChange>>,
  manifest: Partial<Manifest> = {},
  timestamp?: string,
  summary = `## Plan\n\n${Object.keys(stacks).join(", ")}\n`,
): string {
  const planned = Object.entries(stacks).map(([id, { change, ...changes }]) => {
    if (change === undefined) return stackWith(id, changes);
    return stackWith(id, { status: "changes", state: { lineage: "l", serial: 1 }, ...changes });
  });
  const folder = startPlanFolder(parent);
  writeFileSync(join(folder, "summary.md"), summary);
  writeFileSync(join(folder, "summary.json"), "{}\n");
  for (const [id, { change }] of Object.entries(stacks)) {
    const directory = join(folder, "stacks", id);
    if (change === undefined) continue;
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "cdk.tf.json"), "{}");
    writeFileSync(join(directory, "plan.tfplan"), `plan of ${id}`);
    writeFileSync(join(directory, "plan.json"), planJson(change, timestamp));
  }
  const whole = manifestWith(planned, { files: hashesOf(folder), ...manifest });
  writeFileSync(join(folder, "manifest.json"), manifestText(whole));
  return finishPlanFolder(folder, whole);
}
