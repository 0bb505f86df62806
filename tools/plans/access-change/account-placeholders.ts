import { COMPUTED, IN_DIRECTORY, KNOWN_DATA } from "../../access/read/attributes";
import { type StackScope, Unresolvable } from "../../access/read/resolver";
import { SUPPORTED_TYPES } from "../../access/read/unsupported-resources";
import { type AccessResource, blockOf } from "./access-resources";
import type { ReplaceIds } from "./state-values";
import { asList, isObject, type JsonObject } from "../../support/json";

/** A stack as it is now, and the resources of its plan. */
interface PlannedStackScope {
  readonly scope: StackScope;
  readonly resources: readonly AccessResource[];
  /** The state that the plan started from, with data sources. */
  readonly priorState?: unknown;
}

/** An id in AWS, and the placeholder that the reader of synthesized stacks uses for it: it knows no generated id. */
type IdPlaceholder = readonly [id: string, placeholder: string];

/**
 * Placeholders that the reader uses for outputs of another stack: `key/dev-database-aws_kms_key.key`, a secret's ARN,
 * ids of the organization.
 */
const PLACEHOLDER = /-aws_[a-z0-9_]+\.[\w-]|:secret:.+-[0-9a-f]{6}$|^the organization$|^root$/;

/**
 * Replaces ids that AWS generated (keys, secrets, ids of the organization, groups) with the placeholders of the reader of
 * synthesized stacks. Otherwise a policy that names a key would differ from itself.
 */
export function idReplacement(stacks: readonly PlannedStackScope[]): ReplaceIds {
  const placeholders = new Map(
    stacks
      .flatMap((stack) => [...ownIds(stack), ...idsRead(stack), ...idsInDirectory(stack)])
      .filter(([id, placeholder]) => id !== placeholder),
  );
  if (placeholders.size === 0) return (text) => text;
  // An id within a longer word is another one.
  const texts = [...placeholders.keys()].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w-])(?:${texts.join("|")})(?![\\w-])`, "g");
  return (text) => text.replace(pattern, (found) => placeholders.get(found) ?? found);
}

/**
 * Ids of the resources that exist now. A resource that changes and is not read appears in the stack as it will be, so
 * it is skipped.
 */
function ownIds({ scope, resources }: PlannedStackScope): IdPlaceholder[] {
  const known = resources.filter(
    (each) => !each.changes || SUPPORTED_TYPES.has(each.type) || !blockOf(scope.stack, each),
  );
  return known.flatMap(({ type, name, before }) =>
    Object.keys(COMPUTED[type] ?? {}).flatMap((path) =>
      pairs(within(before, path.split(".")), placeholderOf(scope, `${type}.${name}.${path}`)),
    ),
  );
}

/** Ids that the plan has read from AWS, and from the states of other stacks. */
function idsRead({ scope, priorState }: PlannedStackScope): IdPlaceholder[] {
  return dataOf(priorState).flatMap(({ type, name, values }) => {
    const at = `data.${type}.${name}`;
    if (type !== "terraform_remote_state")
      return Object.keys(KNOWN_DATA[type] ?? {}).flatMap((path) =>
        pairs(within(values, path.split(".")), placeholderOf(scope, `${at}.${path}`)),
      );
    const outputs = isObject(values["outputs"]) ? values["outputs"] : {};
    const all = Object.entries(outputs).flatMap(([output, value]) =>
      pairs(value, placeholderOf(scope, `${at}.outputs["${output}"]`)),
    );
    // Any other output may change when that stack is applied.
    return all.filter(([, placeholder]) => PLACEHOLDER.test(placeholder));
  });
}

/** Outputs of the stack of IAM Identity Center, with ids by name. */
const IDS_BY_NAME = { group: "group-ids", user: "user-ids" } as const;

/**
 * Ids of groups and users that only the outputs name: Terraform drops what it looked up as soon as the code no longer asks
 * for it.
 */
function idsInDirectory({ priorState }: PlannedStackScope): IdPlaceholder[] {
  return (["group", "user"] as const).flatMap((kind) => {
    const ids = within(priorState, ["values", "outputs", IDS_BY_NAME[kind], "value"]);
    return Object.entries(isObject(ids) ? ids : {}).flatMap(([name, id]) => pairs(id, IN_DIRECTORY[kind] + name));
  });
}

interface DataSource {
  readonly type: string;
  readonly name: string;
  readonly values: JsonObject;
}

function dataOf(state: unknown): DataSource[] {
  const all = asList(within(state, ["values", "root_module", "resources"])).filter(isObject);
  return all
    .filter((each) => each["mode"] === "data")
    .flatMap(({ type, name, values }) => {
      return isObject(values) ? [{ type: String(type), name: String(name), values }] : [];
    });
}

function placeholderOf(scope: StackScope, expression: string): unknown {
  try {
    return scope.resolve(`\${${expression}}`);
  } catch (error) {
    if (error instanceof Unresolvable) return undefined;
    throw error;
  }
}

/** The texts at the same positions of two values. */
function pairs(value: unknown, name: unknown): IdPlaceholder[] {
  if (typeof value === "string" && typeof name === "string") return value === "" ? [] : [[value, name]];
  if (Array.isArray(value) && Array.isArray(name)) return value.flatMap((each, index) => pairs(each, name[index]));
  if (!isObject(value) || !isObject(name)) return [];
  return Object.entries(value).flatMap(([key, each]) => pairs(each, name[key]));
}

function within(value: unknown, path: readonly string[]): unknown {
  return path.reduce((outer: unknown, part) => {
    if (Array.isArray(outer)) return outer[Number(part)] as unknown;
    return isObject(outer) ? outer[part] : undefined;
  }, value);
}
