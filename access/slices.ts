import type { AccessRequest, ApplicablePolicies } from "./decision";
import { actionMatcher } from "./patterns";
import type { Policy } from "./policy";

/* What of many policies has a say in a request. Nothing here decides: it only leaves out what cannot matter, for speed. */

/** Whether any statement could allow it: one of the principal's own, or one of the resource's that may mean the principal. */
export function mayBeAllowed({ principal, action }: AccessRequest, identity: readonly Policy[], resource: Policy | undefined): boolean {
  if (identity.some(({ statements }) => statements.some(({ effect }) => effect === "Allow"))) return true;
  const account = principal.split(":")[4] ?? "";
  return (resource?.statements ?? []).some(({ effect, actions = ["*"], principals }) => {
    if (effect === "Deny" || !actions.some((pattern) => matchesAction(pattern, action))) return false;
    const named = Object.values(principals ?? { AWS: ["*"] }).flat();
    // A session's ARN holds its role's name, and only the role's ARN is asked with here.
    return named.some((each) => each === "*" || each === principal || each === `arn:aws:iam::${account}:root` || each.includes(":sts:"));
  });
}

/**
 * Whether a request in its own account is allowed whatever it holds: an Allow of everything, and nothing that denies, bounds or guards.
 *
 * @param policies what speaks of the action
 */
export function isPlainlyAllowed({ principal, resourceAccountId }: AccessRequest, policies: ApplicablePolicies): boolean {
  const { identity, boundary, session, organization = [], resource } = policies;
  if (boundary || session || resource || principal.split(":")[4] !== resourceAccountId) return false;
  const isPlain = ({ effect, actions, resources, conditions }: Policy["statements"][number]) =>
    effect === "Allow" && actions !== undefined && resources?.includes("*") === true && Object.keys(conditions).length === 0;
  const lets = (all: readonly Policy[]) => {
    const statements = all.flatMap((policy) => policy.statements);
    return statements.some(isPlain) && statements.every(({ effect }) => effect === "Allow");
  };
  return lets(identity) && organization.every((level) => lets(level.policies));
}

/** Whether a policy of a resource speaks of principals one by one, and not of accounts, services or everybody. */
export function namesSomebody(policy: Policy | undefined): boolean {
  return (policy?.statements ?? []).some(({ principals = {}, notPrincipals }) => {
    const named = principals["AWS"] ?? [];
    return notPrincipals !== undefined || named.some((each) => each !== "*" && !each.endsWith(":root"));
  });
}

/** Every policy that has a say, of identity policies the slices. */
export function allOf({ boundary, session, organization = [], resource }: ApplicablePolicies, identity: readonly Policy[]): Policy[] {
  const others = [boundary, session, resource].filter((policy) => policy !== undefined);
  return [...identity, ...others, ...organization.flatMap((level) => level.policies)];
}

const mentionedKeys = new WeakMap<Policy, ReadonlySet<string>>();

/** The condition keys that a policy speaks of, in conditions and variables, in lower case. Others have no say, and cost the library time. */
export function keysOf(policy: Policy): ReadonlySet<string> {
  const done = mentionedKeys.get(policy);
  if (done) return done;
  const keys = policy.statements.flatMap(({ resources = [], notResources = [], conditions }) => {
    const values = Object.values(conditions).flatMap((each) => Object.values(each).flat());
    const variables = [...resources, ...notResources, ...values].flatMap((text) =>
      [...text.matchAll(/\$\{([^},]+)/g)].map(([, key = ""]) => key.trim()),
    );
    return [...Object.values(conditions).flatMap((each) => Object.keys(each)), ...variables];
  });
  const lowerCase = new Set(keys.map((key) => key.toLowerCase()));
  mentionedKeys.set(policy, lowerCase);
  return lowerCase;
}

const slices = new WeakMap<Policy, Map<string, Policy | undefined>>();

/**
 * Of a policy only what speaks of the action: the statements that name it, with the patterns that match it, and those that do not except it.
 * Nothing else has a say, and AWS's own policies name thousands.
 */
export function sliced(policy: Policy, action: string): Policy | undefined {
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

const patterns = new Map<string, RegExp>();

function matchesAction(pattern: string, action: string): boolean {
  // Most patterns are another service's, and AWS's own policies have thousands of them.
  const colon = pattern.indexOf(":");
  if (colon > 0 && !/[*?]/.test(pattern.slice(0, colon)) && pattern.slice(0, colon).toLowerCase() !== action.slice(0, colon).toLowerCase())
    return false;
  let expression = patterns.get(pattern);
  if (!expression) {
    expression = actionMatcher(pattern);
    patterns.set(pattern, expression);
  }
  return expression.test(action);
}
