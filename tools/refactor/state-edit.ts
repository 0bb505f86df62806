import { randomUUID } from "node:crypto";
import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath, type Node } from "jsonc-parser";
import type { Move } from "../../config/address-files";
import { withSerial } from "../terraform/state/state-text";
import type { StateDocument } from "../terraform/terraform";

/* States are edited as texts: their numbers may be larger than JavaScript can represent. */

type StateResource = StateDocument["resources"][number];

/** The managed resource at an address of a state. */
export function resourceAt(state: StateDocument | undefined, address: string): StateResource | undefined {
  return state?.resources[indexOf(state, address)];
}

const indexOf = ({ resources }: StateDocument, address: string): number =>
  resources.findIndex((each) => each.mode === "managed" && each.module === undefined && `${each.type}.${each.name}` === address); // prettier-ignore

/** Why a resource cannot be moved: it has more than one object, or one that the next apply would replace. */
export function whyNotMovable({ instances }: StateResource): string | undefined {
  const [only, ...others] = instances;
  if (!only || others.length > 0 || only.index_key !== undefined) return "must be one resource, without count and for_each"; // prettier-ignore
  if (only.deposed !== undefined || only.status !== undefined) return "must be created completely";
  return undefined;
}

/**
 * A state with resources of another state added, under their new addresses. Their dependencies are kept as far as they
 * move too. The next serial makes earlier plans stale.
 */
export function withCopies(target: string, source: string, moves: readonly Move[]): string {
  return moves.reduce((text, move) => inserted(text, copyOf(source, move, moves)), nextSerial(target));
}

/** A state without resources, and without dependencies on them, with the next serial. */
export function withoutResources(source: string, moves: readonly Move[]): string {
  const left = moves.reduce((text, { from }) => edited(text, ["resources", indexOf(stateIn(text), from)]), source);
  const isMoved = (address: string) => moves.some(({ from }) => from === address);
  const others = stateIn(left).resources.flatMap(({ instances }, resource) =>
    instances.flatMap((each, instance) => {
      const { dependencies = [] } = each as { readonly dependencies?: readonly string[] };
      const path = ["resources", resource, "instances", instance, "dependencies"];
      return dependencies.some(isMoved) ? [{ path, kept: dependencies.filter((address) => !isMoved(address)) }] : [];
    }),
  );
  return nextSerial(others.reduce((text, { path, kept }) => edited(text, path, kept), left));
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

/** @param value default: the value is removed */
function edited(text: string, path: JSONPath, value?: unknown): string {
  nodeAt(text, path);
  return applyEdits(text, modify(text, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }));
}

function nodeAt(text: string, path: JSONPath): Node {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  if (!node) throw new Error(`the state has no ${path.join(".")}`);
  return node;
}

const stateIn = (text: string): StateDocument => JSON.parse(text) as StateDocument;

const nextSerial = (text: string): string => withSerial(text, stateIn(text).serial + 1);
