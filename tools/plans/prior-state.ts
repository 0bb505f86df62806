import type { PlanJson, ResourceChange } from "../review/plan-json";
import { isSame, listOf, objectOf, type JsonObject } from "../support/json";
import type { StateDocument } from "../terraform/terraform";

type Instance = StateDocument["resources"][number]["instances"][number];

/**
 * What differs between the state inside a plan file and the state in AWS, apart from what the plan shows as changed
 * outside of Terraform, imported or moved: addresses. Terraform applies a plan to the state in its file, and then writes
 * that. A resource that the author of the file left out would be forgotten, and what is known after the apply only would
 * be computed from his values.
 *
 * @param plan as Terraform shows the plan file. A plan to destroy does not show what was changed outside of Terraform
 * @param now the state that the plan was made on; undefined if there was none
 */
export function priorStateProblems(
  plan: PlanJson,
  now: Pick<StateDocument, "resources" | "outputs"> | undefined,
  destroy: boolean,
): string[] {
  const held = instancesIn(now);
  const prior = resourcesIn(objectOf(objectOf(plan.prior_state)["values"])["root_module"]);
  const changes = new Map((plan.resource_changes ?? []).map((change) => [change.address, change]));
  const drifted = new Set((plan.resource_drift ?? []).map(({ address }) => address));
  const origin = (address: string): string =>
    held.has(address) ? address : (changes.get(address)?.previous_address ?? address);
  const different = [...prior].filter(([address, resource]) => {
    const own = held.get(origin(address));
    return own === undefined
      ? changes.get(address)?.change.importing === undefined
      : !isHeld(resource, own, destroy || drifted.has(address));
  });
  const acted = (plan.resource_changes ?? []).filter((change) => !actsOnPrior(change, prior));
  const found = new Set([...prior.keys()].map(origin));
  const lost = destroy ? [] : [...held.keys()].filter((address) => !found.has(address) && !drifted.has(address));
  const addresses = new Set([
    ...different.map(([address]) => address),
    ...acted.map(({ address }) => address),
    ...lost,
  ]);
  return [...addresses, ...hiddenOutputs(plan, now)].sort();
}

/* Objects that wait for their deletion after a failed replacement are left out on both sides: a refresh removes some. */

function instancesIn(state: Pick<StateDocument, "resources"> | undefined): ReadonlyMap<string, Instance> {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode === "managed");
  return new Map(
    managed.flatMap(({ module, type, name, instances }) =>
      instances.filter(({ deposed }) => deposed === undefined).map((instance) => {
        const key = instance.index_key === undefined ? "" : `[${JSON.stringify(instance.index_key)}]`;
        return [`${module === undefined ? "" : `${module}.`}${type}.${name}${key}`, instance] as const;
      }),
    ),
  ); // prettier-ignore
}

/** The resources of a module and those below it, as Terraform shows a state. */
function resourcesIn(module: unknown): ReadonlyMap<string, JsonObject> {
  const { resources, child_modules } = objectOf(module);
  const own = listOf(resources).map(objectOf).filter(({ mode, deposed_key }) => mode === "managed" && deposed_key === undefined); // prettier-ignore
  return new Map([
    ...own.map((resource) => [String(resource["address"]), resource] as const),
    ...listOf(child_modules).flatMap((child) => [...resourcesIn(child)]),
  ]);
}

/** What nothing outside of Terraform changes: ids, and what only the state holds, by which Terraform deletes data. */
const FIXED = ["id", "force_destroy", "force_delete", "skip_final_snapshot", "final_snapshot_identifier"];

/** Apply itself deletes these, by name and region. */
const FIXED_OF: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket: ["bucket"],
  aws_ecr_repository: ["name", "arn"],
};

const fixedOf = (type: unknown): readonly string[] => [...FIXED, ...(FIXED_OF[String(type)] ?? [])];

/**
 * Whether a change begins with the resource in the state of the plan file. Terraform does not compare them: it gives the
 * provider what the change contains, and the provider deletes that.
 */
function actsOnPrior(
  { address, type, mode, deposed, change }: ResourceChange,
  prior: ReadonlyMap<string, JsonObject>,
): boolean {
  if (mode !== "managed" || deposed !== undefined || change.before == null || change.importing !== undefined)
    return true;
  const [before, resource] = [objectOf(change.before), prior.get(address)];
  const values = objectOf(resource?.["values"]);
  return resource !== undefined && fixedOf(type).every((name) => isSame(before[name], values[name]));
}

function isHeld({ type, schema_version, tainted, values }: JsonObject, own: Instance, isDrifted: boolean): boolean {
  // After an upgrade of the provider, Terraform converts what older versions wrote.
  if (schema_version !== own.schema_version) return true;
  if ((tainted === true) !== (own.status === "tainted")) return false;
  const [then, attributes] = [objectOf(values), own.attributes ?? {}];
  const names = isDrifted ? fixedOf(type) : [...new Set([...Object.keys(then), ...Object.keys(attributes)])];
  return names.every((name) => isSame(then[name], valueIn(attributes[name], then[name])));
}

/** A state holds the type next to a value whose type the schema leaves open; Terraform shows the value alone. */
function valueIn(attribute: unknown, shown: unknown): unknown {
  const { type, value, ...others } = objectOf(attribute);
  const isOpen = type !== undefined && value !== undefined && Object.keys(others).length === 0;
  return isOpen && !isSame(attribute, shown) ? value : attribute;
}

/** Outputs that the plan shows as unchanged although AWS has another value: Terraform would write that of the plan. */
function hiddenOutputs({ output_changes = {} }: PlanJson, now: Pick<StateDocument, "outputs"> | undefined): string[] {
  return Object.entries(output_changes)
    .filter(([name, { actions, after }]) => actions.includes("no-op") && !isSame(after, now?.outputs?.[name]?.value))
    .map(([name]) => `output.${name}`);
}
