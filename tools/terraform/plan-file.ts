import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { decode } from "@msgpack/msgpack";
import { strFromU8, unzipSync, zipSync } from "fflate";
import { parseJson } from "../../config/input";
import { messageOf } from "../support/errors";
import { isObject, objectOf, withSortedKeys } from "../support/json";
import { LOCK_FILE } from "./provider-lock";
import type { StateDocument } from "./terraform";

/* A plan file's format is internal to Terraform: a zip file since 0.12, with a message of protocol buffers. */

/** The entry with the state that the plan is based on. */
const STATE_ENTRY = "tfstate";

/** The state that a plan file is based on, if the file contains it. @default state: there was none */
type PlanFileState =
  { readonly isKnown: false } | { readonly isKnown: true; readonly state?: Pick<StateDocument, "lineage" | "serial"> };

/**
 * Reads from a plan file which state it is based on: exactly what Terraform compares before it applies the file. Reading
 * the state separately could return a newer one. An unfamiliar format counts as unknown.
 */
export function stateOfPlanFile(planFile: string): PlanFileState {
  try {
    const entry = unzipSync(readFileSync(planFile), { filter: ({ name }) => name === STATE_ENTRY })[STATE_ENTRY];
    if (entry === undefined) return { isKnown: false };
    const { lineage, serial } = parseJson(strFromU8(entry)) as Partial<StateDocument>;
    if (typeof lineage !== "string" || typeof serial !== "number") return { isKnown: false };
    return { isKnown: true, state: lineage === "" ? undefined : { lineage, serial } };
  } catch {
    return { isKnown: false };
  }
}

/** The entries of a plan file. Each module has one more for each of its files. */
const CONFIGURATION = "tfconfig/m-/cdk.tf.json";
const MODULES = "tfconfig/modules.json";
const ENTRIES = ["tfplan", STATE_ENTRY, "tfstate-prev", CONFIGURATION, MODULES, LOCK_FILE];

/** What a plan file must have been made from. */
export interface PlanFileOrigin {
  /** The stack's `cdk.tf.json`. */
  readonly json: Buffer;
  /** The lock file of its providers. */
  readonly locks: Buffer;
  readonly destroy: boolean;
  /** The stack's assets, by path from its folder, with slashes. @default none */
  readonly assets?: ReadonlyMap<string, Buffer>;
}

/**
 * How a plan file differs from a plan of a whole stack's JSON. Terraform applies the configuration, the backend and the
 * options that the plan file contains, and none of those in the stack's folder. Empty if it does not differ.
 */
export function planFileProblems(planFile: string, { json, locks, destroy, assets }: PlanFileOrigin): string[] {
  try {
    const names: string[] = [];
    const entries = unzipSync(readFileSync(planFile), { filter: ({ name }) => names.push(name) > 0 });
    // Two entries of a name count as two: programs differ in which one they read.
    const modules = modulesIn(parseJson(json.toString()));
    const files = filesOf(modules, assets ?? new Map<string, Buffer>());
    const wanted = [...ENTRIES, ...files.keys()];
    if (names.sort().join("\n") !== [...wanted].sort().join("\n"))
      return [`must contain exactly ${wanted.join(", ")}, got ${names.join(", ")}`];
    const entry = (name: string): Buffer => Buffer.from(entries[name] ?? []);
    return [
      ...(entry(CONFIGURATION).equals(json) ? [] : ["was made from another cdk.tf.json than the planned one"]),
      ...(isSameModules(entry(MODULES), modules) && [...files].every(([name, content]) => entry(name).equals(content))
        ? []
        : ["was made with other modules than cdk.tf.json"]),
      ...(locksIn(entry(LOCK_FILE)) === locksIn(locks)
        ? []
        : [`was made with another ${LOCK_FILE} than the planned one`]),
      ...optionProblems(fieldsOf(entry("tfplan")), destroy),
      ...backendProblems(fieldsOf(entry("tfplan")), parseJson(json.toString())),
    ];
  } catch (error) {
    return [`must be a plan file of Terraform, but cannot be read (${messageOf(error)})`];
  }
}

/**
 * Packs the entries of a plan file again. A zip file can be written so that this program reads other entries of it than
 * Terraform, which then applies what nobody checked.
 */
export function repackPlanFile(planFile: string): void {
  writeFileSync(planFile, zipSync(unzipSync(readFileSync(planFile))), { mode: 0o600 });
}

/** A lock file without comments and alignment: Terraform writes both anew. */
function locksIn(text: Buffer): string {
  const lines = text.toString().split("\n").map((line) => line.trim().replaceAll(/\s+/g, " ")); // prettier-ignore
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("\n");
}

/** The folders of a stack's modules by name, the root's too. Modules of modules are not supported: none is expected. */
function modulesIn(json: unknown): ReadonlyMap<string, string> {
  const called = Object.entries(objectOf(objectOf(json)["module"])).flatMap(([name, module]) => {
    const { source } = objectOf(module);
    return typeof source === "string" ? [[name, posix.normalize(`${source}/`).slice(0, -1)] as const] : [];
  });
  return new Map([["", "."], ...called.filter(([name]) => name !== "//")]);
}

/** The files of modules that Terraform reads, by entry. Those of the root are among the entries of every plan. */
function filesOf(modules: ReadonlyMap<string, string>, assets: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const read = [...assets].filter(([path]) => /\.tf(\.json)?$/.test(path));
  return new Map(
    [...modules].flatMap(([name, folder]) =>
      read
        .filter(([path]) => name !== "" && posix.dirname(path) === folder)
        .map(([path, content]) => [`tfconfig/m-${name}/${posix.basename(path)}`, content] as const),
    ),
  );
}

function isSameModules(text: Buffer, modules: ReadonlyMap<string, string>): boolean {
  const list: unknown = parseJson(text.toString());
  if (!Array.isArray(list) || list.length !== modules.size) return false;
  const found = new Map(list.map(objectOf).map(({ Key, Dir }) => [Key, Dir]));
  return [...modules].every(([name, folder]) => found.get(name) === folder);
}

/** Numbers of fields in Terraform's planfile.proto. */
const FIELD = { variables: 2, targets: 5, backend: 13, forcedReplacements: 16, mode: 17, errored: 20, deferred: 27 };
const DESTROY_MODE = 1;

function optionProblems(fields: readonly Field[], destroy: boolean): string[] {
  const has = (number: number): boolean => fields.some((field) => field.number === number);
  // The last of several counts.
  const mode = fields.filter(({ number }) => number === FIELD.mode).at(-1)?.value ?? 0;
  return [
    ...(mode === (destroy ? DESTROY_MODE : 0) ? [] : [`must be a plan ${destroy ? "of a destroy" : "of changes"}`]),
    ...(has(FIELD.variables) ? ["must be made without variables"] : []),
    ...(has(FIELD.targets) ? ["must be a plan of the whole stack, not of targets"] : []),
    ...(has(FIELD.forcedReplacements) ? ["must be made without forced replacements"] : []),
    ...(has(FIELD.errored) || has(FIELD.deferred) ? ["must be a complete plan"] : []),
  ];
}

/** Compares the backend, which decides where the state is written, with that of the stack's JSON. */
function backendProblems(fields: readonly Field[], json: unknown): string[] {
  const planned = objectOf(objectOf(json)["terraform"])["backend"];
  const backend = fieldsOf(bytesIn(fields, FIELD.backend));
  const config = decode(bytesIn(fieldsOf(bytesIn(backend, 2)), 1));
  const used = { [bytesIn(backend, 1).toString()]: withoutNulls(config) };
  const isSame = JSON.stringify(withSortedKeys(used)) === JSON.stringify(withSortedKeys(planned));
  return isSame && bytesIn(backend, 3).toString() === "default"
    ? []
    : ["was made with another backend than that of cdk.tf.json"];
}

/** Terraform writes every argument of a backend. An argument that is not set is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const set = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(set.map(([key, each]) => [key, withoutNulls(each)]));
}

/** A field of a protocol buffer's message: a number, or the bytes of a text or of another message. */
interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const value =
      type === WireType.Varint
        ? reader.int32()
        : Buffer.from(type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, number));
    fields.push({ number, value });
  }
  return fields;
}

function bytesIn(fields: readonly Field[], number: number): Buffer {
  const values = fields.filter((field) => field.number === number).map(({ value }) => value);
  const [value] = values;
  if (values.length !== 1 || !Buffer.isBuffer(value)) throw new RangeError(`field ${number} must occur once`);
  return value;
}
