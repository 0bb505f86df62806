import { IN_DIRECTORY, symbol } from "./attributes";
import type { ManagedPolicies } from "./identity-policies";
import { IDENTITY_GROUP, type IdentityCenterSetup, type IdentityGroup, type Principal } from "./model";
import { permissionSetRoleArn, permissionSetRoleName } from "./permission-set-role";
import type { Policy } from "../policy/policy";
import type { Problems } from "./problems";
import { type ScopedResource, type StackScope, Unresolvable } from "./resolver";
import { asList, isObject } from "../../support/json";
import { distinct, groupedBy } from "../../support/order";

/** What the stacks set up in IAM Identity Center. */
interface IdentityCenterAccess {
  readonly center: IdentityCenterSetup;
  /** The roles that it creates in the accounts that permission sets are assigned in. */
  readonly roles: readonly Principal[];
}

/** IAM Identity Center of the stacks; undefined if they have neither a permission set nor a group. */
export function readIdentityCenter(
  scopes: readonly StackScope[],
  managed: ManagedPolicies,
  problems: Problems,
): IdentityCenterAccess | undefined {
  const resources = scopes.flatMap((scope) => scope.resources(...TYPES));
  const [first] = resources;
  if (!first) return undefined;
  const { accountId, region } = first;
  for (const other of resources.filter((each) => each.accountId !== accountId || each.region !== region))
    problems.add(other.address, `must be in ${region} of ${accountId}, like ${first.address}: there is one instance`);
  const reader = new IdentityCenterReader(resources, managed, problems);
  const roles = reader.roles();
  return { center: { accountId, region, groups: reader.groups() }, roles };
}

const TYPES = [
  "aws_ssoadmin_permission_set",
  "aws_ssoadmin_permission_set_inline_policy",
  "aws_ssoadmin_managed_policy_attachment",
  "aws_ssoadmin_customer_managed_policy_attachment",
  "aws_ssoadmin_permissions_boundary_attachment",
  "aws_ssoadmin_account_assignment",
  "aws_identitystore_group",
  "aws_identitystore_group_membership",
];

/** A permission set assigned to a group in an account. */
interface Assignment {
  /** The ARN of the permission set. */
  readonly set: string;
  readonly accountId: string;
  readonly group: string;
}

/** A policy in an account that a permission set is assigned in. */
type PolicyIn = (accountId: string) => Policy | undefined;

class IdentityCenterReader {
  private readonly byType: ReadonlyMap<string, readonly ScopedResource[]>;
  /** Permission sets by ARN. */
  private readonly sets: ReadonlyMap<string, ScopedResource>;
  private readonly assignments: readonly Assignment[];

  constructor(
    resources: readonly ScopedResource[],
    private readonly managed: ManagedPolicies,
    private readonly problems: Problems,
  ) {
    this.byType = groupedBy(resources, ({ type }) => type);
    this.sets = new Map(this.of("permission_set").map((set) => [symbol(set), set]));
    this.assignments = this.of("account_assignment").flatMap(
      (each) => problems.attempt(each.address, () => this.assignment(each)) ?? [],
    );
  }

  private of(type: string): readonly ScopedResource[] {
    return this.byType.get(`aws_ssoadmin_${type}`) ?? this.byType.get(`aws_identitystore_${type}`) ?? [];
  }

  private assignment(resource: ScopedResource): Assignment[] {
    const kinds = [resource.argument("principal_type"), resource.argumentOr("target_type", "AWS_ACCOUNT")];
    if (kinds.join() !== "GROUP,AWS_ACCOUNT") {
      this.problems.add(resource.address, `must assign to a GROUP in an AWS_ACCOUNT, got ${kinds.join(" in ")}`);
      return [];
    }
    const accountId = resource.argument("target_id");
    if (!/^\d{12}$/.test(accountId)) throw new Unresolvable(`target_id must be an account id, got ${accountId}`);
    const set = this.setOf(resource);
    return set === undefined ? [] : [{ set, accountId, group: nameOf(resource, "principal_id", "group") }];
  }

  /** The ARN of the permission set that a resource belongs to. */
  private setOf(resource: ScopedResource): string | undefined {
    const arn = resource.argument("permission_set_arn");
    if (this.sets.has(arn)) return arn;
    this.problems.add(resource.address, `refers to the permission set ${arn}, which no stack creates`);
    return undefined;
  }

  groups(): IdentityGroup[] {
    const { problems } = this;
    const created = this.of("group").flatMap(
      (group) => problems.attempt(group.address, () => group.argument("display_name")) ?? [],
    );
    const memberships = this.of("group_membership").flatMap(
      (each) =>
        problems.attempt(each.address, () => {
          return { group: nameOf(each, "group_id", "group"), member: nameOf(each, "member_id", "user") };
        }) ?? [],
    );
    const members = groupedBy(memberships, ({ group }) => group);
    const all = [...created, ...members.keys(), ...this.assignments.map(({ group }) => group)];
    return distinct(all).map((name) => ({
      name,
      members: distinct((members.get(name) ?? []).map(({ member }) => member)),
      created: created.includes(name),
    }));
  }

  roles(): Principal[] {
    const policies = this.policies();
    const boundaries = this.boundaries();
    const byRole = groupedBy(this.assignments, ({ set, accountId }) => `${accountId} ${set}`);
    return [...byRole.values()].flatMap((alike) =>
      alike.slice(0, 1).flatMap(({ set: arn, accountId }) => {
        const set = this.sets.get(arn);
        const inAccount = (all: ReadonlyMap<string, readonly PolicyIn[]>) =>
          (all.get(arn) ?? []).flatMap((policyIn) => policyIn(accountId) ?? []);
        const [boundary, ...others] = inAccount(boundaries);
        for (const { source } of others) this.problems.add(source, `is a second boundary of ${arn}`);
        const groups = distinct(alike.map(({ group }) => group));
        const role = set && this.problems.attempt(set.address, () => roleOf(set, accountId, groups));
        return role ? [{ ...role, policies: inAccount(policies), boundary }] : [];
      }),
    );
  }

  /** Inline and attached policies of the permission sets, by ARN. */
  private policies(): ReadonlyMap<string, readonly PolicyIn[]> {
    const inline = this.read("permission_set_inline_policy", (resource) => {
      const policy = this.problems.policy(resource, "inline_policy", "inline policy", "identity");
      return () => policy;
    });
    const attached = this.read("managed_policy_attachment", (resource) => {
      const policy = this.managed.find(resource.argument("managed_policy_arn"), resource.address);
      return () => policy;
    });
    const customerManaged = this.read("customer_managed_policy_attachment", (resource) =>
      this.customerManaged(resource, resource.resolved("customer_managed_policy_reference")),
    );
    return grouped([...inline, ...attached, ...customerManaged]);
  }

  private boundaries(): ReadonlyMap<string, readonly PolicyIn[]> {
    const found = this.read("permissions_boundary_attachment", (resource) => {
      const [block] = asList(resource.resolved("permissions_boundary"));
      const { managed_policy_arn: arn, customer_managed_policy_reference: reference } = isObject(block) ? block : {};
      if (typeof arn !== "string") return this.customerManaged(resource, reference);
      const policy = this.managed.find(arn, resource.address);
      return () => policy;
    });
    return grouped(found);
  }

  private read(
    type: string,
    policyIn: (resource: ScopedResource) => PolicyIn,
  ): { readonly set: string; readonly policyIn: PolicyIn }[] {
    return this.of(type).flatMap((resource) => {
      const found = this.problems.attempt(resource.address, () => {
        const set = this.setOf(resource);
        return set === undefined ? [] : [{ set, policyIn: policyIn(resource) }];
      });
      return found ?? [];
    });
  }

  /** A managed policy that has the same name in each account. */
  private customerManaged({ address }: ScopedResource, reference: unknown): PolicyIn {
    const [block] = asList(reference);
    const { name, path = "/" } = isObject(block) ? block : {};
    if (typeof name !== "string" || typeof path !== "string")
      throw new Unresolvable("must name a managed policy, or refer to one of the accounts by name");
    return (accountId) => this.managed.find(`arn:aws:iam::${accountId}:policy${path}${name}`, address);
  }
}

function grouped(all: readonly { readonly set: string; readonly policyIn: PolicyIn }[]) {
  const bySet = groupedBy(all, ({ set }) => set);
  return new Map([...bySet].map(([set, each]) => [set, each.map(({ policyIn }) => policyIn)]));
}

/** The role of a permission set in an account, without policies. Only sessions of Identity Center can have it. */
function roleOf(set: ScopedResource, accountId: string, groups: readonly string[]): Principal {
  const permissionSet = set.argument("name");
  const source = `${set.address}, for which Identity Center creates it`;
  return {
    ...{ kind: "role", name: permissionSetRoleName(permissionSet), accountId, permissionSet, source, policies: [] },
    arn: permissionSetRoleArn(accountId, set.region, permissionSet),
    trust: {
      ...{ name: "trust policy", source, version: "2012-10-17" },
      statements: [
        {
          sid: "IdentityCenter",
          effect: "Allow",
          principals: { [IDENTITY_GROUP]: groups },
          // With attributes for access control, a session has tags of the user's choice.
          actions: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
          conditions: {},
        },
      ],
    },
    tags: {},
    maxSessionSeconds: secondsOf(set.argumentOr("session_duration", "PT1H")),
  };
}

/** The seconds of an ISO 8601 duration. */
function secondsOf(duration: string): number {
  const match = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
  if (!match) throw new Unresolvable(`session_duration must be like PT8H, got ${duration}`);
  const [, hours = "0", minutes = "0", seconds = "0"] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

const DIRECTORY_ID = /^(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The name of a group or user; its id if the stacks name only that. */
function nameOf(resource: ScopedResource, argument: string, kind: keyof typeof IN_DIRECTORY): string {
  const id = resource.argument(argument);
  if (id.startsWith(IN_DIRECTORY[kind])) return id.slice(IN_DIRECTORY[kind].length);
  if (!DIRECTORY_ID.test(id)) throw new Unresolvable(`${argument} must be the id of a ${kind}, got ${id}`);
  return id;
}
