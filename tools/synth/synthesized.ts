import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stackJson, type Stack } from "./stacks";
import { readStacks } from "./read-stacks";
import { objectOf, type JsonObject } from "../support/json";

/** Blocks by type and name. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** The parts of a stack's `cdk.tf.json` that decide access. */
export interface StackJson {
  readonly terraform?: { readonly backend?: Readonly<Record<string, JsonObject>> };
  readonly provider?: Readonly<Record<string, JsonObject | readonly JsonObject[]>>;
  readonly module?: Readonly<Record<string, JsonObject>>;
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, JsonObject>>;
  readonly locals?: JsonObject;
  readonly variable?: Readonly<Record<string, JsonObject>>;
  readonly removed?: JsonObject | readonly JsonObject[];
  readonly import?: JsonObject | readonly JsonObject[];
}

export interface SynthesizedStack {
  readonly id: string;
  readonly json: StackJson;
  /** Resources that do not exist now (not yet, or no longer), but that expressions may refer to. @default none */
  readonly absent?: Blocks;
  /** The text of all files of its modules that are folders in the stack's own folder, by module. @default none */
  readonly modules?: Readonly<Record<string, string>>;
}

/**
 * Reads every stack of a synthesized output (`cdktf.out`).
 *
 * @throws UnusableOutput if it is missing or corrupt, or a stack does not name exactly one account
 */
export function readSynthesized(outdir: string): SynthesizedStack[] {
  const jsons = new Map<string, JsonObject>();
  return readStacks(outdir, [], jsons).map((stack) => withModules(stack, jsons.get(stack.id) as StackJson));
}

/** A stack with what decides access. */
export function synthesizedStack(stack: Pick<Stack, "id" | "directory">): SynthesizedStack {
  return withModules(stack, stackJson(stack) as StackJson);
}

function withModules({ id, directory }: Pick<Stack, "id" | "directory">, json: StackJson): SynthesizedStack {
  const modules = Object.entries(json.module ?? {}).flatMap(([name, module]) => {
    const { source } = objectOf(module);
    if (typeof source !== "string" || !source.startsWith("./assets/")) return [];
    return [[name, filesBelow(join(directory, source))] as const];
  });
  return modules.length === 0 ? { id, json } : { id, json, modules: Object.fromEntries(modules) };
}

/** The text of every file in a folder, whatever its name is. */
function filesBelow(folder: string): string {
  if (!existsSync(folder)) return "";
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
    .join("\n");
}
