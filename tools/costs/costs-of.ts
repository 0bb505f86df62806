import { scopesOf, type StackScope } from "../access/read/resolver";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { PlanSummary } from "../review/review";
import { isObject, listOf, objectOf } from "../support/json";
import type { Stack } from "../synth/stacks";
import type { SynthesizedStack } from "../synth/synthesized";
import {
  byUseLines,
  estimateCosts,
  sumOf,
  unknownLines,
  type CostEstimate,
  type CostLine,
  type PricedResource,
} from "./estimate";

/** What a stack costs. */
export interface StackCosts extends CostEstimate {
  readonly stack: string;
  /** Undefined of an account-wide stack. */
  readonly environment?: string;
}

/** What each stack costs, from synthesized stacks alone. */
export function costsOfStacks(stacks: readonly SynthesizedStack[]): readonly StackCosts[] {
  return [...scopesOf(stacks).values()].map((scope) => ({
    stack: scope.stack.id,
    environment: scope.environment(),
    ...estimateCosts([
      ...modulesIn(scope),
      ...scope.resources().map(({ stack, type, name, region, values }) => {
        // A replica has the engine and the storage of its source.
        const source = scope.resources(type).find((each) => values["replicate_source_db"] === `\${${type}.${each.name}.identifier}`); // prettier-ignore
        const { engine, allocated_storage } = source?.values ?? {};
        const ofSource = source ? { engine, allocated_storage } : {};
        return { stack, type, region, values: { ...ofSource, ...values }, address: `${type}.${name}` };
      }),
    ]),
  }));
}

/** The modules of Terraform: what they cost is unknown before a plan. */
const modulesIn = ({ stack, region }: StackScope): readonly PricedResource[] =>
  Object.keys(stack.json.module ?? {}).map((name) => ({
    ...{ stack: stack.id, address: `module.${name}`, type: "module", region, values: {} },
  }));

/**
 * What plans change of the costs. Undefined if they change nothing that costs something. A resource with an unknown
 * price before or after is in neither sum: a database of a class that the table does not have is no saving.
 */
export function costsOfPlans(
  plans: ReadonlyMap<string, PlanJson>,
  stacks: readonly Pick<Stack, "id" | "region">[],
): PlanSummary["costs"] {
  const [before, after] = (["before", "after"] as const).map(
    (side) =>
    estimateCosts([...plans].flatMap(([id, plan]) => resourcesIn(plan, id, side, stacks.find((stack) => stack.id === id)?.region ?? ""))), // prettier-ignore
  );
  if (!before || !after) return undefined;
  const key = ({ stack, address, item }: CostLine) => `${stack} ${address} ${item}`;
  const [old, now] = [before, after].map((estimate) => new Set(byUseLines(estimate).map(key)));
  const byUse = [...byUseLines(before), ...byUseLines(after)].filter(
    (line) => !old?.has(key(line)) || !now?.has(key(line)),
  );
  const unknown = [...unknownLines(before), ...unknownLines(after)].map(({ stack, address }) => `${stack} ${address}`);
  const isKnown = (line: CostLine) => !unknown.includes(`${line.stack} ${line.address}`);
  const costs = {
    ...{ before: sumOf(before.lines.filter(isKnown)), after: sumOf(after.lines.filter(isKnown)) },
    byUse: new Set(byUse.map(({ stack, address }) => `${stack} ${address}`)).size,
    unknown: [...new Set(unknown)],
  };
  const isSame = costs.before === costs.after && costs.byUse === 0 && costs.unknown.length === 0;
  return isSame ? undefined : costs;
}

/** The resources that a plan changes, before or after it. */
function resourcesIn(plan: PlanJson, stack: string, side: "before" | "after", region: string): PricedResource[] {
  const regions = regionsOf(plan);
  return (plan.resource_changes ?? []).filter(isChange).flatMap(({ address, type, change }) => {
    // A resource that is only removed from the state stays in AWS.
    const values = side === "after" && change.actions.includes("forget") ? change.before : change[side];
    const code = address.replace(/\[[^\]]*\]$/, ""); // without the instance
    return isObject(values) ? [{ stack, address, type, region: regions.get(code) ?? region, values }] : [];
  });
}

const isChange = ({ mode, change }: ResourceChange): boolean =>
  mode !== "data" && change.actions.some((action) => action !== "no-op" && action !== "read");

/** The regions of resources that use another provider than the stack's own. */
function regionsOf({ configuration }: PlanJson): ReadonlyMap<string, string> {
  const { root_module: root, provider_config: providers } = objectOf(configuration);
  return new Map(
    listOf(objectOf(root)["resources"])
      .filter(isObject)
      .flatMap(({ address, provider_config_key: key }) => {
        const { expressions } = objectOf(objectOf(providers)[String(key)]);
        const { constant_value: region } = objectOf(objectOf(expressions)["region"]);
        return typeof region === "string" ? [[String(address), region] as const] : [];
      }),
  );
}
