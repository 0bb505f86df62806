import type { Estate } from "../../../config/model";
import { parsePolicy, type PolicyDocument } from "../policy";
import type { StackJson, StackReader, Values } from "../stack-reader";

/** Every stack of an estate, as synthesized. */
export interface Stacks {
  readonly estate: Estate;
  readonly stacks: readonly StackReader[];
}

/** What holds for every estate, whatever its file says. */
export interface Law {
  /** The law, as a sentence. */
  readonly name: string;
  /** What breaks it: a line for each, beginning with the stack. */
  readonly violations: (stacks: Stacks) => string[];
  /** Ways to break it in the shipped estate, each of which it must notice: a law that cannot be broken says nothing. */
  readonly breaches: Readonly<Record<string, (stack: (id: string) => StackEditor) => void>>;
}

/** Breaks things in a copy of a stack. It throws where there is nothing to break, so that no breach is an empty one. */
export class StackEditor {
  constructor(readonly json: StackJson) {}

  /** The first resource of a type, to be written to. */
  first(type: string): Values {
    const [first] = Object.values(this.json.resource?.[type] ?? {});
    if (!first) throw new Error(`the stack has no ${type} to break`);
    return first;
  }

  /** The resource at a path below the stack, to be written to. */
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

/** The one account that a stack's credentials may be of. */
export function accountOf(stack: StackReader): string {
  return String((stack.provider["allowed_account_ids"] as unknown[] | undefined)?.[0]);
}

/** Every text in a value, with the key that it stands under. */
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

/** The text of a policy; that of an empty one where there is none. */
export const textOf = (policy: unknown) => (typeof policy === "string" ? policy : '{"Statement":[]}');

/** The address that a reference such as `${aws_vpc.network_vpc.id}` names. */
export function addressIn(reference: unknown): string | undefined {
  return /^\$\{(\w+\.[\w-]+)\.\w+\}$/.exec(String(reference))?.[1];
}
