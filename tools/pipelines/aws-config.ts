import type { PipelineRole } from "./roles";

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
