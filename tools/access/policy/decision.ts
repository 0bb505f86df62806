import type { OrganizationLevel } from "../read/model";
import type { Policy } from "./policy";

/** A request to AWS. */
export interface AccessRequest {
  /** The ARN of a user, a role or an identity provider, or a service principal such as `ec2.amazonaws.com`. */
  readonly principal: string;
  /** For example `s3:GetObject`. */
  readonly action: string;
  /** An ARN. Ignored for actions without resource types. A `*` asks for all resources that it matches. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccountId: string;
  /** Condition keys of the request. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Details of a request, apart from principal, action and resource. */
export interface Circumstances {
  /** Condition keys and their values. They override those that follow from the model. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Condition keys that the request does not contain. */
  readonly absent?: readonly string[];
  /** The policy that the session was started with. It can only restrict. */
  readonly sessionPolicy?: object;
  /** Whether a refusal needs no reasons. @default false */
  readonly brief?: boolean;
}

/** A request to STS for a session of a role. The request contains no key that is left out here. */
export interface Assumption {
  /**
   * The ARN of a user, role, account root or identity provider; a service principal; or `group:<name>`, a group of
   * Identity Center.
   */
  readonly from: string;
  /** The role's ARN. */
  readonly to: string;
  readonly externalId?: string;
  /**
   * Whether the requester's session used MFA; undefined for a long-lived key, whose requests lack the condition key.
   * Only a user's session can: that of a role or an identity provider lacks the key, whatever is given here.
   */
  readonly mfa?: boolean;
  /** @default an address that no policy names, 192.0.2.1 of RFC 5737 */
  readonly sourceIp?: string;
  /** The region of the STS endpoint. @default that of the role's account */
  readonly region?: string;
  /** What an identity provider asserts of its user, by claim: `{ aud: …, sub: … }`. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** All policies that apply to a request. */
export interface ApplicablePolicies {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly session?: Policy;
  /** From the root of the organization to the principal's account. @default no service control policies apply */
  readonly organization?: readonly OrganizationLevel[];
  /** A role's trust policy, a bucket's policy … */
  readonly resource?: Policy;
}

/** A statement that contributed to a decision. */
export interface Reason {
  readonly kind:
    "identity policy" | "permissions boundary" | "session policy" | "service control policy" | "resource policy";
  readonly effect: "Allow" | "Deny";
  readonly policy: string;
  readonly source: string;
  /** Its sid, or its position in the policy, from 1. */
  readonly statement: string;
}

/** A condition that a decision requires. */
export interface ConditionRequirement {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The answer of AWS, with reasons. */
export interface Decision {
  readonly allowed: boolean;
  /** Whether a Deny refused the request. Otherwise a refused request has no Allow. */
  readonly explicit: boolean;
  /** The statements that decided: all that deny, or else all that allow. */
  readonly because: readonly Reason[];
  /** For a refused request: statements that would allow it if these conditions held. */
  readonly nearly: readonly (Reason & { readonly conditions: readonly string[] })[];
  /** For a refused request that identity or resource policies allow: the kinds of policies that do not allow it. */
  readonly blockedBy: readonly Reason["kind"][];
  /** For an allowed request: sets of requirements. Each set is enough; an empty set means without conditions. */
  readonly alternatives: readonly (readonly ConditionRequirement[])[];
  /** The resource patterns to which the decision applies: all of the request, or some. */
  readonly resources: readonly string[];
  /** Context keys that AWS does not send with such a request. They are ignored. */
  readonly ignoredKeys: readonly string[];
}

/** A request that AWS does not support: an unknown action, or an action that does not apply to the resource. */
export class ImpossibleRequest extends Error {
  override readonly name = "ImpossibleRequest";
}

export interface DecisionOptions {
  /**
   * Whether a condition key without a value in the context may have any value. The decision then lists its
   * requirements. @default the key is not sent
   */
  readonly discover?: boolean;
  /** Keys that are not sent, even with `discover`. */
  readonly absentKeys?: readonly string[];
  /** Whether the reasons of a refusal may be left out. Several times as fast if most are refused. @default false */
  readonly brief?: boolean;
}

/** Condition keys with a common name, for operators that compare with a value. */
const KNOWN_AS: Readonly<Record<string, (values: string) => string>> = {
  "sts:externalid": (values) => `ExternalId ${values}`,
  "aws:sourceip": (values) => `from ${values}`,
  "aws:requestedregion": (values) => `in ${values}`,
};

const OPERATORS: readonly (readonly [pattern: RegExp, text: string])[] = [
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

const QUANTIFIERS: Readonly<Record<string, string>> = { ForAnyValue: "some ", ForAllValues: "every " };

/** A requirement as text, e.g. `MFA`, `ExternalId "galileo"`, `aws:ResourceTag/Solution is "galileo"`. */
export function requirementText({ operator, key, values }: ConditionRequirement): string {
  const lowerKey = key.toLowerCase();
  if (lowerKey === "aws:multifactorauthpresent" && operator === "Bool" && values.join() === "true") return "MFA";
  const known = KNOWN_AS[lowerKey];
  if (known && /^(String(Equals|Like)|IpAddress)$/.test(operator)) return known(quoted(values));
  return comparisonText({ operator, key, values });
}

/** A requirement with its key and its operator, e.g. `some aws:TagKeys is like "team*"`. */
function comparisonText({ operator, key, values }: ConditionRequirement): string {
  const [, quantifier = "", plain = operator] = /^(?:(ForAnyValue|ForAllValues):)?(.*)$/.exec(operator) ?? [];
  const base = plain.replace(/IfExists$/, "");
  if (base === "Null") return `${key} is ${values[0] === "true" ? "not there" : "there"}`;
  const verb = OPERATORS.find(([pattern]) => pattern.test(base))?.[1] ?? base;
  const unlessAbsent = base === plain ? "" : ", if it is there";
  return `${QUANTIFIERS[quantifier] ?? ""}${key} ${verb} ${quoted(values)}${unlessAbsent}`;
}

function quoted(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

/** The requirements of one alternative as texts, sorted. */
export function requirementTexts(requirements: readonly ConditionRequirement[]): string[] {
  return [...new Set(requirements.map(requirementText))].sort();
}

/** The conditions of an allowed request, e.g. `if MFA and in "eu-west-1"`; empty if there are none. */
export function conditionText(decision: Pick<Decision, "alternatives">): string {
  if (hasNoConditions(decision)) return "";
  return `if ${decision.alternatives.map((set) => requirementTexts(set).join(" and ")).join(", or ")}`;
}

/** Whether a request is allowed without conditions. */
export function isUnconditional(decision: Pick<Decision, "allowed" | "alternatives">): boolean {
  return decision.allowed && hasNoConditions(decision);
}

function hasNoConditions({ alternatives }: Pick<Decision, "alternatives">): boolean {
  return alternatives.length === 0 || alternatives.some((set) => set.length === 0);
}

/** A statement, with its policy and source. */
export function reasonText({ effect, statement, kind, policy, source }: Reason): string {
  const verb = effect === "Allow" ? "allowed by" : "denied by";
  return `${verb} statement ${statement} of the ${kind} ${policy} (${source})`;
}

/** The reasons of a decision, one a line. */
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

/** The conditions of an allowed request, one text each. Several alternatives are joined into one text. */
export function conditionsOf(decision: Pick<Decision, "alternatives">): string[] {
  if (hasNoConditions(decision)) return [];
  const [only = [], ...others] = decision.alternatives.map(requirementTexts);
  return others.length === 0 ? only : [[only, ...others].map((texts) => texts.join(" and ")).join(", or ")];
}
