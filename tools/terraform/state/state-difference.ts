import type { StateDocument } from "../terraform";
import { withSortedKeys } from "../../support/json";

/** The differences of two states, by address. Contains no attribute values, because states contain secrets. */
export interface StateDifference {
  readonly onlyInCurrent: readonly string[];
  readonly onlyInVersion: readonly string[];
  /** The same address with another AWS resource. */
  readonly otherId: readonly string[];
  /** The same AWS resource with other values. */
  readonly otherValues: readonly string[];
  /** The number of resources that are the same in both. */
  readonly same: number;
}

type StateResource = StateDocument["resources"][number];
type StateInstance = StateResource["instances"][number];
type Instance = StateInstance & { readonly deposed?: string };

/** Compares the managed resources of two states. An unreadable current state counts as empty. */
export function stateDifference(current: StateDocument | undefined, version: StateDocument): StateDifference {
  const [inCurrent, inVersion] = [instancesOf(current), instancesOf(version)];
  const both = [...inCurrent].flatMap(([address, one]) => {
    const other = inVersion.get(address);
    return other ? [{ address, sameId: idOf(one) === idOf(other), same: valuesOf(one) === valuesOf(other) }] : [];
  });
  const addresses = (chosen: typeof both) => chosen.map(({ address }) => address);
  return {
    onlyInCurrent: [...inCurrent.keys()].filter((address) => !inVersion.has(address)),
    onlyInVersion: [...inVersion.keys()].filter((address) => !inCurrent.has(address)),
    otherId: addresses(both.filter(({ sameId }) => !sameId)),
    otherValues: addresses(both.filter(({ sameId, same }) => sameId && !same)),
    same: both.filter(({ same }) => same).length,
  };
}

/** The number of managed resources in a state, without data sources. */
export function resourceCount(state: StateDocument): number {
  return instancesOf(state).size;
}

/** The managed resources of a state by address, in Terraform's notation. */
function instancesOf(state: StateDocument | undefined): Map<string, Instance> {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode !== "data");
  return new Map(
    managed.flatMap((resource) =>
      resource.instances.map((instance: Instance) => {
        const suffix = instance.deposed === undefined ? "" : ` (deposed ${instance.deposed})`;
        return [`${addressOf(resource, instance)}${suffix}`, instance] as const;
      }),
    ),
  );
}

function idOf({ attributes }: Instance): unknown {
  return attributes?.["id"];
}

function valuesOf({ attributes }: Instance): string {
  // Terraform sorts the attributes of a state; a person who edited it may not have.
  return JSON.stringify(withSortedKeys(attributes));
}

/** The address of a resource instance in Terraform's notation: `module.a.aws_vpc.main[0]`. */
export function addressOf({ module, type, name }: StateResource, { index_key: key }: StateInstance): string {
  const address = [...(module === undefined ? [] : [module]), type, name].join(".");
  return key === undefined ? address : `${address}[${JSON.stringify(key)}]`;
}

/**
 * The resources that `other` lacks: `address (id)` of each instance in `state` that `other` does not have with the same
 * id. If empty, `state` can be deleted without loss. Lineage and serial cannot show that: the first write into an S3
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
