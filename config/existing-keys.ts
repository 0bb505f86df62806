import type { StackSpec } from "./layout";

/** A key of the estate that keeps an attribute of a resource that exists. */
interface ExistingKey {
  /** Its path, with the placeholders of docs/estate.md for names. */
  readonly key: string;
  /** The last part of the stack's id. */
  readonly stack: string;
  readonly type: string;
  readonly attribute: string;
}

const ENVIRONMENT = "environments.<environment>";

const rows = (
  path: string,
  stack: string,
  keys: Readonly<Record<string, readonly (readonly [type: string, attribute: string])[]>>,
): ExistingKey[] =>
  Object.entries(keys).flatMap(([key, attributes]) =>
    attributes.map(([type, attribute]) => ({ key: `${path}.${key}`, stack, type, attribute })),
  );

/**
 * The keys that let what exists stay. `adopt` proposes them, and a plan that would create such a resource is refused. A
 * key outside `existing` is an ordinary setting that decides the same attribute: it refuses nothing.
 */
export const EXISTING_KEYS: readonly ExistingKey[] = [
  ...rows(`${ENVIRONMENT}.existing.database`, "database", {
    identifier: [["aws_db_instance", "identifier"]],
    databaseName: [["aws_db_instance", "db_name"]],
    masterUsername: [["aws_db_instance", "username"]],
    encrypted: [["aws_db_instance", "storage_encrypted"]],
    storageType: [["aws_db_instance", "storage_type"]],
    publiclyAccessible: [["aws_db_instance", "publicly_accessible"]],
    publicSubnets: [["aws_db_subnet_group", "subnet_ids"]],
    subnetGroup: [["aws_db_subnet_group", "name"]],
    "parameterGroup.name": [["aws_db_parameter_group", "name"]],
    "parameterGroup.description": [["aws_db_parameter_group", "description"]],
    "ownSecurityGroup.name": [["aws_security_group", "name"]],
    "ownSecurityGroup.description": [["aws_security_group", "description"]],
  }),
  ...rows(`${ENVIRONMENT}.database`, "database", {
    engineVersion: [["aws_db_instance", "engine_version"]],
    customerManagedKey: [["aws_db_instance", "kms_key_id"]],
  }),
];

/** A key that is set, and the value of the attribute that it keeps. */
export interface KeptValue extends Pick<ExistingKey, "type" | "attribute"> {
  /** With the names of the estate: `environments.dev.existing.database.identifier`. */
  readonly key: string;
  readonly value: unknown;
}

/** What exists and stays of a stack. */
export function keptValues({ name: stack, environment }: Pick<StackSpec, "name" | "environment">): KeptValue[] {
  if (!environment?.existing) return [];
  const { name, existing } = environment;
  return EXISTING_KEYS.filter(
    (each) => each.stack === stack && each.key.startsWith(`${ENVIRONMENT}.existing.`),
  ).flatMap(({ key, type, attribute }) =>
    valuesAt(existing, key.slice(`${ENVIRONMENT}.existing.`.length).split(".")).map(([path, value]) => ({
      ...{ key: ["environments", name, "existing", ...path].join("."), type, attribute, value },
    })),
  );
}

/** The values at a path, with the path of each: a placeholder is each name, `[]` for each item. */
function valuesAt(holder: unknown, [part, ...rest]: readonly string[]): (readonly [path: string[], value: unknown])[] {
  if (holder === undefined) return [];
  if (part === undefined) return [[[], holder]];
  const values = holder as Readonly<Record<string, unknown>>;
  const list = part.endsWith("[]") ? part.slice(0, -2) : undefined;
  const children: (readonly [string, unknown])[] = part.startsWith("<")
    ? Object.entries(values)
    : list !== undefined
      ? ((values[list] ?? []) as unknown[]).map((item, index) => [`${list}[${index}]`, item] as const)
      : [[part, values[part]]];
  return children.flatMap(([name, child]) =>
    valuesAt(child, rest).map(([path, value]) => [[name, ...path], value] as const),
  );
}
