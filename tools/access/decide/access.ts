import { GLOBAL_SERVICES } from "../../../config/create-actions";
import type {
  AccessRequest,
  ApplicablePolicies,
  Assumption,
  Circumstances,
  Decision,
  DecisionOptions,
} from "../policy/decision";
import type { AccessModel, AccountAccess, Principal } from "../read/model";
import { parsePolicy, type Policy, policyOf } from "../policy/policy";
import { groupOf, permissionSetRoleName, withSuffix } from "../read/permission-set-role";
import { defaultKeyPolicy } from "../read/resource-policies";
import { decideAtOnce, isRefusedAtOnce, REFUSED } from "./at-once";
import { ModelIndex } from "./model-index";
import { keysThatMayTurn } from "./policy-slices";
import { absentKeysOf, ownerArn, providerArn, RequestContext, resolvedTrustPolicy, serviceOf } from "./request-context";
import { simulate } from "./simulator";

/** A principal of the estate, with the access model that decides its requests. */
export interface Subject {
  readonly access: Access;
  readonly principal: Principal;
}

const ALLOW_ALL = policyOf("everything", "assumed, because policies outside the estate are unknown", {
  Sid: "Everything",
  Effect: "Allow",
  Action: "*",
  Resource: "*",
});

/** Condition keys whose values the requester can choose. */
const CHOSEN = ["aws:RequestedRegion", "aws:ViaAWSService", "aws:SecureTransport"];

/** Decides what an estate's principals may do, and who may assume its roles. */
export class Access {
  readonly index: ModelIndex;
  private readonly context: RequestContext;
  private readonly keyPolicies = new Map<string, Policy>();

  constructor(readonly model: AccessModel) {
    this.index = new ModelIndex(model);
    this.context = new RequestContext(model, this.index);
  }

  /** A role of an account. The account is its name in the estate, or its id. */
  role(account: string, name: string): Subject {
    return this.named("role", account, name);
  }

  user(account: string, name: string): Subject {
    return this.named("user", account, name);
  }

  /** The role that Identity Center creates for a permission set in an account. */
  permissionSet(account: string, permissionSet: string): Subject {
    return this.named("role", account, permissionSetRoleName(permissionSet));
  }

  /** A user or role of the estate, by ARN. */
  subject(arn: string): Subject {
    return {
      access: this,
      principal: found(this.index.principal(arn), "the principal", arn, () =>
        this.model.principals.map((each) => each.arn),
      ),
    };
  }

  account(nameOrId: string): AccountAccess {
    return found(this.index.accountNamed(nameOrId), "the account", nameOrId, () =>
      this.model.accounts.map(({ name }) => name),
    );
  }

  private named(kind: Principal["kind"], account: string, name: string): Subject {
    const { id } = this.account(account);
    const candidates = this.index.principalsOf(id).filter((principal) => principal.kind === kind);
    const principal = candidates.find((candidate) => candidate.name === name);
    const names = () => candidates.map((candidate) => candidate.name);
    return { access: this, principal: found(principal, `the ${kind} of the account ${account}`, name, names) };
  }

  /**
   * Whether a principal of the estate may do something. A condition key that is neither given nor follows from the
   * model may have any value: `alternatives` lists the values that the answer requires.
   *
   * @param on the resource's ARN; `*` asks whether there is any
   * @throws ImpossibleRequest if AWS has no such action; and if it does not act on such a resource, unless the brief
   *   answer is found before
   */
  decide(principal: Principal, action: string, on = "*", circumstances: Circumstances = {}): Promise<Decision> {
    const { context = {}, absent = [], sessionPolicy, brief } = circumstances;
    const session = sessionPolicy && parsePolicy(JSON.stringify(sessionPolicy), "session policy", "the request");
    const policies = { ...this.policiesOf(principal), resource: this.policyOn(on, action), session };
    const { arn, accountId } = principal;
    const resourceAccountId = this.context.accountOf(on, accountId);
    const asked = { principal: withSuffix(arn), action, resource: withSuffix(on), resourceAccountId };
    // Requests are sent with TLS, unless the circumstances say otherwise.
    const isSentWithTls = !Object.keys(context).some((key) => /^aws:SecureTransport$/i.test(key));
    const answer = brief ? decideAtOnce(asked, policies, isSentWithTls) : undefined;
    if (answer) return Promise.resolve(answer);
    const known = this.context;
    const request: AccessRequest = {
      ...asked,
      // Computed only if a policy depends on it.
      get context() {
        return { ...known.of(principal, action, on, resourceAccountId), ...context };
      },
    };
    const absentKeys = [...absent, ...absentKeysOf(arn, context)];
    return this.ask(request, policies, { discover: true, absentKeys, brief }, context);
  }

  /** Whether `decide` answers briefly that a principal may do something with none of these resources, in any context. */
  isRefusedAtOnce({ arn, policies }: Principal, action: string, on: readonly string[]): boolean {
    return isRefusedAtOnce({ principal: withSuffix(arn), action }, policies, () =>
      on.map((each) => this.policyOn(each, action)),
    );
  }

  /**
   * Whether STS grants a role to a request that contains only the given keys. Policies of a principal outside the
   * estate are unknown: they are assumed to allow it.
   */
  decideAssumption(assumption: Assumption): Promise<Decision> {
    const { principal: role } = this.subject(assumption.to);
    const { externalId, mfa, sourceIp = "192.0.2.1", claims = {}, from } = assumption;
    const region = assumption.region ?? this.account(role.accountId).region;
    const host = from.split(":oidc-provider/")[1];
    const mayUseMfa = !absentKeysOf(from, {}).includes("aws:MultiFactorAuthPresent");
    return this.assume(from, role, {
      context: {
        "aws:RequestedRegion": region,
        "aws:SourceIp": sourceIp,
        ...(externalId !== undefined && { "sts:ExternalId": externalId }),
        ...(mfa !== undefined && mayUseMfa && { "aws:MultiFactorAuthPresent": String(mfa) }),
        ...Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${host ?? "SAML"}:${claim}`, value])),
      },
      discover: false,
    });
  }

  /**
   * Whether a principal can assume a role, and under which conditions. A key that the context lacks may have any value.
   *
   * @param ownPoliciesAllow whether to assume that the principal's own policies allow it @default false
   */
  assume(
    requester: string,
    role: Principal,
    options: { context?: AccessRequest["context"]; discover?: boolean; ownPoliciesAllow?: boolean } = {},
  ): Promise<Decision> {
    const { context = {}, discover = true, ownPoliciesAllow = false } = options;
    const principal = this.index.principal(requester);
    const from = groupOf(requester) !== undefined ? providerArn(requester, role.accountId) : withSuffix(requester);
    const identity = principal && !ownPoliciesAllow ? this.policiesOf(principal) : this.policiesOfUnknown(from);
    const action = assumeActionOf(from);
    const known = principal
      ? this.context.of(principal, action, role.arn, role.accountId)
      : this.context.ofUnknownPrincipal(from, role, discover);
    const request = {
      principal: from,
      action,
      resource: withSuffix(role.arn),
      resourceAccountId: role.accountId,
      context: { ...known, ...context },
    };
    const policies = { ...identity, resource: resolvedTrustPolicy(role) };
    return this.ask(request, policies, { discover, absentKeys: absentKeysOf(from, context) }, context);
  }

  /**
   * Decides a request. If it is refused with the usual values of the keys that the requester can choose, and other
   * values may turn the refusal, decides again with any value: the decision then lists the values that it requires.
   */
  private async ask(
    request: AccessRequest,
    policies: ApplicablePolicies,
    wish: DecisionOptions,
    given: AccessRequest["context"],
  ): Promise<Decision> {
    const decision = await simulate(request, policies, wish);
    if (decision.allowed || decision === REFUSED || !wish.discover) return decision;
    const isGlobal = GLOBAL_SERVICES.includes(serviceOf(request.action));
    const chosen = CHOSEN.filter((key) => !isGlobal || key !== "aws:RequestedRegion");
    const free = chosen.filter((key) => given[key] === undefined && !wish.absentKeys?.includes(key));
    const open = keysThatMayTurn(free, decision, request.action, policies);
    if (open.length === 0) return decision;
    const context = Object.fromEntries(Object.entries(request.context).filter(([key]) => !open.includes(key)));
    const again = await simulate({ ...request, context }, policies, wish);
    return again.allowed ? again : decision;
  }

  /**
   * The service control policies of an account. They bind every principal of a member, and none of the management
   * account.
   */
  organizationOf(accountId: string | undefined): ApplicablePolicies["organization"] {
    const account = accountId === undefined ? undefined : this.index.account(accountId);
    return account?.management ? undefined : account?.organizationPath;
  }

  private policiesOf({ policies, boundary, accountId }: Principal): ApplicablePolicies {
    return { identity: policies, boundary, organization: this.organizationOf(accountId) };
  }

  private policiesOfUnknown(from: string): ApplicablePolicies {
    // A service, or a user of an identity provider, has no identity policies.
    if (!from.startsWith("arn:") || from.includes("-provider/")) return { identity: [] };
    return { identity: [ALLOW_ALL], organization: this.organizationOf(from.split(":")[4]) };
  }

  /** The policy of the resource itself: for a role to assume, its trust policy. */
  private policyOn(on: string, action: string): Policy | undefined {
    const role = this.index.principal(on);
    if (role) return action.toLowerCase().startsWith("sts:assumerole") ? resolvedTrustPolicy(role) : undefined;
    const guard = this.index.guardedResource(ownerArn(on))?.policy;
    const [, keyAccount] = /^arn:aws:kms:[^:]*:(\d{12}):key\//.exec(on) ?? [];
    if (guard || keyAccount === undefined) return guard;
    // Every key has a policy. For a key that no stack creates, AWS's default policy is assumed.
    const policy = this.keyPolicies.get(keyAccount) ?? defaultKeyPolicy(keyAccount, "no stack creates the key");
    this.keyPolicies.set(keyAccount, policy);
    return policy;
  }
}

/** The STS action by which a principal, or a user of an identity provider, gets a session of a role. */
function assumeActionOf(from: string): string {
  if (from.includes(":oidc-provider/")) return "sts:AssumeRoleWithWebIdentity";
  return from.includes(":saml-provider/") ? "sts:AssumeRoleWithSAML" : "sts:AssumeRole";
}

function found<T>(value: T | undefined, where: string, got: string, known: () => readonly string[]): T {
  if (value === undefined) throw new Error(`${where} must be one of ${known().join(", ") || "none"}; got ${got}`);
  return value;
}
