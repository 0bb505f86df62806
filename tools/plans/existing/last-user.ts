import { accountNames } from "../../../config/naming";
import type { ResourceChange } from "../../review/plan-json";
import { trustedUsers } from "../../review/people-losses";
import { Value } from "../../review/value";
import { objectOf, type JsonObject } from "../../support/json";
import { refused, rolesUnder, type Found, type Look } from "./look";

/** The users that a role trusts. */
export const usersIn = ({ assume_role_policy: policy }: JsonObject): readonly string[] =>
  trustedUsers(new Value(policy, policy));

/** Whether users may assume Operator or Admin now, and none once the plan is applied. */
export function losesLastUser({ change }: ResourceChange): boolean {
  const [before, after] = [objectOf(change.before), objectOf(change.after)];
  const names: readonly unknown[] = [accountNames.operator, accountNames.admin];
  return names.includes(after["name"]) && usersIn(before).length > 0 && usersIn(after).length === 0;
}

/** The path of the roles that IAM Identity Center creates. The region of its home follows, but for us-east-1. */
const PATH = "/aws-reserved/sso.amazonaws.com/";

/** The permission set of a role that IAM Identity Center created. */
const setOf = (role = ""): string => /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(role)?.[1] ?? "";

/**
 * A role that loses its last user: from then on groups of IAM Identity Center work as it. That happens in another stack,
 * often of another account, and in another job of a pipeline. So the account itself is asked: it has a role of the
 * permission set as soon as a group is assigned.
 */
export async function withoutPermissionSet({ iam, accountId, before, planned }: Look): Promise<Found> {
  const name = String(planned["name"]);
  const account = String(objectOf(planned["tags_all"])["Account"]);
  const sets = [accountNames.permissionSet(name), accountNames.permissionSet(name, account)];
  const roles = await rolesUnder(iam, PATH);
  if (roles.some(({ RoleName }) => sets.includes(setOf(RoleName)))) return undefined;
  return refused(
    `nobody could work as ${name} in ${accountId}: its last user (${usersIn(before).join(", ")}) is removed, and no group has the permission set ${name} there yet. Apply the stack of IAM Identity Center first (<account>-identity), sign in through a group, and plan again (docs/planning.md, "From users to groups").`,
  );
}
