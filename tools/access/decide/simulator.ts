import type { AccessRequest, ApplicablePolicies, Decision, DecisionOptions, Reason } from "../policy/decision";
import type { Policy } from "../policy/policy";
import { decideAtOnce, knownActions } from "./at-once";
import { cachedAnswer } from "./answers";
import { isWildcardOnly, type LabelledPolicy, type LabelledReason, SESSION_POLICY_LABEL } from "./iam-simulate";
import {
  distinguishes,
  everyPolicy,
  mentionedConditionKeys,
  namesPrincipals,
  PRINCIPAL_ARN,
  relevantPolicies,
} from "./policy-slices";

/**
 * Decides a request. The brief answer is that of `decideAtOnce`, which is to be asked before, if it has one.
 *
 * @throws ImpossibleRequest if AWS cannot process the request, unless the brief answer is found before
 */
export async function simulate(
  asked: AccessRequest,
  policies: ApplicablePolicies,
  { discover = false, absentKeys = [], brief = false }: DecisionOptions = {},
): Promise<Decision> {
  const { action, resourceAccountId } = asked;
  let isOnAll = knownActions.get(action);
  if (isOnAll === undefined) {
    isOnAll = await isWildcardOnly(action);
    knownActions.set(action, isOnAll);
    const answer = brief ? decideAtOnce(asked, policies) : undefined;
    if (answer) return answer;
  }
  const resource = isOnAll ? "*" : asked.resource;
  const relevant = relevantPolicies({ action, resource }, policies);
  const mentioned = new Set<string>();
  for (const policy of everyPolicy(relevant)) for (const key of mentionedConditionKeys(policy)) mentioned.add(key);
  // Computed only if a policy mentions a key.
  const given = mentioned.size > 0 ? asked.context : {};
  const principal = representativeOf(asked.principal, given, relevant, brief);
  const context = relevantContext(asked.principal, given, principal, mentioned);
  const labels = new PolicyLabels(relevant.resource);
  const { because, nearly, ...verdict } = await cachedAnswer({
    request: { principal, action, resource, resourceAccountId, context },
    identity: relevant.identity.map((policy) => labels.label(policy, "identity policy")),
    boundary: relevant.boundary && labels.label(relevant.boundary, "permissions boundary"),
    session: relevant.session,
    organization: relevant.organization.map(({ name, policies: ofLevel }) => ({
      name,
      policies: ofLevel.map((policy) => labels.label(policy, "service control policy")),
    })),
    resource: relevant.resource,
    discover,
    absentKeys: absentKeys.filter((key) => mentioned.has(key.toLowerCase())),
  });
  return {
    ...verdict,
    because: because.map((reason) => labels.reason(reason)),
    nearly: nearly.map(({ conditions, ...reason }) => ({ ...labels.reason(reason), conditions })),
  };
}

/** The condition keys of the request that some policy mentions. */
function relevantContext(
  requester: string,
  context: AccessRequest["context"],
  principal: string,
  mentioned: ReadonlySet<string>,
): AccessRequest["context"] {
  const own = context[PRINCIPAL_ARN] === requester ? { [PRINCIPAL_ARN]: principal } : {};
  return Object.fromEntries(Object.entries({ ...context, ...own }).filter(([key]) => mentioned.has(key.toLowerCase())));
}

/**
 * The principal to ask for. Principals of an account that no policy distinguishes get the same answer, so one name
 * represents all of them and one question suffices. The brief answer also ignores policies that mean only others.
 */
function representativeOf(
  principal: string,
  context: AccessRequest["context"],
  policies: ApplicablePolicies,
  brief: boolean,
): string {
  const [, accountId] = /^arn:aws:iam::(\d+):(?:role|user)\//.exec(principal) ?? [];
  if (accountId === undefined || namesPrincipals(policies.resource)) return principal;
  const anybody = `arn:aws:iam::${accountId}:role/anybody`;
  const isOwnArn = (context[PRINCIPAL_ARN] ?? principal) === principal;
  const mentionsArn = (policy: Policy) => mentionedConditionKeys(policy).has(MENTIONED_ARN);
  const matters = (policy: Policy) =>
    !brief || !isOwnArn || distinguishes(policy, principal) || distinguishes(policy, anybody);
  return everyPolicy(policies).some((policy) => mentionsArn(policy) && matters(policy)) ? principal : anybody;
}

const MENTIONED_ARN = PRINCIPAL_ARN.toLowerCase();

/** The policies of a request by label: labels, unlike names and sources, are the same in all accounts. */
class PolicyLabels {
  private readonly byLabel = new Map<string, { policy: Policy; kind: Reason["kind"] }>();

  constructor(private readonly resource: Policy | undefined) {}

  label(policy: Policy, kind: Reason["kind"]): LabelledPolicy {
    const label = `policy ${this.byLabel.size}`;
    this.byLabel.set(label, { policy, kind });
    return { label, policy };
  }

  reason({ label, effect, statement }: LabelledReason): Reason {
    if (label === SESSION_POLICY_LABEL)
      return { kind: "session policy", effect, policy: "session policy", source: "the request", statement };
    const found = label === undefined ? undefined : this.byLabel.get(label);
    const { policy, kind } = found ?? { policy: this.resource, kind: "resource policy" };
    if (!policy) throw new Error(`a reason must refer to a policy of the request, got ${label ?? "no label"}`);
    return { kind, effect, policy: policy.name, source: policy.source, statement };
  }
}
