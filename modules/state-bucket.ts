import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { Statement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

/** The tag of a role that says under which prefix of the bucket its states lie. */
export const STATE_PREFIX_TAG = "StatePrefix";

/** The roles that pipelines apply as, each to be kept to its own states. */
export interface ConfinedRoles {
  /** A pattern of the ARNs of all of them. Each carries the tag `StatePrefix`. */
  readonly roleArns: string;
  /** The one that applies the account-wide stacks. */
  readonly accountRoleArn: string;
  /** The keys of the states that it applies. */
  readonly accountStateKeys: readonly string[];
  /** The keys of all account-wide states, with those that no pipeline applies. */
  readonly accountWideKeys: readonly string[];
}

export interface StateBucketProps {
  readonly bucket: string;
  /** The alias of a key of ours that encrypts the states. @default AWS's own key */
  readonly keyAlias?: string;
  /** @default none */
  readonly confinedRoles?: ConfinedRoles;
}

/** The bucket in which the states of an account lie. Every version of every state is kept, and Terraform refuses to destroy it. */
export class StateBucket extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { bucket, keyAlias, confinedRoles } = props;
    const key = keyAlias
      ? new EncryptionKey(this, "key", { alias: keyAlias, description: "Encrypts the Terraform states", preventDestroy: true })
      : undefined;
    const made = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      kmsKeyArn: key?.arn,
      statements: confinedRoles ? confine(bucket, confinedRoles) : [],
    });
    this.arn = made.arn;
  }
}

/**
 * Keeps every apply role to its own states. Denied here and not in the roles: only a bucket's own policy can say "of this bucket, nothing
 * but". By tag, since the policy of a bucket has 20 KB and an account may have any number of environments. By condition, not as
 * principal: S3 refuses a policy that names a role that does not exist yet.
 */
function confine(bucket: string, confined: ConfinedRoles): Statement[] {
  const { roleArns, accountRoleArn, accountStateKeys, accountWideKeys } = confined;
  const actions = ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:RestoreObject", "s3:ReplicateObject"];
  const deny = { effect: "Deny", principals: "*", actions } as const;
  const object = (key: string) => `arn:aws:s3:::${bucket}/${key}`;
  const withLocks = (keys: readonly string[]) => keys.flatMap((key) => [object(key), object(`${key}.tflock`)]);
  return [
    {
      sid: "ConfineApplyRolesToTheirPrefix",
      ...deny,
      notResources: [object(["${aws:PrincipalTag/", STATE_PREFIX_TAG, "}/*"].join(""))],
      conditions: { ArnLike: { "aws:PrincipalArn": roleArns } },
    },
    {
      // A variable without a value may make a statement void: a role without the tag is denied by a statement that has none.
      sid: "RefuseApplyRolesWithoutAPrefix",
      ...deny,
      resources: [object("*")],
      conditions: { ArnLike: { "aws:PrincipalArn": roleArns }, Null: { [`aws:PrincipalTag/${STATE_PREFIX_TAG}`]: "true" } },
    },
    {
      // An environment may have the name of its account, and then the prefix of its states too.
      sid: "KeepEnvironmentsOffAccountWideStates",
      ...deny,
      resources: withLocks(accountWideKeys),
      conditions: { ArnLike: { "aws:PrincipalArn": roleArns }, ArnNotEquals: { "aws:PrincipalArn": accountRoleArn } },
    },
    {
      sid: "ConfineTheAccountRoleToItsStates",
      ...deny,
      notResources: withLocks(accountStateKeys),
      conditions: { ArnEquals: { "aws:PrincipalArn": accountRoleArn } },
    },
  ];
}
