import { groupedBy } from "../../support/order";
import type { AccessModel, AccountAccess, GuardedResource, KnownResource, Principal } from "../read/model";
import type { Policy } from "../policy/policy";

/**
 * The parts of a model by ARN and by account. Whatever is asked for each principal is looked up here, because a search
 * through all principals or resources would take a time that grows with the square of the estate.
 */
export class ModelIndex {
  private readonly principals: ReadonlyMap<string, Principal>;
  private readonly principalsByAccount: ReadonlyMap<string, readonly Principal[]>;
  private readonly resources: ReadonlyMap<string, KnownResource>;
  private readonly resourcesByAccount: ReadonlyMap<string, readonly KnownResource[]>;
  private readonly resourceLengths: readonly number[];
  private readonly guarded: ReadonlyMap<string, GuardedResource>;
  private readonly guardedByAccount: ReadonlyMap<string, readonly GuardedResource[]>;
  private readonly accounts: ReadonlyMap<string, AccountAccess>;
  private readonly accountsByName = new Map<string, AccountAccess>();
  private readonly managedPolicies = new Map<string, Policy>();

  constructor(model: AccessModel) {
    this.principals = byArn(model.principals);
    this.principalsByAccount = groupedBy(model.principals, accountOf);
    this.resources = byArn(model.resources);
    this.resourcesByAccount = groupedBy(model.resources, accountOf);
    this.resourceLengths = [...new Set(model.resources.map(({ arn }) => arn.length))];
    this.guarded = byArn(model.guardedResources);
    this.guardedByAccount = groupedBy(model.guardedResources, accountOf);
    this.accounts = new Map(model.accounts.map((account) => [account.id, account]));
    for (const account of model.accounts) {
      for (const key of [account.id, account.name])
        if (!this.accountsByName.has(key)) this.accountsByName.set(key, account);
    }
    for (const policy of model.managedPolicies)
      if (!this.managedPolicies.has(policy.name)) this.managedPolicies.set(policy.name, policy);
  }

  principal(arn: string): Principal | undefined {
    return this.principals.get(arn);
  }

  /** In the order of the model. */
  principalsOf(accountId: string): readonly Principal[] {
    return this.principalsByAccount.get(accountId) ?? [];
  }

  account(id: string): AccountAccess | undefined {
    return this.accounts.get(id);
  }

  /** The first account with this name or id. */
  accountNamed(nameOrId: string): AccountAccess | undefined {
    return this.accountsByName.get(nameOrId);
  }

  resource(arn: string): KnownResource | undefined {
    return this.resources.get(arn);
  }

  /** In the order of the model. */
  resourcesOf(accountId: string): readonly KnownResource[] {
    return this.resourcesByAccount.get(accountId) ?? [];
  }

  /** Whether a text begins with the ARN of a resource. */
  beginsWithResource(text: string): boolean {
    return this.resourceLengths.some((length) => this.resources.has(text.slice(0, length)));
  }

  guardedResource(arn: string): GuardedResource | undefined {
    return this.guarded.get(arn);
  }

  /** In the order of the model. */
  guardedResourcesOf(accountId: string): readonly GuardedResource[] {
    return this.guardedByAccount.get(accountId) ?? [];
  }

  /** A managed policy that a stack creates, by ARN. */
  managedPolicy(arn: string): Policy | undefined {
    return this.managedPolicies.get(arn);
  }
}

const accountOf = ({ accountId }: { readonly accountId: string }): string => accountId;

function byArn<T extends { readonly arn: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((each) => [each.arn, each]));
}
