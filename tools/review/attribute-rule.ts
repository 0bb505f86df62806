import { isSame } from "../support/json";
import type { PlannedResource } from "./planned-resource";
import { displayPair, UNKNOWN, type Value } from "./value";

/** An attribute that gives something, and how to tell that it gives less. */
export interface AttributeRule {
  /** @default every type that has the attribute */
  readonly types?: readonly string[];
  /** `versioning_configuration.0.status`. */
  readonly path: string;
  /** Whether it gives anything before. Otherwise nothing can be lost. */
  readonly gives: (before: Value) => boolean;
  /** Called with known values only. */
  readonly isLower: (before: Value, after: Value) => boolean;
  readonly message: string;
}

/** It counts while it is true. */
export const on = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => before.isTrue,
  isLower: (_, after) => !after.isTrue,
});

/** It counts while it is not true. */
export const off = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => !before.isTrue,
  isLower: (_, after) => after.isTrue,
});

/** A higher number is more; unset is 0. */
export const most = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => (before.number ?? 0) > 0,
  isLower: (before, after) => (after.number ?? 0) < (before.number ?? 0),
});

/** A longer time is more; 0 or unset is forever. */
export const longest = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: () => true,
  isLower: (before, after) => orForever(after) < orForever(before),
});

const orForever = ({ number = 0 }: Value): number => (number > 0 ? number : Infinity);

/** Being limited at all counts; 0 or unset is no limit. */
export const limited = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => (before.number ?? 0) > 0,
  isLower: (_, after) => (after.number ?? 0) === 0,
});

/** A shorter time is more; 0 or unset is forever. */
export const shortest = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => (before.number ?? 0) > 0,
  isLower: (before, after) => orForever(after) > orForever(before),
});

/** It counts while it has this value. */
export const being = (path: string, value: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => before.raw === value,
  isLower: (_, after) => after.raw !== value,
});

/** Each element of a list counts. */
export const each = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => !before.isEmpty,
  isLower: (before, after) => !isSubset(before, after),
});

/** Any other value than the one before may be less. */
export const same = (path: string, message: string, types?: readonly string[]): AttributeRule => ({
  ...{ path, message, types },
  gives: (before) => !before.isEmpty,
  isLower: (before, after) => !isSame(before.json?.raw ?? before.raw, after.json?.raw ?? after.raw),
});

function isSubset(part: Value, whole: Value): boolean {
  return part.elements().every(({ raw }) => whole.elements().some((other) => isSame(other.raw, raw)));
}

/** Messages of the rules for the attributes of a resource that give less than before. */
export function lowerAttributes(
  rules: readonly AttributeRule[],
  { type, before, after, isConfigured }: PlannedResource,
): readonly string[] {
  return rules
    .filter(({ types }) => types?.includes(type) ?? true)
    .flatMap(({ path, gives, isLower, message }) => {
      const [was, will] = [valueAt(before, path), valueAt(after, path)];
      // A type without the attribute has no value before or after.
      if ((was.raw === undefined && will.raw === undefined) || !gives(was)) return [];
      const attribute = path.split(".")[0] ?? path;
      const pair = displayPair(was, will);
      if (will.hasUnknown) return isConfigured(attribute) ? [`${message}, depending on ${attribute} ${UNKNOWN}`] : [];
      return isLower(was, will) ? [`${message} (${path}: ${pair.before} → ${pair.after})`] : [];
    });
}

function valueAt(value: Value, path: string): Value {
  return path.split(".").reduce((place, key) => place.at(key), value);
}
