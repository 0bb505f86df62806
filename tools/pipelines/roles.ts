import { deploymentOf, stacksOf, type StackSpec } from "../../config/layout";
import type { Account, Estate } from "../../config/model";
import { accountNames, roleArn } from "../../config/naming";
import { UserError } from "../../config/user-error";

/** A role that a pipeline works as in one account. */
export interface PipelineRole {
  /** The account's name, which is also that of the AWS profile. */
  readonly account: string;
  readonly roleArn: string;
  /** Of the account's states, whose STS is asked. */
  readonly region: string;
}

/**
 * The role that plans, in every account. Throws UserError where the estate names no repository: then there are no such
 * roles.
 */
export function planRoles(estate: Estate): PipelineRole[] {
  checkRepository(estate);
  return estate.accounts.map((account) => role(account, accountNames.planRole(estate.solution)));
}

/**
 * The roles from which a deployment is applied, in each account that it has stacks in.
 *
 * @param deployment a GitHub environment: the name of an environment, or `account-<account>`
 * @throws UserError where the estate has no such deployment, or names no repository
 */
export function applyRoles(estate: Estate, deployment: string): PipelineRole[] {
  const own = checkDeployment(estate, deployment);
  const roleEnd = own.some(({ environment }) => environment) ? deployment : accountNames.accountDeployment;
  const accounts = [...new Set(own.map(({ account }) => account))];
  return accounts.map((account) => role(account, accountNames.applyRole(estate.solution, roleEnd)));
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
    throw new UserError(
      `the estate has no deployment "${deployment}", expected one of: ${deploymentNames(estate).join(", ")}`,
    );
  return own;
}

/**
 * Every deployment, each a GitHub environment whose jobs can take roles that apply. Throws UserError where the estate
 * names no repository.
 */
export function deploymentNames(estate: Estate): string[] {
  checkRepository(estate);
  return [...new Set(stacksOf(estate).map(deploymentOf))];
}

function role({ name, id, region }: Account, roleName: string): PipelineRole {
  return { account: name, roleArn: roleArn(id, roleName), region };
}

function checkRepository({ repository }: Estate): void {
  if (repository === undefined)
    throw new UserError("the estate names no repository, so there are no pipeline roles: set repository to owner/name");
}

/**
 * An AWS configuration file with a profile for each account, named after it, whose credentials come from a program
 * whenever they are asked for: a job that goes through several accounts, or takes longer than a token lives, needs no
 * other.
 *
 * @param program a command line, to which the role's ARN and the region are added
 */
export function awsConfig(roles: readonly PipelineRole[], program: string): string {
  return roles
    .map(({ account, roleArn, region }) =>
      [`[profile ${account}]`, `region = ${region}`, `credential_process = ${program} ${roleArn} ${region}`, ""].join(
        "\n",
      ),
    )
    .join("\n");
}
