import { EXISTING_KEYS } from "../../config/existing-keys";
import type { StackSpec } from "../../config/layout";
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
  readonly value?: string | number | boolean;
}

/** `ingress` of `ingress[0].cidr_blocks`. */
export const attributeIn = (path: string): string => path.split(/[.[]/)[0] ?? path;

/** The keys that keep changed attributes of a resource that exists. */
export function keptBy(
  spec: Pick<StackSpec, "name" | "account" | "environment">,
  { type, before }: PlannedResource,
  changes: readonly AttributeChange[],
): readonly Kept[] {
  const attributes = new Set(changes.map(({ path }) => attributeIn(path)));
  return EXISTING_KEYS.filter(
    (each) => each.type === type && each.stack === spec.name && attributes.has(each.attribute),
  ).map(({ key, attribute }) => ({
    path: attribute,
    key: key.replace("<environment>", spec.environment?.name ?? "").replace("<account>", spec.account.name),
    value: valueOf(key, before.at(attribute)),
  }));
}

/**
 * Only keys of what exists have AWS's own value. A key for a list says that the list stays, and `false` that AWS has
 * nothing.
 */
function valueOf(key: string, { raw, isSensitive, isList }: PlannedResource["before"]): Kept["value"] {
  if (!key.includes(".existing.") || isSensitive) return undefined;
  if (isList) return true;
  if (raw === "" || raw === null || raw === undefined) return false;
  return typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean" ? raw : undefined;
}

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
    if (!isObject(value)) return [`${indent}${key}: ${JSON.stringify(value)},`];
    return [`${indent}${key}: {`, ...linesOf(value, `${indent}  `), `${indent}},`];
  });
}
