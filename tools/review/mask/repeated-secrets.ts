import { isObject, parsedJson } from "../../support/json";
import { SENSITIVE } from "./sensitive";

/** A shorter text may be a word like any other (`default`), and stand elsewhere for something else. */
const SHORTEST = { whole: 8, within: 16 } as const;

/** What Terraform itself writes: hiding a name in it would make it another resource's. */
const STRUCTURE: readonly string[] = [
  "address",
  "previous_address",
  "mode",
  "type",
  "provider_name",
  "provider_config_key",
  "references",
  "resource",
];

/** Hides secrets also where nothing marks them: a password that somebody wrote into a second attribute. */
export function hideRepeated(value: unknown, secrets: ReadonlySet<string>): unknown {
  const whole = new Set([...secrets].filter(({ length }) => length >= SHORTEST.whole));
  if (whole.size === 0) return value;
  // The longest first: one may be a part of another.
  const within = [...whole]
    .filter(({ length }) => length >= SHORTEST.within)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const hidden = (text: string): string => within.reduce((rest, secret) => rest.replaceAll(secret, SENSITIVE), text);

  const visit = (part: unknown, key: string): unknown => {
    if (typeof part === "string") {
      if (STRUCTURE.includes(key) || part === SENSITIVE) return part;
      if (whole.has(part)) return SENSITIVE;
      const held = parsedJson(part);
      if (held === undefined) return hidden(part);
      const masked = JSON.stringify(visit(held, key));
      return masked === JSON.stringify(held) ? part : masked;
    }
    if (Array.isArray(part)) return part.map((each) => visit(each, key));
    if (isObject(part))
      return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, visit(each, name)]));
    return part;
  };
  return visit(value, "");
}
