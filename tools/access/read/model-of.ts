import { ManagedPolicies, IdentityPolicies, type Owner, OWNERS } from "./identity-policies";
import { readIdentityCenter } from "./identity-center";
import type { AccessModel, AccountAccess, Group, GuardedResource, Principal } from "./model";
import { Problems } from "./problems";
import { type OrganizationAccess, readOrganization } from "./organization";
import { readGuardedResources, readKnownResources } from "./resource-policies";
import { scopesOf, type ScopedResource, StackScope } from "./resolver";
import type { SynthesizedStack } from "../../synth/synthesized";
import { reportUnsupported } from "./unsupported-resources";
import { groupedBy, sortedBy } from "../../support/order";

/**
 * Reads the access model from synthesized stacks alone.
 *
 * @param byId the scopes of the stacks. What was read of a scope before is not read again
 * @throws UnresolvedAccess listing everything that affects access and cannot be resolved
 */
export function accessModelOf(stacks: readonly SynthesizedStack[], byId = scopesOf(stacks)): AccessModel {
  const scopes = [...byId.values()];
  const problems = new Problems();
  reportUnsupported(scopes, problems);
  const managed = new ManagedPolicies(scopes, problems);
  const organization = readOrganization(scopes, managed, problems);
  const { principals: created, groups } = readPrincipals(scopes, managed, problems);
  const identity = readIdentityCenter(scopes, managed, problems);
  const principals = [...created, ...(organization?.accessRoles ?? []), ...(identity?.roles ?? [])];
  for (const arn of twice(principals.map((principal) => principal.arn)))
    problems.add(arn, "must be created once, got two resources");
  const guardedResources = [...readGuardedResources(scopes, problems), ...(organization?.rootUsers ?? [])];
  for (const arn of twice(guardedResources.map((resource) => resource.arn)))
    problems.add(arn, "must have one policy, got two");
  const resources = readKnownResources(scopes, problems);
  reportSuffixes(principals, guardedResources, organization, problems);
  problems.throwIfAny();
  return {
    accounts: readAccounts(scopes, organization, identity?.roles),
    principals: sortedBy(principals, arnOf),
    groups: sortedBy(groups, arnOf),
    guardedResources: sortedBy(guardedResources, arnOf),
    managedPolicies: managed.own,
    resources: sortedBy(resources, arnOf),
    organizationId: organization?.id,
    ...(identity && { identityCenter: identity.center }),
  };
}

/** Reports policies that name digits of the suffix of a permission set's role: whether they mean the role is unknown. */
function reportSuffixes(
  principals: readonly Principal[],
  guardedResources: readonly GuardedResource[],
  organization: OrganizationAccess | undefined,
  problems: Problems,
): void {
  const sets = new Set(principals.flatMap(({ permissionSet }) => permissionSet ?? []));
  if (sets.size === 0) return;
  const levels = [...(organization?.members.values() ?? [])].flatMap(({ path }) => path);
  const policies = [
    ...principals.flatMap(({ policies: own, boundary, trust }) => [...own, boundary, trust]),
    ...guardedResources.map(({ policy }) => policy),
    ...levels.flatMap((level) => level.policies),
  ];
  for (const policy of new Set(policies)) {
    const text = JSON.stringify(policy?.statements ?? []);
    for (const [name, set] of text.matchAll(/AWSReservedSSO_([\w+=,.@-]+)_[0-9a-f]{1,16}(?!\w)/g))
      if (policy && set !== undefined && sets.has(set))
        problems.add(policy.source, `names ${name}: its suffix changes. Write AWSReservedSSO_${set}_*`);
  }
}

function readAccounts(
  scopes: readonly StackScope[],
  organization: OrganizationAccess | undefined,
  assigned: readonly Principal[] = [],
): AccountAccess[] {
  const ids = new Set([
    ...scopes.flatMap(({ accountIds }) => accountIds),
    ...(organization?.members.keys() ?? []),
    ...assigned.map(({ accountId }) => accountId),
  ]);
  const byAccount = groupedBy(scopes, ({ accountId }) => accountId);
  const accounts = [...ids].map((id) => {
    const own = byAccount.get(id) ?? [];
    const first = own.find((scope) => scope.environment() === undefined) ?? own[0];
    const member = organization?.members.get(id);
    return {
      id,
      name: first?.defaultTags()["Account"] ?? member?.name ?? id,
      region: first?.region ?? scopes[0]?.region ?? "us-east-1",
      management: organization?.managementAccountId === id,
      organizationPath: member?.path,
    };
  });
  return sortedBy(accounts, ({ id }) => id);
}

const arnOf = ({ arn }: { readonly arn: string }): string => arn;

function twice(values: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const repeated = values.filter((value) => {
    const isSeen = seen.has(value);
    seen.add(value);
    return isSeen;
  });
  return new Set(repeated);
}

/** All roles, users and groups of the stacks, with their policies from all stacks. */
function readPrincipals(
  scopes: readonly StackScope[],
  managed: ManagedPolicies,
  problems: Problems,
): { principals: Principal[]; groups: Group[] } {
  const policies = new IdentityPolicies(scopes, managed, problems);
  policies.reportOwnerless(scopes.flatMap((scope) => ownersOf(scope, problems)));
  const principals = scopes.flatMap((scope) =>
    scope.resources("aws_iam_role", "aws_iam_user").flatMap((resource) => {
      const principal = problems.attempt(resource.address, () =>
        readPrincipal(scope, resource, policies, managed, problems),
      );
      return principal ? [principal] : [];
    }),
  );
  const groups = scopes.flatMap((scope) =>
    scope.resources("aws_iam_group").flatMap((resource) => {
      const group = problems.attempt(resource.address, () => readGroup(scope, resource, policies));
      return group ? [group] : [];
    }),
  );
  return { principals, groups };
}

function readGroup(scope: StackScope, resource: ScopedResource, policies: IdentityPolicies): Group {
  const { accountId } = resource;
  const name = resource.argument("name");
  const arn = String(scope.resolve(`\${aws_iam_group.${resource.name}.arn}`));
  return {
    arn,
    name,
    accountId,
    policies: policies.of(accountId, "group", name),
    users: policies.usersOf(accountId, name),
  };
}

/** The roles, users and groups that a stack creates. */
function ownersOf(scope: StackScope, problems: Problems): (readonly [accountId: string, owner: Owner, name: string])[] {
  return OWNERS.flatMap((owner) =>
    scope.resources(`aws_iam_${owner}`).flatMap((resource) => {
      const name = problems.attempt(resource.address, () => resource.argument("name"));
      return name === undefined ? [] : [[resource.accountId, owner, name] as const];
    }),
  );
}

function readPrincipal(
  scope: StackScope,
  resource: ScopedResource,
  policies: IdentityPolicies,
  managed: ManagedPolicies,
  problems: Problems,
): Principal {
  const { accountId, address, values } = resource;
  const kind = resource.type === "aws_iam_role" ? "role" : "user";
  const name = resource.argument("name");
  const arn = String(scope.resolve(`\${${resource.type}.${resource.name}.arn}`));
  const boundaryArn =
    values["permissions_boundary"] === undefined ? undefined : resource.argument("permissions_boundary");
  const session = resource.resolved("max_session_duration");
  return {
    ...{ kind, name, arn, accountId },
    environment: scope.environment(values),
    policies: policies.of(accountId, kind, name),
    boundary: boundaryArn === undefined ? undefined : managed.find(boundaryArn, address),
    trust: kind === "role" ? problems.policy(resource, "assume_role_policy", "trust policy", "trust") : undefined,
    tags: resource.tags(),
    // AWS's default ("CreateRole", in the API reference of IAM).
    maxSessionSeconds: kind === "role" ? Number(session ?? 3600) : undefined,
    source: address,
  };
}

/**
 * The scopes of stacks that exist in another version too. A stack that resolves the same values in both keeps its scope,
 * so what was read of it is not read again.
 *
 * @param known the scopes of the other version
 */
export function sharedScopes(
  stacks: readonly SynthesizedStack[],
  known: ReadonlyMap<string, StackScope>,
): ReadonlyMap<string, StackScope> {
  const own = scopesOf(stacks);
  const shared = new Map<string, StackScope>();
  for (const stack of stacks) {
    const [one, other] = [known.get(stack.id), own.get(stack.id)];
    shared.set(stack.id, one && resolveTheSame(one, other) ? one : new StackScope(stack, shared));
  }
  return shared;
}

/** Whether two scopes are of the same stack, and so are all whose outputs they read. */
function resolveTheSame(
  one: StackScope | undefined,
  other: StackScope | undefined,
  compared = new Set<StackScope>(),
): boolean {
  if (one?.stack !== other?.stack) return false;
  // One that was compared before did not differ, or is being compared.
  if (!one || !other || compared.has(one)) return true;
  compared.add(one);
  const upstreams = other.upstreams();
  return one.upstreams().every((upstream, index) => resolveTheSame(upstream, upstreams[index], compared));
}
