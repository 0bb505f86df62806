import { parsePolicy, type PolicyDocument } from "./policy";

export type Values = Record<string, unknown>;

interface Metadata {
  "//"?: { metadata?: { path?: string } };
}

type Provider = Values & { default_tags?: { tags: Record<string, string> }[] };

/** The parts of a `cdk.tf.json` that tests read. */
export interface StackJson {
  terraform?: {
    backend?: Record<string, Values>;
    required_version?: string;
    required_providers?: Record<string, Values>;
  };
  provider?: { aws?: Provider[] };
  resource?: Record<string, Record<string, Values & Metadata>>;
  data?: Record<string, Record<string, Values & Metadata>>;
  module?: Record<string, Values>;
  import?: { to: string; id: string }[];
  removed?: { from: string; lifecycle: Values }[];
  output?: Record<string, { value: unknown; description?: string; sensitive?: boolean }>;
}

export interface Resource {
  readonly type: string;
  /** `<type>.<logical id>`: its address in the state. */
  readonly address: string;
  /** Its path in the construct tree, without the stack's id. Empty if the JSON has no metadata. */
  readonly path: string;
  readonly values: Values;
}

/**
 * Reads one synthesized stack. It throws if the requested value does not exist, so that no test passes on an empty
 * answer.
 */
export class StackReader {
  readonly resources: readonly Resource[];

  constructor(
    readonly id: string,
    readonly json: StackJson,
    paths: ReadonlyMap<string, string> = new Map(),
  ) {
    this.resources = Object.entries(json.resource ?? {}).flatMap(([type, resources]) =>
      Object.entries(resources).map(([name, { "//": metadata, ...values }]) => {
        const address = `${type}.${name}`;
        const path = metadata?.metadata?.path ?? paths.get(address) ?? "";
        return { type, address, path: path.split("/").slice(1).join("/"), values };
      }),
    );
  }

  all(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The values of the only resource of a type. */
  one(type: string): Values {
    const [first, ...others] = this.all(type);
    if (!first || others.length > 0)
      throw new Error(`${this.id} has ${first ? others.length + 1 : 0} of ${type}, expected one`);
    return first.values;
  }

  /** The resource at a path below the stack, for example `network/public/gateway`. */
  resourceAt(path: string): Resource {
    const found = this.resources.find((resource) => resource.path === path);
    if (!found)
      throw new Error(
        `${this.id} has nothing at ${path}, only:\n${this.resources.map(({ path }) => `  ${path}`).join("\n")}`,
      );
    return found;
  }

  at(path: string): Values {
    return this.resourceAt(path).values;
  }

  /** A reference to an attribute of the resource at a path. */
  reference(path: string, attribute = "id"): string {
    return `\${${this.resourceAt(path).address}.${attribute}}`;
  }

  /** The names of all resources of a type. */
  namesOf(type: string): unknown[] {
    return this.all(type).map(({ values }) => values["name"]);
  }

  /** The policy document of a resource. */
  policy(path: string, attribute = "policy"): PolicyDocument {
    return parsePolicy(String(this.at(path)[attribute]));
  }

  /** The trust policy of a role. */
  trust(path: string): PolicyDocument {
    return this.policy(path, "assume_role_policy");
  }

  /** The inline policies of the role at a path, by name. */
  inlinePolicies(role: string): Record<string, PolicyDocument> {
    const policies = this.all("aws_iam_role_policy").filter(({ path }) => path.startsWith(`${role}/inline-`));
    return Object.fromEntries(
      policies.map(({ values }) => [String(values["name"]), parsePolicy(String(values["policy"]))]),
    );
  }

  /** The managed policies that the role or user at a path has attached. */
  managedPolicies(owner: string): unknown[] {
    return this.resources
      .filter(
        ({ type, path }) =>
          /^aws_iam_(role|user)_policy_attachment$/.test(type) && path.startsWith(`${owner}/managed-`),
      )
      .map(({ values }) => values["policy_arn"]);
  }

  /** Whether its provider is not AWS. */
  get isOutsideAws(): boolean {
    return this.json.provider !== undefined && this.json.provider.aws === undefined;
  }

  /** All its AWS providers: the one without alias, and those of additional regions. */
  get providers(): Provider[] {
    return this.json.provider?.aws ?? [];
  }

  /** The provider that resources use unless they name another. */
  get provider(): Provider {
    const [provider, ...others] = this.providers.filter((provider) => provider["alias"] === undefined);
    if (!provider || others.length > 0) {
      throw new Error(`${this.id} must have one provider without alias, got ${provider ? others.length + 1 : 0}`);
    }
    return provider;
  }

  /** The region that a resource is in. */
  regionOf({ values }: Pick<Resource, "values">): string {
    const alias = /^aws\.(.+)$/.exec(typeof values["provider"] === "string" ? values["provider"] : "")?.[1];
    const provider = alias === undefined ? this.provider : this.providers.find((each) => each["alias"] === alias);
    return String(provider?.["region"]);
  }

  get defaultTags(): Record<string, string> {
    return this.isOutsideAws ? {} : (this.provider.default_tags?.[0]?.tags ?? {});
  }

  get backend(): Values {
    const { backend = {} } = this.json.terraform ?? {};
    const kinds = Object.keys(backend);
    if (!backend["s3"] || kinds.length > 1)
      throw new Error(`${this.id} must have an s3 backend, got ${kinds.join(", ") || "none"}`);
    return backend["s3"];
  }

  /** Its outputs for people: all except those that cdktf creates for other stacks. */
  get outputs(): Record<string, { value: unknown; description?: string; sensitive?: boolean }> {
    return Object.fromEntries(
      Object.entries(this.json.output ?? {}).filter(([name]) => !name.startsWith("cross-stack-output-")),
    );
  }

  /** The states of other stacks that it reads. */
  get remoteStates(): Values[] {
    return Object.values(this.json.data?.["terraform_remote_state"] ?? {});
  }
}
