import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { parseJson } from "../../../config/input";
import type { StateDocument } from "../terraform";

/** A valid state, as far as the project reads it. */
interface ValidState extends StateDocument {
  /** The version of Terraform that wrote it. */
  readonly terraform_version?: string;
}

/** A state, or why the object is not a valid state. */
type ReadState =
  { readonly state: ValidState; readonly damage?: undefined } | { readonly state?: undefined; readonly damage: string };

/** The only state format since Terraform 0.12. */
const FORMAT = 4;

/** Reads a state's text. Never throws: returns a short description of the damage, without any content. */
export function readStateText(text: string): ReadState {
  if (text.trim() === "") return { damage: "empty" };
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    return { damage: "not JSON" };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { damage: "not a state" };
  const { version, lineage, serial, resources } = json as Partial<Record<string, unknown>>;
  if (version !== FORMAT)
    return { damage: typeof version === "number" ? `of state format ${version}, expected ${FORMAT}` : "not a state" };
  if (typeof lineage !== "string" || lineage === "") return { damage: "without lineage" };
  if (!Number.isSafeInteger(serial) || (serial as number) < 0) return { damage: "without serial" };
  if (!Array.isArray(resources) || !resources.every(isResource)) return { damage: "without a list of resources" };
  return { state: json as ValidState };
}

function isResource(value: unknown): boolean {
  const { mode, type, name, instances } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isNamed = [mode, type, name].every((text) => typeof text === "string");
  return (
    isNamed &&
    Array.isArray(instances) &&
    instances.every((instance) => typeof instance === "object" && instance !== null)
  );
}

/**
 * A state's text with another serial. Every other character stays the same, also in numbers that JavaScript cannot
 * represent.
 */
export function withSerial(text: string, serial: number): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, ["serial"]);
  if (!node) throw new Error("the state has no serial");
  return text.slice(0, node.offset) + String(serial) + text.slice(node.offset + node.length);
}
