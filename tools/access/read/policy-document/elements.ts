import { sortedKeys } from "./go";
import { asList } from "../../../synth/synthesized";

/** A document as it is written out: its elements in this order. */
export interface Document {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: readonly Statement[];
}

export type Statement = Readonly<{ Sid?: string; Effect?: string } & Partial<Record<Other, unknown>>>;
export type Other = "Action" | "NotAction" | "Resource" | "NotResource" | "Principal" | "NotPrincipal" | "Condition";

/** One value stands alone, several in a list; none leaves the element out. */
export function oneOrMore(values: readonly string[]): unknown {
  return values.length > 1 ? values : values[0];
}

/** `{"*": "*"}` alone is written `"*"`; `{"AWS": "*"}` is not, because IAM takes only that one in a trust policy. */
export function principalElement(principals: ReadonlyMap<string, unknown>, blocks: number): unknown {
  const everybody = asList(principals.get("*"));
  if (blocks === 1 && everybody.length === 1 && everybody[0] === "*") return "*";
  return principals.size > 0 ? sortedKeys(Object.fromEntries(principals)) : undefined;
}

export function conditionElement(
  conditions: readonly (readonly [test: string, variable: string, values: readonly string[]])[],
): unknown {
  const tests = new Map<string, Map<string, readonly string[]>>();
  for (const [test, variable, values] of conditions) {
    const variables = tests.get(test) ?? new Map<string, readonly string[]>();
    tests.set(test, variables.set(variable, [...(variables.get(variable) ?? []), ...values]));
  }
  const flat = [...tests].map(([test, variables]) => {
    return [
      test,
      Object.fromEntries([...variables].map(([variable, values]) => [variable, oneOrMore(values) ?? []])),
    ] as const;
  });
  return flat.length > 0 ? sortedKeys(Object.fromEntries(flat)) : undefined;
}

/** The provider leaves out an empty Sid or Id. */
export function orNone(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
