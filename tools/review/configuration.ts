import { isObject, type JsonObject, listOf, objectOf } from "../support/json";

/**
 * What somebody wrote, as a plan repeats it: the arguments of each resource, without the values that the provider fills
 * in.
 */
export class Configuration {
  private readonly resources = new Map<string, JsonObject>();
  private readonly isKnown: boolean;

  constructor(configuration: unknown) {
    const { root_module: root } = objectOf(configuration);
    this.isKnown = isObject(root);
    this.read(objectOf(root), "");
  }

  /** Whether the attribute is written. Yes, where nothing is known of the configuration. */
  public names(address: string, attribute: string): boolean {
    if (!this.isKnown) return true;
    return attribute in objectOf(this.resources.get(withoutKeys(address)));
  }

  /** `aws_vpc.x.id`, where the attribute is taken from one place alone. */
  public reference(address: string, attribute: string): string | undefined {
    const resource = withoutKeys(address);
    const { references } = objectOf(objectOf(this.resources.get(resource))[attribute]);
    // Terraform lists `aws_vpc.x.id` and then the resource that it is of, `aws_vpc.x`.
    const all = listOf(references).filter((each) => typeof each === "string");
    const longest = all.filter(
      (each) =>
        !all.some((other) => other !== each && /^[.[]/.test(other.slice(each.length)) && other.startsWith(each)),
    );
    const modules = /^(?:module\.[^.]+\.)*/.exec(resource)?.[0] ?? "";
    return longest.length === 1 && longest[0] !== undefined ? `${modules}${longest[0]}` : undefined;
  }

  /**
   * What stands there as somebody wrote it in JSON, references and escapes as texts; undefined where it was not JSON,
   * or is not known.
   */
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

/** The address of what `count` and `for_each` make several of: `aws_subnet.x["a"]` is one of `aws_subnet.x`. */
function withoutKeys(address: string): string {
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, "");
}
