import { EXISTING_KEYS, isKeyFor, isOfStack, keptValues, partsOf } from "../../config/existing-keys";
import type { StackSpec } from "../../config/layout";
import { addedPolicies } from "../review/detached-policies";
import type { PlannedResource } from "../review/planned-resource";
import type { AttributeChange } from "../review/review";
import { isObject } from "../support/json";

/** A key of the estate that keeps an attribute as AWS has it. */
export interface Kept {
  /** The attribute. */
  readonly path: string;
  /** `environments.dev.existing.database.identifier` */
  readonly key: string;
  /** Its value. Undefined if a person must decide it. */
  readonly value?: string | number | boolean | readonly string[];
}

/** `ingress` of `ingress[0].cidr_blocks`. */
export const attributeIn = (path: string): string => path.split(/[.[]/)[0] ?? path;

/**
 * The keys that keep changed attributes of a resource that exists.
 *
 * @param all resources of the plan
 */
export function keptBy(
  spec: Pick<StackSpec, "name" | "account" | "environment">,
  resource: PlannedResource,
  changes: readonly AttributeChange[],
  all: readonly PlannedResource[],
): readonly Kept[] {
  const attributes = new Set(changes.map(({ path }) => attributeIn(path)));
  const parts = partsOf(resource.address);
  const found = EXISTING_KEYS.filter(
    ({ type, attribute, stack, key }) =>
      type === resource.type &&
      attributes.has(attribute) &&
      isOfStack({ stack }, spec.name) &&
      isKeyFor(key, resource.address) &&
      !(attribute === "manage_master_user_password" && hasManagedPassword(resource)),
  ).flatMap(({ key: pattern, attribute: path }): Kept[] => {
    const key = withNames(pattern, spec, parts);
    if (path !== "policy_arns") return [{ path, key, value: valueOf(pattern, path, resource.before) }];
    const added = addedPolicies(resource, all).flatMap(({ text, isSensitive }) => (text?.startsWith(OF_AWS) && !isSensitive ? text : [])); // prettier-ignore
    const present = keptValues(spec).flatMap((each) => (each.key === key && each.attribute === path ? String(each.value) : [])); // prettier-ignore
    return added.length > 0 ? [{ path, key, value: [...present, ...added] }] : [];
  });
  // One key decides name and path in IAM.
  return found.filter(({ key }, index) => found.findIndex((each) => each.key === key) === index);
}

/** The access report does not know what other policies allow, unless a stack of the estate creates them. */
const OF_AWS = "arn:aws:iam::aws:policy/";

/** An import does not say whether RDS manages the password, but reads the secret. It stays then, without a key. */
const hasManagedPassword = ({ before }: Pick<PlannedResource, "before">): boolean =>
  !before.at("master_user_secret").isEmpty;

function withNames(
  key: string,
  { name, account, environment }: Pick<StackSpec, "name" | "account" | "environment">,
  parts: readonly string[],
): string {
  return key
    .replace("<environment>", environment?.name ?? "")
    .replace("<account>", account.name)
    .replace("<member>", name.replace(/^member-/, ""))
    .replace("<database>", name.replace(/^database-/, ""))
    .replace("<tier>", parts[2] ?? "")
    .replace(/<\w+>/, parts.slice(1, -1).join("_"));
}

/** Settings outside `existing` whose value is that of AWS. */
const SAME_IN_AWS: ReadonlySet<string> = new Set(["cidr_block", "description", "availability_zone"]);

/**
 * AWS's own value, as the key takes it. A key for a list says that the list stays, and `false` that AWS has nothing.
 */
function valueOf(key: string, attribute: string, before: PlannedResource["before"]): Kept["value"] {
  if (/\.roles\.|-user\.(user|policy)$/.test(key)) return pathAndName(before);
  const { raw, isSensitive, isList } = before.at(attribute);
  if (
    isSensitive ||
    key.includes("[]") ||
    key.endsWith("cidrBlocks") ||
    !(key.includes(".existing.") || SAME_IN_AWS.has(attribute))
  )
    return undefined;
  if (isList) return true;
  if (raw === "" || raw === null || raw === undefined) return false;
  return typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean" ? raw : undefined;
}

/** A name of IAM after its path, without the first slash. */
const pathAndName = (owner: PlannedResource["before"]): string =>
  `${owner.at("path").text ?? "/"}${owner.at("name").text ?? ""}`.slice(1);

/** Keys with values, as a part of an estate file: what to write there, ready to paste. */
export function snippetOf(kept: readonly Kept[]): string {
  const tree: Record<string, unknown> = {};
  for (const { key, value } of kept) {
    if (value === undefined) continue;
    const parts = key.split(".");
    const last = parts.pop() ?? "";
    let at = tree;
    for (const part of parts) at = (at[part] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return linesOf(tree, "").join("\n");
}

function linesOf(tree: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    if (!isObject(value)) return [`${indent}${key}: ${JSON.stringify(value).replaceAll('","', '", "')},`];
    return [`${indent}${key}: {`, ...linesOf(value, `${indent}  `), `${indent}},`];
  });
}
