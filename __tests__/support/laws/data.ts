import { isDeepStrictEqual } from "node:util";
import type { Resource, StackReader, Values } from "../stack-reader";
import { addressIn, databasesOf, keptDatabase, keysIn, lawOfControls, type Law, changed, lacking, added } from "./law";

/** The resource of a type that refers to this one. */
export const settingOf = (stack: StackReader, type: string, attribute: string, { address }: Resource) =>
  stack.all(type).find(({ values }) => addressIn(values[attribute]) === address)?.values;

export const isProtected = ({ values }: Resource) =>
  (values["lifecycle"] as Values | undefined)?.["prevent_destroy"] === true;

/** The settings that every bucket must have, with their values. */
const BUCKET_SETTINGS: Readonly<Record<string, (values: Values) => boolean>> = {
  aws_s3_bucket_versioning: (values) => (values["versioning_configuration"] as Values)["status"] === "Enabled",
  aws_s3_bucket_server_side_encryption_configuration: (values) =>
    (values["rule"] as Values[]).some((rule) => {
      const byDefault = rule["apply_server_side_encryption_by_default"] as Values | undefined;
      return (
        byDefault?.["sse_algorithm"] === "AES256" ||
        (byDefault?.["sse_algorithm"] === "aws:kms" && Boolean(byDefault["kms_master_key_id"]))
      );
    }),
};

const safeBuckets: Law = {
  name: "every bucket is versioned and encrypted",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_s3_bucket").flatMap((bucket) =>
        Object.entries(BUCKET_SETTINGS).flatMap(([type, holds]) => {
          const setting = settingOf(stack, type, "bucket", bucket);
          if (!setting) return [`${stack.id} ${bucket.address} has no ${type}`];
          return holds(setting) ? [] : [`${stack.id} ${bucket.address} has a weak ${type}`];
        }),
      ),
    ),
  breaches: {
    ...Object.fromEntries(
      Object.keys(BUCKET_SETTINGS).map((type) => [
        `no ${type}`,
        (stack) => {
          stack("dev-application").remove(type);
        },
      ]),
    ),
    "suspended versioning": changed("dev-application", "aws_s3_bucket_versioning", {
      versioning_configuration: { status: "Suspended" },
    }),
    "a setting for another bucket": changed("dev-application", "aws_s3_bucket_versioning", {
      bucket: "${aws_s3_bucket.another.bucket}",
    }),
  } satisfies Law["breaches"],
};

const privateBuckets = lawOfControls(
  "every bucket is accessible by TLS only, without ACLs, and never public",
  ["S3.5", "S3.8", "S3.12"],
  {
    "no policy": (stack) => {
      stack("dev-application").remove("aws_s3_bucket_policy");
    },
    "an incomplete public access block": changed("dev-application", "aws_s3_bucket_public_access_block", {
      restrict_public_buckets: false,
    }),
    ACLs: changed("dev-application", "aws_s3_bucket_ownership_controls", {
      rule: { object_ownership: "ObjectWriter" },
    }),
    "TLS for the bucket but not for its objects": (stack) => {
      const editor = stack("dev-application");
      editor.editPolicy(editor.first("aws_s3_bucket_policy"), "policy", ({ Statement }) => {
        for (const statement of Statement) statement.Resource = [statement.Resource ?? []].flat().slice(0, 1);
      });
    },
  },
);

const keptBuckets: Law = {
  name: "Terraform refuses to destroy state buckets and buckets of production environments",
  violations: ({ estate, stacks }) =>
    stacks
      .filter(
        ({ id, defaultTags }) =>
          id.endsWith("-bootstrap") ||
          estate.environments.some(({ name, production }) => production && name === defaultTags["Environment"]),
      )
      .flatMap((stack) =>
        stack
          .all("aws_s3_bucket")
          .filter((bucket) => !isProtected(bucket) || bucket.values["force_destroy"] === true)
          .map(({ address }) => `${stack.id} ${address} may be destroyed`),
      ),
  breaches: {
    "a state bucket": lacking("dev-bootstrap", "aws_s3_bucket", "lifecycle"),
    "a production bucket": lacking("prod-application", "aws_s3_bucket", "lifecycle"),
  },
};

const safeDatabases: Law = {
  name: "every database is private and encrypted unless it exists otherwise, with no parameter that turns TLS off, and its password is managed by RDS",
  violations: ({ estate, stacks }) =>
    stacks.flatMap((stack) =>
      stack.all("aws_db_instance").flatMap(({ address, values }) => {
        const {
          publiclyAccessible = false,
          encrypted: keptEncrypted = true,
          managedPassword: isManaged = true,
        } = keptDatabase({ estate }, stack.id) ?? {};
        // A replica has the subnets and the users of its source.
        const isReplica = stack
          .all("aws_db_instance")
          .some((source) => source.address === addressIn(values["replicate_source_db"]));
        const keptPublic = !isReplica && publiclyAccessible;
        const parameters = stack
          .all("aws_db_parameter_group")
          .find((group) => addressIn(values["parameter_group_name"]) === group.address);
        const listed = ((parameters?.values["parameter"] ?? []) as Values[]).map(({ name, value }) => ({
          name,
          value,
        }));
        const forced = listed.filter(({ name }) => name === "rds.force_ssl" || name === "ssl");
        return Object.entries({
          "is public": values["publicly_accessible"] !== keptPublic,
          "is not encrypted": values["storage_encrypted"] !== keptEncrypted,
          "has a password that RDS does not manage":
            isManaged && !isReplica && values["manage_master_user_password"] !== true,
          "is in an unmanaged subnet group": !isReplica && !addressIn(values["db_subnet_group_name"]),
          "has no security group of its own": !stack
            .all("aws_security_group")
            .some((group) =>
              ((values["vpc_security_group_ids"] ?? []) as unknown[]).map(addressIn).includes(group.address),
            ),
          "belongs to an unknown security group": !((values["vpc_security_group_ids"] ?? []) as string[]).every(
            (group) => /^\$\{(aws_security_group|data\.terraform_remote_state)\./.test(group),
          ),
          "turns TLS off": !isDeepStrictEqual(forced, [{ name: "rds.force_ssl", value: "1" }]),
        })
          .filter(([, broken]) => broken)
          .map(([what]) => `${stack.id} ${address} ${what}`);
      }),
    ),
  breaches: {
    "a public database": changed("dev-database", "aws_db_instance", { publicly_accessible: true }),
    "a database without publicly_accessible": lacking("dev-database", "aws_db_instance", "publicly_accessible"),
    "no encryption": changed("dev-database", "aws_db_instance", { storage_encrypted: false }),
    "a password that RDS does not manage": lacking("dev-database", "aws_db_instance", "manage_master_user_password"),
    "the default VPC": lacking("dev-database", "aws_db_instance", "db_subnet_group_name"),
    "the default security group": lacking("dev-database", "aws_db_instance", "vpc_security_group_ids"),
    "an unmanaged security group": (stack) =>
      (stack("dev-database").first("aws_db_instance")["vpc_security_group_ids"] as unknown[]).push(
        "sg-0a1b2c3d4e5f60718",
      ),
    "TLS that is turned off again": changed("dev-database", "aws_db_parameter_group", {
      parameter: [
        { name: "rds.force_ssl", value: "1" },
        { name: "ssl", value: "0" },
      ],
    }),
    "a replica of an instance elsewhere": changed("dev-database", "aws_db_instance", {
      replicate_source_db: "another",
      db_subnet_group_name: undefined,
    }),
  },
};

const encryptedConnections = lawOfControls("every database is accessible by TLS only", ["RDS.38"], {
  "optional TLS": changed("dev-database", "aws_db_parameter_group", {
    parameter: [{ name: "rds.force_ssl", value: "0" }],
  }),
  "the default parameter group": lacking("dev-database", "aws_db_instance", "parameter_group_name"),
});

const keptDatabases: Law = {
  name: "every production database has deletion protection, backups and a final snapshot, and its replica is protected like it",
  violations: (all) =>
    databasesOf(all)
      .filter(({ environment }) => environment.production)
      .flatMap(({ id }) => {
        const stack = all.stacks.find((each) => each.id === id);
        const instances = stack?.all("aws_db_instance") ?? [];
        if (!instances.some(({ values }) => values["replicate_source_db"] === undefined))
          return [`${id} has no database`];
        return instances.flatMap((instance) => {
          const { address, values } = instance;
          const isReplica = values["replicate_source_db"] !== undefined;
          return Object.entries({
            "may be deleted": values["deletion_protection"] !== true,
            "may be destroyed by Terraform": !isProtected(instance),
            "leaves no final snapshot":
              !isReplica && (values["skip_final_snapshot"] !== false || !values["final_snapshot_identifier"]),
            "has no backups": !isReplica && !(Number(values["backup_retention_period"]) > 0),
          })
            .filter(([, broken]) => broken)
            .map(([what]) => `${id} ${address} ${what}`);
        });
      }),
  breaches: {
    "no deletion protection": changed("prod-database", "aws_db_instance", { deletion_protection: false }),
    "no prevent_destroy": lacking("prod-database", "aws_db_instance", "lifecycle"),
    "no final snapshot": changed("prod-database", "aws_db_instance", { skip_final_snapshot: true }),
    "no backups": changed("prod-database", "aws_db_instance", { backup_retention_period: 0 }),
    "no database": (stack) => {
      stack("prod-database").remove("aws_db_instance");
    },
  },
};

const PASSWORD_SETTINGS = ["manage_master_user_password", "allow_users_to_change_password"];

const noPasswords: Law = {
  name: "no stack contains a password or secret",
  violations: ({ stacks }) =>
    stacks.flatMap(({ id, resources }) =>
      resources.flatMap(({ address, values }) =>
        [...keysIn(values)]
          .filter(
            (key) =>
              /(^|_)(password|secret_string|secret|private_key|auth_token)(_wo)?$/.test(key) &&
              !PASSWORD_SETTINGS.includes(key),
          )
          .map((key) => `${id} ${address} has ${key}`),
      ),
    ),
  breaches: {
    "a master password": changed("dev-database", "aws_db_instance", { password: "${var.password}" }),
    "a secret's value": added("dev-database", "aws_secretsmanager_secret_version", { secret_string: "x" }),
  },
};

const keptStateKeys: Law = {
  name: "Terraform refuses to destroy keys that encrypt states",
  violations: ({ stacks }) =>
    stacks
      .filter(({ id }) => id.endsWith("-bootstrap"))
      .flatMap((stack) =>
        stack
          .all("aws_kms_key")
          .filter((key) => !isProtected(key))
          .map(({ address }) => `${stack.id} ${address} may be destroyed`),
      ),
  breaches: { "an unprotected key": lacking("prod-bootstrap", "aws_kms_key", "lifecycle") },
};

const endingLogs: Law = {
  name: "every log group has a retention",
  violations: ({ stacks }) =>
    stacks.flatMap((stack) =>
      stack
        .all("aws_cloudwatch_log_group")
        .filter(({ values }) => !(Number(values["retention_in_days"]) > 0))
        .map(({ address }) => `${stack.id} ${address} has no retention`),
    ),
  breaches: {
    "a log group without retention": lacking("dev-database", "aws_cloudwatch_log_group", "retention_in_days"),
  },
};

const rotatedKeys = lawOfControls("every customer managed key is rotated", ["KMS.4"], {
  "a key without rotation": lacking("prod-bootstrap", "aws_kms_key", "enable_key_rotation"),
});

export const DATA_LAWS = [
  safeBuckets,
  privateBuckets,
  keptBuckets,
  safeDatabases,
  keptDatabases,
  keptStateKeys,
  noPasswords,
  endingLogs,
  rotatedKeys,
  encryptedConnections,
];
