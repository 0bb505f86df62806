import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stacksOf } from "../../../../config/layout";
import type { Estate } from "../../../../config/model";
import { summaryOfPlans } from "../../../../tools/plans/plan-summary";
import type { PlanJson, ResourceChange } from "../../../../tools/review/plan-json";
import type { PlanSummary } from "../../../../tools/review/review";
import { isObject, objectOf } from "../../../../tools/support/json";
import { readStacks } from "../../../../tools/synth/read-stacks";
import { stackJson } from "../../../../tools/synth/stacks";
import { selectStacks } from "../../../../tools/synth/selection";
import { synthesize } from "../../../support/synthesize";

const META = new Set(["//", "lifecycle", "depends_on", "provider"]);
const REFERENCE = /(?<!\$)\$\{/;

/** The summary of a plan that creates everything in some stacks, as Terraform would plan it with an empty state. */
export async function firstPlan(estate: Estate, ...selectors: readonly string[]): Promise<PlanSummary> {
  const folder = mkdtempSync(join(tmpdir(), "first-plan-"));
  try {
    synthesize(estate).writeTo(folder);
    const stacks = readStacks(folder, stacksOf(estate));
    const ids = new Set(selectStacks(estate, selectors, false).map(({ id }) => id));
    const planned = stacks.filter(({ id }) => ids.has(id)).map((stack) => ({
      ...{ id: stack.id, accountId: stack.accountId, status: "changes" as const },
      accountName: estate.accounts.find(({ id }) => id === stack.accountId)?.name ?? stack.accountId,
      plan: creating(objectOf(stackJson(stack))),
    })); // prettier-ignore
    const origin = { madeAt: "2026-01-02T03:04:05.678Z", kind: "plan" as const, commit: "0a1b2c3", dirty: false };
    return await summaryOfPlans(origin, planned, stacks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A plan that creates every resource of a stack. */
function creating({ resource = {}, output = {} }: Record<string, unknown>): PlanJson {
  const blocks = Object.entries(objectOf(resource)).flatMap(([type, named]) =>
    Object.entries(objectOf(named)).map(([name, values]) => ({ type, name, values: objectOf(values) })),
  );
  const changes = blocks.map(({ type, name, values }): ResourceChange => {
    const written = Object.entries(values).filter(([key]) => !META.has(key));
    const known = written.filter(([, value]) => !isUnknown(value));
    const unknown = written.filter(([, value]) => isUnknown(value)).map(([key]) => [key, true] as const);
    const change = {
      ...{ actions: ["create"] as const, before: null, before_sensitive: {}, after_sensitive: {} },
      ...{ after: Object.fromEntries(known), after_unknown: Object.fromEntries([["id", true], ...unknown]) },
    };
    return { address: `${type}.${name}`, mode: "managed", type, name, change };
  });
  const configured = blocks.map(({ type, name, values }) => ({
    ...{ address: `${type}.${name}`, type, name, mode: "managed" },
    expressions: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, { constant_value: value, references: referencesIn(value) }]),
    ),
  }));
  return {
    ...{ format_version: "1.2", terraform_version: "1.11.4", resource_changes: changes },
    configuration: { root_module: { resources: configured } },
    output_changes: Object.fromEntries(
      Object.keys(objectOf(output)).map((name) => [name, { actions: ["create"] as const }]),
    ),
  };
}

const isUnknown = (value: unknown): boolean => REFERENCE.test(JSON.stringify(value));

/** Terraform lists a reference, and then its resource. */
function referencesIn(value: unknown): string[] {
  const text = isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
  const found = [...text.matchAll(/(?<!\$)\$\{([\w.-]+)\}/g)].flatMap(([, to = ""]) => [to, to.split(".").slice(0, 2).join(".")]); // prettier-ignore
  return [...new Set(found)];
}
