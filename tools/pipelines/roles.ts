import { deploymentOf, stacksOf, type StackSpec } from "../../config/layout";
import type { Account, Estate } from "../../config/model";
import { accountNames, roleArn } from "../../config/naming";
import { plannedAccounts } from "../../config/resolve/environment";
import { UserError } from "../../config/user-error";

/** A role that a pipeline assumes in one account. */
interface PipelineRole {
  /** The name of the account and of its AWS profile. */
  readonly account: string;
  readonly roleArn: string;
  /** The region of the account's states, whose STS endpoint is called. */
  readonly region: string;
}

/** The plan role of every account. Throws UserError if the estate names no repository: then there are no such roles. */
export function planRoles(estate: Estate): PipelineRole[] {
  checkRepository(estate);
  return estate.accounts.map((account) => role(account, accountNames.planRole(estate.solution)));
}

/**
 * The apply roles of a deployment, one in each account that it has stacks in.
 *
 * @param deployment the name of an environment, or `account-<account>`
 * @throws UserError if the estate has no such deployment, or names no repository
 */
export function applyRoles(estate: Estate, deployment: string): PipelineRole[] {
  const own = checkDeployment(estate, deployment);
  const roleEnd = own.some(({ environment }) => environment) ? deployment : accountNames.accountDeployment;
  const accounts = [...new Set(own.map(({ account }) => account))];
  return accounts.map((account) => role(account, accountNames.applyRole(estate.solution, roleEnd)));
}

/**
 * The plan roles that the deployment machine of an environment may assume.
 *
 * @throws UserError if the estate has no such environment, or names no repository
 */
export function machineRoles(estate: Estate, environment: string): PipelineRole[] {
  checkRepository(estate);
  const found = estate.environments.find(({ name }) => name === environment);
  if (!found) {
    const names = estate.environments.map(({ name }) => name).join(", ");
    throw new UserError(`the environment of the machine must be one of ${names}; got "${environment}"`);
  }
  return plannedAccounts(found).map((account) => role(account, accountNames.planRole(estate.solution)));
}

/**
 * The stacks of a deployment, at least one.
 *
 * @throws UserError like `applyRoles`
 */
export function checkDeployment(estate: Estate, deployment: string): StackSpec[] {
  checkRepository(estate);
  const own = stacksOf(estate).filter((spec) => deploymentOf(spec) === deployment);
  if (own.length === 0)
    throw new UserError(`the deployment must be one of ${deploymentNames(estate).join(", ")}; got "${deployment}"`);
  return own;
}

/**
 * Every deployment. Its jobs can assume apply roles. Throws UserError if the estate names
 * no repository.
 */
export function deploymentNames(estate: Estate): string[] {
  checkRepository(estate);
  return [...new Set(stacksOf(estate).map(deploymentOf))];
}

function role({ name, id, region }: Account, roleName: string): PipelineRole {
  return { account: name, roleArn: roleArn(id, roleName), region };
}

function checkRepository({ pipelines }: Estate): void {
  if (pipelines.length === 0)
    throw new UserError(
      "the estate names no repository, so there are no pipeline roles. Set repository to owner/name on GitHub, or to { gitlab } or { azureDevOps }.",
    );
}

/**
 * An AWS configuration file with a profile for each account, named after the account. Credentials are supplied on each
 * request, so a job can use several accounts and run longer than a token is valid.
 *
 * @param program the command line of the program that supplies them; the role's ARN and the region are appended. Without
 *   one, the role of an EC2 instance assumes the roles.
 */
export function awsConfig(roles: readonly PipelineRole[], program?: string): string {
  return roles
    .map(({ account, roleArn, region }) =>
      [
        `[profile ${account}]`,
        `region = ${region}`,
        ...(program === undefined
          ? [`role_arn = ${roleArn}`, "credential_source = Ec2InstanceMetadata"]
          : [`credential_process = ${program} ${roleArn} ${region}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}
