import { isObject, type JsonObject, listOf, objectOf } from "../support/json";

/**
 * The configuration in a plan: the arguments of each resource as written, without values that the provider fills in.
 */
export class Configuration {
  private readonly resources = new Map<string, JsonObject>();
  private readonly isKnown: boolean;

  constructor(configuration: unknown) {
    const { root_module: root } = objectOf(configuration);
    this.isKnown = isObject(root);
    this.read(objectOf(root), "");
  }

  /** Whether the code sets the attribute. True if the configuration is unknown. */
  public names(address: string, attribute: string): boolean {
    if (!this.isKnown) return true;
    return attribute in objectOf(this.resources.get(withoutKeys(address)));
  }

  /** The attribute's only reference, such as `aws_vpc.x.id`. */
  public reference(address: string, attribute: string): string | undefined {
    const resource = withoutKeys(address);
    const { references } = objectOf(objectOf(this.resources.get(resource))[attribute]);
    // Terraform lists `aws_vpc.x.id`, then its resource `aws_vpc.x`.
    const all = listOf(references).filter((each) => typeof each === "string");
    const longest = all.filter(
      (each) =>
        !all.some((other) => other !== each && /^[.[]/.test(other.slice(each.length)) && other.startsWith(each)),
    );
    const modules = /^(?:module\.[^.]+\.)*/.exec(resource)?.[0] ?? "";
    return longest.length === 1 && longest[0] !== undefined ? `${modules}${longest[0]}` : undefined;
  }

  /** The attribute as written in JSON, references and escapes as texts; undefined if it is unknown or not JSON. */
  public written(address: string, attribute: string): unknown {
    return objectOf(objectOf(this.resources.get(withoutKeys(address)))[attribute])["constant_value"];
  }

  private read(module: JsonObject, prefix: string): void {
    for (const resource of listOf(module["resources"]).filter(isObject)) {
      const { address, expressions } = resource;
      if (typeof address === "string") this.resources.set(`${prefix}${address}`, objectOf(expressions));
    }
    for (const [name, call] of Object.entries(objectOf(module["module_calls"]))) {
      this.read(objectOf(objectOf(call)["module"]), `${prefix}module.${name}.`);
    }
  }
}

/** An address without the keys of `count` and `for_each`: `aws_subnet.x["a"]` belongs to `aws_subnet.x`. */
function withoutKeys(address: string): string {
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, "");
}
