import type { Construct } from "constructs";
import type { StackSpec } from "../config/layout";
import type { OrganizationConfig } from "../config/organization-model";
import { accountNames, memberIdOutput } from "../config/naming";
import { Organization } from "../modules/organization/organization";
import { Trail } from "../modules/trail";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";

/**
 * AWS Organizations in the master account: units, created members, service control policies and the organization trail.
 */
export class OrganizationStack extends BaseStack {
  constructor(scope: Construct, spec: StackSpec, estate: EstateSettings, settings: OrganizationConfig) {
    super(scope, spec, estate.solution);
    const { account, region } = spec;
    const { trail, ...rest } = settings;
    const organization = new Organization(this, "organization", {
      ...rest,
      trail: trail !== undefined,
      policyPrefix: accountNames.organizationPolicies(estate.solution),
    });
    if (trail) {
      new Trail(this, "trail", {
        ...trail,
        accountId: account.id,
        region,
        organization: true,
        dependsOn: [organization],
      });
    }
    this.output("organization-id", organization.id, "The organization");
    for (const [name, id] of Object.entries(organization.memberIds))
      this.output(memberIdOutput(name), id, `The account ${name}`);
  }
}
