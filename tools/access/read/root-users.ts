import { policyOf } from "../policy/policy";
import type { GuardedResource } from "./model";
import type { ScopedResource } from "./resolver";

/** The service of the root users of members, to which STS gives sessions. */
export const ROOT_USERS = "sts";

/**
 * The root users of members: with `aws_iam_organizations_features`, AWS lets the management account assume them
 * (AssumeRoot). Who there may do it is decided by the policies of its principals.
 */
export function rootUsers(
  features: readonly ScopedResource[],
  managementAccountId: string,
  memberIds: readonly string[],
): GuardedResource[] {
  return features.flatMap(({ address }) =>
    memberIds.map((accountId) => {
      const arn = `arn:aws:iam::${accountId}:root`;
      const grant = {
        Sid: "TheManagementAccountMayAssumeRoot",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${managementAccountId}:root` },
        Action: "sts:AssumeRoot",
        Resource: arn,
      };
      return {
        arn,
        service: ROOT_USERS,
        accountId,
        policy: policyOf("root sessions", address, grant),
        source: address,
      };
    }),
  );
}
