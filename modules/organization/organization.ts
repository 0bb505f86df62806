import { DataAwsOrganizationsOrganization } from "@cdktf/provider-aws/lib/data-aws-organizations-organization";
import { IamOrganizationsFeatures } from "@cdktf/provider-aws/lib/iam-organizations-features";
import { OrganizationsDelegatedAdministrator } from "@cdktf/provider-aws/lib/organizations-delegated-administrator";
import { OrganizationsOrganization } from "@cdktf/provider-aws/lib/organizations-organization";
import { OrganizationsOrganizationalUnit } from "@cdktf/provider-aws/lib/organizations-organizational-unit";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { forget } from "../terraform-syntax";
import { enabled, neededServices, trusted } from "./needed-services";
import { Guardrails } from "./guardrails";
import { MemberAccount } from "./member-account";

export interface OrganizationMember {
  /** The account's name in AWS Organizations, 1 to 50 characters. */
  readonly name: string;
  readonly email: string;
  /** The role that AWS creates in it for the master account. @default none: it has joined by invitation */
  readonly roleName?: string;
  /** The name of its unit. @default none: the account is in the root of the organization */
  readonly unit?: string;
  /** The account's id, which Terraform checks. @default any, because AWS has not chosen it yet */
  readonly id?: string;
}

interface Delegation {
  /** For example `access-analyzer.amazonaws.com`. */
  readonly service: string;
  readonly account: string;
  /** @default that of the member with the name */
  readonly accountId?: string;
}

export interface OrganizationProps {
  /** Whether the organization exists already. Then it is read and not created. */
  readonly existing: boolean;
  /** Whether CloudTrail is trusted, which an organization trail requires. */
  readonly trail: boolean;
  /** Whether the master account manages the root users of its members. @default false */
  readonly centralRootAccess?: boolean;
  /** Whether IAM Identity Center works for the organization. @default false */
  readonly identityCenter?: boolean;
  /** The services that other accounts administer: a member by name, or any account by its id. @default none */
  readonly delegations?: readonly Delegation[];
  /** Further trusted AWS services, besides those that the other settings need. Ignored if the organization exists already. @default none */
  readonly trustedServices?: readonly string[];
  /** Names of the units besides `Security` and `Suspended`, one for each environment. */
  readonly units: readonly string[];
  /** Regions in which members may work. */
  readonly allowedRegions: readonly string[];
  /** The home region of IAM Identity Center, if a member manages it. @default none does */
  readonly identityRegion?: string;
  /** The prefix of the names of its policies, for example `galileo`. */
  readonly policyPrefix: string;
  readonly members: readonly OrganizationMember[];
  /** Names of members that are removed from the state and stay in AWS. */
  readonly retired: readonly string[];
}

const SECURITY = "Security";
const SUSPENDED = "Suspended";
const POLICY_TYPE = "SERVICE_CONTROL_POLICY";

/**
 * AWS Organizations in the master account: its units, its member accounts and its service control policies.
 *
 * Terraform refuses to destroy the organization and its members. A member that is missing from `members` loses that
 * protection, and the next apply would remove it from the organization: list it in `retired` instead. An existing
 * organization stays unchanged: its root has accounts outside this estate, so the policies apply to this estate's units
 * only.
 *
 * @example
 * new Organization(this, "organization", {
 *   existing: false, trail: true, units: ["dev", "prod"], allowedRegions: ["eu-west-1"], policyPrefix: "galileo",
 *   members: [{ name: "analytics", email: "a@example.com", roleName: "OrganizationAccountAccessRole", unit: "dev" }],
 *   retired: [],
 * });
 */
export class Organization extends Construct implements ITerraformDependable {
  public readonly id: string;
  public readonly memberIds: Readonly<Record<string, string>>;
  /** For resources that must wait until the organization exists and its checks have passed. */
  public readonly fqn: string;

  constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id);
    const {
      existing,
      centralRootAccess = false,
      delegations = [],
      trustedServices = [],
      units: environmentUnits,
      allowedRegions,
      identityRegion,
      policyPrefix,
      members,
      retired,
    } = props;
    const services = neededServices(props);
    const organization = existing ? this.read(services) : this.create([...services, ...trustedServices]);
    const rootId = organization.roots.get(0).id;
    this.id = organization.id;
    this.fqn = organization.fqn;
    this.validateNames(environmentUnits, members, retired);
    if (centralRootAccess) this.manageRootUsers();

    const [suspendedUnitId, boundUnitIds] = this.units(rootId, environmentUnits);
    const unitIds = new Map([[SUSPENDED, suspendedUnitId], ...boundUnitIds]);
    new Guardrails(this, "guardrails", {
      policyPrefix,
      allowedRegions,
      identityRegion,
      targetIds: existing ? Object.fromEntries(boundUnitIds) : { root: rootId },
      suspendedUnitId,
      rootSessions: centralRootAccess,
      dependsOn: [this],
    });

    const memberScope = new Construct(this, "member");
    const { fqn } = organization;
    const ids = members.flatMap(({ unit, id: expectedId, ...member }) => {
      const parentId = unit === undefined ? rootId : unitIds.get(unit);
      // The validation reports an unknown unit. The member must not move to the root instead.
      if (parentId === undefined) return [];
      const props = { ...member, organization: fqn, parentId, expectedId };
      return [[member.name, new MemberAccount(memberScope, member.name, props).accountId] as const];
    });
    this.memberIds = Object.fromEntries(ids);
    this.delegate(delegations);
    // Constructs with the paths of the former accounts: an address depends on the path only.
    const former = retired
      .filter((name) => members.every((member) => member.name !== name))
      .map((name) => new Construct(new Construct(memberScope, name), "account"));
    for (const account of former) forget("aws_organizations_account", account);
    // Without it, an organization that this stack created and that is now `existing` would be destroyed.
    if (existing) forget("aws_organizations_organization", organization);
  }

  private delegate(delegations: readonly Delegation[]): void {
    const scope = new Construct(this, "delegated");
    for (const { service, account, accountId = this.memberIds[account] } of delegations)
      // The estate's checks rule out an account that is neither.
      if (accountId !== undefined)
        new OrganizationsDelegatedAdministrator(scope, service.replace(/\.amazonaws\.com$/, ""), {
          servicePrincipal: service,
          // The member's own reference: it must exist before.
          accountId: this.memberIds[account] ?? accountId,
          dependsOn: [this],
        });
  }

  private manageRootUsers(): void {
    new IamOrganizationsFeatures(this, "root-access", {
      enabledFeatures: ["RootCredentialsManagement", "RootSessions"],
      dependsOn: [this],
    });
  }

  /** The ids of `Suspended`, and of all other units by name. */
  private units(parentId: string, environmentUnits: readonly string[]): [string, ReadonlyMap<string, string>] {
    const unitScope = new Construct(this, "unit");
    // With a wrong `existing`, a plan would replace every unit: preventDestroy refuses it. A renamed unit is created
    // before its members move and the old unit is destroyed.
    const lifecycle = { preventDestroy: true, createBeforeDestroy: true };
    const unitId = (name: string) =>
      new OrganizationsOrganizationalUnit(unitScope, name, { name, parentId, lifecycle }).id;
    const suspendedUnitId = unitId(SUSPENDED);
    // The validation reports a name that occurs twice. The set keeps the second construct from failing first.
    const boundNames = new Set([SECURITY, ...environmentUnits]);
    boundNames.delete(SUSPENDED);
    return [suspendedUnitId, new Map([...boundNames].map((name) => [name, unitId(name)]))];
  }

  private create(trustedServices: readonly string[]): OrganizationsOrganization {
    return new OrganizationsOrganization(this, "organization", {
      featureSet: "ALL",
      awsServiceAccessPrincipals: [...new Set(trustedServices)],
      enabledPolicyTypes: [POLICY_TYPE],
      lifecycle: {
        preventDestroy: true,
        // Policy types that were enabled by hand would be disabled, with all their policies.
        ignoreChanges: ["enabled_policy_types"],
        postcondition: [policiesEnabled()],
      },
    });
  }

  private read(services: readonly string[]): DataAwsOrganizationsOrganization {
    return new DataAwsOrganizationsOrganization(this, "organization", {
      lifecycle: {
        postcondition: [
          {
            condition: '${self.feature_set == "ALL"}',
            errorMessage:
              "The organization must have all features, but has ${self.feature_set} only. In the master account: " +
              "aws organizations enable-all-features; each member must agree.",
          },
          policiesEnabled(),
          ...services.map(trusted),
        ],
      },
    });
  }

  private validateNames(
    units: readonly string[],
    members: readonly OrganizationMember[],
    retired: readonly string[],
  ): void {
    const names = [SECURITY, SUSPENDED, ...units];
    const lowerCase = names.map((name) => name.toLowerCase());
    const alike = names.filter((name, index) => lowerCase.indexOf(name.toLowerCase()) < index);
    const withoutUnit = members.filter(({ unit }) => unit !== undefined && !names.includes(unit));
    const both = members.filter(({ name }) => retired.includes(name));
    this.node.addValidation({
      validate: () => [
        ...alike.map((name) => `units must differ in more than case, got "${name}" twice in ${names.join(", ")}`),
        ...withoutUnit.map(
          ({ name, unit }) => `unit of member ${name} must be one of ${names.join(", ")}, got "${unit}"`,
        ),
        ...both.map(({ name }) => `member ${name} must be in members or in retired, got both`),
      ],
    });
  }
}

function policiesEnabled() {
  return {
    condition: enabled("enabled_policy_types", POLICY_TYPE),
    errorMessage:
      "Service control policies must be enabled in the organization. In the master account: " +
      `aws organizations enable-policy-type --policy-type ${POLICY_TYPE} --root-id \${self.roots[0].id}`,
  };
}
