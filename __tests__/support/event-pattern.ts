export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What an accepted value of a list says of the event's value. An unknown operator fails the test. */
const OPERATORS: Readonly<Record<string, (value: string, event: string) => boolean>> = {
  prefix: (value, event) => event.startsWith(value),
  // `*` is any number of characters, none too, and no other character is special but a backslash, which no pattern has.
  wildcard: (value, event) => {
    if (/\*\*|\\/.test(value)) throw new Error(`EventBridge refuses or escapes ${JSON.stringify(value)}`);
    const [first = "", ...rest] = value.split("*");
    const last = rest.pop();
    if (last === undefined) return event === value;
    if (!event.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = event.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return event.length - last.length >= at && event.endsWith(last);
  },
};

/**
 * The part of EventBridge's matching that the patterns of this project use: exact values, prefixes and wildcards
 * ("Comparison operators for use in event patterns" in the user guide).
 */
export function matches(pattern: Json, event: Json | undefined): boolean {
  if (Array.isArray(pattern))
    return (pattern as readonly Json[]).some((accepted) => {
      if (typeof accepted !== "object" || accepted === null) return event === accepted;
      const [[operator, value] = ["", null], ...others] = Object.entries(accepted);
      const matcher = OPERATORS[operator];
      if (!matcher || typeof value !== "string" || others.length > 0)
        throw new Error(`this test does not know ${JSON.stringify(accepted)}`);
      return typeof event === "string" && matcher(value, event);
    });
  const inner = typeof event === "object" && event !== null ? (event as Readonly<Record<string, Json>>) : {};
  return Object.entries(pattern as Readonly<Record<string, Json>>).every(([key, value]) => matches(value, inner[key]));
}
