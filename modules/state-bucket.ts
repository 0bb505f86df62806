import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { PolicyStatement } from "./iam/policy-document";
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
  /**
   * The key of the record of what was applied, which lies beside a state; of a pattern of keys, that of their records.
   */
  readonly recordKeyOf: (stateKey: string) => string;
}

/** Roles of another account that look up what was applied here, before they apply the same. */
export interface RecordReader {
  readonly accountId: string;
  readonly roleArns: readonly string[];
  /** The keys of the records. */
  readonly keys: readonly string[];
}

export interface StateBucketProps {
  readonly bucket: string;
  /** The alias of a key of ours that encrypts the states. @default AWS's own key */
  readonly keyAlias?: string;
  /** @default none */
  readonly confinedRoles?: ConfinedRoles;
  /** @default none */
  readonly recordReaders?: readonly RecordReader[];
}

/**
 * The bucket in which the states of an account lie. Every version of every state is kept, and Terraform refuses to
 * destroy it.
 */
export class StateBucket extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { bucket, keyAlias, confinedRoles, recordReaders = [] } = props;
    const key = keyAlias
      ? new EncryptionKey(this, "key", {
          alias: keyAlias,
          description: "Encrypts the Terraform states",
          preventDestroy: true,
        })
      : undefined;
    const made = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      kmsKeyArn: key?.arn,
      statements: [
        ...(confinedRoles ? confine(bucket, confinedRoles) : []),
        ...recordReaders.map((reader) => letRead(bucket, reader)),
      ],
    });
    this.arn = made.arn;
  }
}

/**
 * What an apply role may do with a state: every version stays, and nothing is locked, tagged, encrypted otherwise or
 * given away.
 */
const READ_WRITE_AND_DELETE = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject*",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
];

/**
 * Keeps every apply role to its own states. Denied here and not in the roles: only a bucket's own policy can say "of
 * this bucket, nothing but", and an access point does not lead around it. By tag, since the policy of a bucket has 20
 * KB and an account may have any number of environments. By condition, not as principal: S3 refuses a policy that names
 * a role that does not exist yet.
 */
function confine(bucket: string, confined: ConfinedRoles): PolicyStatement[] {
  const { roleArns, accountRoleArn, accountStateKeys, accountWideKeys, recordKeyOf } = confined;
  const deny = { effect: "Deny", principals: "*" } as const;
  const applyRoles = { ArnLike: { "aws:PrincipalArn": roleArns } };
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const object = (key: string) => `${bucketArn}/${key}`;
  const withCompanions = (keys: readonly string[]) =>
    keys.flatMap((key) => [object(key), object(`${key}.tflock`), object(recordKeyOf(key))]);
  const ownPrefix = object(["${aws:PrincipalTag/", STATE_PREFIX_TAG, "}/*"].join(""));
  return [
    {
      sid: "ConfineApplyRolesToTheirPrefix",
      ...deny,
      // Every action but one, those to come too. What may be done with the bucket itself is not said here.
      notActions: ["s3:GetObject"],
      notResources: [bucketArn, ownPrefix],
      conditions: applyRoles,
    },
    {
      // Where environments share the account, a later one looks up what the earlier one has applied.
      sid: "BeyondTheirPrefixApplyRolesReadRecordsAlone",
      ...deny,
      actions: ["s3:GetObject"],
      notResources: [ownPrefix, object(recordKeyOf("*.tfstate"))],
      conditions: applyRoles,
    },
    {
      // A variable without a value may make a statement void: a role without the tag is denied by a statement that has
      // none.
      sid: "RefuseApplyRolesWithoutAPrefix",
      ...deny,
      actions: ["s3:*"],
      resources: [object("*")],
      conditions: { ...applyRoles, Null: { [`aws:PrincipalTag/${STATE_PREFIX_TAG}`]: "true" } },
    },
    {
      sid: "ApplyRolesReadWriteAndDeleteAlone",
      ...deny,
      notActions: READ_WRITE_AND_DELETE,
      resources: [object("*")],
      conditions: applyRoles,
    },
    {
      // An environment may have the name of its account, and then the prefix of its states too.
      sid: "KeepEnvironmentsOffAccountWideStates",
      ...deny,
      actions: ["s3:*"],
      resources: withCompanions(accountWideKeys),
      conditions: { ...applyRoles, ArnNotEquals: { "aws:PrincipalArn": accountRoleArn } },
    },
    {
      sid: "ConfineTheAccountRoleToItsStates",
      ...deny,
      actions: ["s3:*"],
      notResources: [bucketArn, ...withCompanions(accountStateKeys)],
      conditions: { ArnEquals: { "aws:PrincipalArn": accountRoleArn } },
    },
  ];
}

/** By condition, with their account as principal: S3 refuses a policy that names a role that does not exist yet. */
function letRead(bucket: string, { accountId, roleArns, keys }: RecordReader): PolicyStatement {
  return {
    sid: `ReadWhatWasApplied${accountId}`,
    principals: { AWS: [`arn:aws:iam::${accountId}:root`] },
    actions: ["s3:GetObject"],
    resources: keys.map((key) => `arn:aws:s3:::${bucket}/${key}`),
    conditions: { ArnEquals: { "aws:PrincipalArn": roleArns } },
  };
}
