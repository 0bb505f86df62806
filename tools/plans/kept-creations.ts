import { keptValues, type KeptValue } from "../../config/existing-keys";
import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { listOf, objectOf } from "../support/json";

/**
 * Resources that a plan would create although the estate says that they exist: the key would give a new resource what
 * only an existing one may keep, such as a public address, or the resource would exist twice. Also those that a plan
 * would change to what the key says that they are already: a key keeps what is, and a wrong one renames a database.
 */
export function keptCreations(plan: PlanJson, stackId: string, estate: Estate): Finding[] {
  const spec = stacksOf(estate).find(({ id }) => id === stackId);
  const kept = spec ? keptValues(spec) : [];
  return (plan.resource_changes ?? [])
    .filter(
      ({ mode, change }) => mode === "managed" && change.actions.some((each) => each === "create" || each === "update"),
    )
    .flatMap((resource) => {
      const isUpdate = resource.change.actions.includes("update");
      const found = kept.filter((each) => isFor(resource, each) && (!isUpdate || isChanged(resource, each)));
      const keys = [...new Set(found.map(({ key }) => key))];
      const message = isUpdate ? changeMessage : messageOf;
      return keys.length === 0 ? [] : [{ address: resource.address, message: message(keys, resource) }];
    });
}

/** Whether it was something else. A list may change for other reasons: a subnet group gets another private subnet, too. */
function isChanged({ change }: ResourceChange, { attribute, value }: KeptValue): boolean {
  const [before, after] = [objectOf(change.before), objectOf(change.after)];
  // An import does not say whether RDS manages the password, but reads the secret.
  const isManaged = attribute === "manage_master_user_password" && listOf(before["master_user_secret"]).length > 0;
  const [was, will] = [isManaged || before[attribute], after[attribute]];
  return typeof will !== "object" && (was === "" || was == null ? false : was) !== value;
}

function isFor({ type, change }: ResourceChange, kept: KeptValue): boolean {
  if (type !== kept.type) return false;
  // One key says that a replica exists. What the others keep of its source, a new replica has too.
  const isReplica = Boolean(objectOf(change.after)["replicate_source_db"]);
  if (isReplica !== (type === "aws_db_instance" && kept.key.endsWith(".replica"))) return false;
  const planned = objectOf(change.after)[kept.attribute] ?? false;
  // A list is derived from the key.
  return planned === kept.value || (kept.value === true && typeof planned === "object");
}

const changeMessage = (keys: readonly string[]): string =>
  `${keys.join(", ")} must have the value in AWS, but the plan would change that value. Correct ${keys.length === 1 ? "the key" : "the keys"}, or change the resource in AWS first.`;

function messageOf(keys: readonly string[], { change }: ResourceChange): string {
  const [what, remedy] = change.actions.includes("delete")
    ? ["replace", "Set what replaces it (see Replaced) to the value in AWS"]
    : ["create", "Import it (docs/adopting.md)"];
  return `${keys.join(", ")} ${keys.length === 1 ? "says" : "say"} that the resource exists and stays, but the plan would ${what} it. ${remedy}, or remove the ${keys.length === 1 ? "key" : "keys"} for a new one.`;
}
