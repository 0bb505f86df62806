import { stackJson, type Stack } from "../../synth/stacks";
import { asList } from "../../support/json";
import type { Tags } from "./account";

/** A managed resource in a stack's JSON. */
export interface SynthesizedResource {
  /** `aws_iam_role.plan` */
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The parts of a stack's JSON that a first apply reads. */
export interface StackResources {
  /** The tags that identify resources created by the stack. Empty if its provider sets none. */
  readonly stackTags: Tags;
  of(type: string): readonly SynthesizedResource[];
}

/** Default tags that identify the stack and its estate. The others may change. */
const STACK_TAGS = ["Solution", "ManagedBy", "Stack"];

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
  const provider = asList(json.provider?.aws).find(({ alias }) => alias === undefined);
  const tags = Object.assign({}, ...asList(provider?.default_tags).map((block) => block.tags ?? {})) as Tags;
  return {
    stackTags: Object.fromEntries(Object.entries(tags).filter(([name]) => STACK_TAGS.includes(name))),
    of: (type) =>
      Object.entries(json.resource?.[type] ?? {}).map(([name, values]) => ({ address: `${type}.${name}`, values })),
  };
}

/** A string in the JSON without references. */
export function literalText({ values }: SynthesizedResource, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" && !/[$%]\{/.test(value) ? value : undefined;
}

/** Resource types with a name that people know: the attribute with the name, and the label of the type. */
const NAMED = {
  aws_s3_bucket: { attribute: "bucket", what: "the bucket" },
  aws_kms_alias: { attribute: "name", what: "the key" },
  aws_iam_openid_connect_provider: { attribute: "url", what: "the OIDC provider" },
  aws_iam_role: { attribute: "name", what: "the role" },
} as const;

/** The named resources of a bootstrap stack, with a description such as `the role galileo-pipeline-plan`. */
export function namedResources(stack: Pick<Stack, "directory">): { readonly address: string; readonly what: string }[] {
  const resources = stackResources(stack);
  return Object.entries(NAMED).flatMap(([type, { attribute, what }]) =>
    resources.of(type).flatMap((resource) => {
      const name = literalText(resource, attribute);
      return name === undefined ? [] : [{ address: resource.address, what: `${what} ${name}` }];
    }),
  );
}
