import type { Construct } from "constructs";
import type { EnvironmentStackSpec } from "../config/layout";
import { type Environment, type Estate } from "../config/model";
import { environmentNames, roleArn } from "../config/naming";
import { MasterRole } from "../modules/iam/master-role";
import { BaseStack } from "./base-stack";
import { applicationRoleArns } from "../config/resolve/environment";

/** The Master role of an environment, in the master account. */
export class MasterRoleStack extends BaseStack {
  constructor(scope: Construct, spec: EnvironmentStackSpec, estate: Estate) {
    super(scope, spec, estate.solution);
    const { environment } = spec;
    const role = new MasterRole(this, "master-role", {
      name: environmentNames.masterRole(environment.namespace),
      profile: environment.profile,
      mainAccountId: environment.account.id,
      externalId: environment.externalId,
      applicationRoleArns: applicationRoleArns(environment),
      otherAccessRoleArns: otherAccessRoleArns(estate, environment),
    });
    this.output("master-role-arn", role.roleArn, "The role that the main account assumes to create member accounts");
  }
}

/** Access roles in members of other environments that this environment does not use. */
function otherAccessRoleArns({ organization, environments }: Estate, environment: Environment): string[] {
  const worksIn = (each: Environment, name: string) => each.members.some(({ account }) => account.name === name);
  return (organization?.members ?? [])
    .filter(({ name }) => !worksIn(environment, name) && environments.some((each) => worksIn(each, name)))
    .flatMap(({ id, roleName }) => (id === undefined ? [] : [roleArn(id, roleName)]));
}
