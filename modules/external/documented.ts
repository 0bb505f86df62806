import { TerraformProvider, TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import documented from "./arguments.json";

/*
 * Resources of providers without bindings. In place of types, each argument is compared with the provider's documentation
 * (arguments.json).
 */

/** Arguments as Terraform's JSON has them: in snake case, a block as an object or a list of objects. */
export type Arguments = Readonly<Record<string, unknown>>;

/** "required", "optional", or the arguments of a block. */
interface DocumentedArguments {
  readonly [argument: string]: string | DocumentedArguments;
}

interface Documentation {
  readonly source: string;
  readonly version: string;
  readonly provider: DocumentedArguments;
  readonly resources: Readonly<Record<string, DocumentedArguments>>;
}

type DocumentedName = keyof typeof documented.providers;

const PROVIDERS: Readonly<Record<DocumentedName, Documentation>> = documented.providers;

/** A provider with its documented arguments, in the one version that they were read of. */
export class DocumentedProvider extends TerraformProvider {
  constructor(
    scope: Construct,
    provider: DocumentedName,
    private readonly values: Arguments = {},
  ) {
    const { source, version, provider: known } = PROVIDERS[provider];
    super(scope, provider, {
      terraformResourceType: provider,
      terraformGeneratorMetadata: { providerName: provider, providerVersion: version },
      terraformProviderSource: source,
    });
    this.node.addValidation({ validate: () => argumentProblems(values, known, provider, source, version) });
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.values };
  }
}

/** A resource with its documented arguments. Terraform refuses to destroy it. */
export class DocumentedResource extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    type: string,
    private readonly values: Arguments,
  ) {
    super(scope, id, { terraformResourceType: type, lifecycle: { preventDestroy: true } });
    this.node.addValidation({ validate: () => resourceProblems(type, values) });
  }

  /** A reference to an attribute, for example `client_id`. */
  attribute(name: string): string {
    return this.getStringAttribute(name);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.values };
  }
}

function resourceProblems(type: string, values: Arguments): string[] {
  for (const { source, version, resources } of Object.values(PROVIDERS)) {
    const known = resources[type];
    if (known) return argumentProblems(values, known, type, source, version);
  }
  const types = Object.values(PROVIDERS).flatMap(({ resources }) => Object.keys(resources));
  return [`the type must be one of ${types.join(", ")}, got ${type}. Add it to modules/external/arguments.json.`];
}

/** What is unknown or missing, in blocks too. An argument that is undefined is not given. */
function argumentProblems(
  values: Arguments,
  known: DocumentedArguments,
  where: string,
  source: string,
  version: string,
): string[] {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const missing = Object.entries(known)
    .filter(([name, rule]) => rule === "required" && given.every(([other]) => other !== name))
    .map(([name]) => `${where}.${name} must be given, as ${source} ${version} documents it, got nothing.`);
  const others = given.flatMap(([name, value]) => {
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;
    if (rule === undefined) {
      const names = Object.keys(known).join(", ") || "none";
      return [`${where}: an argument must be one that ${source} ${version} documents (${names}), got ${name}.`];
    }
    if (typeof rule === "string") return [];
    const blocks: readonly unknown[] = Array.isArray(value) ? value : [value];
    return blocks.flatMap((block) => argumentProblems(block as Arguments, rule, `${where}.${name}`, source, version));
  });
  return [...missing, ...others];
}
