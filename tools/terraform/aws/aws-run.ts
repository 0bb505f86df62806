import type { Estate } from "../../../config/model";
import { providerVersion } from "../provider-mirror";
import { awsEnvironment, forgetOtherCredentials } from "./aws-environment";
import { terraformCliConfig } from "../cli-config";
import { checkTerraform, type TerraformBinary } from "../preflight";
import type { Stack } from "../../synth/stacks";
import { masterOf } from "../../../config/resolve/account";

export interface AwsRunOptions {
  readonly estate: Estate;
  /** The project's ignored cache folder. */
  readonly cacheDirectory: string;
  /**
   * The AWS profile; `{account}` in it stands for the name of the account. @default the credentials at hand, for every
   * account
   */
  readonly profile?: string;
}

/** What a command needs that acts in the estate's real accounts. */
export interface AwsRun {
  readonly terraform: TerraformBinary;
  /** The version of hashicorp/aws that the stacks are made for. */
  readonly providerVersion: string;
  /** The environment of Terraform, and of our own clients, for a stack. */
  readonly env: (stack: Pick<Stack, "accountId" | "accessRoleArn">) => NodeJS.ProcessEnv;
}

/** Finds Terraform, and the credentials of each account. Throws UserError before anything is started. */
export async function openAwsRun({ estate, cacheDirectory, profile }: AwsRunOptions): Promise<AwsRun> {
  const terraform = await checkTerraform();
  const version = providerVersion();
  const { env: cliConfig } = terraformCliConfig({ providerVersion: version, cacheDirectory });
  return { terraform, providerVersion: version, env: credentialsOf({ estate, profile, cliConfig }) };
}

/** The environment of a client that acts in the account of a stack, for what needs no Terraform. */
export function credentialsOf({
  estate,
  profile,
  cliConfig = {},
}: Pick<AwsRunOptions, "estate" | "profile"> & { readonly cliConfig?: NodeJS.ProcessEnv }): AwsRun["env"] {
  const env = awsEnvironment({ accountOf: (stack) => credentialsAccount(estate, stack), profile, cliConfig });
  if (profile !== undefined) forgetOtherCredentials();
  return env;
}

/**
 * The name of the account whose credentials reach the stack's account: its own, or the master, which assumes its access
 * role.
 */
function credentialsAccount(
  estate: Estate,
  { accountId, accessRoleArn }: Pick<Stack, "accountId" | "accessRoleArn">,
): string {
  const own = estate.accounts.find(({ id }) => id === accountId);
  const account = accessRoleArn === undefined ? own : masterOf(estate);
  if (!account) throw new Error(`the estate has no account ${accountId}`);
  return account.name;
}
