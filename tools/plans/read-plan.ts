import { countsOf } from "../review/action";
import type { PlanJson } from "../review/plan-json";
import { outputChangesOf } from "../review/review-plan";

/** A plan in a few words: "2 to create, 1 to replace". */
export function noteOf(plan: unknown): string {
  const told = Object.entries(countsOf(plan as PlanJson)).flatMap(([action, count]) =>
    count > 0 ? [`${count} to ${action}`] : [],
  );
  return told.length > 0 ? told.join(", ") : `${outputChangesOf(plan as PlanJson).length} outputs to change`;
}

interface PriorState {
  readonly values?: { readonly root_module?: { readonly resources?: readonly PriorResource[] } };
}

interface PriorResource {
  readonly address: string;
  readonly values?: { readonly outputs?: Readonly<Record<string, unknown>> };
}

/** The outputs of another stack's state as a plan read them. */
export function remoteOutputs(plan: PlanJson, address: string): Readonly<Record<string, unknown>> {
  const { values } = (plan.prior_state ?? {}) as PriorState;
  return values?.root_module?.resources?.find((resource) => resource.address === address)?.values?.outputs ?? {};
}
