import type { AccessRequest } from "../policy/decision";
import type { AccessModel, AccountAccess, Principal } from "../read/model";
import { covers } from "../policy/patterns";
import type { Policy } from "../policy/policy";

/** Somebody of an account that nobody knows. */
export const UNKNOWN_PRINCIPAL = "arn:aws:iam::000000000000:root";

/** Services of one endpoint, whose requests are all of that region ("aws:RequestedRegion", in the guide of IAM). */
export const GLOBAL = [
  "account",
  "budgets",
  "ce",
  "cloudfront",
  "health",
  "iam",
  "organizations",
  "route53",
  "shield",
  "support",
];

/** What a request says by itself: condition keys that follow from who asks, for what, and where. */
export class RequestContext {
  private readonly accountsById: ReadonlyMap<string, AccountAccess>;
  private readonly owners: ReadonlyMap<
    string,
    { readonly accountId: string; readonly tags: Readonly<Record<string, string>> }
  >;
  private readonly namesOrganization: boolean;
  private readonly tags = new WeakMap<Principal, AccessRequest["context"]>();

  constructor(private readonly model: AccessModel) {
    this.accountsById = new Map(model.accounts.map((account) => [account.id, account]));
    this.owners = new Map(model.resources.map((resource) => [resource.arn, resource]));
    this.namesOrganization = policiesIn(model).some(namesOrganization);
  }

  /** Of a request of one of the estate's principals. */
  of(principal: Principal, action: string, on: string, resourceAccountId: string): AccessRequest["context"] {
    const { arn, name, kind, accountId } = principal;
    const owner = this.owners.get(on);
    return {
      "aws:PrincipalArn": arn,
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

  /** Tags of a session go before those of its role, and who may give them may give any. */
  private principalTags(principal: Principal): AccessRequest["context"] {
    const known =
      this.tags.get(principal) ?? (isTaggedBySession(principal) ? {} : prefixed("aws:PrincipalTag/", principal.tags));
    this.tags.set(principal, known);
    return known;
  }

  /** Where a request goes: to the region of the resource, or to the account's own. */
  private regionOf(action: string, on: string, accountId: string): string {
    if (GLOBAL.includes(serviceOf(action))) return "us-east-1";
    const [, , , region = ""] = on.split(":");
    return /^[a-z]+(-[a-z]+)+-\d$/.test(region) ? region : (this.accountsById.get(accountId)?.region ?? "us-east-1");
  }

  /** Of a request for a role, by somebody who is none of the estate's. */
  ofStranger(from: string, role: Principal, discover: boolean): AccessRequest["context"] {
    const accountId = from.startsWith("arn:") && from !== UNKNOWN_PRINCIPAL ? (from.split(":")[4] ?? "") : undefined;
    // An account's root stands for whomever the account lets, unless it is asked for just this request.
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
    // Whether an id that is written out is that of the estate's organization, only AWS knows: then it may be or not.
    if (organizationId === undefined || this.namesOrganization) return {};
    const isInside = (id: string | undefined) => {
      const account = this.accountsById.get(id ?? "");
      return account !== undefined && (account.management || account.organizationPath !== undefined);
    };
    return {
      ...(isInside(principalAccountId) && { "aws:PrincipalOrgID": organizationId }),
      ...(isInside(resourceAccountId) && { "aws:ResourceOrgID": organizationId }),
    };
  }

  /**
   * Who owns a resource: its ARN says, or the stack that makes it. What nobody knows is taken for the principal's own.
   */
  accountOf(on: string, otherwise: string): string {
    const [, , , , accountId = ""] = on.split(":");
    if (/^\d{12}$/.test(accountId)) return accountId;
    return this.owners.get(ownerArn(on))?.accountId ?? otherwise;
  }
}

/** The prefix of an action, in lower case. */
export function serviceOf(action: string): string {
  return (action.split(":")[0] ?? "").toLowerCase();
}

/** What has the policy: an object's is its bucket's. */
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

/** Whether a condition names an organization by the id that AWS gave it. */
function namesOrganization({ statements }: Policy): boolean {
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
