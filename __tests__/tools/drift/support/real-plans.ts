import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanJson } from "../../../../tools/review/plan-json";

/**
 * Plans of a few resources by Terraform and the provider on the emulator. `untouched`: planned right after the first
 * apply. `changed-network` and `changed-iam`: after changes by hand.
 */
export function realPlan(name: "untouched" | "changed-network" | "changed-iam"): PlanJson {
  return JSON.parse(readFileSync(join(__dirname, "../../../fixtures/drift", `${name}.json`), "utf8")) as PlanJson;
}

/** Lines without the suffixes that CDKTF adds to names. */
export const linesOf = (all: readonly { readonly address: string; readonly message: string }[]): string[] =>
  all.map(({ address, message }) => `${address} ${message}`.replaceAll(/_[0-9A-F]{8}\b/g, ""));
