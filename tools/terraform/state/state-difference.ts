import type { StateDocument } from "../terraform";
import { withSortedKeys } from "../../support/json";

/** In what two states differ, by address. Holds no value of any attribute: states hold secrets. */
export interface StateDifference {
  readonly onlyInCurrent: readonly string[];
  readonly onlyInVersion: readonly string[];
  /** The same address, another thing in AWS. */
  readonly otherId: readonly string[];
  /** The same thing, recorded with other values. */
  readonly otherValues: readonly string[];
  /** How many are the same in both. */
  readonly same: number;
}

type Instance = StateInstance & { readonly deposed?: string };

/** Compares the managed resources of two states. A current state that can't be read holds nothing. */
export function stateDifference(current: StateDocument | undefined, version: StateDocument): StateDifference {
  const [ours, theirs] = [instancesOf(current), instancesOf(version)];
  const both = [...ours].flatMap(([address, one]) => {
    const other = theirs.get(address);
    return other ? [{ address, sameId: idOf(one) === idOf(other), same: valuesOf(one) === valuesOf(other) }] : [];
  });
  const addresses = (chosen: typeof both) => chosen.map(({ address }) => address);
  return {
    onlyInCurrent: [...ours.keys()].filter((address) => !theirs.has(address)),
    onlyInVersion: [...theirs.keys()].filter((address) => !ours.has(address)),
    otherId: addresses(both.filter(({ sameId }) => !sameId)),
    otherValues: addresses(both.filter(({ sameId, same }) => sameId && !same)),
    same: both.filter(({ same }) => same).length,
  };
}

/** How many managed resources a state holds; data sources don't count. */
export function resourceCount(state: StateDocument): number {
  return instancesOf(state).size;
}

/** The managed resources of a state by address, as Terraform writes addresses. */
function instancesOf(state: StateDocument | undefined): Map<string, Instance> {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode !== "data");
  return new Map(
    managed.flatMap((resource) =>
      resource.instances.map((instance: Instance) => {
        const left = instance.deposed === undefined ? "" : ` (deposed ${instance.deposed})`;
        return [`${addressOf(resource, instance)}${left}`, instance] as const;
      }),
    ),
  );
}

function idOf({ attributes }: Instance): unknown {
  return attributes?.["id"];
}

function valuesOf({ attributes }: Instance): string {
  // Terraform's own states are sorted already; one that a person edited may not be.
  return JSON.stringify(withSortedKeys(attributes));
}

export type StateResource = StateDocument["resources"][number];
export type StateInstance = StateResource["instances"][number];

/** The address of one instance of a resource, as Terraform writes addresses: `module.a.aws_vpc.main[0]`. */
export function addressOf({ module, type, name }: StateResource, { index_key: key }: StateInstance): string {
  const address = [...(module === undefined ? [] : [module]), type, name].join(".");
  return key === undefined ? address : `${address}[${JSON.stringify(key)}]`;
}

/**
 * What of one state another lacks: `address (id)` of each resource instance that `other` does not hold with the same
 * id. Empty means that losing `state` loses nothing. Lineage and serial can't tell that: the first write into an S3
 * backend, by a migration or a push, always starts a new lineage with serial 1.
 */
export function missingFrom(other: StateDocument, state: StateDocument): string[] {
  const held = new Set(instances(other));
  return instances(state).filter((instance) => !held.has(instance));
}

function instances(state: StateDocument): string[] {
  return state.resources
    .filter((resource) => resource.mode !== "data")
    .flatMap((resource) =>
      resource.instances.map((instance) => {
        const id = instance.attributes?.id;
        return `${addressOf(resource, instance)} (${typeof id === "string" ? id : "no id"})`;
      }),
    );
}
