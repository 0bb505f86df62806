import type { Decision, Reason, Requirement } from "./decision";

/** Keys that people know by another name, when they must equal something. */
const KNOWN_AS: Readonly<Record<string, (values: string) => string>> = {
  "sts:externalid": (values) => `ExternalId ${values}`,
  "aws:sourceip": (values) => `from ${values}`,
  "aws:requestedregion": (values) => `in ${values}`,
};

const OPERATORS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^(String|Arn|Date|Numeric)NotEquals|^StringNotEqualsIgnoreCase|^ArnNotEquals/, "is not"],
  [/^(String|Arn)NotLike/, "is not like"],
  [/^NotIpAddress/, "is not in"],
  [/^(String|Arn)Like/, "is like"],
  [/^IpAddress/, "is in"],
  [/^(Numeric|Date)LessThanEquals/, "is at most"],
  [/^(Numeric|Date)LessThan/, "is less than"],
  [/^(Numeric|Date)GreaterThanEquals/, "is at least"],
  [/^(Numeric|Date)GreaterThan/, "is more than"],
  [/^(String|Arn|Date|Numeric|Binary)Equals|^StringEqualsIgnoreCase|^ArnEquals|^Bool/, "is"],
];

/** A requirement as people say it, e.g. `MFA`, `ExternalId "galileo"`, `aws:ResourceTag/Solution is "galileo"`. */
export function requirementWords({ operator, key, values }: Requirement): string {
  const [, quantifier, plain = operator] = /^(?:(ForAnyValue|ForAllValues):)?(.*)$/.exec(operator) ?? [];
  const base = plain.replace(/IfExists$/, "");
  const alternatives = values.map((value) => JSON.stringify(value)).join(" or ");
  const known = KNOWN_AS[key.toLowerCase()];
  if (key.toLowerCase() === "aws:multifactorauthpresent" && operator === "Bool" && values.join() === "true")
    return "MFA";
  if (known && !quantifier && base === plain && /^(String(Equals|Like)|IpAddress)$/.test(base))
    return known(alternatives);
  if (base === "Null") return `${key} is ${values[0] === "true" ? "not there" : "there"}`;
  const words = OPERATORS.find(([pattern]) => pattern.test(base))?.[1] ?? base;
  const unlessAbsent = base === plain ? "" : ", if it is there";
  const some = quantifier === "ForAnyValue" ? "some " : quantifier === "ForAllValues" ? "every " : "";
  return `${some}${key} ${words} ${alternatives}${unlessAbsent}`;
}

/** All that one alternative requires, sorted. */
export function alternativeWords(requirements: readonly Requirement[]): string[] {
  return [...new Set(requirements.map(requirementWords))].sort();
}

/** What an allowed request depends on, e.g. `if MFA and in "eu-west-1"`; empty where it depends on nothing. */
export function conditionWords({ alternatives }: Pick<Decision, "alternatives">): string {
  if (alternatives.length === 0 || alternatives.some((set) => set.length === 0)) return "";
  return `if ${alternatives.map((set) => alternativeWords(set).join(" and ")).join(", or ")}`;
}

/** Whether a request is allowed whatever else it holds. */
export function isUnconditional({ allowed, alternatives }: Pick<Decision, "allowed" | "alternatives">): boolean {
  return allowed && (alternatives.length === 0 || alternatives.some((set) => set.length === 0));
}

/** A statement and where it stands. */
export function reasonWords({ effect, statement, kind, policy, source }: Reason): string {
  const verb = effect === "Allow" ? "allowed by" : "denied by";
  return `${verb} statement ${statement} of the ${kind} ${policy} (${source})`;
}

/** Why a request is allowed or refused, a line for each reason. */
export function explanation(decision: Decision): string[] {
  const { allowed, explicit, because, nearly, blockedBy } = decision;
  if (allowed) {
    const condition = conditionWords(decision);
    return [condition ? `allowed ${condition}` : "allowed", ...because.map(reasonWords)];
  }
  if (explicit) return ["refused", ...because.map(reasonWords)];
  return [
    blockedBy.length > 0
      ? `refused: identity policies allow it, but no ${blockedBy.join(", no ")} does`
      : "refused: no statement allows it",
    ...nearly.map(
      ({ conditions, ...reason }) => `would be ${reasonWords(reason)}, but needs ${conditions.join(" and ")}`,
    ),
  ];
}
