import type { StackSpec } from "./layout";

/** A key of the estate that keeps an attribute of a resource that exists. */
interface ExistingKey {
  /** Its path, with the placeholders of docs/estate.md for names. */
  readonly key: string;
  /** The last part of the stack's id; `member-*` for each member, `database-*` for each of `databases`. */
  readonly stack: string;
  readonly type: string;
  readonly attribute: string;
  /** Whether a new resource may have it too. @default false, and a plan that would create one is refused */
  readonly mayBeNew?: true;
}

const ENVIRONMENT = "environments.<environment>";
const ACCOUNT = "accounts.<account>";

/** The stacks of an environment's members. */
const MEMBERS = "member-*";
const ROLE = [
  ["aws_iam_role", "name"],
  ["aws_iam_role", "path"],
] as const;

/** A kept policy is one attachment, and an entry of the list of all. */
const attachedTo = (owner: "role" | "user") =>
  [
    [`aws_iam_${owner}_policy_attachment`, "policy_arn"],
    [`aws_iam_${owner}_policy_attachments_exclusive`, "policy_arns"],
  ] as const;
const ATTACHED = attachedTo("role");

const rows = (
  path: string,
  stack: string,
  keys: Readonly<Record<string, readonly (readonly [type: string, attribute: string])[]>>,
): ExistingKey[] =>
  Object.entries(keys).flatMap(([key, attributes]) =>
    attributes.map(([type, attribute]) => ({ key: `${path}.${key}`, stack, type, attribute })),
  );

type Attributes = Parameters<typeof rows>[2];

const KEPT_OF_DATABASE: Attributes = {
  identifier: [["aws_db_instance", "identifier"]],
  replica: [["aws_db_instance", "identifier"]],
  databaseName: [["aws_db_instance", "db_name"]],
  masterUsername: [["aws_db_instance", "username"]],
  managedPassword: [["aws_db_instance", "manage_master_user_password"]],
  encrypted: [["aws_db_instance", "storage_encrypted"]],
  storageType: [["aws_db_instance", "storage_type"]],
  publiclyAccessible: [["aws_db_instance", "publicly_accessible"]],
  publicSubnets: [["aws_db_subnet_group", "subnet_ids"]],
  subnetGroup: [["aws_db_subnet_group", "name"]],
  "parameterGroup.name": [["aws_db_parameter_group", "name"]],
  "parameterGroup.description": [["aws_db_parameter_group", "description"]],
  "ownSecurityGroup.name": [["aws_security_group", "name"]],
  "ownSecurityGroup.description": [["aws_security_group", "description"]],
};

/** Settings that decide the same as an attribute of a database that exists. */
const SETTINGS_OF_DATABASE: Attributes = {
  engineVersion: [["aws_db_instance", "engine_version"]],
  customerManagedKey: [["aws_db_instance", "kms_key_id"]],
  parameters: [["aws_db_parameter_group", "parameter"]],
};

/** The stacks of an environment's further databases, and how their keys have the name. */
const DATABASES = "database-*";
const NAMED_DATABASE = "databases.<database>";

/**
 * The keys that let what exists stay. `adopt` proposes them, and a plan that would create such a resource is refused. A
 * key outside `existing` is an ordinary setting that decides the same attribute: it refuses nothing.
 */
export const EXISTING_KEYS: readonly ExistingKey[] = [
  ...rows(`${ENVIRONMENT}.existing.database`, "database", KEPT_OF_DATABASE),
  ...rows(`${ENVIRONMENT}.existing.${NAMED_DATABASE}`, DATABASES, KEPT_OF_DATABASE),
  ...rows(`${ENVIRONMENT}.existing`, "network", {
    "securityGroups.<group>": [["aws_security_group", "name"]],
    "roles.flowLogs": ROLE,
  }),
  ...rows(`${ENVIRONMENT}.existing`, "application", {
    "buckets.<bucket>": [["aws_s3_bucket", "bucket"]],
    "repositories.<repository>": [["aws_ecr_repository", "name"]],
    "roles.apiHandler": ROLE,
    "roles.workflowLoopRunner": ROLE,
    "roles.deployment": ROLE,
    "profiles.deployment": [["aws_iam_instance_profile", "name"]],
  }),
  ...rows(`${ENVIRONMENT}.existing.roles`, "master-role", { masterRole: ROLE }),
  ...rows(`${ENVIRONMENT}.existing.roles`, MEMBERS, { crossAccountRole: ROLE, flowLogs: ROLE }),
  ...rows(`${ENVIRONMENT}.existing.keepPolicies`, "application", {
    apiHandler: ATTACHED,
    workflowLoopRunner: ATTACHED,
  }),
  ...rows(`${ENVIRONMENT}.existing.keepPolicies`, "master-role", { masterRole: ATTACHED }),
  ...rows(`${ENVIRONMENT}.existing.keepPolicies`, MEMBERS, { crossAccountRole: ATTACHED }),
  ...["terraform-user", "elastic-container-registry-user"].flatMap((user) =>
    rows(`${ACCOUNT}.existing.${user}`, "iam", {
      user: [
        ["aws_iam_user", "name"],
        ["aws_iam_user", "path"],
      ],
      policy: [
        ["aws_iam_policy", "name"],
        ["aws_iam_policy", "path"],
      ],
      keepPolicies: attachedTo("user"),
    }),
  ),
  ...rows(`${ENVIRONMENT}.existing.network`, "network", {
    "publicSubnets[].cidrBlock": [["aws_subnet", "cidr_block"]],
    "publicSubnets[].zone": [["aws_subnet", "availability_zone"]],
    "privateSubnets[].cidrBlock": [["aws_subnet", "cidr_block"]],
    "privateSubnets[].zone": [["aws_subnet", "availability_zone"]],
  }).map((each) => ({ ...each, mayBeNew: true as const })),
  ...rows(ENVIRONMENT, "network", {
    "network.cidrBlock": [["aws_vpc", "cidr_block"]],
    "network.tiers.<tier>.cidrBlocks": [["aws_subnet", "cidr_block"]],
    "securityGroups.<group>.description": [["aws_security_group", "description"]],
  }),
  ...rows(`${ENVIRONMENT}.members.<member>`, MEMBERS, {
    cidrBlock: [["aws_vpc", "cidr_block"]],
    subnetCidrBlock: [["aws_subnet", "cidr_block"]],
    zone: [["aws_subnet", "availability_zone"]],
  }),
  ...rows(`${ENVIRONMENT}.database`, "database", SETTINGS_OF_DATABASE),
  ...rows(`${ENVIRONMENT}.${NAMED_DATABASE}`, DATABASES, SETTINGS_OF_DATABASE),
];

/** The construct path in an address, without cdktf's hash: `bucket`, `studies`, `bucket`. */
export const partsOf = (address: string): readonly string[] =>
  address
    .replace(/^[^.]*\./, "")
    .replace(/_[0-9A-F]{8}$/, "")
    .split("_");

/** The keys of a database that decide attributes of its replica. */
const OF_REPLICA: ReadonlySet<string> = new Set(["replica", "encrypted", "storageType"]);

/**
 * Whether a key of `EXISTING_KEYS` is that of the resource at this address. Roles and subnets have several keys for one
 * attribute: the construct path has the name of the right one.
 */
export function isKeyFor(key: string, address: string): boolean {
  const parts = partsOf(address);
  const tier = /\.(public|private)Subnets\[\]/.exec(key)?.[1];
  if (tier !== undefined) return parts[1] === tier;
  if (key.includes("<tier>")) return parts[1] === "tier";
  const ofDatabase = /\.existing\.databases?(?:\.<database>)?\.(\w+)/.exec(key)?.[1];
  if (ofDatabase !== undefined)
    return parts.includes("replica") ? OF_REPLICA.has(ofDatabase) : ofDatabase !== "replica";
  const user = /\.existing\.([a-z-]+-user)\./.exec(key)?.[1];
  if (user !== undefined) return parts.includes(user);
  const role = /\.(?:roles|profiles|keepPolicies)\.(\w+)$/.exec(key)?.[1];
  if (role === undefined) return true;
  const name = role.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return parts.includes(name) || parts.includes(name.replace(/s$/, ""));
}

/** A key that is set, and the value of the attribute that it keeps. */
export interface KeptValue extends Pick<ExistingKey, "type" | "attribute"> {
  /** With the names of the estate: `environments.dev.existing.database.identifier`. */
  readonly key: string;
  readonly value: unknown;
}

/** What exists and stays of a stack. */
export function keptValues(spec: Pick<StackSpec, "name" | "account" | "environment">): KeptValue[] {
  const { name: stack, account, environment } = spec;
  const [above, owner] = environment
    ? [ENVIRONMENT, `environments.${environment.name}`]
    : [ACCOUNT, `accounts.${account.name}`];
  const { existing } = environment ?? account;
  return EXISTING_KEYS.filter(
    (each) =>
      isOfStack(each, stack) &&
      !each.mayBeNew &&
      each.attribute !== "path" &&
      each.key.startsWith(`${above}.existing.`),
  ).flatMap(({ key, type, attribute }) =>
    valuesAt(
      existing,
      key
        .replace("<database>", stack.replace(/^database-/, ""))
        .split(".")
        .slice(3),
    ).flatMap(([path, value]) =>
      [value].flat().map((each) => ({
        ...{ key: [owner, "existing", ...path].join("."), type, attribute },
        value: nameIn(type, each),
      })),
    ),
  );
}

/** Whether a stack has what the key keeps. */
export const isOfStack = ({ stack }: Pick<ExistingKey, "stack">, name: string): boolean =>
  stack.endsWith("*") ? name.startsWith(stack.slice(0, -1)) : stack === name;

/** A name of IAM follows its path. */
const nameIn = (type: string, value: unknown): unknown =>
  /^aws_iam_(role|user|policy)$/.test(type) ? String(value).split("/").at(-1) : value;

/** The values at a path, with the path of each: a placeholder is each name. */
function valuesAt(holder: unknown, [part, ...rest]: readonly string[]): (readonly [path: string[], value: unknown])[] {
  if (holder === undefined) return [];
  if (part === undefined) return [[[], holder]];
  const values = holder as Readonly<Record<string, unknown>>;
  const names = part.startsWith("<") ? Object.keys(values) : [part];
  return names.flatMap((name) =>
    valuesAt(values[name], rest).map(([path, value]) => [[name, ...path], value] as const),
  );
}
