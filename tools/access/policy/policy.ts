import { visit } from "jsonc-parser";
import { messageOf } from "../../support/errors";
import { isObject } from "../../support/json";

/**
 * Kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) to values. Everybody is `{ AWS: ["*"] }`, however it was
 * written.
 */
export type Principals = Readonly<Record<string, readonly string[]>>;

/**
 * Operator (`StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists` …), key, values. All must hold; the values of a
 * key are alternatives.
 */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * A statement of an IAM policy, one value and a list of it written alike. Just one of each pair of elements is there,
 * or none of it.
 */
export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  /** None in a trust policy: it speaks of its own role. */
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  /** Only in policies of resources, trust policies among them. */
  readonly principals?: Principals;
  readonly notPrincipals?: Principals;
  /** Empty where the statement always holds. */
  readonly conditions: Conditions;
}

/** A policy as AWS gets it, and where it comes from. */
export interface Policy {
  /** What people call it: the name of an inline policy, or the ARN of a managed one. */
  readonly name: string;
  /** Where it stands: `dev-iam: aws_iam_role_policy.operator_…`, or `AWS managed policy, v45`. */
  readonly source: string;
  /** `2012-10-17`, or `2008-10-17` where none is written, in which policy variables are plain text. */
  readonly version: string;
  readonly statements: readonly PolicyStatement[];
}

/** A text that is no policy. The message says what is wrong with it, and nothing of where it stands. */
export class NotAPolicy extends Error {
  override readonly name = "NotAPolicy";
}

const VERSIONS = ["2012-10-17", "2008-10-17"];

const ELEMENTS = new Set([
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
]);

const COMPARISONS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];

/**
 * Condition operators without `IfExists` and `ForAnyValue:`, by their lower case: AWS compares them without regard to
 * it.
 */
const OPERATORS: ReadonlyMap<string, string> = new Map(
  [
    ...["Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"].map((it) => `String${it}`),
    ...["Equals", "NotEquals", "Like", "NotLike"].map((it) => `Arn${it}`),
    ...COMPARISONS.flatMap((it) => [`Numeric${it}`, `Date${it}`]),
    ...["Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"],
  ].map((operator) => [operator.toLowerCase(), operator]),
);

/**
 * What a policy is of: of an identity it names resources and nobody, a trust policy names somebody and no resources, a
 * resource's somebody.
 */
export type PolicyKind = "identity" | "trust" | "resource";

/**
 * Reads the text of a policy document, as AWS gets it.
 *
 * @throws NotAPolicy naming every element that AWS would refuse or that is not known here
 */
export function parsePolicy(text: string, name: string, source: string, kind?: PolicyKind): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new NotAPolicy(`is not JSON (${messageOf(error)})`);
  }
  if (!isObject(document)) throw new NotAPolicy(`must be an object, got ${shown(document)}`);
  const { Version: version = "2008-10-17", Statement: statement } = document;
  const unknown = Object.keys(document).filter((key) => !["Version", "Id", "Statement"].includes(key));
  const problems = unknown.map((key) => `has an unknown element ${key}`);
  problems.push(...repeatedKeys(text).map((key) => `has ${key} twice in one place`));
  if (!VERSIONS.includes(version as string))
    problems.push(`Version must be ${VERSIONS.join(" or ")}, got ${shown(version)}`);
  const written = statement === undefined ? [] : [statement].flat();
  if (written.length === 0) problems.push(`Statement must hold at least one statement, got ${shown(statement)}`);
  const statements = written.map((each, index) => parseStatement(each, problems, `Statement ${index + 1}`));
  if (kind)
    statements.forEach((statement, index) =>
      problems.push(...misplaced(statement, kind).map((it) => `Statement ${index + 1} ${it}`)),
    );
  if (problems.length > 0) throw new NotAPolicy(problems.join("; "));
  return { name, source, version: version as string, statements };
}

/** Keys that an object of the text has twice, in whatever case: which of them counts is not to be guessed. */
function repeatedKeys(text: string): string[] {
  const open: Set<string>[] = [];
  const repeated: string[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectProperty: (key) => {
      if (open.at(-1)?.has(key.toLowerCase())) repeated.push(key);
      open.at(-1)?.add(key.toLowerCase());
    },
    onObjectEnd: () => void open.pop(),
  });
  return repeated;
}

/** What a statement of a policy of this kind must have and has not, or must not have and has. */
function misplaced(
  { principals, notPrincipals, resources, notResources }: PolicyStatement,
  kind: PolicyKind,
): string[] {
  const hasPrincipal = (principals ?? notPrincipals) !== undefined;
  const hasResource = (resources ?? notResources) !== undefined;
  if (kind === "identity") {
    return [
      ...(hasPrincipal ? ["names a Principal, in an identity policy"] : []),
      ...(hasResource ? [] : ["has neither Resource nor NotResource"]),
    ];
  }
  const noPrincipal = hasPrincipal ? [] : ["has neither Principal nor NotPrincipal"];
  return kind === "trust" && hasResource ? [...noPrincipal, "names a Resource, in a trust policy"] : noPrincipal;
}

function parseStatement(written: unknown, problems: string[], where: string): PolicyStatement {
  if (!isObject(written)) {
    problems.push(`${where} must be an object, got ${shown(written)}`);
    return { effect: "Deny", conditions: {} };
  }
  const told = typeof written["Sid"] === "string" ? `${where} (${written["Sid"]})` : where;
  for (const key of Object.keys(written))
    if (!ELEMENTS.has(key)) problems.push(`${told} has an unknown element ${key}`);
  const effect = written["Effect"];
  if (effect !== "Allow" && effect !== "Deny")
    problems.push(`${told}: Effect must be Allow or Deny, got ${shown(effect)}`);
  for (const [one, other] of [
    ["Action", "NotAction"],
    ["Resource", "NotResource"],
    ["Principal", "NotPrincipal"],
  ] as const) {
    if (written[one] !== undefined && written[other] !== undefined) problems.push(`${told} has ${one} and ${other}`);
  }
  if (written["Action"] === undefined && written["NotAction"] === undefined)
    problems.push(`${told} has neither Action nor NotAction`);
  if (written["NotPrincipal"] !== undefined && effect === "Allow")
    problems.push(`${told} allows everybody but a NotPrincipal, which is not read`);
  const texts = (key: string) => textsOf(written[key], problems, `${told}: ${key}`);
  for (const key of ["Action", "NotAction"]) {
    for (const action of [written[key]].flat()) {
      if (typeof action === "string" && !/^(\*|[\w-]+:[\w*?-]+)$/.test(action))
        problems.push(`${told}: ${key} ${action} is no action`);
    }
  }
  return {
    sid: typeof written["Sid"] === "string" && written["Sid"] !== "" ? written["Sid"] : undefined,
    effect: effect === "Allow" ? "Allow" : "Deny",
    actions: texts("Action"),
    notActions: texts("NotAction"),
    resources: texts("Resource"),
    notResources: texts("NotResource"),
    principals: parsePrincipals(written["Principal"], problems, `${told}: Principal`),
    notPrincipals: parsePrincipals(written["NotPrincipal"], problems, `${told}: NotPrincipal`),
    conditions: parseConditions(written["Condition"], problems, `${told}: Condition`),
  };
}

function textsOf(value: unknown, problems: string[], where: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const values = [value].flat();
  const texts = values.filter((each) => typeof each === "string");
  if (texts.length < values.length || texts.length === 0)
    problems.push(`${where} must be a text or a list of texts, got ${shown(value)}`);
  return texts;
}

function parsePrincipals(value: unknown, problems: string[], where: string): Principals | undefined {
  if (value === undefined) return undefined;
  if (value === "*") return { AWS: ["*"] };
  if (!isObject(value)) {
    problems.push(`${where} must be "*" or an object, got ${shown(value)}`);
    return undefined;
  }
  if (Object.keys(value).length === 0) problems.push(`${where} names nobody`);
  const principals = Object.entries(value).map(([kind, values]) => {
    const named = (textsOf(values, problems, `${where}.${kind}`) ?? []).map(accountRoot);
    const shape = PRINCIPALS[kind];
    if (!shape) problems.push(`${where} has an unknown kind ${kind}`);
    for (const each of named)
      if (shape && !shape.test(each)) problems.push(`${where}.${kind} ${each} is nobody that can be told`);
    return [kind, named] as const;
  });
  return Object.fromEntries(principals);
}

/**
 * No wildcards within a text, since AWS takes none there; and no unique ids (`AROA…`), since nobody knows whose they
 * are.
 */
const PRINCIPALS: Readonly<Record<string, RegExp>> = {
  AWS: /^(\*|arn:aws:(iam|sts)::(\d{12}|cloudfront):[^*?]+)$/,
  Service: /^[\w.-]+$/,
  Federated: /^(arn:aws:iam::\d{12}:(oidc|saml)-provider\/[^*?]+|[\w-]+(\.[\w-]+)+)$/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

/** An account's number alone means its root. */
function accountRoot(principal: string): string {
  return /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal;
}

function parseConditions(value: unknown, problems: string[], where: string): Conditions {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problems.push(`${where} must be an object, got ${shown(value)}`);
    return {};
  }
  const operators = Object.entries(value).map(([operator, keys]) => {
    if (!isObject(keys)) problems.push(`${where}.${operator} must be an object, got ${shown(keys)}`);
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

/** An operator as AWS writes it. */
function operatorOf(written: string, problems: string[], where: string): string {
  const [, quantifier, plain = "", ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/i.exec(written) ?? [];
  const operator = OPERATORS.get(plain.toLowerCase());
  if (operator === undefined || (operator === "Null" && ifExists))
    problems.push(`${where} has an unknown operator ${written}`);
  const prefix = quantifier ? (quantifier.toLowerCase() === "foranyvalue" ? "ForAnyValue:" : "ForAllValues:") : "";
  return `${prefix}${operator ?? plain}${ifExists ? "IfExists" : ""}`;
}

/** The document again, as AWS writes it. */
export function documentOf({ version, statements }: Pick<Policy, "version" | "statements">): object {
  return {
    Version: version,
    Statement: statements.map((statement) => ({
      Sid: statement.sid,
      Effect: statement.effect,
      Action: statement.actions,
      NotAction: statement.notActions,
      Resource: statement.resources,
      NotResource: statement.notResources,
      Principal: statement.principals,
      NotPrincipal: statement.notPrincipals,
      Condition: Object.keys(statement.conditions).length > 0 ? statement.conditions : undefined,
    })),
  };
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** A policy of these statements, as AWS writes them. */
export function policyOf(name: string, source: string, ...statements: readonly object[]): Policy {
  return parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), name, source);
}
