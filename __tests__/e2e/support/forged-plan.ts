import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { manifestText, parseManifest, type Manifest } from "../../../tools/plans/manifest";
import { finishPlanFolder, hashesOf } from "../../../tools/plans/plan-folder";
import type { Clone } from "./clone";

/**
 * A copy of a plan that its author has changed, so that every hash and the folder's name are right again.
 * @param change receives the absolute path of the copy
 * @returns the path of the copy, relative to the clone
 */
export function forgedPlan(
  clone: Pick<Clone, "directory">,
  plan: string,
  change: (copy: string) => void,
  claims: Partial<Manifest> = {},
): string {
  const copy = mkdtempSync(join(clone.directory, "plans", ".forged-"));
  cpSync(join(clone.directory, plan), copy, { recursive: true });
  const manifest = parseManifest(readFileSync(join(copy, "manifest.json"), "utf8"));
  rmSync(join(copy, "manifest.json"));
  change(copy);
  const forged = { ...manifest, ...claims, files: hashesOf(copy) };
  writeFileSync(join(copy, "manifest.json"), manifestText(forged));
  return join("plans", basename(finishPlanFolder(copy, forged)));
}
