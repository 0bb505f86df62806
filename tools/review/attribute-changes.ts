import { isSame } from "../support/json";
import { oneLine } from "../support/text";
import type { PlannedResource } from "./planned-resource";
import { policyDifferences } from "./policy-differences";
import type { AttributeChange } from "./review";
import { displayPair, type Value, type ValueDifference } from "./value";

/**
 * The changes of a resource by attribute. A created resource has the attributes that the code sets; a destroyed one has
 * none. Values that the provider fills in are left out, as are tags that repeat `tags`. Attributes that force a
 * replacement come first.
 *
 * @param length the longest text of a value. @default as in the summary of a plan
 */
export function attributeChanges(resource: PlannedResource, length?: number): readonly AttributeChange[] {
  const { action, before, after, isConfigured } = resource;
  if (action !== "create" && action !== "update" && action !== "replace") return [];
  const all = after.parts().map(([attribute]) => attribute);
  const removed = before.parts().map(([attribute]) => attribute).filter((attribute) => !all.includes(attribute)); // prettier-ignore
  const found = [...all, ...removed].sort().flatMap((attribute) => {
    const [was, will] = [before.at(attribute), after.at(attribute)];
    const isFilledIn =
      (will.isUnknown || action !== "update") && !isConfigured(attribute) && !forces(resource, attribute);
    return isFilledIn ? [] : differences(was, will, attribute);
  });
  const changes = withoutRepeatedTags(found).map(({ path, before: was, after: will }) => ({
    path,
    ...displayPair(was, will, length),
    forcesReplacement: forces(resource, path),
  }));
  return [
    ...changes.filter(({ forcesReplacement }) => forcesReplacement),
    ...changes.filter(({ forcesReplacement }) => !forcesReplacement),
  ];
}

/** Whether a path, a part of it, or a path that contains it forces the replacement. */
function forces({ action, replacePaths }: PlannedResource, path: string): boolean {
  if (action !== "replace") return false;
  return replacePaths.some((parts) => {
    const forcing = parts.reduce<string>((whole, part) => joined(whole, part), "");
    return (
      `${path}.`.startsWith(`${forcing}.`) ||
      `${path}[`.startsWith(`${forcing}[`) ||
      forcing.startsWith(`${path}.`) ||
      forcing.startsWith(`${path}[`)
    );
  });
}

/** `ingress[0].cidr_blocks`. */
function joined(path: string, key: string | number): string {
  if (typeof key === "number" || /^\d+$/.test(key)) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The differences of two values, as deep as both have the same shape. */
export function differences(before: Value, after: Value, path: string): readonly ValueDifference[] {
  if (!after.hasUnknown && isSame(before.raw, after.raw)) return [];
  const here = [{ path, before, after }];
  if (after.isUnknown || before.isSensitive || after.isSensitive) return here;
  const inJson = jsonDifferences(before, after, path);
  if (inJson !== undefined) return inJson.length > 0 ? inJson : here;
  if ((before.isObject && after.isObject) || (/^tags(_all)?$/.test(path) && [before, after].every(isTags))) {
    const keys = [...new Set([...before.parts(), ...after.parts()].map(([key]) => key))].sort();
    return keys.flatMap((key) => differences(before.at(key), after.at(key), joined(path, key)));
  }
  const isListOfObjects = [before, after].some(
    (each) => each.isList && each.elements().some(({ isObject }) => isObject),
  );
  return before.isList && after.isList && isListOfObjects ? elementDifferences(before, after, path) : here;
}

/** Tags of a resource that exists: without any, its state has `null`. */
const isTags = (value: Value): boolean => value.isObject || value.raw === null;

/** The differences of JSON inside a text; undefined if a text is not JSON. */
function jsonDifferences(before: Value, after: Value, path: string): readonly ValueDifference[] | undefined {
  const [was, will] = [before.json, after.json];
  if ((was === undefined && !before.isEmpty) || (will === undefined && !after.isEmpty)) return undefined;
  if (was === undefined && will === undefined) return undefined;
  return policyDifferences(was, will, path) ?? (was && will ? differences(was, will, path) : undefined);
}

/**
 * The differences of two lists of objects. Common objects are left out at any position; the rest is compared in order.
 */
function elementDifferences(before: Value, after: Value, path: string): readonly ValueDifference[] {
  const will = after.parts().map(([key, part]) => ({ key, part }));
  const was = before.parts().flatMap(([key, part]) => {
    const same = will.findIndex((each) => !each.part.hasUnknown && isSame(each.part.raw, part.raw));
    if (same >= 0) will.splice(same, 1);
    return same >= 0 ? [] : [{ key, part }];
  });
  return Array.from({ length: Math.max(was.length, will.length) }, (_, index) => index).flatMap((index) => {
    const [one, other] = [was[index], will[index]];
    const key = other?.key ?? one?.key ?? String(index);
    const named = (other ?? one)?.part.at("id");
    const id = named?.isSensitive ? undefined : named?.text;
    return differences(one?.part ?? before.at(-1), other?.part ?? after.at(-1), joined(path, key)).map((each) =>
      // An element that appears or disappears has the name that the code gives it: rule[old-versions].
      id !== undefined && each.path === joined(path, key) ? { ...each, path: `${path}[${oneLine(id)}]` } : each,
    );
  });
}

/**
 * `tags_all` is `tags` plus the provider's default tags: what AWS has. Changes that `tags` has already are left out. If a
 * default tag changes, the provider reads the old one as a tag of the resource, and its plan removes it from `tags`: what
 * becomes of it is in `tags_all`.
 */
function withoutRepeatedTags(found: readonly ValueDifference[]): readonly ValueDifference[] {
  const byPath = new Map(found.map((each) => [each.path, each]));
  return found.flatMap((each) => {
    const [, name, key = ""] = /^(tags|tags_all)(\.[^]*)?$/.exec(each.path) ?? [];
    if (name === "tags_all") return byPath.has("tags") || byPath.has(`tags${key}`) ? [] : [each];
    const inAws = name === "tags" && key !== "" ? byPath.get(`tags_all${key}`) : undefined;
    return inAws && !inAws.after.isUnknown ? [{ ...inAws, path: each.path }] : [each];
  });
}
