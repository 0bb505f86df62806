import { expectedId, ORGANIZATION_ID, ORGANIZATION_ROOT } from "./attributes";
import type { ManagedPolicies } from "./identity-policies";
import type { GuardedResource, OrganizationLevel, Principal } from "./model";
import { type Policy, policyOf } from "../policy/policy";
import { asList } from "../../support/json";
import type { Problems } from "./problems";
import type { ScopedResource, StackScope } from "./resolver";

/** AWS Organizations as the stacks create or read it. */
export interface OrganizationAccess {
  readonly id: string;
  readonly managementAccountId: string;
  /** Members by account id: their name, and the service control policies on the path to them. */
  readonly members: ReadonlyMap<string, { readonly name: string; readonly path: readonly OrganizationLevel[] }>;
  /** Roles that AWS creates in members for the management account. */
  readonly accessRoles: readonly Principal[];
  /** Root users of members that the management account may assume. */
  readonly rootUsers: readonly GuardedResource[];
}

/** AWS attaches it to the root, to every unit and to every account, until it is detached ("SCP evaluation"). */
const FULL_ACCESS = policyOf("FullAWSAccess", "AWS Organizations attaches it everywhere", {
  Sid: "FullAWSAccess",
  Effect: "Allow",
  Action: "*",
  Resource: "*",
});

const FULL_ACCESS_ID = "p-FullAWSAccess";

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

/** The default of `aws_organizations_account` and of CreateAccount. */
const ACCESS_ROLE = "OrganizationAccountAccessRole";

/** Kinds of policies that grant and refuse no requests. */
const OTHER_POLICY_TYPES = ["TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY", "CHATBOT_POLICY"];

/** Types that must be in the stack of the organization. */
const ROOT_FEATURES = "aws_iam_organizations_features";
const DELEGATION = "aws_organizations_delegated_administrator";
const KNOWN_DELEGATIONS = ["access-analyzer.amazonaws.com", "sso.amazonaws.com"];
const ORGANIZATION_TYPES = [
  ...["organizational_unit", "account", "policy", "policy_attachment"].map((type) => `aws_organizations_${type}`),
  ROOT_FEATURES,
  DELEGATION,
];

/** The organization of the stacks; undefined without one. */
export function readOrganization(
  scopes: readonly StackScope[],
  managed: ManagedPolicies,
  problems: Problems,
): OrganizationAccess | undefined {
  const [scope, ...others] = scopes.filter(
    (each) =>
      [...each.resources("aws_organizations_organization"), ...each.data("aws_organizations_organization")].length > 0,
  );
  const elsewhere = scopes.filter((each) => each !== scope).flatMap((each) => each.resources(...ORGANIZATION_TYPES));
  for (const { address } of elsewhere) problems.add(address, "must be in the stack of the organization");
  if (!scope) return undefined;
  for (const other of others)
    problems.add(other.stack.id, `must not have an organization: ${scope.stack.id} already has one`);
  return new OrganizationReader(scope, managed, problems).read();
}

class OrganizationReader {
  private readonly attached: ReadonlyMap<string, readonly Policy[]>;
  private readonly units: ReadonlyMap<string, { name: string; parent: string }>;

  constructor(
    private readonly scope: StackScope,
    private readonly managed: ManagedPolicies,
    private readonly problems: Problems,
  ) {
    this.attached = this.readAttachments();
    this.units = new Map(
      scope.resources("aws_organizations_organizational_unit").flatMap((unit) => {
        const read = problems.attempt(unit.address, () => ({
          name: unit.argument("name"),
          parent: unit.argument("parent_id"),
        }));
        return read ? [[this.idOf(unit), read] as const] : [];
      }),
    );
  }

  read(): OrganizationAccess {
    const { scope } = this;
    this.reportDelegations();
    const members = scope.resources("aws_organizations_account").flatMap((member) => {
      // An account without a known id does not exist yet, and no stack deploys into it.
      const id = expectedId(member.values);
      if (id === undefined) return [];
      return this.problems.attempt(member.address, () => [{ id, name: member.argument("name"), member }]) ?? [];
    });
    const targets = new Set([ORGANIZATION_ROOT, scope.accountId, ...this.units.keys(), ...members.map(({ id }) => id)]);
    for (const [target, policies] of this.attached) {
      for (const { source } of policies)
        if (!targets.has(target)) this.problems.add(source, `is attached to ${target}, which no stack creates`);
    }
    return {
      id: ORGANIZATION_ID,
      managementAccountId: scope.accountId,
      members: new Map(
        members.map(({ id, name, member }) => [
          id,
          {
            name,
            path:
              this.problems.attempt(member.address, () =>
                this.pathOf(id, name, member.argumentOr("parent_id", ORGANIZATION_ROOT)),
              ) ?? [],
          },
        ]),
      ),
      rootUsers: rootUsers(
        scope.resources(ROOT_FEATURES),
        scope.accountId,
        members.map(({ id }) => id),
      ),
      accessRoles: members
        .filter(({ member }) => !this.hasJoined(member))
        .map(({ id, member }) => this.accessRole(id, member)),
    };
  }

  /** The account of Identity Center is that of its stacks. Access Analyzer reads policies only. */
  private reportDelegations(): void {
    for (const delegation of this.scope.resources(DELEGATION)) {
      const service = this.problems.attempt(delegation.address, () => delegation.argument("service_principal"));
      if (service !== undefined && !KNOWN_DELEGATIONS.includes(service))
        this.problems.add(delegation.address, `lets an account administer ${service}, which is not supported yet`);
    }
  }

  private pathOf(id: string, name: string, parent: string): OrganizationLevel[] {
    const unit = this.units.get(parent);
    const above = unit ? this.pathOf(parent, unit.name, unit.parent) : [this.level(ORGANIZATION_ROOT, "root")];
    if (!unit && parent !== ORGANIZATION_ROOT)
      this.problems.add(this.scope.stack.id, `must have the unit ${parent}, which ${name} is in`);
    return [...above, this.level(id, name)];
  }

  private level(target: string, name: string): OrganizationLevel {
    return { name, policies: [FULL_ACCESS, ...(this.attached.get(target) ?? [])] };
  }

  private readAttachments(): ReadonlyMap<string, readonly Policy[]> {
    const policies = new Map(
      this.scope.resources("aws_organizations_policy").map((resource) => [this.idOf(resource), this.policy(resource)]),
    );
    const attached = new Map<string, Policy[]>();
    for (const attachment of this.scope.resources("aws_organizations_policy_attachment")) {
      this.problems.attempt(attachment.address, () => {
        const id = attachment.argument("policy_id");
        if (id === FULL_ACCESS_ID) return; // AWS attaches it everywhere
        if (!policies.has(id)) this.problems.add(attachment.address, `attaches ${id}, which no stack creates`);
        const policy = policies.get(id);
        const target = attachment.argument("target_id");
        if (policy) attached.set(target, [...(attached.get(target) ?? []), policy]);
      });
    }
    return attached;
  }

  private policy(resource: ScopedResource): Policy | undefined {
    const type = resource.argumentOr("type", "SERVICE_CONTROL_POLICY");
    if (OTHER_POLICY_TYPES.includes(type)) return undefined;
    if (type !== "SERVICE_CONTROL_POLICY") {
      this.problems.add(resource.address, `has type ${type}, which is not supported yet`);
      return undefined;
    }
    return this.problems.policy(resource, "content", resource.argumentOr("name", resource.name), "identity");
  }

  private idOf({ type, name }: ScopedResource): string {
    return String(this.scope.resolve(`\${${type}.${name}.id}`));
  }

  /** Whether it joined by invitation: it is imported, and AWS created no role in it. */
  private hasJoined({ type, name, values }: ScopedResource): boolean {
    const imported = asList(this.scope.stack.json.import).map((block) => block["to"]);
    return values["role_name"] === undefined && imported.includes(`${type}.${name}`);
  }

  private accessRole(accountId: string, member: ScopedResource): Principal {
    const name = member.argumentOr("role_name", ACCESS_ROLE);
    const source = `${member.address}, for which AWS creates it`;
    const trusted = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${this.scope.accountId}:root` },
      Action: "sts:AssumeRole",
    };
    const administrator = this.managed.find(ADMINISTRATOR, source);
    return {
      ...{ kind: "role", arn: `arn:aws:iam::${accountId}:role/${name}`, name, accountId, source },
      policies: administrator ? [administrator] : [],
      trust: policyOf("trust policy", source, trusted),
      tags: {},
      maxSessionSeconds: 3600,
    };
  }
}

/** The service of the root users of members, to which STS gives sessions. */
export const ROOT_USERS = "sts";

/**
 * The root users of members: with `aws_iam_organizations_features`, AWS lets the management account assume them
 * (AssumeRoot). Who there may do it is decided by the policies of its principals.
 */
export function rootUsers(
  features: readonly ScopedResource[],
  managementAccountId: string,
  memberIds: readonly string[],
): GuardedResource[] {
  return features.flatMap(({ address }) =>
    memberIds.map((accountId) => {
      const arn = `arn:aws:iam::${accountId}:root`;
      const grant = {
        Sid: "TheManagementAccountMayAssumeRoot",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${managementAccountId}:root` },
        Action: "sts:AssumeRoot",
        Resource: arn,
      };
      return {
        arn,
        service: ROOT_USERS,
        accountId,
        policy: policyOf("root sessions", address, grant),
        source: address,
      };
    }),
  );
}
