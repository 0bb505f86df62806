import { ownStack } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { ruleOf } from "../../../tools/controls/list";
import { findingLine, SynthesizedEstate } from "../../../tools/controls/rule";
import { parsePolicy, type PolicyDocument } from "../policy";
import type { StackJson, StackReader, Values } from "../stack-reader";

/** All synthesized stacks of an estate. */
export interface Stacks {
  readonly estate: Estate;
  readonly stacks: readonly StackReader[];
}

/** A rule that every estate must satisfy. */
export interface Law {
  /** The law, as a sentence. */
  readonly name: string;
  /** The violations, one line each, beginning with the stack. */
  readonly violations: (stacks: Stacks) => string[];
  /** Changes of the shipped estate that must be violations: a law without violations proves nothing. */
  readonly breaches: Readonly<Record<string, Breach>>;
}

type Breach = (stack: (id: string) => StackEditor) => void;

/** A law that asks what controls ask: its violations are what their rules find. */
export function lawOfControls(name: string, keys: readonly string[], breaches: Law["breaches"]): Law {
  return {
    name,
    violations: ({ stacks }) => {
      const estate = new SynthesizedEstate(stacks);
      return keys.flatMap((key) => ruleOf(key)(estate).findings.map(findingLine));
    },
    breaches,
  };
}

/** Changes a copy of a stack. It throws if there is nothing to change, so that every breach changes something. */
export class StackEditor {
  constructor(readonly json: StackJson) {}

  /** The first resource of a type, for changes. */
  first(type: string): Values {
    const [first] = Object.values(this.json.resource?.[type] ?? {});
    if (!first) throw new Error(`the stack has no ${type} to break`);
    return first;
  }

  /** The resource at a path below the stack, for changes. */
  at(path: string): Values {
    const all = Object.values(this.json.resource ?? {}).flatMap((resources) => Object.values(resources));
    const found = all.find((resource) => resource["//"]?.metadata?.path?.endsWith(`/${path}`));
    if (!found) throw new Error(`the stack has nothing at ${path} to break`);
    return found;
  }

  add(type: string, values: Values): void {
    ((this.json.resource ??= {})[type] ??= {})["added"] = values;
  }

  remove(type: string): void {
    this.first(type);
    delete this.json.resource?.[type];
  }

  editPolicy(resource: Values, attribute: string, edit: (document: PolicyDocument) => void): void {
    const document = parsePolicy(String(resource[attribute]));
    edit(document);
    resource[attribute] = JSON.stringify(document).replaceAll("${", () => "$${");
  }

  get provider(): Values {
    const [provider] = this.json.provider?.aws ?? [];
    if (!provider) throw new Error("the stack has no provider to break");
    return provider;
  }

  /** The provider of a further region. */
  providerOf(region: string): Values {
    const provider = this.json.provider?.aws?.find((each) => each["alias"] === region);
    if (!provider) throw new Error(`the stack has no provider of ${region} to break`);
    return provider;
  }

  get backend(): Values {
    const backend = this.json.terraform?.backend?.["s3"];
    if (!backend) throw new Error("the stack has no backend to break");
    return backend;
  }
}

/** A stack's resource: the one at a path, or the first of a type. */
const resourceOf = (stack: StackEditor, which: string) => (which.includes("/") ? stack.at(which) : stack.first(which));

/** A breach that changes attributes of a resource, by its path or type. */
export function changed(id: string, which: string, values: Values): Breach {
  return (stack) => Object.assign(resourceOf(stack(id), which), values);
}

/** A breach that deletes an attribute of a resource, by its path or type. */
export function lacking(id: string, which: string, attribute: string): Breach {
  return (stack) => Reflect.deleteProperty(resourceOf(stack(id), which), attribute);
}

/** A breach that adds a resource. */
export function added(id: string, type: string, values: Values): Breach {
  return (stack) => {
    stack(id).add(type, values);
  };
}

/** The only account that a stack's credentials may belong to; outside AWS, those of its state. */
export function accountOf(stack: StackReader): string {
  const { allowed_account_ids: allowed } = stack.isOutsideAws ? stack.backend : stack.provider;
  return String((allowed as unknown[] | undefined)?.[0]);
}

/** Whether a team added the stack in custom/. */
export const isOwnStack = ({ accounts, environments }: Estate, id: string): boolean =>
  [...accounts, ...environments].some((owner) => owner.ownStacks.some((config) => ownStack(owner, config).id === id));

/** Every text in a value, with its key. */
export function* textsIn(value: unknown, key = ""): Iterable<{ key: string; text: string }> {
  if (typeof value === "string") yield { key, text: value };
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item, key);
  else if (typeof value === "object" && value !== null)
    for (const [name, item] of Object.entries(value)) yield* textsIn(item, name);
}

/** Every key in a value, at any depth. */
export function* keysIn(value: unknown): Iterable<string> {
  if (Array.isArray(value)) for (const item of value) yield* keysIn(item);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* keysIn(item);
    }
  }
}

/** The text of a policy, or of an empty policy if there is none. */
export const textOf = (policy: unknown) => (typeof policy === "string" ? policy : '{"Statement":[]}');

/** The address in a reference such as `${aws_vpc.network_vpc.id}`. */
export function addressIn(reference: unknown): string | undefined {
  return /^\$\{(\w+\.[\w-]+)\.\w+\}$/.exec(String(reference))?.[1];
}

/** What a database stack keeps, because it exists: the only exceptions from laws on databases. */
export const keptDatabase = (stacks: Pick<Stacks, "estate">, stack: string) =>
  databasesOf(stacks).find(({ id }) => id === stack)?.database.existing;

/** The databases of all environments, each with the id of its stack. */
export const databasesOf = ({ estate }: Pick<Stacks, "estate">) =>
  estate.environments.flatMap((environment) =>
    environment.databases.map((database) => {
      const { name } = database;
      return { id: `${environment.name}-database${name === undefined ? "" : `-${name}`}`, environment, database };
    }),
  );
