import { oncePer } from "../../../config/maps";
import type { AccessRequest, ApplicablePolicies, Decision } from "../policy/decision";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";
import { matchesAction, patternOf, patternsOf, serviceIn } from "./action-patterns";
import { serviceOf } from "./request-context";
import { mayOverlap } from "./resource-overlap";

/* Reduces policies to what can affect a request. This only saves time: nothing here changes a decision. */

export const hasAllow = ({ statements }: Policy): boolean => statements.some(({ effect }) => effect === "Allow");

/**
 * The given condition keys that, with another value, may turn a refusal into an Allow. Empty unless an Allow, or a Deny
 * that refused, compares one of them. Otherwise all compared keys, because another Deny may depend on two of them.
 */
export function keysThatMayTurn(
  keys: readonly string[],
  decision: Decision,
  action: string,
  policies: ApplicablePolicies,
): readonly string[] {
  const hasRefused = ({ name }: Policy, { sid }: ParsedStatement) =>
    decision.because.some(({ effect, policy, statement }) => effect === "Deny" && policy === name && statement === sid);
  const statements = everyPolicy(policies).flatMap((policy) =>
    (sliceForAction(policy, action)?.statements ?? []).map((statement) => ({
      compared: comparedKeys(statement),
      canTurn: statement.effect === "Allow" || hasRefused(policy, statement),
    })),
  );
  const compared = ({ compared: each }: { compared: readonly string[] }) =>
    keys.filter((key) => each.includes(key.toLowerCase()));
  if (!statements.some((each) => each.canTurn && compared(each).length > 0)) return [];
  return keys.filter((key) => statements.some((each) => compared(each).includes(key)));
}

/** Whether a resource's policy names single principals, rather than accounts, services or everybody. */
export function namesPrincipals(policy: Policy | undefined): boolean {
  return (policy?.statements ?? []).some(({ principals = {}, notPrincipals }) => {
    const named = principals["AWS"] ?? [];
    return notPrincipals !== undefined || named.some((each) => each !== "*" && !each.endsWith(":root"));
  });
}

/** The condition key of the requester's ARN. For a session it is the ARN of the role. */
export const PRINCIPAL_ARN = "aws:PrincipalArn";

const comparedArns = oncePer((policy: Policy): readonly RegExp[] => policy.statements.flatMap(comparedArnsOf));

/**
 * Whether a policy compares `aws:PrincipalArn` with something that this principal matches, or may match. All principals
 * that it does not distinguish get the same answer from it.
 */
export function distinguishes(policy: Policy, principal: string): boolean {
  return comparedArns(policy).some((matcher) => matcher.test(principal));
}

/** The patterns with which a statement compares `aws:PrincipalArn`. A pattern with a variable may match any ARN. */
function comparedArnsOf({ resources = [], notResources = [], conditions }: ParsedStatement): RegExp[] {
  const keys = Object.values(conditions).flatMap((each) => Object.entries(each));
  const compared = keys.flatMap(([key, values]) => (key.toLowerCase() === PRINCIPAL_ARN.toLowerCase() ? values : []));
  const texts = [...resources, ...notResources, ...keys.flatMap(([, values]) => values)];
  const isVariable = texts.some((text) => /\$\{\s*aws:PrincipalArn/i.test(text));
  const patterns = compared.map((value) => (value.includes("${") ? "*" : value));
  return [...patterns, ...(isVariable ? ["*"] : [])].map((pattern) => patternOf(pattern).matcher);
}

/** All policies that apply to a request, of every kind. */
export function everyPolicy(policies: ApplicablePolicies): Policy[] {
  const { identity, boundary, session, organization = [], resource } = policies;
  const others = [boundary, session, resource].filter((policy) => policy !== undefined);
  return [...identity, ...others, ...organization.flatMap((level) => level.policies)];
}

const mentionedKeys = new WeakMap<Policy, ReadonlySet<string>>();

/**
 * The condition keys that a policy mentions in conditions and variables, in lower case. All others cannot affect it,
 * and cost the library time.
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

/** The condition keys of a statement, in lower case. */
function comparedKeys({ conditions }: ParsedStatement): string[] {
  return Object.values(conditions).flatMap((each) => Object.keys(each).map((key) => key.toLowerCase()));
}

const services = new WeakMap<Policy, { readonly named?: ReadonlySet<string> }>();

/** The services whose actions a policy names; undefined if it may name actions of any service. */
function servicesIn(policy: Policy): ReadonlySet<string> | undefined {
  const known = services.get(policy);
  if (known) return known.named;
  const patterns = policy.statements.flatMap(({ actions }) => actions ?? ["*"]);
  const named = patterns.map(serviceIn);
  const all = named.filter((service) => service !== undefined);
  const found = { named: all.length === patterns.length ? new Set(all) : undefined };
  services.set(policy, found);
  return found.named;
}

const slicesByAction = new WeakMap<Policy, Map<string, Policy | undefined>>();

/**
 * The statements of a policy that apply to the action, with only the action patterns that match it. AWS managed
 * policies name thousands of other actions.
 */
export function sliceForAction(policy: Policy, action: string): Policy | undefined {
  if (servicesIn(policy)?.has(serviceOf(action)) === false) return undefined;
  const known = slicesByAction.get(policy) ?? new Map<string, Policy | undefined>();
  slicesByAction.set(policy, known);
  if (known.has(action)) return known.get(action);
  const statements = policy.statements.flatMap((statement) => {
    if (statement.notActions?.some((pattern) => matchesAction(pattern, action))) return [];
    const actions = statement.actions && patternsOf(statement.actions, action);
    if (actions?.length === 0) return [];
    return [{ ...statement, sid: statement.sid ?? String(policy.statements.indexOf(statement) + 1), actions }];
  });
  const slice = statements.length > 0 ? { ...policy, statements } : undefined;
  known.set(action, slice);
  return slice;
}

/** Whether a policy could allow the action on some resource. */
export function mayAllow(policy: Policy, action: string): boolean {
  const slice = sliceForAction(policy, action);
  return slice !== undefined && hasAllow(slice);
}

const narrowed = new WeakMap<Policy, Map<string, Policy>>();

/**
 * The statements of a policy that apply to the action and may apply to the resource. Leaves out statements whose
 * resources all begin differently.
 *
 * @param resource may be a pattern
 */
function sliceForRequest(policy: Policy, action: string, resource: string): Policy | undefined {
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

function slices(policies: readonly Policy[], action: string, resource: string): Policy[] {
  return policies.map((policy) => sliceForRequest(policy, action, resource)).filter((policy) => policy !== undefined);
}

/** The statements of identity policies that may affect the request. */
export const identitySlices = (
  { action, resource }: Pick<AccessRequest, "action" | "resource">,
  { identity }: ApplicablePolicies,
): Policy[] => slices(identity, action, resource);

/** Policies reduced to what may affect a request. */
export type RelevantPolicies = ApplicablePolicies & Required<Pick<ApplicablePolicies, "organization">>;

/** The policies, reduced to the statements that may affect the request. */
export function relevantPolicies(
  { action, resource }: Pick<AccessRequest, "action" | "resource">,
  policies: ApplicablePolicies,
  identity = identitySlices({ action, resource }, policies),
): RelevantPolicies {
  return {
    ...policies,
    identity,
    organization: (policies.organization ?? []).map((level) => ({
      ...level,
      policies: slices(level.policies, action, resource),
    })),
    // A resource's policy stays even if no statement matches: a trust policy that trusts nobody is still a trust
    // policy.
    resource: policies.resource && (sliceForRequest(policies.resource, action, resource) ?? policies.resource),
  };
}
