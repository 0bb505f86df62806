import { ManagedPolicies } from "./identity-policies";
import type { AccessModel, AccountAccess } from "./model";
import { Problems } from "./problems";
import { type OrganizationAccess, readOrganization } from "./read-organization";
import { environmentOf, readPrincipals, TAGS } from "./read-principals";
import { readGuardedResources, readKnownResources } from "./read-resource-policies";
import { scopesOf, type StackScope } from "./resolver";
import type { SynthesizedStack } from "../../synth/synthesized";
import { tellUnread } from "./unread";
import { sortedBy } from "../../support/order";

/**
 * Reads who may do what from synthesized stacks, and from nothing else.
 *
 * @throws UnresolvedAccess naming everything that says so and cannot be resolved
 */
export function accessModelOf(stacks: readonly SynthesizedStack[]): AccessModel {
  const scopes = [...scopesOf(stacks).values()];
  const problems = new Problems();
  tellUnread(scopes, problems);
  const managed = new ManagedPolicies(scopes, problems);
  const organization = readOrganization(scopes, managed, problems);
  const { principals: made, groups } = readPrincipals(scopes, managed, problems);
  const principals = [...made, ...(organization?.accessRoles ?? [])];
  for (const arn of twice(principals.map((principal) => principal.arn))) problems.add(arn, "is made twice");
  const guardedResources = readGuardedResources(scopes, problems);
  for (const arn of twice(guardedResources.map((resource) => resource.arn))) problems.add(arn, "has two policies");
  const resources = readKnownResources(scopes, problems);
  problems.throwIfAny();
  return {
    accounts: readAccounts(scopes, organization),
    principals: sortedBy(principals, arnOf),
    groups: sortedBy(groups, arnOf),
    guardedResources: sortedBy(guardedResources, arnOf),
    managedPolicies: managed.own,
    resources: sortedBy(resources, arnOf),
    organizationId: organization?.id,
  };
}

function readAccounts(scopes: readonly StackScope[], organization: OrganizationAccess | undefined): AccountAccess[] {
  const ids = new Set([...scopes.flatMap(({ accountIds }) => accountIds), ...(organization?.members.keys() ?? [])]);
  const accounts = [...ids].map((id) => {
    const own = scopes.filter(({ accountId }) => accountId === id);
    const first = own.find((scope) => environmentOf(scope.defaultTags()) === undefined) ?? own[0];
    const member = organization?.members.get(id);
    return {
      id,
      name: first?.defaultTags()[TAGS.account] ?? member?.name ?? id,
      region: first?.region ?? scopes[0]?.region ?? "us-east-1",
      management: organization?.managementAccountId === id,
      organizationPath: member?.path,
    };
  });
  return sortedBy(accounts, ({ id }) => id);
}

const arnOf = ({ arn }: { readonly arn: string }): string => arn;

function twice(values: readonly string[]): Set<string> {
  return new Set(values.filter((value, index) => values.indexOf(value) < index));
}
