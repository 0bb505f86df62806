import { stackJson, type Stack } from "../../synth/stacks";
import type { Tags } from "./account";

/** A managed resource as the stack's JSON describes it. */
export interface SynthesizedResource {
  /** `aws_iam_role.plan` */
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What of a stack's JSON a birth reads. */
export interface StackResources {
  /** The tags by which what the stack made is known again. None where its provider sets none. */
  readonly stackTags: Tags;
  of(type: string): readonly SynthesizedResource[];
}

/** Tags that say which stack of which estate made something. The others may change. */
const MARKS = ["Solution", "ManagedBy", "Stack"];

interface Provider {
  readonly alias?: string;
  readonly default_tags?: OneOrMore<{ readonly tags?: Tags }>;
}
type OneOrMore<T> = T | readonly T[];

export function stackResources({ directory }: Pick<Stack, "directory">): StackResources {
  const json = stackJson({ directory }) as {
    readonly provider?: { readonly aws?: OneOrMore<Provider> };
    readonly resource?: Readonly<Record<string, Readonly<Record<string, SynthesizedResource["values"]>>>>;
  };
  const provider = list(json.provider?.aws).find(({ alias }) => alias === undefined);
  const tags = Object.assign({}, ...list(provider?.default_tags).map((block) => block.tags ?? {})) as Tags;
  return {
    stackTags: Object.fromEntries(Object.entries(tags).filter(([name]) => MARKS.includes(name))),
    of: (type) =>
      Object.entries(json.resource?.[type] ?? {}).map(([name, values]) => ({ address: `${type}.${name}`, values })),
  };
}

/** A value that the JSON holds as it is: a text without references to anything. */
export function literalText({ values }: SynthesizedResource, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" && !/[$%]\{/.test(value) ? value : undefined;
}

function list<T>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** What people know of a stack by its name, for each type: the attribute that holds the name, and what it is called. */
const NAMED = {
  aws_s3_bucket: { attribute: "bucket", what: "the bucket" },
  aws_kms_alias: { attribute: "name", what: "the key" },
  aws_iam_openid_connect_provider: { attribute: "url", what: "the OIDC provider" },
  aws_iam_role: { attribute: "name", what: "the role" },
} as const;

/** What a stack that makes its own state bucket gives a name to, in words: `the role galileo-pipeline-plan`. */
export function namedResources(stack: Pick<Stack, "directory">): { readonly address: string; readonly what: string }[] {
  const resources = stackResources(stack);
  return Object.entries(NAMED).flatMap(([type, { attribute, what }]) =>
    resources.of(type).flatMap((resource) => {
      const name = literalText(resource, attribute);
      return name === undefined ? [] : [{ address: resource.address, what: `${what} ${name}` }];
    }),
  );
}
