import { z } from "zod";
import { readingPatterns } from "../policy/catalog";
import type { AccessGraph } from "../graph/access-graph";
import type { AccessModel, OrganizationLevel } from "../read/model";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";
import { distinct, groupedBy, sortedBy } from "../../support/order";

/*
 * The accepted access, a file that is committed and reviewed. It contains everything that decides access, and nothing
 * that changes independently, such as addresses of resources. A policy of several principals is written once, and
 * referred to by name.
 */

/** The version of the file's format. */
export const BASELINE_FORMAT = 1;

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

const identityGroup = z.strictObject({ created: z.boolean(), members: texts });

const path = z.strictObject({
  from: z.string(),
  account: z.string(),
  steps: z.array(z.strictObject({ to: z.string(), way: z.string(), conditions: texts })),
});

/** The schema of the file. */
export const baselineSchema = z.strictObject({
  format: z.literal(BASELINE_FORMAT),
  accounts: z.record(z.string(), account),
  principals: z.record(z.string(), principal),
  guardedResources: z.record(z.string(), z.strictObject({ account: z.string(), policies: z.array(policy) })),
  /** Groups of IAM Identity Center by name. Without one, the file does not have the key. */
  identityGroups: z.record(z.string(), identityGroup).optional(),
  pathsToAdministrator: z.array(path),
  managedPolicies: z.record(z.string(), policy),
  serviceControlPolicies: z.record(z.string(), policy),
});

/** The access of an estate, as plain JSON. The same estate gives the same value. */
export type Baseline = z.infer<typeof baselineSchema>;
export type BaselinePolicy = z.infer<typeof policy>;
export type BaselineStatement = z.infer<typeof statement>;
export type PolicyReference = z.infer<typeof reference>;
export type BaselinePrincipal = z.infer<typeof principal>;
export type BaselinePath = z.infer<typeof path>;

/** Everything in a model that decides access, sorted. Of tags, only those that some policy names. */
export function baselineOf(model: AccessModel, { paths: found }: Pick<AccessGraph, "paths">): Baseline {
  const managed = new PolicyTable();
  const control = new PolicyTable();
  const namedTags = namedTagsOf(model);
  for (const each of model.managedPolicies) managed.reference(each);
  const level = ({ name, policies }: OrganizationLevel) => ({ name, policies: control.references(policies) });
  const attached = (each: Policy) =>
    each.name.startsWith("arn:") || isAwsManaged(each) ? managed.reference(each) : plain(each);
  const accounts = model.accounts.map(({ id, name, management, organizationPath: levels }) => {
    return [id, { name, management, ...(levels && { organizationPath: levels.map(level) }) }] as const;
  });
  const principals = sortedBy(model.principals, ({ arn }) => arn).map((each) => {
    const { kind, arn, accountId, boundary, trust, maxSessionSeconds } = each;
    const tags = Object.entries(each.tags).filter(([key]) => namedTags.has(key.toLowerCase()));
    const policies = sortedBy(each.policies, ({ name }) => name).map(attached);
    const optional = {
      ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
      ...(tags.length > 0 && { tags: byKey(tags) }),
    };
    const limits = { ...(boundary && { boundary: attached(boundary) }), ...(trust && { trust: plain(trust) }) };
    return [arn, { kind, account: accountId, ...optional, policies, ...limits }] as const;
  });
  const byArn = groupedBy(model.guardedResources, ({ arn }) => arn);
  const guardedResources = model.guardedResources.map(({ arn, accountId }) => {
    const all = (byArn.get(arn) ?? []).map((each) => plain(each.policy));
    return [arn, { account: accountId, policies: sortedBy(all, (each) => JSON.stringify(each)) }] as const;
  });
  const paths = found.map(({ from, accountId, steps }) => ({
    from,
    account: accountId,
    steps: steps.map(({ to, way, conditions }) => ({ to, way, conditions: [...conditions].sort() })),
  }));
  const groups = (model.identityCenter?.groups ?? []).map(
    ({ name, created, members }): [string, z.infer<typeof identityGroup>] => [name, { created, members: [...members] }],
  );
  return {
    format: BASELINE_FORMAT,
    accounts: byKey(accounts),
    principals: byKey(principals),
    guardedResources: byKey(guardedResources),
    ...(groups.length > 0 && { identityGroups: byKey(groups) }),
    pathsToAdministrator: sortedBy(paths, (each) => JSON.stringify(each)),
    managedPolicies: managed.all(),
    serviceControlPolicies: control.all(),
  };
}

/** Policies by name, each once. */
class PolicyTable {
  private readonly byName = new Map<string, BaselinePolicy>();

  /** The name of the policy; or the policy itself, if a different policy has that name. */
  reference(written: Policy): PolicyReference {
    const policy = plain(written);
    const existing = this.byName.get(policy.name);
    if (existing && existing !== policy && JSON.stringify(existing) !== JSON.stringify(policy)) return policy;
    this.byName.set(policy.name, policy);
    return policy.name;
  }

  references(policies: readonly Policy[]): PolicyReference[] {
    return sortedBy(policies, ({ name }) => name).map((each) => this.reference(each));
  }

  all(): Record<string, BaselinePolicy> {
    return byKey([...this.byName]);
  }
}

function isAwsManaged({ source }: Policy): boolean {
  return source.startsWith("AWS managed policy");
}

/** AWS managed policies name thousands of actions, and many principals have them. */
const written = new WeakMap<Policy, BaselinePolicy>();

function plain(policy: Policy): BaselinePolicy {
  const { name, version, statements } = policy;
  const known = written.get(policy) ?? { name, version, statements: statements.map(plainStatement) };
  written.set(policy, known);
  return known;
}

function plainStatement(statement: ParsedStatement): BaselineStatement {
  const { sid, effect, principals, notPrincipals, actions, notActions, resources, notResources } = statement;
  const conditions = Object.entries(statement.conditions).map(
    ([operator, keys]) => [operator, sortedTexts(keys)] as const,
  );
  return {
    ...(sid !== undefined && { sid }),
    effect,
    ...(principals && { principals: sortedTexts(principals) }),
    ...(notPrincipals && { notPrincipals: sortedTexts(notPrincipals) }),
    ...(actions && { actions: distinct(actions) }),
    ...(notActions && { notActions: distinct(notActions) }),
    ...(resources && { resources: distinct(resources) }),
    ...(notResources && { notResources: distinct(notResources) }),
    ...(conditions.length > 0 && { conditions: byKey(conditions) }),
  };
}

/** The tags in lower case, because condition keys are case-insensitive. */
function namedTagsOf(model: AccessModel): ReadonlySet<string> {
  const levels = model.accounts.flatMap(({ organizationPath = [] }) => organizationPath);
  const ofPrincipals = model.principals.flatMap(({ policies, boundary, trust }) => [...policies, boundary, trust]);
  const policies = [
    ...levels.flatMap((each) => each.policies),
    ...ofPrincipals,
    ...model.guardedResources.map((each) => each.policy),
  ];
  return tagsNamedIn(policies.flatMap((each) => (each ? each.statements : [])));
}

/**
 * Names of the principal tags that statements depend on, in lower case: `aws:PrincipalTag/Team` as a key, or as a
 * variable.
 */
export function tagsNamedIn(
  statements: readonly Partial<Pick<ParsedStatement, "conditions" | "resources" | "notResources">>[],
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

function byKey<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(sortedBy(entries, ([key]) => key));
}

function sortedTexts(values: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return byKey(Object.entries(values).map(([key, each]) => [key, distinct(each)] as const));
}

/** The actions, and patterns of actions, that baselines allow or deny, and that only read. */
export function readingActions(...baselines: readonly Baseline[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  JSON.stringify(baselines, (key, value: unknown) => {
    if (key === "actions" && Array.isArray(value)) for (const action of value) named.add(String(action));
    return value;
  });
  return readingPatterns(named);
}
