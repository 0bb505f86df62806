import { isObject, type JsonObject, objectOf } from "../support/json";
import { sensitiveAttributes, sensitiveVariables } from "./mask/marks";
import { Masker } from "./mask/masker";
import { hideRepeated } from "./mask/repeated-secrets";
import type { PlanJson } from "./plan-json";

/**
 * A copy of a plan in which every secret is replaced by "(sensitive value)", so that it may be kept and read. Secret is
 * what Terraform marks, what a name says is one, whatever another stack's state gives out, and whatever repeats one of
 * these (but for outputs: cdktf marks each that crosses stacks, ids of networks too). Everything else stays as it was.
 * Never throws, whatever the shape.
 */
export function maskPlan(plan: PlanJson): PlanJson {
  const masker = new Masker(sensitiveAttributes(plan));
  const masked = masker.mask(withoutVariables(plan, masker));
  return hideRepeated(masked, masker.secrets) as PlanJson;
}

/** What was given for variables stands at the top, and is marked only where they are declared. */
function withoutVariables(plan: unknown, masker: Masker): unknown {
  if (!isObject(plan) || !isObject(plan["variables"])) return plan;
  const secret = sensitiveVariables(objectOf(plan["configuration"])["root_module"]);
  const hidden = (name: string, variable: unknown): unknown =>
    secret.includes(name) && isObject(variable) && "value" in variable
      ? { ...variable, value: masker.hide(variable["value"]) }
      : variable;
  const variables: JsonObject = Object.fromEntries(
    Object.entries(plan["variables"]).map(([name, each]) => [name, hidden(name, each)]),
  );
  return { ...plan, variables };
}
