import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asList, isObject, objectOf, type JsonObject } from "../support/json";
import { STACK_JSON, stackJson, type Stack } from "../synth/stacks";
import { upstreamsOf } from "../synth/upstreams";
import { planStacks, type PlannedStack } from "../terraform/plan-stacks";
import type { RunOptions } from "../terraform/run-options";
import type { StateDocument } from "../terraform/terraform";
import { countsOf } from "../review/planned-resource";
import type { PlanJson } from "../review/plan-json";
import { counted } from "../support/text";
import { UNKNOWN } from "../review/value";

/** The ids to import, by address. */
type Imports = ReadonlyMap<string, string>;

interface ImportPlanOptions extends RunOptions {
  /** The folder for copies of the stacks. They hold states: nothing of it must outlive the run. */
  readonly directory: string;
  readonly states: ReadonlyMap<Stack, StateDocument | undefined>;
  /** By stack id. */
  readonly imports: ReadonlyMap<string, Imports>;
  /** The ids of stacks whose state holds everything: there is nothing to plan. */
  readonly managed: ReadonlySet<string>;
}

/** The plan of an import, or why there is none. */
export type ImportPlan = { readonly plan: PlanJson } | { readonly problem: string } | { readonly isManaged: true };

const STATE = "terraform.tfstate";
/** The state that the plan would leave, for stacks that read it. */
const PLANNED_STATE = "planned.tfstate";

/**
 * Plans the import of resources with Terraform itself, in copies of the stacks with a local copy of their states. Changes
 * nothing, and needs no state bucket. A stack that reads another's outputs gets those of that stack's plan.
 *
 * @param stacks with every stack whose outputs they read
 */
export async function planImports(
  stacks: readonly Stack[],
  options: ImportPlanOptions,
): Promise<ReadonlyMap<string, ImportPlan>> {
  const plans = new Map<string, ImportPlan>();
  let rest = stacks.map((stack) => ({ stack, reads: upstreamsOf(stack, stacks).map(({ stackId }) => stackId) }));
  while (rest.length > 0) {
    const ready = rest.filter(({ reads }) => reads.every((id) => plans.has(id)));
    if (ready.length === 0) throw new Error(`the stacks must not read each other: ${rest.map(({ stack }) => stack.id).join(", ")}`); // prettier-ignore
    rest = rest.filter((each) => !ready.includes(each));
    for (const { stack, reads } of ready) {
      const failed = reads.find((id) => "problem" in (plans.get(id) ?? {}));
      if (failed !== undefined) plans.set(stack.id, { problem: `it reads ${failed}, which could not be planned` });
    }
    for (const { stack } of ready.filter(({ stack: { id } }) => options.managed.has(id))) {
      keepOutputs(folderOf(stack, options.directory), options.states.get(stack)?.outputs ?? {});
      plans.set(stack.id, { isManaged: true });
    }
    const copies = ready.flatMap(({ stack }) => (plans.has(stack.id) ? [] : [copyOf(stack, stacks, options)]));
    if (copies.length === 0) continue;
    for (const planned of await planStacks(copies, { ...options, look: true, noteOf })) {
      const result = resultOf(planned);
      plans.set(planned.stack.id, result);
      if ("plan" in result) keepOutputs(planned.stack.directory, plannedOutputs(result.plan));
    }
  }
  return plans;
}

function resultOf(planned: PlannedStack): ImportPlan {
  if ("plan" in planned && planned.plan !== undefined) return { plan: planned.plan as PlanJson };
  if (planned.status === "failed") return { problem: planned.error.message };
  return { problem: "reasons" in planned ? planned.reasons.join(", ") : planned.status };
}

function noteOf(plan: unknown): string {
  const { import: imported, create } = countsOf(plan as PlanJson);
  return `${imported} to import, ${create} to create, of ${counted((plan as PlanJson).resource_changes?.length ?? 0, "resource")}`;
}

const folderOf = ({ id }: Pick<Stack, "id">, directory: string) => join(directory, "stacks", id);

function copyOf(stack: Stack, stacks: readonly Stack[], { directory, states, imports }: ImportPlanOptions): Stack {
  const folder = folderOf(stack, directory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const upstreams = upstreamsOf(stack, stacks).map(({ address, stackId }) => {
    const name = address.replace(/^.*\./, "");
    return [name, join(folderOf({ id: stackId }, directory), PLANNED_STATE)] as const;
  });
  const json = objectOf(stackJson(stack));
  write(folder, STACK_JSON, importJson(json, new Map(upstreams), imports.get(stack.id) ?? new Map<string, string>()));
  const state = states.get(stack);
  if (state) write(folder, STATE, state);
  // Its bucket is not needed.
  return { ...stack, directory: folder, createsOwnStateBucket: false };
}

/** A stack's JSON with local states and these imports only. */
function importJson(json: JsonObject, upstreams: ReadonlyMap<string, string>, imports: Imports): JsonObject {
  const data = objectOf(json["data"]);
  const remote = Object.entries(objectOf(data["terraform_remote_state"])).map(([name, each]) => {
    const path = upstreams.get(name);
    return [name, path === undefined ? each : { backend: "local", config: { path } }] as const;
  });
  return {
    ...json,
    terraform: { ...objectOf(json["terraform"]), backend: { local: { path: STATE } } },
    ...(remote.length > 0 && { data: { ...data, terraform_remote_state: Object.fromEntries(remote) } }),
    resource: unprotected(objectOf(json["resource"])),
    import: [...imports].map(([to, id]) => ({ to, id })),
  };
}

/** Terraform writes no plan that replaces a protected resource. Here the plan must say what replaces it. */
function unprotected(resources: JsonObject): JsonObject {
  const mapped = (object: JsonObject, change: (value: unknown) => unknown) =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
  const without = (resource: unknown): unknown => {
    if (!isObject(resource)) return resource;
    const blocks = asList(resource["lifecycle"]).map((each) =>
      Object.fromEntries(Object.entries(objectOf(each)).filter(([name]) => name !== "prevent_destroy")),
    );
    return blocks.length === 0 ? resource : { ...resource, lifecycle: blocks };
  };
  return mapped(resources, (named) => (isObject(named) ? mapped(named, without) : named));
}

/** The outputs after a plan. What is known only after the apply is a text that says so. */
function plannedOutputs(plan: PlanJson): JsonObject {
  const outputs = Object.entries(objectOf(objectOf(plan.planned_values)["outputs"])).map(([name, output]) => {
    const { value, type, sensitive = false } = objectOf(output);
    const known = value === undefined ? { value: UNKNOWN, type: "string" } : { value, type };
    return [name, { ...known, sensitive }] as const;
  });
  return Object.fromEntries(outputs);
}

/** Writes a state that has outputs only. */
function keepOutputs(folder: string, outputs: JsonObject): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const empty = {
    version: 4,
    terraform_version: "1.11.0",
    serial: 1,
    lineage: "planned",
    resources: [],
    check_results: null,
  };
  write(folder, PLANNED_STATE, { ...empty, outputs });
}

/** A state may hold secrets: only the owner may read it. */
function write(folder: string, name: string, content: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(content), { mode: 0o600 });
}
