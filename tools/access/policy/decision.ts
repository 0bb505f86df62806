import type { OrganizationLevel } from "../read/model";
import type { Policy } from "./policy";

/** A request as AWS judges it. */
export interface AccessRequest {
  /** The ARN of a user, a role or an identity provider, or a service principal such as `ec2.amazonaws.com`. */
  readonly principal: string;
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** An ARN; it does not matter for an action that AWS knows no resource of. A `*` asks for all that it matches. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccountId: string;
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** All policies that have a say in a request. */
export interface ApplicablePolicies {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly session?: Policy;
  /** From the root of the organization to the principal's account. @default none binds it */
  readonly organization?: readonly OrganizationLevel[];
  /** A role's trust policy, a bucket's policy … */
  readonly resource?: Policy;
}

/** A statement that had a say. */
export interface Reason {
  readonly kind:
    "identity policy" | "permissions boundary" | "session policy" | "service control policy" | "resource policy";
  readonly effect: "Allow" | "Deny";
  readonly policy: string;
  readonly source: string;
  /** Its sid, or its place in the policy, from 1. */
  readonly statement: string;
}

/** A condition on which an answer depends. */
export interface ConditionRequirement {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What AWS would answer, and why. */
export interface Decision {
  readonly allowed: boolean;
  /** Whether a Deny decided. Otherwise a refused request was allowed by nothing. */
  readonly explicit: boolean;
  /** The statements that decided: all that deny, or else all that allow. */
  readonly because: readonly Reason[];
  /** Of a refused request: statements that would allow it, if these conditions held. */
  readonly nearly: readonly (Reason & { readonly conditions: readonly string[] })[];
  /** Of a refused request that identity or resource policies allow: what stands in its way. */
  readonly blockedBy: readonly Reason["kind"][];
  /**
   * Where the context is not the whole of it: sets of requirements, each of which is enough. One empty set: always.
   * Only for an allowed request.
   */
  readonly alternatives: readonly (readonly ConditionRequirement[])[];
  /** The resource patterns of the request for which it holds: where it asks for several at once, some of them. */
  readonly resources: readonly string[];
  /** Keys of the context that AWS does not send with such a request: they have no say. */
  readonly ignoredKeys: readonly string[];
}

/** A request that AWS would not know what to do with: no such action, or one that does not act on such a resource. */
export class ImpossibleRequest extends Error {
  override readonly name = "ImpossibleRequest";
}

export interface DecisionOptions {
  /**
   * Whether a condition key that the context does not hold may have any value: the decision says what is required of
   * it. @default it is not sent
   */
  readonly discover?: boolean;
  /** Keys that are not sent, whatever `discover` says. */
  readonly absentKeys?: readonly string[];
  /**
   * Whether it is enough to know that a request is refused, and not why: several times as fast where most are. @default
   * false
   */
  readonly brief?: boolean;
}

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
export function requirementText({ operator, key, values }: ConditionRequirement): string {
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
export function requirementTexts(requirements: readonly ConditionRequirement[]): string[] {
  return [...new Set(requirements.map(requirementText))].sort();
}

/** What an allowed request depends on, e.g. `if MFA and in "eu-west-1"`; empty where it depends on nothing. */
export function conditionText({ alternatives }: Pick<Decision, "alternatives">): string {
  if (alternatives.length === 0 || alternatives.some((set) => set.length === 0)) return "";
  return `if ${alternatives.map((set) => requirementTexts(set).join(" and ")).join(", or ")}`;
}

/** Whether a request is allowed whatever else it holds. */
export function isUnconditional({ allowed, alternatives }: Pick<Decision, "allowed" | "alternatives">): boolean {
  return allowed && (alternatives.length === 0 || alternatives.some((set) => set.length === 0));
}

/** A statement and where it stands. */
export function reasonText({ effect, statement, kind, policy, source }: Reason): string {
  const verb = effect === "Allow" ? "allowed by" : "denied by";
  return `${verb} statement ${statement} of the ${kind} ${policy} (${source})`;
}

/** Why a request is allowed or refused, a line for each reason. */
export function explanation(decision: Decision): string[] {
  const { allowed, explicit, because, nearly, blockedBy } = decision;
  if (allowed) {
    const condition = conditionText(decision);
    return [condition ? `allowed ${condition}` : "allowed", ...because.map(reasonText)];
  }
  if (explicit) return ["refused", ...because.map(reasonText)];
  return [
    blockedBy.length > 0
      ? `refused: identity policies allow it, but no ${blockedBy.join(", no ")} does`
      : "refused: no statement allows it",
    ...nearly.map(
      ({ conditions, ...reason }) => `would be ${reasonText(reason)}, but needs ${conditions.join(" and ")}`,
    ),
  ];
}
