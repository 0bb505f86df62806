import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";

/** A referenced resource. Its key stays the same although a replacement changes its id. */
export interface Identity {
  readonly key: string;
  readonly label: string;
}

/** Finds the resource of the plan that an attribute references. */
export class Identities {
  private readonly addresses = new Map<string, string>();
  private readonly byAddress: ReadonlyMap<string, PlannedResource>;

  /** @param names of security groups in other stacks, by id. @default none */
  constructor(
    resources: readonly PlannedResource[],
    private readonly names: ReadonlyMap<string, string> = new Map(),
  ) {
    this.byAddress = new Map(resources.map((resource) => [resource.address, resource]));
    for (const { address, before, after } of resources) {
      for (const id of [before.at("id").text, after.at("id").text]) {
        if (id !== undefined && !this.addresses.has(id)) this.addresses.set(id, address);
      }
    }
  }

  /** @param value the value of the attribute, possibly inside a block */
  public of(resource: PlannedResource, attribute: string, value: Value): Identity {
    const { text } = value;
    if (text !== undefined) {
      const address = this.addresses.get(text);
      return { key: address ?? text, label: value.isSensitive ? value.display : (address ?? this.named(text, value)) };
    }
    if (!value.isUnknown) return { key: "", label: value.display };
    const reference = resource.reference(attribute);
    // An unknown value equals no other.
    if (reference === undefined) return { key: `${resource.address} ${attribute}`, label: UNKNOWN };
    return this.referred(reference);
  }

  /** "web of dev-network (sg-0a1b2c3d)". */
  private named(id: string, { display }: Value): string {
    const name = this.names.get(id);
    return name === undefined ? display : `${name} (${display})`;
  }

  /** @param reference as `aws_vpc.x.id` */
  public referred(reference: string): Identity {
    const address = reference.replace(/\.id$/, "");
    return { key: address, label: address };
  }

  /** A resource itself. */
  public self({ address }: PlannedResource): Identity {
    return { key: address, label: address };
  }

  /** The resource of an identity, if the plan contains it. */
  public resource({ key }: Identity): PlannedResource | undefined {
    return this.byAddress.get(key);
  }
}
