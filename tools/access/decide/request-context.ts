import { GLOBAL_SERVICES } from "../../../config/create-actions";
import type { AccessRequest } from "../policy/decision";
import { type AccessModel, IDENTITY_GROUP, type Principal } from "../read/model";
import { groupId, groupOf, withSuffix } from "../read/permission-set-role";
import type { ModelIndex } from "./model-index";
import { covers } from "../policy/patterns";
import type { Policy } from "../policy/policy";

/** A principal of an unknown account. */
export const UNKNOWN_PRINCIPAL = "arn:aws:iam::000000000000:root";

/** The condition keys that only a session with MFA has. */
const MFA_KEYS = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"];

/**
 * The condition keys that no request of a principal contains: those of MFA, unless it is an IAM user or may be one. "The
 * temporary credentials returned by AssumeRole do not include MFA information in the context", and federated users and
 * services have no MFA device in AWS ("Secure API access with MFA", IAM User Guide).
 */
function keysNeverSentBy(from: string): readonly string[] {
  const isSession = /:(role|assumed-role|federated-user|oidc-provider|saml-provider)\//.test(from);
  return isSession || groupOf(from) !== undefined || from.endsWith(".amazonaws.com") ? MFA_KEYS : [];
}

/** The condition key that only a session of AssumeRoot has. Such a session assumes no role. */
export const ASSUMED_ROOT = "aws:AssumedRoot";

/** The condition keys that a request of a principal with this context does not contain. */
export function absentKeysOf(from: string, context: AccessRequest["context"]): readonly string[] {
  return [...keysNeverSentBy(from), ...(ASSUMED_ROOT in context ? [] : [ASSUMED_ROOT])];
}

/** The condition keys of a request that follow from its principal, its resource and its region. */
export class RequestContext {
  private readonly namesOrganization: boolean;
  private readonly tags = new WeakMap<Principal, AccessRequest["context"]>();

  constructor(
    private readonly model: AccessModel,
    private readonly index: ModelIndex,
  ) {
    this.namesOrganization = namesOrganization(model);
  }

  /** The context of a request by a principal of the estate. */
  of(principal: Principal, action: string, on: string, resourceAccountId: string): AccessRequest["context"] {
    const { arn, name, kind, accountId } = principal;
    const owner = this.index.resource(on);
    return {
      "aws:PrincipalArn": withSuffix(arn),
      "aws:PrincipalAccount": accountId,
      "aws:PrincipalType": kind === "role" ? "AssumedRole" : "User",
      "aws:PrincipalIsAWSService": "false",
      "aws:ViaAWSService": "false",
      "aws:SecureTransport": "true",
      "aws:RequestedRegion": this.regionOf(action, on, accountId),
      "aws:ResourceAccount": resourceAccountId,
      ...this.organizationKeys(accountId, resourceAccountId),
      ...(kind === "user" && { "aws:username": name }),
      ...this.principalTags(principal),
      ...(owner && prefixed("aws:ResourceTag/", owner.tags)),
    };
  }

  /** The role's tags, unless its trust policy allows session tags: those override them, with any value. */
  private principalTags(principal: Principal): AccessRequest["context"] {
    const known =
      this.tags.get(principal) ?? (isTaggedBySession(principal) ? {} : prefixed("aws:PrincipalTag/", principal.tags));
    this.tags.set(principal, known);
    return known;
  }

  /** The region of the resource, or else of the account. */
  private regionOf(action: string, on: string, accountId: string): string {
    if (GLOBAL_SERVICES.includes(serviceOf(action))) return "us-east-1";
    const [, , , region = ""] = on.split(":");
    return /^[a-z]+(-[a-z]+)+-\d$/.test(region) ? region : (this.index.account(accountId)?.region ?? "us-east-1");
  }

  /** The context of a request for a role, by a principal outside the estate. */
  ofUnknownPrincipal(from: string, role: Principal, discover: boolean): AccessRequest["context"] {
    const accountId = from.startsWith("arn:") && from !== UNKNOWN_PRINCIPAL ? from.split(":")[4] : undefined;
    // An account's root means any principal that the account authorizes, unless the request is given completely.
    const isAnyone = discover && from.endsWith(":root");
    return {
      ...(accountId !== undefined && { "aws:PrincipalAccount": accountId }),
      ...(accountId !== undefined && !isAnyone && { "aws:PrincipalArn": from }),
      "aws:SecureTransport": "true",
      "aws:ResourceAccount": role.accountId,
      ...this.organizationKeys(accountId, role.accountId),
    };
  }

  private organizationKeys(
    principalAccountId: string | undefined,
    resourceAccountId: string,
  ): AccessRequest["context"] {
    const { organizationId } = this.model;
    // Only AWS knows whether a literal organization id is that of the estate's organization: it may be either.
    if (organizationId === undefined || this.namesOrganization) return {};
    const isInside = (id: string | undefined) => {
      const account = id === undefined ? undefined : this.index.account(id);
      return account !== undefined && (account.management || account.organizationPath !== undefined);
    };
    return {
      ...(isInside(principalAccountId) && { "aws:PrincipalOrgID": organizationId }),
      ...(isInside(resourceAccountId) && { "aws:ResourceOrgID": organizationId }),
    };
  }

  /** The account that owns a resource, by its ARN or by the stack that creates it. */
  accountOf(on: string, otherwise: string): string {
    const [, , , , accountId = ""] = on.split(":");
    if (/^\d{12}$/.test(accountId)) return accountId;
    return this.index.resource(ownerArn(on))?.accountId ?? otherwise;
  }
}

/** The prefix of an action, in lower case. */
export function serviceOf(action: string): string {
  const colon = action.indexOf(":");
  return (colon < 0 ? action : action.slice(0, colon)).toLowerCase();
}

/** The resource whose policy applies: for an object, its bucket. */
export function ownerArn(on: string): string {
  return on.startsWith("arn:aws:s3:::") ? (on.split("/")[0] ?? on) : on;
}

function isTaggedBySession({ trust }: Principal): boolean {
  return (trust?.statements ?? []).some(
    ({ effect, actions = ["*"] }) =>
      effect === "Allow" && actions.some((pattern) => covers(pattern.toLowerCase(), "sts:tagsession")),
  );
}

function policiesIn({ principals, guardedResources, accounts }: AccessModel): Policy[] {
  const own = principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]);
  const levels = accounts.flatMap(({ organizationPath = [] }) => organizationPath.flatMap((level) => level.policies));
  return [...own, ...guardedResources.map(({ policy }) => policy), ...levels].filter((policy) => policy !== undefined);
}

/** Whether a condition of any policy names an organization by its AWS id. */
export function namesOrganization(model: AccessModel): boolean {
  return policiesIn(model).some(hasOrganizationId);
}

function hasOrganizationId({ statements }: Policy): boolean {
  const keys = statements.flatMap(({ conditions }) =>
    Object.values(conditions).flatMap((each) => Object.entries(each)),
  );
  return keys.some(
    ([key, values]) => /^aws:(principal|resource)orgid$/i.test(key) && values.some((value) => value.startsWith("o-")),
  );
}

function prefixed(prefix: string, record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [prefix + key, value]));
}

/**
 * A role's trust policy. AWS's own identity providers (`accounts.google.com`) get an ARN in the role's account, and so
 * does each group of Identity Center.
 */
export function resolvedTrustPolicy({ trust, accountId }: Principal): Policy | undefined {
  const isComplete = trust?.statements.every(
    ({ principals = {} }) =>
      !principals[IDENTITY_GROUP] && (principals["Federated"]?.every((each) => each.startsWith("arn:")) ?? true),
  );
  if (!trust || isComplete) return trust;
  const statements = trust.statements.map((statement) => {
    const { [IDENTITY_GROUP]: groups = [], Federated: named = [], ...others } = statement.principals ?? {};
    const federated = [...named, ...groups.map(groupId)].map((each) => providerArn(each, accountId));
    return federated.length > 0 ? { ...statement, principals: { ...others, Federated: federated } } : statement;
  });
  return { ...trust, statements };
}

/**
 * The ARN of an identity provider that a trust policy names. The users of a group of Identity Center count as those of a
 * provider of their own: Identity Center's provider only signs in users whose group has the permission set.
 */
export function providerArn(provider: string, accountId: string): string {
  const group = groupOf(provider);
  if (group !== undefined) {
    const name = Buffer.from(group).toString("hex");
    return `arn:aws:iam::${accountId}:saml-provider/identity-center-group-${name}`;
  }
  return provider.startsWith("arn:") ? provider : `arn:aws:iam::${accountId}:oidc-provider/${provider}`;
}
