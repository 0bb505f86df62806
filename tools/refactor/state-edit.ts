import { randomUUID } from "node:crypto";
import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath, type Node } from "jsonc-parser";
import type { Move } from "../../config/address-files";
import { addressOf } from "../terraform/state/state-difference";
import { withSerial } from "../terraform/state/state-text";
import type { StateDocument } from "../terraform/terraform";

/* States are edited as texts: their numbers may be larger than JavaScript can represent. */

type StateResource = StateDocument["resources"][number];

/** The managed resource at an address of a state: `aws_vpc.main`, `module.a.aws_vpc.main["key"]`. */
export function resourceAt(state: StateDocument | undefined, address: string): StateResource | undefined {
  return state?.resources[indexOf(state, address)];
}

/** The id of the one object at exactly this address, if it has one. */
export function idAt(state: StateDocument | undefined, address: string): string | undefined {
  const resource = resourceAt(state, address);
  const id = resource?.instances[instanceIndexOf(resource, address)]?.attributes?.["id"];
  return typeof id === "string" ? id : undefined;
}

/** Whether the one object at exactly this address is marked as tainted: the next apply would replace it. */
export function isTaintedAt(state: StateDocument, address: string): boolean {
  const resource = resourceAt(state, address);
  return resource?.instances[instanceIndexOf(resource, address)]?.status !== undefined;
}

/** Of a resource with count or for_each, one instance is enough. */
const indexOf = ({ resources }: StateDocument, address: string): number =>
  resources.findIndex(
    (each) =>
      each.mode === "managed" &&
      (instanceIndexOf(each, address) >= 0 || (addressOf(each, {}) === address && each.instances.some(isCurrent))),
  );

const instanceIndexOf = (resource: StateResource, address: string): number =>
  resource.instances.findIndex((each) => isCurrent(each) && addressOf(resource, each) === address);

/** Terraform destroys deposed objects, from wherever their state has them. */
const isCurrent = ({ deposed }: StateResource["instances"][number]): boolean => deposed === undefined;

/** Whether the next apply would replace or destroy an object of a resource. */
export const isIncomplete = ({ instances }: StateResource): boolean =>
  instances.some((each) => !isCurrent(each) || each.status !== undefined);

/** Whether a resource is exactly one, without a module and a key. */
export const isSingle = ({ module, instances }: StateResource): boolean =>
  instances.length === 1 && instances[0]?.index_key === undefined && module === undefined;

/**
 * A state with resources of another state added, under their new addresses. Their dependencies are kept as far as they
 * move too. The next serial makes earlier plans stale.
 */
export function withCopies(target: string, source: string, moves: readonly Move[]): string {
  return moves.reduce((text, move) => inserted(text, copyOf(source, move, moves)), nextSerial(target));
}

/** A state without resources, and without dependencies on them, with the next serial. */
export function withoutResources(source: string, moves: readonly Move[]): string {
  const left = moves.reduce((text, { from }) => without(text, from), source);
  const bases = (text: string) => stateIn(text).resources.map((each) => addressOf(each, {}));
  const present = bases(left);
  const gone = new Set(bases(source).filter((base) => !present.includes(base)));
  const others = stateIn(left).resources.flatMap(({ instances }, resource) =>
    instances.flatMap((each, instance) => {
      const { dependencies = [] } = each as { readonly dependencies?: readonly string[] };
      const path = ["resources", resource, "instances", instance, "dependencies"];
      const kept = dependencies.filter((address) => !gone.has(address));
      return kept.length < dependencies.length ? [{ path, kept }] : [];
    }),
  );
  return nextSerial(others.reduce((text, { path, kept }) => edited(text, path, kept), left));
}

/** A state without the object at an address. */
function without(text: string, address: string): string {
  const state = stateIn(text);
  const index = indexOf(state, address);
  const resource = state.resources[index];
  if (!resource) throw new Error(`the state has no ${address}`);
  const path = ["resources", index];
  return removed(text, resource.instances.length === 1 ? path : [...path, "instances", instanceIndexOf(resource, address)]); // prettier-ignore
}

/** The text of a first state, without resources. */
export function firstState(terraformVersion: string): string {
  const head = { version: 4, terraform_version: terraformVersion, serial: 0, lineage: randomUUID() };
  return JSON.stringify({ ...head, outputs: {}, resources: [], check_results: null }, null, 2);
}

function copyOf(source: string, { from, to }: Move, moves: readonly Move[]): string {
  const node = nodeAt(source, ["resources", indexOf(stateIn(source), from)]);
  const text = edited(source.slice(node.offset, node.offset + node.length), ["name"], to.split(".")[1]);
  const { instances } = JSON.parse(text) as { readonly instances: readonly { dependencies?: readonly string[] }[] };
  const moved = instances[0]?.dependencies?.flatMap((address) => moves.find((each) => each.from === address)?.to ?? []);
  return moved === undefined ? text : edited(text, ["instances", 0, "dependencies"], moved);
}

/** The list of resources with another text at its end. */
function inserted(state: string, resource: string): string {
  const mark = randomUUID();
  const options = { isArrayInsertion: true, formattingOptions: { insertSpaces: true, tabSize: 2 } };
  const marked = applyEdits(state, modify(state, ["resources", stateIn(state).resources.length], mark, options));
  return marked.replace(JSON.stringify(mark), () => resource);
}

function edited(text: string, path: JSONPath, value: unknown): string {
  nodeAt(text, path);
  return applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }));
}

/** A text without an element of a list. `modify` would cut the text too early if no white space follows the last element. */
function removed(text: string, path: JSONPath): string {
  const node = nodeAt(text, path);
  const elements = node.parent?.children ?? [];
  const index = elements.indexOf(node);
  const [before, after] = [elements[index - 1], elements[index + 1]];
  const end = after?.offset ?? node.offset + node.length;
  const start = before && !after ? before.offset + before.length : node.offset;
  return text.slice(0, start) + text.slice(end);
}

function nodeAt(text: string, path: JSONPath): Node {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  if (!node) throw new Error(`the state has no ${path.join(".")}`);
  return node;
}

const stateIn = (text: string): StateDocument => JSON.parse(text) as StateDocument;

const nextSerial = (text: string): string => withSerial(text, stateIn(text).serial + 1);
