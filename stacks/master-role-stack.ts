import type { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import { MasterRole } from "../modules/iam/master-role";
import { BaseStack } from "./base-stack";
import type { EstateSettings } from "./groups";
import { applicationRoleArns, masterRoleName } from "../config/resolve/environment";

/** The Master role of an environment, in the master account. */
export class MasterRoleStack extends BaseStack {
  constructor(
    scope: Construct,
    spec: EnvironmentStackSpec,
    estate: EstateSettings,
    otherAccessRoleArns: readonly string[],
  ) {
    super(scope, spec, estate.solution);
    const { environment } = spec;
    const role = new MasterRole(this, "master-role", {
      name: masterRoleName(environment),
      keepPolicies: environment.existing?.keepPolicies?.masterRole,
      profile: environment.profile,
      mainAccountId: environment.account.id,
      externalId: environment.externalId,
      applicationRoleArns: applicationRoleArns(environment),
      otherAccessRoleArns,
    });
    this.output("master-role-arn", role.roleArn, "The role that the main account assumes to create member accounts");
  }
}
