import { DataAwsOrganizationsOrganization } from "@cdktf/provider-aws/lib/data-aws-organizations-organization";
import { OrganizationsOrganization } from "@cdktf/provider-aws/lib/organizations-organization";
import { OrganizationsOrganizationalUnit } from "@cdktf/provider-aws/lib/organizations-organizational-unit";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { forget } from "../terraform-syntax";
import { Guardrails } from "./guardrails";
import { MemberAccount } from "./member-account";

export interface OrganizationMember {
  /** What AWS Organizations calls it: 1 to 50 characters. */
  readonly name: string;
  readonly email: string;
  /** The role that AWS makes in it for the master account. */
  readonly roleName: string;
  /** The name of its unit. @default the root of the organization */
  readonly unit?: string;
  /** What the account's id must be. @default any, since it is not known yet */
  readonly id?: string;
}

export interface OrganizationProps {
  /** Whether it exists already: then it is read and not made. */
  readonly existing: boolean;
  /** Whether CloudTrail works for all its accounts (an organization trail). */
  readonly trail: boolean;
  /**
   * AWS services that work for all its accounts beside CloudTrail. Where it exists already, nothing is done about them.
   * @default none
   */
  readonly trustedServices?: readonly string[];
  /** Names of the units, beside `Security` and `Suspended`: one for each environment. */
  readonly units: readonly string[];
  /** Regions that members may use. */
  readonly allowedRegions: readonly string[];
  /** What its policies' names begin with, e.g. `galileo`. */
  readonly policyPrefix: string;
  readonly members: readonly OrganizationMember[];
  /** Names of members that are to be forgotten without being destroyed. */
  readonly retired: readonly string[];
}

const SECURITY = "Security";
const SUSPENDED = "Suspended";
const TRAIL_SERVICE = "cloudtrail.amazonaws.com";
const POLICY_TYPE = "SERVICE_CONTROL_POLICY";

/**
 * AWS Organizations in the master account: its units, its member accounts, and what nobody may do in them. Terraform
 * refuses to destroy the organization and what is among the members. A member that is merely left out loses that
 * protection with its block, and the next apply would throw it out of the organization: name it as retired instead. An
 * organization that exists is left as it is: its root holds accounts that are none of this estate's, so there only our
 * units are bound.
 */
export class Organization extends Construct implements ITerraformDependable {
  public readonly id: string;
  public readonly memberIds: Readonly<Record<string, string>>;
  /** To depend on: the organization exists and is what it must be. */
  public readonly fqn: string;

  constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id);
    const {
      existing,
      trail,
      trustedServices = [],
      units: environmentUnits,
      allowedRegions,
      policyPrefix,
      members,
      retired,
    } = props;
    const organization = existing
      ? this.read(trail)
      : this.make([...(trail ? [TRAIL_SERVICE] : []), ...trustedServices]);
    const rootId = organization.roots.get(0).id;
    this.id = organization.id;
    this.fqn = organization.fqn;
    this.validateNames(environmentUnits, members, retired);

    const unitScope = new Construct(this, "unit");
    // Whoever says of an organization that exists that it does not plans to replace every unit: refused. Under another
    // name an environment's unit is there before its members move and the old one goes.
    const lifecycle = { preventDestroy: true, createBeforeDestroy: true };
    const unitId = (name: string) =>
      new OrganizationsOrganizationalUnit(unitScope, name, { name, parentId: rootId, lifecycle }).id;
    const suspendedUnitId = unitId(SUSPENDED);
    // A name that stands twice is told by the validation, and not by a failure of the second construct.
    const boundNames = new Set([SECURITY, ...environmentUnits]);
    boundNames.delete(SUSPENDED);
    const boundUnitIds = new Map([...boundNames].map((name) => [name, unitId(name)]));
    const unitIds = new Map([[SUSPENDED, suspendedUnitId], ...boundUnitIds]);
    new Guardrails(this, "guardrails", {
      policyPrefix,
      allowedRegions,
      targetIds: existing ? Object.fromEntries(boundUnitIds) : { root: rootId },
      suspendedUnitId,
      dependsOn: [this],
    });

    const memberScope = new Construct(this, "member");
    const ids = members.flatMap(({ name, email, roleName, unit, id: expectedId }) => {
      const parentId = unit === undefined ? rootId : unitIds.get(unit);
      // The validation reports an unknown unit. The member must not move to the root instead.
      if (parentId === undefined) return [];
      const account = new MemberAccount(memberScope, name, { name, email, roleName, parentId, expectedId });
      return [[name, account.accountId] as const];
    });
    this.memberIds = Object.fromEntries(ids);
    // Where a path was: an address is made from the path alone.
    const accounts = retired
      .filter((name) => members.every((member) => member.name !== name))
      .map((name) => new Construct(new Construct(memberScope, name), "account"));
    for (const place of accounts) forget("aws_organizations_account", place);
    // An organization that this stack made, and that is said to exist, would else be destroyed.
    if (existing) forget("aws_organizations_organization", organization);
  }

  private make(trustedServices: readonly string[]): OrganizationsOrganization {
    return new OrganizationsOrganization(this, "organization", {
      featureSet: "ALL",
      awsServiceAccessPrincipals: [...new Set(trustedServices)],
      enabledPolicyTypes: [POLICY_TYPE],
      lifecycle: {
        preventDestroy: true,
        // Other types, turned on by hand, would be turned off, and all their policies taken away.
        ignoreChanges: ["enabled_policy_types"],
        postcondition: [policiesEnabled()],
      },
    });
  }

  private read(trail: boolean): DataAwsOrganizationsOrganization {
    const service = {
      condition: enabled("aws_service_access_principals", TRAIL_SERVICE),
      errorMessage:
        "CloudTrail must be trusted by the organization, or it takes no organization trail. In the master account: " +
        `aws organizations enable-aws-service-access --service-principal ${TRAIL_SERVICE}`,
    };
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
          ...(trail ? [service] : []),
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
    const strangers = members.filter(({ unit }) => unit !== undefined && !names.includes(unit));
    const both = members.filter(({ name }) => retired.includes(name));
    this.node.addValidation({
      validate: () => [
        ...alike.map((name) => `units must differ in more than case, got "${name}" twice among ${names.join(", ")}`),
        ...strangers.map(({ name, unit }) => `the member ${name} has no unit "${unit}", only: ${names.join(", ")}`),
        ...both.map(({ name }) => `the member ${name} is retired, and a member still`),
      ],
    });
  }
}

const enabled = (list: string, value: string) => `\${contains(self.${list}, "${value}")}`;

function policiesEnabled() {
  return {
    condition: enabled("enabled_policy_types", POLICY_TYPE),
    errorMessage:
      "Service control policies must be enabled in the organization. In the master account: " +
      `aws organizations enable-policy-type --policy-type ${POLICY_TYPE} --root-id \${self.roots[0].id}`,
  };
}
