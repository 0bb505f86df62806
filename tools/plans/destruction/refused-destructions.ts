import { awsProblem, isDenied } from "../../terraform/aws/aws-problem";
import type { Stack } from "../../synth/stacks";
import type { StackOutcome } from "../decide-statuses";
import type { Manifest } from "../manifest";
import { containerRefusals, isContainer } from "./containers";
import {
  changedResources,
  clientsOfAws,
  oncePerRegion,
  type ChangedResource,
  type DestructionClientsOf,
  type StackPlan,
} from "./destroyed-resources";
import { LOOKS } from "./in-use";

/**
 * Asks AWS what it would refuse to delete, before anything is deleted: Terraform would find out in the middle, when
 * the database is already deleted. Changes nothing.
 *
 * @param looked the plans to look at
 * @param others plans that are applied together with them
 * @returns by stack: `<address>: <why>. <Remedy>`. Stacks without a refusal are absent
 */
export async function refusedDestructions(
  looked: readonly StackPlan[],
  others: readonly StackPlan[],
  clientsOf: DestructionClientsOf,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = changedResources([...looked, ...others]);
  const clients = oncePerRegion(clientsOf);
  const found = await Promise.all(
    looked.map(async ({ stack }) => {
      const resources = all.filter(({ stackId, isDestroyed }) => stackId === stack.id && isDestroyed);
      const reasons = await Promise.all(resources.map((resource) => reasonsOf(resource, all, stack, clients)));
      return [stack.id, reasons.flat()] as const;
    }),
  );
  return new Map(found.filter(([, reasons]) => reasons.length > 0));
}

/** Adds to plans that can be applied what AWS would refuse to delete, as their reasons. */
export async function withRefusedDestructions(
  outcomes: readonly StackOutcome[],
  clientsOf: DestructionClientsOf,
): Promise<readonly StackOutcome[]> {
  const plans = outcomes.flatMap(({ stack, status, plan }) => (status === "changes" && plan ? [{ stack, plan }] : []));
  const refused = await refusedDestructions(plans, [], clientsOf);
  return outcomes.map((each) => ({ ...each, reasons: refused.get(each.stack.id) ?? each.reasons }));
}

/** What the check of an apply knows of a stack. */
interface CheckedStack extends Pick<StackPlan, "stack"> {
  readonly id: string;
  /** @default it could not be shown */
  readonly plan?: StackPlan["plan"];
}

interface CheckOptions {
  readonly manifest: Pick<Manifest, "kind">;
  readonly env: (stack: Stack) => NodeJS.ProcessEnv;
  /** @default those of AWS */
  readonly destructionClients?: DestructionClientsOf;
}

/**
 * Reasons not to apply: what AWS would refuse to delete now. It may have been put there since the plan was made.
 * @param ids the stacks to apply; the others are applied already
 */
export async function destructionRefusals(
  all: readonly CheckedStack[],
  ids: ReadonlySet<string>,
  { env, manifest, destructionClients = clientsOfAws(env) }: CheckOptions,
): Promise<string[]> {
  const plansOf = (checked: readonly CheckedStack[]): StackPlan[] =>
    checked.flatMap(({ stack, plan }) => (plan ? [{ stack, plan }] : []));
  const [looked, others] = [all.filter(({ id }) => ids.has(id)), all.filter(({ id }) => !ids.has(id))];
  const refused = await refusedDestructions(plansOf(looked), plansOf(others), destructionClients);
  return [...refused].flatMap(([id, reasons]) => reasons.map((reason) => refusedDestruction(manifest, id, reason)));
}

/** @param reason why AWS would refuse to delete something, with the remedy */
export function refusedDestruction({ kind }: Pick<Manifest, "kind">, id: string, reason: string): string {
  return `${id}: blocked: ${reason} Then run npm run ${kind} -- ${id}.`;
}

async function reasonsOf(
  resource: ChangedResource,
  all: readonly ChangedResource[],
  stack: Stack,
  clientsOf: DestructionClientsOf,
): Promise<string[]> {
  const look = isContainer(resource) ? containerRefusals : LOOKS[resource.type];
  if (!look) return [];
  try {
    const clients = await clientsOf(stack, resource.region);
    const reasons = await look(resource, clients, all);
    return reasons.map((reason) => `${resource.address}: ${reason}`);
  } catch (error) {
    // AWS might refuse a resource that cannot be checked in the middle of the apply.
    const problem = awsProblem(error, resource.address);
    if (!problem) throw error;
    const remedy = isDenied(error) ? "Allow this call." : "Make sure that AWS can answer.";
    return [`${problem.message}. So it is unknown whether AWS would refuse to delete it. ${remedy}`];
  }
}
