import type { PlanJson, ResourceChange } from "../../review/plan-json";
import { objectOf } from "../../support/json";
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

/** The region of a resource: its own attribute, or that of its ARN. @default the region of the stack's state */
export function regionOfResource(resource: ChangedResource, stack: Stack): string {
  const region = attributeOf(resource, "region") || attributeOf(resource, "arn").split(":")[3];
  return region === undefined || region === "" ? stack.state.region : region;
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
