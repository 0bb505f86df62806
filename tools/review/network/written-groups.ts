import { isObject, listOf } from "../../support/json";
import type { PlannedResource } from "../planned-resource";
import type { Value } from "../value";

/** What tells rules of one group apart, beside whom they are for. */
const SAME = ["description", "protocol", "from_port", "to_port", "self"] as const;

/**
 * The groups that a rule inside of a group names, as `aws_security_group.x.id`, where their ids are not known yet:
 * those of the rules that somebody wrote with the same words and ports. None where that is not all that there is to
 * know, as in a module, whose addresses are its own.
 */
export function writtenGroups(
  resource: PlannedResource,
  direction: "ingress" | "egress",
  rule: Value,
): readonly string[] {
  if (resource.address.startsWith("module.")) return [];
  const written = listOf(resource.written(direction))
    .filter(isObject)
    .filter((each) => SAME.every((attribute) => unescaped(each[attribute]) === rule.at(attribute).raw))
    .flatMap((each) => listOf(each["security_groups"]));
  const references = written.map((each) => /^\$\{(aws_security_group\.[\w-]+\.id)\}$/.exec(String(each))?.[1]);
  return references.every((each) => each !== undefined) ? [...new Set(references)] : [];
}

/** A text as Terraform makes it of one in its JSON. */
function unescaped(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("$${", () => "${").replaceAll("%%{", () => "%{") : value;
}
