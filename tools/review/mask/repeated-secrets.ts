import { isObject, parsedJson } from "../../support/json";
import { isHidden, isOnlyName, SENSITIVE } from "../../../config/secret-text";

/** A shorter text may be a common word such as `default`, with another meaning elsewhere. */
const SHORTEST = { whole: 8, within: 16 } as const;

/** Keys that Terraform itself writes. Hiding a part of an address would make it another resource's. */
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

const isPolicy = (value: unknown): boolean => isObject(value) && "Statement" in value;
const isStatement = (value: unknown): boolean => isObject(value) && "Effect" in value;

/**
 * Hides unmarked copies of secrets, such as a password that is repeated in another attribute. Of a policy only conditions
 * can hold one, as `aws:Referer` does: the rest says who may do what.
 *
 * @param label what replaces a secret
 */
export function hideRepeated(value: unknown, secrets: ReadonlySet<string>, label: (secret: string) => string): unknown {
  const whole = new Set([...secrets].filter(({ length }) => length >= SHORTEST.whole));
  if (whole.size === 0) return value;
  // Longest first, because one secret may be a part of another.
  const within = [...whole]
    .filter(({ length }) => length >= SHORTEST.within)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const hidden = (text: string): string =>
    within.reduce(
      (rest, secret) => (rest.includes(secret) ? rest.replaceAll(secret, () => label(secret)) : rest),
      text,
    );

  const visit = (part: unknown, key: string): unknown => {
    if (typeof part === "string") {
      if (STRUCTURE.includes(key) || isHidden(part) || isOnlyName(part)) return part;
      const held = parsedJson(part);
      if (whole.has(part) && !isPolicy(held)) return label(part);
      if (held === undefined) return hidden(part);
      const masked = JSON.stringify(visit(held, key));
      return masked === JSON.stringify(held) ? part : masked;
    }
    if (Array.isArray(part)) return part.map((each) => visit(each, key));
    if (!isObject(part)) return part;
    const keeps = (name: string): boolean => isStatement(part) && name !== "Condition";
    return Object.fromEntries(
      Object.entries(part).map(([name, each]) => [name, keeps(name) ? each : visit(each, name)]),
    );
  };
  return visit(value, "");
}

/** Hides secrets of a plan in the text that Terraform printed of it, where texts are in quotes and escaped. */
export function hideInText(text: string, secrets: ReadonlySet<string>): string {
  const forms = [...secrets].flatMap((secret) => {
    const quoted = JSON.stringify(secret);
    return [
      ...(secret.length >= SHORTEST.whole ? [quoted] : []),
      ...(secret.length >= SHORTEST.within ? [secret, quoted.slice(1, -1)] : []),
    ];
  });
  return [...new Set(forms)].sort((a, b) => b.length - a.length).reduce((rest, form) => rest.replaceAll(form, SENSITIVE), text); // prettier-ignore
}
