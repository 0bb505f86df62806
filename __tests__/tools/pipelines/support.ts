import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manifestText, planId, sha256Of, type Manifest, type ManifestStack } from "../../../tools/plans/manifest";
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
): string {
  const planned = Object.entries(stacks).map(([id, { change, ...changes }]) => {
    if (change === undefined) return stackWith(id, changes);
    const plan = { fileSha256: sha256Of(`plan of ${id}`), jsonSha256: sha256Of(planJson(change, timestamp)) };
    return stackWith(id, { status: "changes", state: { lineage: "l", serial: 1 }, plan, ...changes });
  });
  const whole = manifestWith(planned, manifest);
  const folder = join(parent, planId(whole));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), manifestText(whole));
  writeFileSync(join(folder, "summary.md"), `## Plan ${planId(whole)}\n\n${Object.keys(stacks).join(", ")}\n`);
  for (const [id, { change }] of Object.entries(stacks)) {
    const directory = join(folder, "stacks", id);
    mkdirSync(directory, { recursive: true });
    if (change === undefined) continue;
    writeFileSync(join(directory, "plan.tfplan"), `plan of ${id}`);
    writeFileSync(join(directory, "plan.json"), planJson(change, timestamp));
  }
  return folder;
}
