/** Compares texts by code unit, so that the order does not depend on the language of the machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Values in the order of their texts; values with equal texts keep their order. */
export function sortedBy<T>(values: Iterable<T>, textOf: (value: T) => string): T[] {
  return [...values].sort((a, b) => compareTexts(textOf(a), textOf(b)));
}

/** Each text once, sorted. */
export function distinct(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort(compareTexts);
}

/** Values grouped by key. Groups, and the values in them, keep their order. */
export function groupedBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
