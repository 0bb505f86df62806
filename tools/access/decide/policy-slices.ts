import type { AccessRequest, ApplicablePolicies } from "../policy/decision";
import { actionMatcher } from "../policy/patterns";
import type { Policy, PolicyStatement } from "../policy/policy";

/* What of many policies has a say in a request. Nothing here decides: it only leaves out what cannot matter, for speed. */

/**
 * Whether any statement could allow it: one of the principal's own, or one of the resource's that may mean the
 * principal.
 */
export function mayBeAllowed(
  { principal, action }: AccessRequest,
  identity: readonly Policy[],
  resource: Policy | undefined,
): boolean {
  if (identity.some(({ statements }) => statements.some(({ effect }) => effect === "Allow"))) return true;
  const account = principal.split(":")[4] ?? "";
  return (resource?.statements ?? []).some(({ effect, actions = ["*"], principals }) => {
    if (effect === "Deny" || !actions.some((pattern) => matchesAction(pattern, action))) return false;
    const named = Object.values(principals ?? { AWS: ["*"] }).flat();
    // A session's ARN holds its role's name, and only the role's ARN is asked with here.
    return named.some(
      (each) => each === "*" || each === principal || each === `arn:aws:iam::${account}:root` || each.includes(":sts:"),
    );
  });
}

/**
 * Whether a request in its own account is allowed whatever it holds: an Allow of everything, and nothing that denies,
 * bounds or guards.
 *
 * @param policies what speaks of the action
 */
export function isAlwaysAllowed(
  { principal, resourceAccountId }: AccessRequest,
  policies: ApplicablePolicies,
): boolean {
  const { identity, boundary, session, organization = [], resource } = policies;
  if (boundary || session || resource || principal.split(":")[4] !== resourceAccountId) return false;
  const isPlain = ({ effect, actions, resources, conditions }: Policy["statements"][number]) =>
    effect === "Allow" &&
    actions !== undefined &&
    resources?.includes("*") === true &&
    Object.keys(conditions).length === 0;
  const lets = (all: readonly Policy[]) => {
    const statements = all.flatMap((policy) => policy.statements);
    return statements.some(isPlain) && statements.every(({ effect }) => effect === "Allow");
  };
  return lets(identity) && organization.every((level) => lets(level.policies));
}

/**
 * Whether a request is refused whatever it holds: one of the principal's own policies, its boundary or that of its
 * session denies exactly what was asked for, under no condition.
 *
 * @param resource as it is asked for, which may be a pattern
 * @param identity of the principal's own policies what speaks of the action
 */
export function isAlwaysDenied(
  { action }: AccessRequest,
  resource: string,
  identity: readonly Policy[],
  { boundary, session }: ApplicablePolicies,
): boolean {
  const all = [...identity, boundary && sliceForAction(boundary, action), session && sliceForAction(session, action)];
  const refuses = ({ effect, actions, resources, conditions }: PolicyStatement) =>
    effect === "Deny" &&
    actions !== undefined &&
    (resources?.includes("*") === true || (!resource.includes("${") && resources?.includes(resource) === true)) &&
    Object.keys(conditions).length === 0;
  return all.some((policy) => policy?.statements.some(refuses));
}

/** Whether a policy of a resource speaks of principals one by one, and not of accounts, services or everybody. */
export function namesPrincipals(policy: Policy | undefined): boolean {
  return (policy?.statements ?? []).some(({ principals = {}, notPrincipals }) => {
    const named = principals["AWS"] ?? [];
    return notPrincipals !== undefined || named.some((each) => each !== "*" && !each.endsWith(":root"));
  });
}

/** Who asks: of a session, the ARN of its role. */
export const PRINCIPAL_ARN = "aws:PrincipalArn";

const tellers = new WeakMap<Policy, Map<string, boolean>>();

/**
 * Whether a policy compares `aws:PrincipalArn` with something that this principal matches, or may match. To those of
 * whom it says so of neither, it gives the same answer.
 */
export function distinguishes(policy: Policy, principal: string): boolean {
  const known = tellers.get(policy) ?? new Map<string, boolean>();
  tellers.set(policy, known);
  const done = known.get(principal) ?? policy.statements.some((statement) => namesPrincipal(statement, principal));
  known.set(principal, done);
  return done;
}

function namesPrincipal(
  { resources = [], notResources = [], conditions }: PolicyStatement,
  principal: string,
): boolean {
  const keys = Object.values(conditions).flatMap((each) => Object.entries(each));
  const compared = keys.flatMap(([key, values]) => (key.toLowerCase() === PRINCIPAL_ARN.toLowerCase() ? values : []));
  const texts = [...resources, ...notResources, ...keys.flatMap(([, values]) => values)];
  // What holds a variable may be anything.
  const isVariable = texts.some((text) => /\$\{\s*aws:PrincipalArn/i.test(text));
  return isVariable || compared.some((value) => value.includes("${") || matcherOf(value).test(principal));
}

/** Every policy that has a say, of identity policies the slices. */
export function everyPolicy(
  { boundary, session, organization = [], resource }: ApplicablePolicies,
  identity: readonly Policy[],
): Policy[] {
  const others = [boundary, session, resource].filter((policy) => policy !== undefined);
  return [...identity, ...others, ...organization.flatMap((level) => level.policies)];
}

const mentionedKeys = new WeakMap<Policy, ReadonlySet<string>>();

/**
 * The condition keys that a policy speaks of, in conditions and variables, in lower case. Others have no say, and cost
 * the library time.
 */
export function mentionedConditionKeys(policy: Policy): ReadonlySet<string> {
  const done = mentionedKeys.get(policy);
  if (done) return done;
  const keys = policy.statements.flatMap((statement) => {
    const { resources = [], notResources = [], conditions } = statement;
    const values = Object.values(conditions).flatMap((each) => Object.values(each).flat());
    const variables = [...resources, ...notResources, ...values].flatMap((text) =>
      [...text.matchAll(/\$\{([^},]+)/g)].map(([, key = ""]) => key.trim().toLowerCase()),
    );
    return [...comparedKeys(statement), ...variables];
  });
  const all = new Set(keys);
  mentionedKeys.set(policy, all);
  return all;
}

/** The condition keys that a statement compares with something, in lower case. */
export function comparedKeys({ conditions }: PolicyStatement): string[] {
  return Object.values(conditions).flatMap((each) => Object.keys(each).map((key) => key.toLowerCase()));
}

const slices = new WeakMap<Policy, Map<string, Policy | undefined>>();

/**
 * Of a policy only what speaks of the action: the statements that name it, with the patterns that match it, and those
 * that do not except it. Nothing else has a say, and AWS's own policies name thousands.
 */
export function sliceForAction(policy: Policy, action: string): Policy | undefined {
  const known = slices.get(policy) ?? new Map<string, Policy | undefined>();
  slices.set(policy, known);
  if (known.has(action)) return known.get(action);
  const statements = policy.statements.flatMap((statement) => {
    if (statement.notActions?.some((pattern) => matchesAction(pattern, action))) return [];
    const actions = statement.actions?.filter((pattern) => matchesAction(pattern, action));
    if (actions?.length === 0) return [];
    return [{ ...statement, sid: statement.sid ?? String(policy.statements.indexOf(statement) + 1), actions }];
  });
  const slice = statements.length > 0 ? { ...policy, statements } : undefined;
  known.set(action, slice);
  return slice;
}

const narrowed = new WeakMap<Policy, Map<string, Policy>>();

/**
 * Of what a policy says of an action only what may speak of the resource: without the statements whose every resource
 * begins otherwise.
 *
 * @param resource as it is asked for, which may be a pattern
 */
export function sliceForRequest(policy: Policy, action: string, resource: string): Policy | undefined {
  const slice = sliceForAction(policy, action);
  if (!slice) return undefined;
  const statements = slice.statements.filter(
    ({ resources }) => resources?.some((pattern) => mayOverlap(pattern, resource)) ?? true,
  );
  if (statements.length === 0) return undefined;
  if (statements.length === slice.statements.length) return slice;
  const known = narrowed.get(slice) ?? new Map<string, Policy>();
  narrowed.set(slice, known);
  const key = statements.map((statement) => slice.statements.indexOf(statement)).join();
  const done = known.get(key) ?? { ...slice, statements };
  known.set(key, done);
  return done;
}

/**
 * False only where no resource can match both, which shows before the first wildcard or variable of either. An ARN that
 * leaves out its end means whatever may follow.
 */
function mayOverlap(pattern: string, resource: string): boolean {
  if (pattern.split(":").length < ARN_FIELDS) return true;
  const [shorter, longer] = [pattern, resource]
    .map((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
    .map((text) => ({ text, start: /^[^*?$]*/.exec(text)?.[0] ?? "" }))
    .sort((a, b) => a.start.length - b.start.length);
  if (!shorter || !longer) return true;
  const isWhole = shorter.start === shorter.text;
  return longer.start.startsWith(shorter.start) && (!isWhole || longer.start.length === shorter.start.length);
}

/** `arn:partition:service:region:account:resource`, and the resource may hold colons ("Amazon Resource Names"). */
const ARN_FIELDS = 6;

const patterns = new Map<string, RegExp>();

function matchesAction(pattern: string, action: string): boolean {
  // Most patterns are another service's, and AWS's own policies have thousands of them.
  const colon = pattern.indexOf(":");
  if (
    colon > 0 &&
    !/[*?]/.test(pattern.slice(0, colon)) &&
    pattern.slice(0, colon).toLowerCase() !== action.slice(0, colon).toLowerCase()
  )
    return false;
  return matcherOf(pattern).test(action);
}

function matcherOf(pattern: string): RegExp {
  const expression = patterns.get(pattern) ?? actionMatcher(pattern);
  patterns.set(pattern, expression);
  return expression;
}
