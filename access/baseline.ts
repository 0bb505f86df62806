import { z } from "zod";
import { UserError } from "../errors/user-error";
import type { Becoming } from "./becoming";
import type { AccessModel, OrganizationLevel } from "./model";
import type { Policy, Statement } from "./policy";

/*
 * Who may do what, as a file that is committed and reviewed: whatever decides about access is in it, and nothing that moves without it, such as
 * the addresses of resources. A policy that is attached to several principals stands in it once, and is referred to by its name.
 */

const FORMAT = 1;

const texts = z.array(z.string());
const textsByName = z.record(z.string(), texts);

const statement = z.strictObject({
  sid: z.string().optional(),
  effect: z.enum(["Allow", "Deny"]),
  principals: textsByName.optional(),
  notPrincipals: textsByName.optional(),
  actions: texts.optional(),
  notActions: texts.optional(),
  resources: texts.optional(),
  notResources: texts.optional(),
  conditions: z.record(z.string(), textsByName).optional(),
});

const policy = z.strictObject({ name: z.string(), version: z.string(), statements: z.array(statement) });

const reference = z.union([z.string(), policy]);

const account = z.strictObject({
  name: z.string(),
  management: z.boolean(),
  organizationPath: z.array(z.strictObject({ name: z.string(), policies: z.array(reference) })).optional(),
});

const principal = z.strictObject({
  kind: z.enum(["role", "user"]),
  account: z.string(),
  maxSessionSeconds: z.int().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  policies: z.array(reference),
  boundary: reference.optional(),
  trust: policy.optional(),
});

const path = z.strictObject({
  from: z.string(),
  account: z.string(),
  steps: z.array(z.strictObject({ to: z.string(), way: z.string(), conditions: texts })),
});

const schema = z.strictObject({
  format: z.literal(FORMAT),
  accounts: z.record(z.string(), account),
  principals: z.record(z.string(), principal),
  guardedResources: z.record(z.string(), z.strictObject({ account: z.string(), policies: z.array(policy) })),
  pathsToAdministrator: z.array(path),
  managedPolicies: z.record(z.string(), policy),
  serviceControlPolicies: z.record(z.string(), policy),
});

/** Who may do what in an estate, as a plain value of JSON. The same estate gives the same value. */
export type Baseline = z.infer<typeof schema>;
export type BaselinePolicy = z.infer<typeof policy>;
export type BaselineStatement = z.infer<typeof statement>;
export type PolicyReference = z.infer<typeof reference>;
export type BaselinePrincipal = z.infer<typeof principal>;
export type BaselineAccount = z.infer<typeof account>;
export type BaselinePath = z.infer<typeof path>;

/** What of a model decides about access, sorted. Of tags only those that a policy of the model speaks of. */
export function baselineOf(model: AccessModel, becoming: Becoming): Baseline {
  const managed = new Shelf();
  const control = new Shelf();
  const spoken = tagsSpokenOf(model);
  for (const each of model.managedPolicies) managed.reference(each);
  const level = ({ name, policies }: OrganizationLevel) => ({ name, policies: control.references(policies) });
  const attached = (each: Policy) => (each.name.startsWith("arn:") || isAwsManaged(each) ? managed.reference(each) : plain(each));
  const accounts = model.accounts.map(({ id, name, management, organizationPath }) => {
    return [id, { name, management, ...(organizationPath && { organizationPath: organizationPath.map(level) }) }] as const;
  });
  const principals = sorted(model.principals, ({ arn }) => arn).map((each) => {
    const { kind, arn, accountId, boundary, trust, maxSessionSeconds } = each;
    const tags = Object.entries(each.tags).filter(([key]) => spoken.has(key.toLowerCase()));
    const policies = sorted(each.policies, ({ name }) => name).map(attached);
    const optional = {
      ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
      ...(tags.length > 0 && { tags: byKey(tags) }),
    };
    const limits = { ...(boundary && { boundary: attached(boundary) }), ...(trust && { trust: plain(trust) }) };
    return [arn, { kind, account: accountId, ...optional, policies, ...limits }] as const;
  });
  const guardedResources = model.guardedResources.map(({ arn, accountId }) => {
    const all = model.guardedResources.filter((each) => each.arn === arn).map((each) => plain(each.policy));
    return [arn, { account: accountId, policies: sorted(all, (each) => JSON.stringify(each)) }] as const;
  });
  const paths = becoming.paths.map(({ from, accountId, steps }) => ({
    from,
    account: accountId,
    steps: steps.map(({ to, way, conditions }) => ({ to, way, conditions: [...conditions].sort() })),
  }));
  return {
    format: FORMAT,
    accounts: byKey(accounts),
    principals: byKey(principals),
    guardedResources: byKey(guardedResources),
    pathsToAdministrator: sorted(paths, (each) => JSON.stringify(each)),
    managedPolicies: managed.all(),
    serviceControlPolicies: control.all(),
  };
}

/** Policies that stand once, whoever has them. */
class Shelf {
  private readonly byName = new Map<string, BaselinePolicy>();

  /** The name; or the policy itself, where another one has its name. */
  reference(written: Policy): PolicyReference {
    const policy = plain(written);
    const there = this.byName.get(policy.name);
    if (there && JSON.stringify(there) !== JSON.stringify(policy)) return policy;
    this.byName.set(policy.name, policy);
    return policy.name;
  }

  references(policies: readonly Policy[]): PolicyReference[] {
    return sorted(policies, ({ name }) => name).map((each) => this.reference(each));
  }

  all(): Record<string, BaselinePolicy> {
    return byKey([...this.byName]);
  }
}

function isAwsManaged({ source }: Policy): boolean {
  return source.startsWith("AWS managed policy");
}

function plain({ name, version, statements }: Policy): BaselinePolicy {
  return { name, version, statements: statements.map(plainStatement) };
}

function plainStatement(written: Statement): BaselineStatement {
  const { sid, effect, principals, notPrincipals, actions, notActions, resources, notResources } = written;
  const conditions = Object.entries(written.conditions).map(([operator, keys]) => [operator, sortedTexts(keys)] as const);
  return {
    ...(sid !== undefined && { sid }),
    effect,
    ...(principals && { principals: sortedTexts(principals) }),
    ...(notPrincipals && { notPrincipals: sortedTexts(notPrincipals) }),
    ...(actions && { actions: unique(actions) }),
    ...(notActions && { notActions: unique(notActions) }),
    ...(resources && { resources: unique(resources) }),
    ...(notResources && { notResources: unique(notResources) }),
    ...(conditions.length > 0 && { conditions: byKey(conditions) }),
  };
}

/** In lower case: keys of conditions are the same in any. */
function tagsSpokenOf(model: AccessModel): ReadonlySet<string> {
  const levels = model.accounts.flatMap(({ organizationPath = [] }) => organizationPath);
  const ofPrincipals = model.principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]);
  const policies = [...levels.flatMap((each) => each.policies), ...ofPrincipals, ...model.guardedResources.map((each) => each.policy)];
  return tagsNamedIn(policies.flatMap((each) => (each ? each.statements : [])));
}

/** Names of the tags of principals that statements depend on, in lower case: `aws:PrincipalTag/Team` as a key, or as a variable. */
export function tagsNamedIn(
  statements: readonly Partial<Pick<Statement, "conditions" | "resources" | "notResources">>[],
): ReadonlySet<string> {
  const found = statements.flatMap(({ resources = [], notResources = [], conditions = {} }) => {
    const keys = Object.values(conditions).flatMap((each) => Object.keys(each));
    const values = Object.values(conditions).flatMap((each) => Object.values(each).flat());
    const variables = [...resources, ...notResources, ...values].flatMap((text) => text.match(/\$\{[^}]*\}/g) ?? []);
    const names = [...keys, ...variables.map((variable) => variable.slice(2, -1).replace(/,.*$/s, "").trim())];
    return names.flatMap((name) => /^aws:PrincipalTag\/(.+)$/is.exec(name)?.[1] ?? []);
  });
  return new Set(found.map((name) => name.toLowerCase()));
}

/** The text of the file, in the format of prettier: what holds no list of objects is on one line where it fits. */
export function baselineText(baseline: Baseline): string {
  return `${written(baseline, 0, 0)}\n`;
}

const WIDTH = 140;

/** @param before how much of the first line is taken, the comma behind it included; undefined where an object is to begin a new one */
function written(value: unknown, indent: number, before: number | undefined): string {
  const flat = oneLine(value);
  const fits = before !== undefined && before + (flat?.length ?? 0) <= WIDTH;
  if (flat !== undefined && (typeof value !== "object" || value === null || fits)) return flat;
  const inner = " ".repeat(indent + 2);
  const lines = Array.isArray(value)
    ? value.map((each) => inner + written(each, indent + 2, undefined))
    : entriesOf(value).map(([key, each], index, all) => {
        const start = `${inner}${JSON.stringify(key)}: `;
        return start + written(each, indent + 2, start.length + (index < all.length - 1 ? 1 : 0));
      });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.join(",\n")}\n${" ".repeat(indent)}${close}`;
}

function oneLine(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.some((each) => typeof each === "object")) return undefined;
    return `[${value.map((each) => JSON.stringify(each)).join(", ")}]`;
  }
  const members = entriesOf(value).map(([key, each]) => [JSON.stringify(key), oneLine(each)] as const);
  if (members.some(([, each]) => each === undefined)) return undefined;
  return members.length === 0 ? "{}" : `{ ${members.map((each) => each.join(": ")).join(", ")} }`;
}

function entriesOf(value: unknown): (readonly [string, unknown])[] {
  return Object.entries(value as object).filter(([, each]) => each !== undefined);
}

const REWRITE = "`npm run access -- --accept` writes it anew";

/**
 * Reads the text of a baseline's file.
 *
 * @throws UserError naming the file, the field, its value, and what was expected
 */
export function parseBaseline(text: string, file: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON (${(error as Error).message}); ${REWRITE}`);
  }
  const format = at(value, ["format"]);
  if (typeof format === "number" && format !== FORMAT) {
    throw new UserError(`${file}: format must be ${FORMAT}, which is what this version writes, got ${format}; ${REWRITE}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [first, ...more] = parsed.error.issues.map((issue) => told(issue, value));
    throw new UserError(`${file}: ${first ?? ""}${more.length > 0 ? `, and ${more.length} more` : ""}; ${REWRITE}`);
  }
  checkReferences(parsed.data, file);
  return parsed.data;
}

/** What is wrong, where, and what is there. */
function told(issue: z.core.$ZodIssue, value: unknown, above: readonly PropertyKey[] = []): string {
  const place = [...above, ...issue.path];
  const got = at(value, place);
  const where = place.join(".") || "the file";
  if (issue.code === "unrecognized_keys")
    return `${[...place, issue.keys[0]].join(".")} is not known, got ${shown(at(got, issue.keys.slice(0, 1)))}`;
  if (issue.code === "invalid_union") {
    const [inPolicy] = typeof got === "object" ? (issue.errors.at(-1) ?? []) : [];
    return inPolicy ? told(inPolicy, value, place) : `${where} must be the name of a policy, or a policy, got ${shown(got)}`;
  }
  return `${where} must be ${expectedBy(issue)}, got ${shown(got)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  object: "an object",
  record: "an object",
  string: "a text",
};

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return issue.values.map((each) => JSON.stringify(each)).join(" or ");
  return issue.code === "invalid_type" ? (EXPECTED[issue.expected] ?? issue.expected) : issue.message;
}

/** A name that stands for no policy would be a principal that may do less than it may. */
function checkReferences(baseline: Baseline, file: string): void {
  const check = (references: readonly (PolicyReference | undefined)[], known: Record<string, unknown>, where: string, of: string) => {
    const unknown = references.find((each) => typeof each === "string" && !Object.hasOwn(known, each));
    if (unknown !== undefined) throw new UserError(`${file}: ${where} must name one of ${of}, got ${shown(unknown)}; ${REWRITE}`);
  };
  for (const [arn, { policies, boundary }] of Object.entries(baseline.principals)) {
    check(policies, baseline.managedPolicies, `principals.${arn}.policies`, "managedPolicies");
    check([boundary], baseline.managedPolicies, `principals.${arn}.boundary`, "managedPolicies");
  }
  for (const [id, { organizationPath = [] }] of Object.entries(baseline.accounts)) {
    const policies = organizationPath.flatMap((level) => level.policies);
    check(policies, baseline.serviceControlPolicies, `accounts.${id}.organizationPath`, "serviceControlPolicies");
  }
}

function at(value: unknown, place: readonly PropertyKey[]): unknown {
  return place.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function sorted<T>(values: readonly T[], by: (value: T) => string): T[] {
  return values.toSorted((a, b) => order(by(a), by(b)));
}

/** By code units: the same in every language of a machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

function byKey<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(sorted(entries, ([key]) => key));
}

function sortedTexts(values: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return byKey(Object.entries(values).map(([key, each]) => [key, unique(each)] as const));
}
