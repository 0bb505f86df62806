import type { PlanJson, ResourceChange } from "../../review/plan-json";
import { listOf, objectOf } from "../../support/json";
import type { DestructionClients } from "../../terraform/aws/destruction-clients";
import type { Stack } from "../../synth/stacks";

/** The plan of a stack, as Terraform shows it. */
export interface StackPlan {
  readonly stack: Stack;
  readonly plan: PlanJson;
}

/** A managed resource that a plan changes, as it is now. */
export interface ChangedResource {
  readonly stackId: string;
  readonly address: string;
  readonly type: string;
  readonly isDestroyed: boolean;
  readonly region: string;
  /** Attributes before the apply. Never print them: they may hold secrets. */
  readonly before: Readonly<Record<string, unknown>>;
}

/** The resources that plans change: what one of them destroys or changes no longer prevents the deletion of another. */
export function changedResources(plans: readonly StackPlan[]): ChangedResource[] {
  return plans.flatMap(({ stack, plan }) =>
    (plan.resource_changes ?? []).filter(isChange).map(({ address, type, change }) => ({
      stackId: stack.id,
      address,
      type,
      isDestroyed: change.actions.includes("delete"),
      region: resourceRegion({ address, change }, plan, stack),
      before: objectOf(change.before),
    })),
  );
}

function isChange({ mode, change }: ResourceChange): boolean {
  return mode === "managed" && change.before != null && change.actions.some((action) => action === "delete" || action === "update"); // prettier-ignore
}

/** An attribute as text. Empty if it is no text. */
export function attributeOf({ before }: Pick<ChangedResource, "before">, attribute: string): string {
  const value = before[attribute];
  return typeof value === "string" ? value : "";
}

/**
 * The region of a resource: where it is, by its own attribute or its ARN, or where its provider creates it.
 * @default the region of the stack, if the plan shows none of them
 */
export function resourceRegion(
  { address, change }: Pick<ResourceChange, "address" | "change">,
  { configuration }: PlanJson,
  stack: Pick<Stack, "region">,
): string {
  const before = objectOf(change.before);
  const { root_module: module, provider_config: providers } = objectOf(configuration);
  const resource = listOf(objectOf(module)["resources"]).map(objectOf).find((each) => each["address"] === address); // prettier-ignore
  const provider = objectOf(objectOf(providers)[String(resource?.["provider_config_key"])]);
  const configured = objectOf(objectOf(provider["expressions"])["region"])["constant_value"];
  const texts = [attributeOf({ before }, "region"), attributeOf({ before }, "arn").split(":")[3], configured];
  return texts.find((text): text is string => typeof text === "string" && text !== "") ?? stack.region;
}

/** Creates the clients of a stack in a region. */
export type DestructionClientsOf = (stack: Stack, region: string) => Promise<DestructionClients>;

/** Creates clients once for each stack and region: each may assume a role first. */
export function oncePerRegion<C>(
  clientsOf: (stack: Stack, region: string) => Promise<C>,
): (stack: Stack, region: string) => Promise<C> {
  const created = new Map<string, Promise<C>>();
  return (stack, region) => {
    const key = `${stack.id} ${region}`;
    const clients = created.get(key) ?? clientsOf(stack, region);
    created.set(key, clients);
    return clients;
  };
}

/** The clients of AWS, loaded when they are first needed. */
export function clientsOfAws(env: (stack: Stack) => NodeJS.ProcessEnv): DestructionClientsOf {
  return async (stack, region) => {
    const { destructionClients } = await import("../../terraform/aws/destruction-clients.js");
    return destructionClients(stack, env(stack), region);
  };
}
