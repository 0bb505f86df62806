import type { AccessRequest, ApplicablePolicies, Decision } from "../policy/decision";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";
import { matchesAction } from "./action-patterns";
import { hasAllow, identitySlices, mayAllow, relevantPolicies, sliceForAction } from "./policy-slices";
import { serviceOf } from "./request-context";
import { ALWAYS } from "./requirement-sets";

/* Brief answers that are certain without the library. This only saves time: nothing here changes a decision. */

/** The brief answer if no statement could allow the request, or if one refuses it in any context. */
export const REFUSED: Decision = {
  allowed: false,
  explicit: false,
  because: [],
  nearly: [],
  blockedBy: [],
  alternatives: [],
  resources: [],
  ignoredKeys: [],
};

const ALLOWED: Decision = { ...REFUSED, allowed: true, alternatives: ALWAYS, resources: ["*"] };

/** Of actions that were found to be AWS's, whether they are requested on `*`. */
export const knownActions = new Map<string, boolean>();

/** Whether the brief answer is a refusal for each of these policies of resources, whatever the resource. */
export function isRefusedAtOnce(
  { principal, action }: Pick<AccessRequest, "principal" | "action">,
  identity: readonly Policy[],
  resources: () => readonly (Policy | undefined)[],
): boolean {
  if (!knownActions.has(action) || identity.some((policy) => mayAllow(policy, action))) return false;
  return !resources().some((policy) => mayBeAllowedBy(policy, { principal, action }));
}

/**
 * The brief answer to a request if no other key of its context can change it; undefined if that is not certain. Asking
 * here first saves most of a matrix's promises.
 *
 * @param isSentWithTls whether `aws:SecureTransport` is certainly `true`
 */
export function decideAtOnce(
  request: Omit<AccessRequest, "context">,
  policies: ApplicablePolicies,
  isSentWithTls = false,
): Decision | undefined {
  const { principal, action, resource: on } = request;
  const isOnAll = knownActions.get(action);
  if (isOnAll === undefined) return undefined;
  const resource = isOnAll ? "*" : on;
  const identity = identitySlices({ action, resource }, policies);
  if (!identity.some(hasAllow) && !mayBeAllowedBy(policies.resource, { principal, action })) return REFUSED;
  const relevant = relevantPolicies({ action, resource }, policies, identity);
  if (isAlwaysDenied({ action, resource }, relevant)) return REFUSED;
  return isAlwaysAllowed(request, relevant, isSentWithTls) ? ALLOWED : undefined;
}

/**
 * Whether the policy of the resource could allow the request by itself. If it names the root of an account, the identity
 * policies must allow the request too.
 */
function mayBeAllowedBy(
  resource: Policy | undefined,
  { principal, action }: Pick<AccessRequest, "principal" | "action">,
): boolean {
  return (resource?.statements ?? []).some(({ effect, actions = ["*"], principals }) => {
    if (effect === "Deny" || !actions.some((pattern) => matchesAction(pattern, action))) return false;
    const named = Object.values(principals ?? { AWS: ["*"] }).flat();
    // Requests name a role's ARN, while a policy may name the ARN of a session of that role.
    return named.some((each) => each === "*" || each === principal || each.includes(":sts:"));
  });
}

const isUnconditional = ({ conditions }: ParsedStatement): boolean => Object.keys(conditions).length === 0;

/**
 * Whether a request inside one account is allowed: an Allow of all resources, no Deny, boundary or session policy, and no
 * policy of the resource that may refuse the request.
 *
 * @param policies slices for the action
 */
function isAlwaysAllowed(
  { principal, action, resourceAccountId }: Omit<AccessRequest, "context">,
  { identity, boundary, session, organization = [], resource }: ApplicablePolicies,
  isSentWithTls: boolean,
): boolean {
  if (boundary || session || principal.split(":")[4] !== resourceAccountId) return false;
  if (resource && !leavesToAccount(resource, action, resourceAccountId, isSentWithTls)) return false;
  const isPlain = (statement: ParsedStatement) =>
    statement.effect === "Allow" &&
    statement.actions !== undefined &&
    statement.resources?.includes("*") === true &&
    isUnconditional(statement);
  const allow = (all: readonly Policy[]) => {
    const statements = all.flatMap((policy) => policy.statements);
    return statements.some(isPlain) && statements.every(({ effect }) => effect === "Allow");
  };
  return allow(identity) && organization.every((level) => allow(level.policies));
}

/** Whether a resource's policy surely leaves a request of its own account to the identity policies. */
function leavesToAccount({ statements }: Policy, action: string, accountId: string, isSentWithTls: boolean): boolean {
  const root = `arn:aws:iam::${accountId}:root`;
  const allowsAccount = (statement: ParsedStatement) =>
    // The policy may have no statement for the action.
    statement.actions?.some((pattern) => matchesAction(pattern, action)) === true &&
    statement.resources?.includes("*") === true &&
    statement.principals?.["AWS"]?.includes(root) === true &&
    isUnconditional(statement);
  const cannotRefuse = ({ effect, conditions }: ParsedStatement) =>
    effect === "Allow" || (isSentWithTls && requiresNoTls(conditions));
  // The policies of keys and roles must allow the account. Those of buckets need not.
  return statements.every(cannotRefuse) && (serviceOf(action) === "s3" || statements.some(allowsAccount));
}

const requiresNoTls = ({ Bool = {} }: ParsedStatement["conditions"]): boolean =>
  Object.entries(Bool).some(([key, values]) => /^aws:SecureTransport$/i.test(key) && values.join() === "false");

/**
 * Whether a request is refused in any context: an identity policy, the boundary or the session policy denies exactly
 * the requested resource, without a condition.
 *
 * @param policies with identity policies sliced for the action
 */
function isAlwaysDenied(
  { action, resource }: Pick<AccessRequest, "action" | "resource">,
  { identity, boundary, session }: ApplicablePolicies,
): boolean {
  const all = [...identity, boundary && sliceForAction(boundary, action), session && sliceForAction(session, action)];
  const isOnIt = (resources: readonly string[] = []) =>
    resources.includes("*") || (!resource.includes("${") && resources.includes(resource));
  const denies = (statement: ParsedStatement) =>
    statement.effect === "Deny" &&
    statement.actions !== undefined &&
    isOnIt(statement.resources) &&
    isUnconditional(statement);
  return all.some((policy) => policy?.statements.some(denies));
}
