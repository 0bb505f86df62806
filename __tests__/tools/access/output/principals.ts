import type { Principal } from "../../../../tools/access/read/model";
import { parsePolicy } from "../../../../tools/access/policy/policy";

/** A role with a trust policy of these statements. Without statements it has no trust policy. */
export function roleWith(
  accountId: string,
  name: string,
  statements: readonly object[],
  more: Partial<Principal> = {},
): Principal {
  return {
    ...{
      kind: "role",
      name,
      arn: `arn:aws:iam::${accountId}:role/${name}`,
      accountId,
      policies: [],
      tags: {},
      source: "test",
    },
    ...(statements.length > 0 && {
      trust: parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), "trust policy", "test"),
    }),
    maxSessionSeconds: 3600,
    ...more,
  };
}

/** A statement that allows users of an account to assume a role. */
export function lets(users: readonly string[], condition?: object): object {
  return {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { AWS: users },
    ...(condition && { Condition: condition }),
  };
}
