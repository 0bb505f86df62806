import { isSame } from "../support/json";
import type { PlannedResource } from "./planned-resource";
import { policyChanges } from "./policy-changes";
import type { AttributeChange } from "./review";
import { displayPair, type Value, ValueDifference } from "./value";

/**
 * What changes in a resource, by attribute. Of what is made, what somebody wrote; of what goes, nothing. What the
 * provider fills in by itself is left out, and so are the tags that repeat `tags`. Attributes that force a replacement
 * come first.
 */
export function attributeChanges(resource: PlannedResource): readonly AttributeChange[] {
  const { action, before, after, isConfigured } = resource;
  if (action !== "create" && action !== "update" && action !== "replace") return [];
  const all = after.parts().map(([attribute]) => attribute);
  const gone = before.parts().map(([attribute]) => attribute).filter((attribute) => !all.includes(attribute)); // prettier-ignore
  const found = [...all, ...gone].sort().flatMap((attribute) => {
    const [was, will] = [before.at(attribute), after.at(attribute)];
    const isFilledIn =
      (will.isUnknown || action !== "update") && !isConfigured(attribute) && !forces(resource, attribute);
    return isFilledIn ? [] : differences(was, will, attribute);
  });
  const changes = withoutRepeatedTags(found).map(({ path, before: was, after: will }) => ({
    path,
    ...displayPair(was, will),
    forcesReplacement: forces(resource, path),
  }));
  return [
    ...changes.filter(({ forcesReplacement }) => forcesReplacement),
    ...changes.filter(({ forcesReplacement }) => !forcesReplacement),
  ];
}

/** Whether a path is one that forces the replacement, or holds one, or lies in one. */
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

/** Where two values differ, as deep down as both have the same shape. */
export function differences(before: Value, after: Value, path: string): readonly ValueDifference[] {
  if (!after.hasUnknown && isSame(before.raw, after.raw)) return [];
  const here = [{ path, before, after }];
  if (after.isUnknown || before.isSensitive || after.isSensitive) return here;
  const held = heldDifferences(before, after, path);
  if (held !== undefined) return held.length > 0 ? held : here;
  if (before.isObject && after.isObject) {
    const keys = [...new Set([...before.parts(), ...after.parts()].map(([key]) => key))].sort();
    return keys.flatMap((key) => differences(before.at(key), after.at(key), joined(path, key)));
  }
  const isListOfObjects = [before, after].some(
    (each) => each.isList && each.elements().some(({ isObject }) => isObject),
  );
  return before.isList && after.isList && isListOfObjects ? elementDifferences(before, after, path) : here;
}

/** Of JSON that stands in a text; undefined where none does, or where there is nothing to compare it with. */
function heldDifferences(before: Value, after: Value, path: string): readonly ValueDifference[] | undefined {
  const [was, will] = [before.json, after.json];
  if ((was === undefined && !before.isEmpty) || (will === undefined && !after.isEmpty)) return undefined;
  if (was === undefined && will === undefined) return undefined;
  return policyChanges(was, will, path) ?? (was && will ? differences(was, will, path) : undefined);
}

/**
 * Of two lists of objects: those that both have are left out, wherever they stand, and the others are compared in
 * order.
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
    const key = Number(other?.key ?? one?.key ?? index);
    return differences(one?.part ?? before.at(-1), other?.part ?? after.at(-1), joined(path, key));
  });
}

/** `tags_all` is `tags` and what the provider adds to all: told where it says more than `tags` does. */
function withoutRepeatedTags(found: readonly ValueDifference[]): readonly ValueDifference[] {
  const told = new Set(
    found.filter(({ path }) => /^tags(\.|$)/.test(path)).map(({ path }) => path.replace(/^tags/, "tags_all")),
  );
  const isRepeated = ({ path }: ValueDifference): boolean => told.has(path) || told.has("tags_all");
  return found.filter((each) => !(/^tags_all(\.|$)/.test(each.path) && isRepeated(each)));
}
