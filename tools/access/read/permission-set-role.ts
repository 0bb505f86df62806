import type { Principal } from "./model";

/*
 * Names of the roles that IAM Identity Center creates: one for each permission set in each account that it is assigned
 * in ("Referencing permission sets in resource policies", IAM Identity Center User Guide).
 */

/** Where Identity Center creates its roles. Only Identity Center creates and changes roles there. */
const RESERVED = /^arn:aws:iam::(?:\d{12}|\*):role\/aws-reserved\/sso\.amazonaws\.com\//;

/**
 * The ARN of the role of a permission set, with `*` for its suffix: AWS chooses 16 hexadecimal digits, and others after
 * each return of the assignment.
 *
 * @param region the home region of Identity Center. The path leaves out us-east-1
 */
export function permissionSetRoleArn(accountId: string, region: string, permissionSet: string): string {
  const path = region === "us-east-1" ? "" : `${region}/`;
  return `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/${path}${permissionSetRoleName(permissionSet)}`;
}

export function permissionSetRoleName(permissionSet: string): string {
  return `AWSReservedSSO_${permissionSet}_*`;
}

/** The permission set whose role has an ARN; undefined for any other role. */
export function permissionSetOfRole(arn: string): string | undefined {
  return isPermissionSetRole(arn) ? /\/AWSReservedSSO_([^/]+)_\*$/.exec(arn)?.[1] : undefined;
}

/** The id of a group of Identity Center begins so, and ends with its name. */
const GROUP_ID = "group:";

export function groupId(name: string): string {
  return GROUP_ID + name;
}

/** The name of the group with an id; undefined for an ARN and any other id. */
export function groupOf(id: string): string | undefined {
  return id.startsWith(GROUP_ID) ? id.slice(GROUP_ID.length) : undefined;
}

/** The name of a group of Identity Center in reports. */
export function groupTitle(name: string): string {
  return `group ${name} of Identity Center`;
}

/** The name of a role or user in reports. */
export function titleOf({ kind, name, permissionSet }: Pick<Principal, "kind" | "name" | "permissionSet">): string {
  if (permissionSet !== undefined) return `permission set ${permissionSet}`;
  return kind === "user" ? `user ${name}` : name;
}

/** Whether an ARN, or a pattern of ARNs, is only of roles that Identity Center creates. */
export function isPermissionSetRole(arn: string): boolean {
  return RESERVED.test(arn);
}

/** An ARN as a request has it. No policy of the estate may name this suffix, or another one. */
export function withSuffix(arn: string): string {
  return isPermissionSetRole(arn) ? arn.replace(/_\*$/, "_0123456789abcdef") : arn;
}
