import { isObject } from "../../support/json";

/** Kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) to values. Anyone is always `{ AWS: ["*"] }`. */
type Principals = Readonly<Record<string, readonly string[]>>;

/**
 * Operator (`StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists` …), key, values. All must hold; the values of a
 * key are alternatives.
 */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A statement of an IAM policy. Single values are lists of one. Of `x` and `notX`, at most one is set. */
export interface ParsedStatement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  /** Undefined in a trust policy, which applies to its own role. */
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** Only in policies of resources, including trust policies. */
  readonly principals?: Principals;
  readonly notPrincipals?: Principals;
  /** Empty for a statement that always applies. */
  readonly conditions: Conditions;
}

const PAIRS = [
  ["Action", "NotAction"],
  ["Resource", "NotResource"],
  ["Principal", "NotPrincipal"],
] as const;

const ELEMENTS = new Set<string>(["Sid", "Effect", ...PAIRS.flat(), "Condition"]);

const COMPARISONS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];

/** Condition operators by their lower case, without `IfExists` and `ForAnyValue:`. AWS ignores their case. */
const OPERATORS: ReadonlyMap<string, string> = new Map(
  [
    ...["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"].map((it) => `String${it}`),
    ...["Equals", "NotEquals", "Like", "NotLike"].map((it) => `Arn${it}`),
    ...COMPARISONS.flatMap((it) => [`Numeric${it}`, `Date${it}`]),
    ...["Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"],
  ].map((operator) => [operator.toLowerCase(), operator]),
);

/** Parses one statement. Problems are added to the list, each with `where` in front. */
export function parseStatement(written: unknown, problems: string[], where: string): ParsedStatement {
  if (!isObject(written)) {
    problems.push(`${where} must be an object, got ${jsonOf(written)}`);
    return { effect: "Deny", conditions: {} };
  }
  const sid = typeof written["Sid"] === "string" && written["Sid"] !== "" ? written["Sid"] : undefined;
  const named = typeof written["Sid"] === "string" ? `${where} (${written["Sid"]})` : where;
  reportElements(written, problems, named);
  const texts = (key: string) => textsOf(written[key], problems, `${named}: ${key}`);
  return {
    sid,
    effect: written["Effect"] === "Allow" ? "Allow" : "Deny",
    actions: texts("Action"),
    notActions: texts("NotAction"),
    resources: texts("Resource"),
    notResources: texts("NotResource"),
    principals: parsePrincipals(written["Principal"], problems, `${named}: Principal`),
    notPrincipals: parsePrincipals(written["NotPrincipal"], problems, `${named}: NotPrincipal`),
    conditions: parseConditions(written["Condition"], problems, `${named}: Condition`),
  };
}

/** Reports unknown elements, elements that exclude each other, and wrong effects and actions. */
function reportElements(written: Readonly<Record<string, unknown>>, problems: string[], where: string): void {
  const effect = written["Effect"];
  for (const key of Object.keys(written))
    if (!ELEMENTS.has(key)) problems.push(`${where} must not have an unknown element, got ${key}`);
  if (effect !== "Allow" && effect !== "Deny")
    problems.push(`${where}: Effect must be Allow or Deny, got ${jsonOf(effect)}`);
  for (const [one, other] of PAIRS) {
    if (written[one] !== undefined && written[other] !== undefined)
      problems.push(`${where} must have ${one} or ${other}, got both`);
  }
  if (written["Action"] === undefined && written["NotAction"] === undefined)
    problems.push(`${where} must have Action or NotAction, got neither`);
  if (written["NotPrincipal"] !== undefined && effect === "Allow")
    problems.push(`${where} must not have NotPrincipal with Effect Allow: this is not supported`);
  reportActions(written, problems, where);
}

function reportActions(written: Readonly<Record<string, unknown>>, problems: string[], where: string): void {
  for (const key of ["Action", "NotAction"]) {
    for (const action of [written[key]].flat()) {
      if (typeof action === "string" && !/^(\*|[\w-]+:[\w*?-]+)$/.test(action))
        problems.push(`${where}: ${key} must be * or <service>:<action>, got ${action}`);
    }
  }
}

function textsOf(value: unknown, problems: string[], where: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const values = [value].flat();
  const texts = values.filter((each) => typeof each === "string");
  if (texts.length < values.length || texts.length === 0)
    problems.push(`${where} must be a string or a list of strings, got ${jsonOf(value)}`);
  return texts;
}

function parsePrincipals(value: unknown, problems: string[], where: string): Principals | undefined {
  if (value === undefined) return undefined;
  if (value === "*") return { AWS: ["*"] };
  if (!isObject(value)) {
    problems.push(`${where} must be "*" or an object, got ${jsonOf(value)}`);
    return undefined;
  }
  if (Object.keys(value).length === 0) problems.push(`${where} must name a principal, got {}`);
  const principals = Object.entries(value).map(([kind, values]) => {
    const named = (textsOf(values, problems, `${where}.${kind}`) ?? []).map(accountRoot);
    const shape = PRINCIPALS[kind];
    if (!shape) problems.push(`${where} must have a kind of ${Object.keys(PRINCIPALS).join(", ")}; got ${kind}`);
    for (const each of named)
      if (shape && !shape.test(each))
        problems.push(`${where}.${kind} must name a principal without wildcards or unique ids, got ${each}`);
    return [kind, named] as const;
  });
  return Object.fromEntries(principals);
}

/** AWS accepts no wildcards inside a name. The owner of a unique id (`AROA…`) is unknown. */
const PRINCIPALS: Readonly<Record<string, RegExp>> = {
  AWS: /^(\*|arn:aws:(iam|sts)::(\d{12}|cloudfront):[^*?]+)$/,
  Service: /^[\w.-]+$/,
  Federated: /^(arn:aws:iam::\d{12}:(oidc|saml)-provider\/[^*?]+|[\w-]+(\.[\w-]+)+)$/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

/** An account id alone means the account's root. */
function accountRoot(principal: string): string {
  return /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal;
}

function parseConditions(value: unknown, problems: string[], where: string): Conditions {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problems.push(`${where} must be an object, got ${jsonOf(value)}`);
    return {};
  }
  const operators = Object.entries(value).map(([operator, keys]) => {
    if (!isObject(keys)) problems.push(`${where}.${operator} must be an object, got ${jsonOf(keys)}`);
    const values = Object.entries(isObject(keys) ? keys : {}).map(([key, each]) => {
      const texts = [each]
        .flat()
        .map((one) => (typeof one === "boolean" || typeof one === "number" ? String(one) : one));
      return [key, textsOf(texts, problems, `${where}.${operator}.${key}`) ?? []] as const;
    });
    return [operatorOf(operator, problems, where), Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(operators);
}

/** An operator in the case that AWS writes. */
function operatorOf(written: string, problems: string[], where: string): string {
  const [, quantifier, plain = "", ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/i.exec(written) ?? [];
  const operator = OPERATORS.get(plain.toLowerCase());
  if (operator === undefined || (operator === "Null" && ifExists))
    problems.push(`${where} must have a known operator, got ${written}`);
  const prefix = quantifier ? (quantifier.toLowerCase() === "foranyvalue" ? "ForAnyValue:" : "ForAllValues:") : "";
  return `${prefix}${operator ?? plain}${ifExists ? "IfExists" : ""}`;
}

/** A value in an error message. */
export function jsonOf(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
