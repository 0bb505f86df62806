import { Construct } from "constructs";
import { EncryptionKey } from "./encryption-key";
import type { PolicyStatement } from "./iam/policy-document";
import { PrivateBucket } from "./private-bucket";

/** The tag of a role that holds the prefix of its states in the bucket. */
export const STATE_PREFIX_TAG = "StatePrefix";

/** The apply roles of pipelines. Each may access its own states only. */
export interface ConfinedRoles {
  /** A pattern that matches the ARNs of all apply roles. Each role has the tag `StatePrefix`. */
  readonly roleArns: string;
  /** The role that applies the account-wide stacks. */
  readonly accountRoleArn: string;
  /** The keys of the states that this role applies. */
  readonly accountStateKeys: readonly string[];
  /** The keys of all account-wide states, including those that no pipeline applies. */
  readonly accountWideKeys: readonly string[];
  /** The key of the record of the last apply, which is next to the state. Accepts a pattern of keys too. */
  readonly recordKeyOf: (stateKey: string) => string;
}

/** Roles of another account that read which content was applied here before they apply the same content. */
export interface RecordReader {
  readonly accountId: string;
  /** ARNs of the roles, or patterns of ARNs. */
  readonly roleArns: readonly string[];
  /** The keys of the records. */
  readonly keys: readonly string[];
}

export interface StateBucketProps {
  readonly bucket: string;
  /** The alias of a customer managed key that encrypts the states. @default AWS's own key */
  readonly keyAlias?: string;
  /** The apply roles that are confined to their own states. @default none */
  readonly confinedRoles?: ConfinedRoles;
  /** Roles of other accounts that may read records. @default none */
  readonly recordReaders?: readonly RecordReader[];
  /** After how many days old versions of states are deleted, but for the newest 100. @default all are kept */
  readonly oldVersionDays?: number;
}

/** The most that S3 keeps by number (NoncurrentVersionExpiration, in the API reference of S3). */
const KEPT_OLD_VERSIONS = 100;

/**
 * The bucket that stores the Terraform states of an account. It keeps at least the newest old versions of every state,
 * also of a deleted one, so that `npm run state` can restore them, and Terraform refuses to destroy it.
 *
 * @example
 * new StateBucket(this, "state", { bucket: "111111111111-galileo-terraform-state" });
 */
export class StateBucket extends Construct {
  public readonly arn: string;

  constructor(scope: Construct, id: string, props: StateBucketProps) {
    super(scope, id);
    const { bucket, keyAlias, confinedRoles, recordReaders = [], oldVersionDays } = props;
    const key = keyAlias
      ? new EncryptionKey(this, "key", {
          alias: keyAlias,
          description: "Encrypts the Terraform states",
          preventDestroy: true,
        })
      : undefined;
    const stateBucket = new PrivateBucket(this, "bucket", {
      bucket,
      preventDestroy: true,
      kmsKeyArn: key?.arn,
      lifecycle: oldVersionDays === undefined ? undefined : { oldVersionDays, keptOldVersions: KEPT_OLD_VERSIONS },
      statements: [
        ...(confinedRoles ? confine(bucket, confinedRoles) : []),
        ...recordReaders.map((reader) => allowReading(bucket, reader)),
      ],
    });
    this.arn = stateBucket.arn;
  }
}

/** What an apply role may do with a state. It cannot delete versions, or change locks, tags, encryption or ACLs. */
const READ_WRITE_AND_DELETE = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject*",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
];

/**
 * Confines every apply role to its own states. The denials are in the bucket policy and not in the roles: only a bucket
 * policy can deny everything else in this bucket, and access points cannot bypass it. They use a tag, because a bucket
 * policy has at most 20 KB and an account may have any number of environments. They name the roles in conditions and
 * not as principals: S3 refuses a policy that names a missing role.
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
      // All actions but one, including future ones. Actions on the bucket itself are not confined here.
      notActions: ["s3:GetObject"],
      notResources: [bucketArn, ownPrefix],
      conditions: applyRoles,
    },
    {
      // In an account with several environments, a later one reads what an earlier one has applied.
      sid: "BeyondTheirPrefixApplyRolesReadRecordsAlone",
      ...deny,
      actions: ["s3:GetObject"],
      notResources: [ownPrefix, object(recordKeyOf("*.tfstate"))],
      conditions: applyRoles,
    },
    {
      // A policy variable without a value may void its statement. This statement has no variable: it denies roles
      // without the tag.
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
      // An environment may have the same name as its account, and then the same prefix.
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

/** The principal is the account and the roles are in a condition: S3 refuses a policy that names a missing role. */
function allowReading(bucket: string, { accountId, roleArns, keys }: RecordReader): PolicyStatement {
  const operator = roleArns.some((arn) => /[*?]/.test(arn)) ? "ArnLike" : "ArnEquals";
  return {
    sid: `ReadWhatWasApplied${accountId}`,
    principals: { AWS: [`arn:aws:iam::${accountId}:root`] },
    actions: ["s3:GetObject"],
    resources: keys.map((key) => `arn:aws:s3:::${bucket}/${key}`),
    conditions: { [operator]: { "aws:PrincipalArn": roleArns } },
  };
}
