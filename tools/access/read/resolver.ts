import { ACCOUNT_WIDE } from "../../../config/naming";
import { accountOf, COMPUTED, type DescribedResource, KNOWN_DATA, providerOf, providersOf } from "./attributes";
import { renderPolicyDocument } from "./policy-document";
import { type Blocks, type StackJson, type SynthesizedStack } from "../../synth/synthesized";
import { BadTemplate, piecesOf, present, referenceOf, within } from "./template";
import { asList, isObject, type JsonObject } from "../../support/json";
import { messageOf } from "../../support/errors";

/** A value that is not known before apply, or only to Terraform. The message has the expression and the reason. */
export class Unresolvable extends Error {
  override readonly name = "Unresolvable";
}

/** A resource of a synthesized stack, with resolved arguments. */
export interface ScopedResource extends DescribedResource {
  readonly stack: string;
  readonly name: string;
  /** Its own tags and the default tags of its provider. */
  tags(): Readonly<Record<string, string>>;
}

/**
 * Resolves references in a stack's JSON: to resources, data sources, locals, variables, and outputs of other stacks.
 */
export class StackScope {
  private readonly json: StackJson;
  private readonly resolving = new Set<string>();
  private readonly described = new Map<string, ScopedResource>();
  /** The values of templates that could be resolved. */
  private readonly resolved = new Map<string, unknown>();
  private readonly byType = new Map<string, readonly ScopedResource[]>();

  constructor(
    readonly stack: SynthesizedStack,
    private readonly others: ReadonlyMap<string, StackScope>,
  ) {
    this.json = stack.json;
  }

  /** Bucket and key of its state, as other stacks refer to it. */
  get stateKey(): string {
    return stateKeyOf(this.json.terraform?.backend?.["s3"] ?? {});
  }

  /** The account of its first provider. */
  get accountId(): string {
    return accountOf(providerOf(this.json));
  }

  /** Every account that it deploys into. */
  get accountIds(): string[] {
    return [...new Set(providersOf(this.json).map(accountOf))];
  }

  get region(): string {
    return String(providerOf(this.json)["region"]);
  }

  /** The default tags of a provider. */
  defaultTags(resource: JsonObject = {}): Readonly<Record<string, string>> {
    const [block] = asList(providerOf(this.json, resource)["default_tags"]);
    return isObject(block) ? (this.resolve(block["tags"] ?? {}) as Record<string, string>) : {};
  }

  /** The environment that the default tags name; undefined for account-wide stacks. */
  environment(resource: JsonObject = {}): string | undefined {
    const environment = this.defaultTags(resource)["Environment"];
    return environment === ACCOUNT_WIDE ? undefined : environment;
  }

  /** Its resources of these types, or all of them. */
  resources(...types: readonly string[]): ScopedResource[] {
    const own = Object.entries(this.json.resource ?? {}).filter(
      ([type]) => type !== "//" && (types.length === 0 || types.includes(type)),
    );
    return own.flatMap(([type, named]) => {
      const known = this.byType.get(type) ?? this.describeAll(type, named);
      this.byType.set(type, known);
      return known;
    });
  }

  data(type: string): ScopedResource[] {
    return this.describeAll(type, this.json.data?.[type], "data.");
  }

  /** A value with all expressions in it resolved. */
  resolve(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.resolve(each));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [String(this.text(key)), this.resolve(each)]));
  }

  /** The scopes whose outputs it reads; undefined for a state that no stack has. */
  upstreams(): (StackScope | undefined)[] {
    return this.data("terraform_remote_state").map((data) => scopeOfState(this.others, stateRead(data)));
  }

  output(name: string): unknown {
    const output = this.json.output?.[name];
    if (!output) throw new Unresolvable(`${this.stack.id} has no output ${name}`);
    return this.resolve(output["value"]);
  }

  private text(template: string): unknown {
    if (!template.includes("${") && !template.includes("%{")) return template;
    const known = this.resolved.get(template);
    if (known !== undefined) return known;
    const value = this.valueOf(template);
    this.resolved.set(template, value);
    return value;
  }

  private valueOf(template: string): unknown {
    let pieces;
    try {
      pieces = piecesOf(template);
    } catch (error) {
      if (error instanceof BadTemplate) throw new Unresolvable(`${template} ${error.message}`);
      throw error;
    }
    const values = pieces.map((piece) => ("text" in piece ? piece.text : this.expression(piece.expression)));
    if (values.length === 1) return values[0];
    return values
      .map((value, index) => {
        if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
        throw new Unresolvable(`\${${(pieces[index] as { expression: string }).expression}} is not a string`);
      })
      .join("");
  }

  private expression(expression: string): unknown {
    const parts = referenceOf(expression);
    if (!parts) throw new Unresolvable(`\${${expression}} is more than a reference: only Terraform can compute it`);
    if (this.resolving.has(expression)) throw new Unresolvable(`\${${expression}} refers to itself`);
    this.resolving.add(expression);
    try {
      return this.reference(parts);
    } catch (error) {
      // Only the innermost expression is reported.
      if (error instanceof Unresolvable && error.message.includes("${")) throw error;
      throw new Unresolvable(`\${${expression}}: ${messageOf(error)}`);
    } finally {
      this.resolving.delete(expression);
    }
  }

  private reference(parts: readonly string[]): unknown {
    const [kind = "", name = "", ...rest] = parts;
    if (kind === "local")
      return within(this.resolve(present(this.json.locals?.[name], `there is no local ${name}`)), rest);
    if (kind === "var") {
      const variable = present(this.json.variable?.[name], `there is no variable ${name}`);
      return within(this.resolve(present(variable["default"], "its value is given when Terraform runs")), rest);
    }
    if (kind === "data") {
      const [dataName = "", ...path] = rest;
      return this.dataAttribute(this.describe(name, dataName, block(this.json.data, name, dataName), "data."), path);
    }
    const values = this.stack.absent?.[kind]?.[name] ?? block(this.json.resource, kind, name);
    return this.attribute(this.describe(kind, name, values), rest);
  }

  private attribute(resource: ScopedResource, path: readonly string[]): unknown {
    const [name = "", ...rest] = path;
    if (resource.values[name] !== undefined) return within(resource.resolved(name), rest);
    const compute = COMPUTED[resource.type]?.[path.join(".")];
    if (!compute) throw new Error(`${path.join(".")} of ${resource.address} is not known before apply`);
    return compute(resource);
  }

  private dataAttribute(data: ScopedResource, path: readonly string[]): unknown {
    const [name = "", ...rest] = path;
    if (data.type === "aws_iam_policy_document" && ["json", "minified_json"].includes(name)) {
      return renderPolicyDocument(this.resolve({ ...data.values, "//": undefined }) as JsonObject)[name as "json"];
    }
    if (data.type === "terraform_remote_state" && name === "outputs")
      return within(this.remote(data, rest[0] ?? ""), rest.slice(1));
    if (data.values[name] !== undefined) return within(data.resolved(name), rest);
    const compute = KNOWN_DATA[data.type]?.[path.join(".")];
    if (!compute) throw new Error(`${path.join(".")} of ${data.address} is only known to AWS`);
    return compute(data);
  }

  private remote(data: ScopedResource, output: string): unknown {
    const scope = scopeOfState(this.others, stateRead(data));
    if (!scope) throw new Error(`no stack has the state ${stateRead(data)} that ${data.address} reads`);
    return scope.output(output);
  }

  private describeAll(type: string, named: Blocks[string] = {}, prefix = ""): ScopedResource[] {
    return Object.entries(named).map(([name, values]) => this.describe(type, name, values, prefix));
  }

  private describe(type: string, name: string, values: JsonObject, prefix = ""): ScopedResource {
    const address = `${this.stack.id}: ${prefix}${type}.${name}`;
    // A resource that is absent now may have two versions.
    const known = this.described.get(address);
    if (known?.values === values) return known;
    const resolved = (argument: string) => this.resolve(values[argument]);
    const text = (argument: string): string => {
      const value = resolved(argument);
      if (typeof value !== "string") throw new Unresolvable(`${argument} of ${address} is not known before apply`);
      return value;
    };
    const provider = providerOf(this.json, values);
    const described: ScopedResource = {
      ...{ type, name, values, resolved, address, stack: this.stack.id, argument: text },
      argumentOr: (argument, otherwise) => (values[argument] === undefined ? otherwise : text(argument)),
      accountId: accountOf(provider),
      region: String(provider["region"]),
      tags: () => ({ ...this.defaultTags(values), ...(this.resolve(values["tags"] ?? {}) as Record<string, string>) }),
    };
    this.described.set(address, described);
    return described;
  }
}

/** A scope for each stack, by id. Each can resolve outputs of the others. */
export function scopesOf(stacks: readonly SynthesizedStack[]): ReadonlyMap<string, StackScope> {
  const scopes = new Map<string, StackScope>();
  for (const stack of stacks) scopes.set(stack.id, new StackScope(stack, scopes));
  return scopes;
}

const scopesByState = new WeakMap<ReadonlyMap<string, StackScope>, ReadonlyMap<string, StackScope>>();

/** The first scope with a state. */
function scopeOfState(scopes: ReadonlyMap<string, StackScope>, key: string): StackScope | undefined {
  const known =
    scopesByState.get(scopes) ?? new Map([...scopes.values()].reverse().map((each) => [each.stateKey, each]));
  scopesByState.set(scopes, known);
  return known.get(key);
}

function stateRead({ values }: ScopedResource): string {
  return stateKeyOf(isObject(values["config"]) ? values["config"] : {});
}

function stateKeyOf(backend: JsonObject): string {
  return `${String(backend["bucket"])}/${String(backend["key"])}`;
}

function block(blocks: StackJson["resource"], type: string, name: string): JsonObject {
  return present(blocks?.[type]?.[name], `there is no ${type}.${name}`);
}
