import { COMPUTED, KNOWN_DATA } from "../../access/read/attributes";
import { type StackScope, Unresolvable } from "../../access/read/resolver";
import { asList } from "../../synth/synthesized";
import { SUPPORTED_TYPES } from "../../access/read/unsupported-resources";
import { type AccessResource, blockOf } from "./access-resources";
import type { ReplaceIds } from "./state-values";
import { isObject, type JsonObject } from "../../support/json";

/** A stack as it is now, and what its plan knows of it. */
export interface PlannedStackScope {
  readonly scope: StackScope;
  readonly resources: readonly AccessResource[];
  /** What the plan started from, data sources among it. */
  readonly priorState?: unknown;
}

/** A text that AWS has, and what the reader of synthesized stacks calls it, which knows no id that AWS makes up. */
type Name = readonly [text: string, called: string];

/**
 * Such names as the reader gives outputs of another stack: `key/dev-database-aws_kms_key.key`, a secret's ARN, what is
 * the organization's.
 */
const MADE_UP = /-aws_[a-z0-9_]+\.[\w-]|:secret:.+-[0-9a-f]{6}$|^the organization$|^root$/;

/**
 * Calls ids that AWS made up as the reader of synthesized stacks does: keys, secrets, what is the organization's.
 * Otherwise a policy that names a key would differ from itself.
 */
export function idReplacement(stacks: readonly PlannedStackScope[]): ReplaceIds {
  const names = new Map(
    stacks.flatMap((stack) => [...ownNames(stack), ...namesRead(stack)]).filter(([text, called]) => text !== called),
  );
  if (names.size === 0) return (text) => text;
  // A name within a longer one is another one.
  const texts = [...names.keys()].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w-])(?:${texts.join("|")})(?![\\w-])`, "g");
  return (text) => text.replace(pattern, (found) => names.get(found) ?? found);
}

/**
 * Of the resources that are there now. One that changes and is not read stands in the stack as it will be, and tells
 * nothing.
 */
function ownNames({ scope, resources }: PlannedStackScope): Name[] {
  const known = resources.filter(
    (each) => !each.changes || SUPPORTED_TYPES.has(each.type) || !blockOf(scope.stack, each),
  );
  return known.flatMap(({ type, name, before }) =>
    Object.keys(COMPUTED[type] ?? {}).flatMap((path) =>
      pairs(within(before, path.split(".")), called(scope, `${type}.${name}.${path}`)),
    ),
  );
}

/** Of what the plan has read: from AWS, and from the states of other stacks. */
function namesRead({ scope, priorState }: PlannedStackScope): Name[] {
  return dataOf(priorState).flatMap(({ type, name, values }) => {
    const at = `data.${type}.${name}`;
    if (type !== "terraform_remote_state") {
      return Object.keys(KNOWN_DATA[type] ?? {}).flatMap((path) =>
        pairs(within(values, path.split(".")), called(scope, `${at}.${path}`)),
      );
    }
    const outputs = isObject(values["outputs"]) ? values["outputs"] : {};
    const all = Object.entries(outputs).flatMap(([output, value]) =>
      pairs(value, called(scope, `${at}.outputs["${output}"]`)),
    );
    // Any other text may be another one when that stack is applied.
    return all.filter(([, name]) => MADE_UP.test(name));
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

function called(scope: StackScope, expression: string): unknown {
  try {
    return scope.resolve(`\${${expression}}`);
  } catch (error) {
    if (error instanceof Unresolvable) return undefined;
    throw error;
  }
}

/** Texts at the same places of two values. */
function pairs(value: unknown, name: unknown): Name[] {
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
