import { managedPolicy } from "../policy/managed-policies";
import type { Policy } from "../policy/policy";
import type { Problems } from "./problems";
import type { ScopedResource, StackScope } from "./resolver";
import { asList, isObject } from "../../support/json";
import { sortedBy } from "../../support/order";

/** The kind of a principal that has policies. Names are unique in an account for each kind. */
export type Owner = "role" | "user" | "group";

export const OWNERS: readonly Owner[] = ["role", "user", "group"];

/** The managed policies of the estate by ARN, including AWS managed policies. */
export class ManagedPolicies {
  private readonly byArn = new Map<string, Policy>();

  constructor(
    scopes: Iterable<StackScope>,
    private readonly problems: Problems,
  ) {
    for (const scope of scopes) {
      for (const resource of scope.resources("aws_iam_policy")) {
        const arn = problems.attempt(resource.address, () => scope.resolve(`\${aws_iam_policy.${resource.name}.arn}`));
        const policy = typeof arn === "string" ? problems.policy(resource, "policy", arn, "identity") : undefined;
        if (policy && this.byArn.has(policy.name)) problems.add(policy.name, "must be created once, got two resources");
        if (policy) this.byArn.set(policy.name, policy);
      }
    }
  }

  /** The policies that the stacks create, by ARN. */
  get own(): Policy[] {
    return sortedBy(this.byArn, ([arn]) => arn).map(([, policy]) => policy);
  }

  /**
   * The policy with an ARN. A policy that neither a stack creates nor AWS manages is a problem: its text is unknown.
   */
  find(arn: string, where: string): Policy | undefined {
    const policy = this.byArn.get(arn) ?? managedPolicy(arn);
    if (policy) return policy;
    const remedy = arn.startsWith("arn:aws:iam::aws:policy/")
      ? `is not pinned. Run python3 tools/access/policy/pin-managed-policies.py ${arn}`
      : "no stack creates";
    this.problems.add(where, `attaches ${arn}, which ${remedy}`);
    return undefined;
  }
}

/** The policies of roles, users and groups, from all stacks: `<account>/<kind>/<name>` to policies. */
export class IdentityPolicies {
  private readonly byOwner = new Map<string, Policy[]>();
  /** Users' groups: `<account>/user/<name>` to names of groups. */
  private readonly groups = new Map<string, Set<string>>();
  /** The resources that refer to an owner: `<account>/<kind>/<name>` to addresses. */
  private readonly references = new Map<string, string[]>();

  constructor(
    scopes: Iterable<StackScope>,
    private readonly managed: ManagedPolicies,
    private readonly problems: Problems,
  ) {
    for (const scope of scopes) {
      for (const owner of OWNERS) this.readOwn(scope, owner);
      for (const attachment of scope.resources("aws_iam_policy_attachment")) this.readAttachmentToMany(attachment);
      for (const membership of scope.resources("aws_iam_group_membership")) this.readMembers(membership);
      for (const membership of scope.resources("aws_iam_user_group_membership")) this.readGroups(membership);
    }
  }

  /** Names of the users of a group. */
  usersOf(accountId: string, group: string): string[] {
    const prefix = key(accountId, "user", "");
    return [...this.groups].flatMap(([user, names]) =>
      user.startsWith(prefix) && names.has(group) ? [user.slice(prefix.length)] : [],
    );
  }

  /** Reports resources that give policies to a role, user or group that no stack creates. */
  reportOwnerless(created: readonly (readonly [accountId: string, owner: Owner, name: string])[]): void {
    const known = new Set(created.map((owner) => key(...owner)));
    for (const [owner, addresses] of this.references) {
      const [accountId = "", kind = "", name = ""] = owner.split("/");
      if (known.has(owner)) continue;
      for (const address of addresses)
        this.problems.add(address, `refers to the ${kind} ${name} of ${accountId}, which no stack creates`);
    }
  }

  /** All policies of a role, user or group. A user also has those of its groups. */
  of(accountId: string, owner: Owner, name: string): Policy[] {
    const groups = owner === "user" ? [...(this.groups.get(key(accountId, "user", name)) ?? [])] : [];
    return [
      ...(this.byOwner.get(key(accountId, owner, name)) ?? []),
      ...groups.flatMap((group) => this.byOwner.get(key(accountId, "group", group)) ?? []),
    ];
  }

  private readOwn(scope: StackScope, owner: Owner): void {
    for (const inline of scope.resources(`aws_iam_${owner}_policy`)) {
      const named = this.problems.attempt(
        inline.address,
        () => [inline.argument(owner), inline.argumentOr("name", inline.name)] as const,
      );
      const policy = this.problems.policy(inline, "policy", named?.[1] ?? inline.name, "identity");
      if (named && policy) this.add(inline, owner, named[0], policy);
    }
    for (const attachment of scope.resources(`aws_iam_${owner}_policy_attachment`)) {
      const named = this.problems.attempt(
        attachment.address,
        () => [attachment.argument(owner), attachment.argument("policy_arn")] as const,
      );
      if (named) this.attach(attachment, owner, ...named);
    }
    for (const list of scope.resources(`aws_iam_${owner}_policy_attachments_exclusive`)) this.readList(list, owner);
    for (const resource of scope.resources(`aws_iam_${owner}`)) this.readDeprecated(resource, owner);
  }

  /** The provider also attaches what is missing of such a list. */
  private readList(list: ScopedResource, owner: Owner): void {
    this.problems.attempt(list.address, () => {
      for (const arn of asList(list.resolved("policy_arns")))
        this.attach(list, owner, list.argument(`${owner}_name`), String(arn));
    });
  }

  /** `inline_policy` and `managed_policy_arns` of a role, which the provider deprecates. */
  private readDeprecated(resource: ScopedResource, owner: Owner): void {
    this.problems.attempt(resource.address, () => {
      for (const block of asList(resource.resolved("inline_policy")).filter(isObject)) {
        if (Object.keys(block).length === 0) continue; // an empty block means no policy
        const inline = { ...resource, argument: (name: string) => String(block[name]) };
        const policy = this.problems.policy(inline, "policy", String(block["name"]), "identity");
        if (policy) this.add(resource, owner, resource.argument("name"), policy);
      }
      for (const arn of asList(resource.resolved("managed_policy_arns")))
        this.attach(resource, owner, resource.argument("name"), String(arn));
    });
  }

  private readAttachmentToMany(attachment: ScopedResource): void {
    this.problems.attempt(attachment.address, () => {
      for (const owner of OWNERS) {
        for (const name of asList(attachment.resolved(`${owner}s`))) {
          this.attach(attachment, owner, String(name), attachment.argument("policy_arn"));
        }
      }
    });
  }

  private readMembers(membership: ScopedResource): void {
    this.problems.attempt(membership.address, () => {
      for (const user of asList(membership.resolved("users")))
        this.join(membership, String(user), membership.argument("group"));
    });
  }

  private readGroups(membership: ScopedResource): void {
    this.problems.attempt(membership.address, () => {
      for (const group of asList(membership.resolved("groups")))
        this.join(membership, membership.argument("user"), String(group));
    });
  }

  private join({ accountId, address }: ScopedResource, user: string, group: string): void {
    const at = key(accountId, "user", user);
    for (const owner of [at, key(accountId, "group", group)]) this.addReference(owner, address);
    this.groups.set(at, (this.groups.get(at) ?? new Set()).add(group));
  }

  private attach(attachment: ScopedResource, owner: Owner, name: string, arn: string): void {
    const policy = this.managed.find(arn, attachment.address);
    if (policy) this.add(attachment, owner, name, policy);
  }

  private addReference(owner: string, address: string): void {
    this.references.set(owner, [...(this.references.get(owner) ?? []), address]);
  }

  private add({ accountId, address }: ScopedResource, owner: Owner, name: string, policy: Policy): void {
    const at = key(accountId, owner, name);
    this.addReference(at, address);
    const others = this.byOwner.get(at) ?? [];
    // An attachment is usually repeated in the list of all attachments.
    if (!others.includes(policy)) this.byOwner.set(at, [...others, policy]);
  }
}

function key(accountId: string, owner: Owner, name: string): string {
  return `${accountId}/${owner}/${name}`;
}
