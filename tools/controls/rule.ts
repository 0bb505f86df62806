import { NotAPolicy, parsePolicy, type Policy } from "../access/policy/policy";
import { scopesOf, type ScopedResource, type StackScope } from "../access/read/resolver";
import { asList, isObject, objectOf } from "../support/json";
import type { SynthesizedStack } from "../synth/synthesized";

/** Something in the synthesized stacks that a rule forbids. */
export interface RuleFinding {
  readonly stack: string;
  /** `aws_vpc.network_vpc_4E8F0223`; of what an account lacks, the type that it should have. */
  readonly address: string;
  /** What is wrong: "has no flow log". */
  readonly what: string;
  readonly expected: string;
}

export interface RuleResult {
  /** How many resources, accounts or regions the rule is about. 0: it concerns nothing that the estate creates. */
  readonly checked: number;
  readonly findings: readonly RuleFinding[];
}

/** Decides something about all stacks of an estate. Controls and laws are such functions. */
export type Rule = (estate: SynthesizedEstate) => RuleResult;

/** One line of a finding, beginning with its stack. */
export const findingLine = ({ stack, address, what, expected }: RuleFinding): string =>
  `${stack} ${address} ${what}, expected ${expected}`;

/** An account, or a region of one, in which the estate has something. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
  /** The stack of the account's settings, or else its first stack: findings about the place name it. */
  readonly stack: string;
}

/** Types that hold no data and are no reason to set up a region: an alarm on root needs us-east-1 everywhere. */
const NO_REGION = /^aws_(account|iam|organizations|budgets|cloudwatch_event|sns|s3_account)_/;

/** The synthesized stacks of an estate, with references resolved as far as they are known before an apply. */
export class SynthesizedEstate {
  private readonly scopes: ReadonlyMap<string, StackScope>;
  private readonly byType = new Map<string, readonly ScopedResource[]>();

  constructor(stacks: readonly SynthesizedStack[]) {
    this.scopes = scopesOf(stacks);
  }

  /** Every resource of these types that may exist. */
  public all(...types: readonly string[]): readonly ScopedResource[] {
    return types.flatMap((type) => {
      const known =
        this.byType.get(type) ??
        [...this.scopes.values()]
          .flatMap((scope) => scope.resources(type))
          .filter(({ values }) => values["count"] !== 0);
      this.byType.set(type, known);
      return known;
    });
  }

  /** Those that exist for certain: `count` and `for_each` may be empty. Only such a resource keeps a control. */
  public certain(...types: readonly string[]): readonly ScopedResource[] {
    return this.all(...types).filter(
      ({ values: { count, for_each: each } }) => each === undefined && (count === undefined || Number(count) > 0),
    );
  }

  /** A value with its references resolved; the value itself if they are not known before apply. */
  public resolved(stack: string, value: unknown): unknown {
    try {
      return this.scopes.get(stack)?.resolve(value) ?? value;
    } catch {
      return value;
    }
  }

  /** The modules of Terraform, whose resources no rule reads: "dev-data module.warehouse". */
  public get modules(): readonly string[] {
    return [...this.scopes].flatMap(([id, { stack }]) =>
      Object.keys(stack.json.module ?? {}).map((name) => `${id} module.${name}`),
    );
  }

  /** The accounts, each with the region of the stack of its settings. */
  public get accounts(): readonly AccountRegion[] {
    const accounts = new Map<string, AccountRegion>();
    for (const [stack, { accountId, region }] of this.scopes) {
      if (!/^\d{12}$/.test(accountId)) continue; // a stack of another provider
      const isFirst = !accounts.has(accountId) || this.hasSettings(stack);
      if (isFirst) accounts.set(accountId, { accountId, region, stack });
    }
    return [...accounts.values()];
  }

  /** The regions of accounts that hold a regional resource. */
  public get regions(): readonly AccountRegion[] {
    const settings = new Map(this.accounts.map((place) => [place.accountId, place.stack]));
    const places = new Map<string, AccountRegion>();
    for (const scope of this.scopes.values())
      for (const { type, accountId, region } of scope.resources()) {
        if (NO_REGION.test(type) || !type.startsWith("aws_")) continue;
        const stack = settings.get(accountId) ?? scope.stack.id;
        places.set(`${accountId} ${region}`, { accountId, region, stack });
      }
    return [...places.values()];
  }

  /** The resource that `${type.name.attribute}` names, also through an output of another stack. */
  public target(stack: string, reference: unknown): ScopedResource | undefined {
    const [, path = ""] = /^\$\{([^}]+)\}$/.exec(String(reference)) ?? [];
    const [kind = "", name = "", ...rest] = path.split(".");
    if (kind !== "data") return this.all(kind).find((each) => each.stack === stack && each.name === name);
    const [source = "", , output = ""] = rest;
    const read = this.scopes.get(stack)?.data("terraform_remote_state");
    const { bucket, key } = objectOf(read?.find((each) => each.name === source)?.values["config"]);
    const upstream = [...this.scopes.values()].find(({ stateKey }) => stateKey === `${String(bucket)}/${String(key)}`);
    const { value } = objectOf(upstream?.stack.json.output?.[output]);
    return upstream && value !== undefined ? this.target(upstream.stack.id, value) : undefined;
  }

  private hasSettings(stack: string): boolean {
    return (this.scopes.get(stack)?.resources("aws_iam_account_password_policy").length ?? 0) > 0;
  }
}

/** `<type>.<name>`, without the stack. */
const nameWithType = ({ type, name }: ScopedResource): string => `${type}.${name}`;

/** An argument as text; undefined if it is not set, or not known before apply. */
export function knownText(resource: ScopedResource, argument: string): string | undefined {
  try {
    return resource.argument(argument);
  } catch {
    return undefined;
  }
}

/** The first block of an argument, whether or not it is in a list; empty if there is none. */
export function firstBlock(value: unknown): Readonly<Record<string, unknown>> {
  return objectOf(asList(value)[0]);
}

/** The blocks of an argument. */
export const blocksOf = (value: unknown) => asList(value).filter(isObject);

/** A policy of a resource; undefined if it has none; "unknown" if it is not known before apply. */
export function knownPolicy(resource: ScopedResource, argument: string): Policy | "unknown" | undefined {
  if (resource.values[argument] === undefined) return undefined;
  return policyIn(knownText(resource, argument), argument, nameWithType(resource));
}

/** The policy that a text is; "unknown" if it is none. */
export function policyIn(text: unknown, name: string, source: string): Policy | "unknown" {
  if (typeof text !== "string") return "unknown";
  try {
    return parsePolicy(
      text.replaceAll("$${", () => "${"),
      name,
      source,
    );
  } catch (error) {
    if (error instanceof NotAPolicy) return "unknown";
    throw error;
  }
}

/** Checks resources one by one. */
export function eachResource(
  resources: readonly ScopedResource[],
  expected: string,
  problemOf: (resource: ScopedResource) => string | undefined,
): RuleResult {
  const findings = resources.flatMap((resource) => {
    const what = problemOf(resource);
    return what === undefined ? [] : [{ stack: resource.stack, address: nameWithType(resource), what, expected }];
  });
  return { checked: resources.length, findings };
}

/** Checks places one by one: each must have a resource of the type for which `holds`. */
export function everyPlace(
  places: readonly AccountRegion[],
  type: string,
  expected: string,
  holds: (place: AccountRegion) => boolean,
): RuleResult {
  const findings = places
    .filter((place) => !holds(place))
    .map(({ accountId, region, stack }) => ({
      ...{ stack, address: type, expected },
      what: `is missing in account ${accountId}, ${region}`,
    }));
  return { checked: places.length, findings };
}

export function joined(...results: readonly RuleResult[]): RuleResult {
  return {
    checked: results.reduce((sum, { checked }) => sum + checked, 0),
    findings: results.flatMap(({ findings }) => findings),
  };
}
