import type { AccessRequest, ApplicablePolicies, Decision, DecisionOptions } from "../policy/decision";
import type { AccessModel, AccountAccess, Principal } from "../read/model";
import { parsePolicy, type Policy, policyOf, type PolicyStatement } from "../policy/policy";
import { defaultKeyPolicy } from "../read/resource-policies";
import { GLOBAL, ownerArn, RequestContext, serviceOf } from "./request-context";
import { REFUSED, simulate } from "./simulator";
import { everyPolicy, comparedKeys, sliceForAction } from "./policy-slices";

/** What a request is made with, beside who makes it. */
export interface Circumstances {
  /** Condition keys and their values; they go before those that follow from the model. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Condition keys that the request does not hold. */
  readonly absent?: readonly string[];
  /** A policy that the session was begun with: it can only take away. */
  readonly sessionPolicy?: object;
  /** Whether it is enough to know that a request is refused, and not why. @default false */
  readonly brief?: boolean;
}

/** How somebody asks STS for a role. What is left out is not in the request. */
export interface Assumption {
  /** The ARN of a user, role or account root, a service principal, or the ARN of an identity provider. */
  readonly from: string;
  /** The role's ARN. */
  readonly to: string;
  readonly externalId?: string;
  /** Whether the session of the one who asks was begun with MFA; undefined for a long-lived key, which does not say. */
  readonly mfa?: boolean;
  /** @default an address that no policy names, 192.0.2.1 of RFC 5737 */
  readonly sourceIp?: string;
  /** Whose STS is asked. @default that of the role's account */
  readonly region?: string;
  /** What an identity provider says of its user, by claim: `{ aud: …, sub: … }`. */
  readonly claims?: Readonly<Record<string, string>>;
}

/** Somebody of the estate who may do something or not. */
export interface Subject {
  readonly access: Access;
  readonly principal: Principal;
}

const UNKNOWN = policyOf("everything", "its policies are not known here, and taken to allow it", {
  Sid: "Everything",
  Effect: "Allow",
  Action: "*",
  Resource: "*",
});

/** The actions by which somebody becomes a role, by who asks. */
export const ASSUME = "sts:AssumeRole";
export const ASSUME_WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity";
export const ASSUME_WITH_SAML = "sts:AssumeRoleWithSAML";

/** What somebody may choose of a request. */
const CHOSEN = ["aws:RequestedRegion", "aws:ViaAWSService", "aws:SecureTransport"];

/** Answers what an estate's principals may do, and who may become them. */
export class Access {
  private readonly byArn: ReadonlyMap<string, Principal>;
  private readonly accountsById: ReadonlyMap<string, AccountAccess>;
  private readonly guards: ReadonlyMap<string, { readonly policy: Policy; readonly accountId: string }>;
  private readonly context: RequestContext;

  constructor(readonly model: AccessModel) {
    this.byArn = new Map(model.principals.map((principal) => [principal.arn, principal]));
    this.accountsById = new Map(model.accounts.map((account) => [account.id, account]));
    this.guards = new Map(model.guardedResources.map((resource) => [resource.arn, resource]));
    this.context = new RequestContext(model);
  }

  /** A role of an account, which is named as in the estate or by its id. */
  role(account: string, name: string): Subject {
    return this.named("role", account, name);
  }

  user(account: string, name: string): Subject {
    return this.named("user", account, name);
  }

  /** A user or role of the estate, by ARN. */
  subject(arn: string): Subject {
    return { access: this, principal: found(this.byArn.get(arn), `no user or role ${arn}`, this.byArn.keys()) };
  }

  account(nameOrId: string): AccountAccess {
    const account = this.model.accounts.find(({ id, name }) => id === nameOrId || name === nameOrId);
    const names = this.model.accounts.map(({ name }) => name);
    return found(account, `no account ${nameOrId}`, names);
  }

  private named(kind: Principal["kind"], account: string, name: string): Subject {
    const { id } = this.account(account);
    const candidates = this.model.principals.filter(
      (principal) => principal.accountId === id && principal.kind === kind,
    );
    const principal = candidates.find((candidate) => candidate.name === name);
    const names = candidates.map((candidate) => candidate.name);
    return { access: this, principal: found(principal, `the account ${account} has no ${kind} ${name}`, names) };
  }

  /**
   * Whether a principal of the estate may do something. A condition key that neither follows from the model nor is
   * given may have any value: `alternatives` says what the answer requires of it.
   *
   * @param on the resource's ARN; `*` asks whether there is any
   * @throws ImpossibleRequest where AWS has no such action; and where it does not act on such a resource, unless the
   *   brief answer shows before
   */
  decide(principal: Principal, action: string, on = "*", circumstances: Circumstances = {}): Promise<Decision> {
    const { context = {}, absent = [], sessionPolicy, brief } = circumstances;
    const resourceAccountId = this.context.accountOf(on, principal.accountId);
    const request: AccessRequest = {
      ...{ principal: principal.arn, action, resource: on, resourceAccountId },
      context: { ...this.context.of(principal, action, on, resourceAccountId), ...context },
    };
    const session = sessionPolicy && parsePolicy(JSON.stringify(sessionPolicy), "session policy", "the request");
    const policies = { ...this.policiesOf(principal), session, resource: this.policyOn(on, action) };
    return this.ask(request, policies, { discover: true, absentKeys: absent, brief }, context);
  }

  /**
   * Whether STS would give somebody a role, by a request that holds what is given and nothing else. Of a principal that
   * is none of the estate's its own policies are not known, and taken to allow it.
   */
  decideAssumption(assumption: Assumption): Promise<Decision> {
    const { principal: role } = this.subject(assumption.to);
    const { externalId, mfa, sourceIp = "192.0.2.1", claims = {}, from } = assumption;
    const region = assumption.region ?? this.account(role.accountId).region;
    const host = from.split(":oidc-provider/")[1];
    return this.assume(from, role, {
      context: {
        "aws:RequestedRegion": region,
        "aws:SourceIp": sourceIp,
        ...(externalId !== undefined && { "sts:ExternalId": externalId }),
        ...(mfa !== undefined && { "aws:MultiFactorAuthPresent": String(mfa) }),
        ...Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${host ?? "SAML"}:${claim}`, value])),
      },
      discover: false,
    });
  }

  /**
   * Whether somebody can become a role, and what is required for it: whatever the context does not hold may have any
   * value.
   *
   * @param letBy whether somebody's own policies are to count as ones that allow it @default false
   */
  assume(
    from: string,
    role: Principal,
    {
      context = {},
      discover = true,
      letBy = false,
    }: { context?: AccessRequest["context"]; discover?: boolean; letBy?: boolean } = {},
  ): Promise<Decision> {
    const principal = this.byArn.get(from);
    const identity = principal && !letBy ? this.policiesOf(principal) : this.policiesOfStranger(from);
    const action = from.includes(":oidc-provider/")
      ? ASSUME_WITH_WEB_IDENTITY
      : from.includes(":saml-provider/")
        ? ASSUME_WITH_SAML
        : ASSUME;
    const known = principal
      ? this.context.of(principal, action, role.arn, role.accountId)
      : this.context.ofStranger(from, role, discover);
    const request = {
      principal: from,
      action,
      resource: role.arn,
      resourceAccountId: role.accountId,
      context: { ...known, ...context },
    };
    return this.ask(request, { ...identity, resource: trustOf(role) }, { discover }, context);
  }

  /**
   * A request that is refused as people usually make it is asked for again with what they may choose open, where that
   * may turn it: the decision says then what they must choose.
   */
  private async ask(
    request: AccessRequest,
    policies: ApplicablePolicies,
    wish: DecisionOptions,
    given: AccessRequest["context"],
  ): Promise<Decision> {
    const decision = await simulate(request, policies, wish);
    if (decision.allowed || decision === REFUSED || !wish.discover) return decision;
    const isGlobal = GLOBAL.includes(serviceOf(request.action));
    const chosen = CHOSEN.filter((key) => !isGlobal || key !== "aws:RequestedRegion");
    const open = keysThatMayTurn(
      chosen.filter((key) => given[key] === undefined && !wish.absentKeys?.includes(key)),
      { decision, action: request.action, policies },
    );
    if (open.length === 0) return decision;
    const context = Object.fromEntries(Object.entries(request.context).filter(([key]) => !open.includes(key)));
    const again = await simulate({ ...request, context }, policies, wish);
    return again.allowed ? again : decision;
  }

  /** Service control policies bind every principal of a member, and nobody in the management account. */
  organizationOf(accountId: string): ApplicablePolicies["organization"] {
    const account = this.accountsById.get(accountId);
    return account?.management ? undefined : account?.organizationPath;
  }

  private policiesOf({ policies, boundary, accountId }: Principal): ApplicablePolicies {
    return { identity: policies, boundary, organization: this.organizationOf(accountId) };
  }

  private policiesOfStranger(from: string): ApplicablePolicies {
    if (!from.startsWith("arn:") || from.includes("-provider/")) return { identity: [] }; // a service, or a user of an identity provider
    return { identity: [UNKNOWN], organization: this.organizationOf(from.split(":")[4] ?? "") };
  }

  /** The policy that a resource itself has: for a role that is to be assumed, its trust policy. */
  private policyOn(on: string, action: string): Policy | undefined {
    const role = this.byArn.get(on);
    if (role) return action.toLowerCase().startsWith("sts:assumerole") ? role.trust : undefined;
    const guard = this.guards.get(ownerArn(on))?.policy;
    if (guard || !/^arn:aws:kms:[^:]*:\d{12}:key\//.test(on)) return guard;
    // A key is nobody's without a policy, and one that no stack makes has at least AWS's own.
    return defaultKeyPolicy(on.split(":")[4] ?? "", "no stack makes the key");
  }
}

/**
 * Those of the condition keys with whose values a refusal may turn: all that are compared with something, where an
 * Allow compares one, or a Deny that refused does. Otherwise what refused does so whatever they are. They turn
 * together: another Deny may depend on two of them.
 */
function keysThatMayTurn(
  keys: readonly string[],
  {
    decision,
    action,
    policies,
  }: { readonly decision: Decision; readonly action: string; readonly policies: ApplicablePolicies },
): readonly string[] {
  const hasRefused = ({ name }: Policy, { sid }: PolicyStatement) =>
    decision.because.some(({ effect, policy, statement }) => effect === "Deny" && policy === name && statement === sid);
  const speaking = everyPolicy(policies, policies.identity).flatMap((policy) =>
    (sliceForAction(policy, action)?.statements ?? []).map((statement) => ({
      compared: comparedKeys(statement),
      counts: statement.effect === "Allow" || hasRefused(policy, statement),
    })),
  );
  const mayTurn = (key: string) =>
    speaking.some(({ counts, compared }) => counts && compared.includes(key.toLowerCase()));
  return keys.some(mayTurn)
    ? keys.filter((key) => speaking.some(({ compared }) => compared.includes(key.toLowerCase())))
    : [];
}

/**
 * A role's trust policy, in which AWS's own identity providers (`accounts.google.com`) stand as if they were made in
 * its account.
 */
function trustOf({ trust, accountId }: Principal): Policy | undefined {
  if (!trust?.statements.some(({ principals }) => principals?.["Federated"]?.some((each) => !each.startsWith("arn:"))))
    return trust;
  const statements = trust.statements.map((statement) => {
    const federated = statement.principals?.["Federated"]?.map((each) => providerArn(each, accountId));
    return federated ? { ...statement, principals: { ...statement.principals, Federated: federated } } : statement;
  });
  return { ...trust, statements };
}

/** The ARN of an identity provider that a trust policy names. */
export function providerArn(provider: string, accountId: string): string {
  return provider.startsWith("arn:") ? provider : `arn:aws:iam::${accountId}:oidc-provider/${provider}`;
}

function found<T>(value: T | undefined, otherwise: string, known: Iterable<string>): T {
  if (value === undefined) throw new Error(`${otherwise}; known: ${[...known].join(", ") || "none"}`);
  return value;
}
