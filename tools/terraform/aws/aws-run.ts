import type { Estate } from "../../../config/model";
import { masterOf } from "../../../config/resolve/account";
import { providerVersion } from "../provider-mirror";
import { terraformCliConfig } from "../cli-config";
import { checkTerraform, type TerraformBinary } from "../preflight";
import type { Stack } from "../../synth/stacks";
import { UserError } from "../../../config/user-error";

interface AwsRunOptions {
  readonly estate: Estate;
  /** The project's cache folder, which git ignores. */
  readonly cacheDirectory: string;
  /**
   * The AWS profile; `{account}` in it is replaced with the account's name. @default the current credentials, for every
   * account
   */
  readonly profile?: string;
}

/** What a command needs to act in the estate's real accounts. */
export interface AwsRun {
  readonly terraform: TerraformBinary;
  /** The version of hashicorp/aws that the stacks require. */
  readonly providerVersion: string;
  /** The environment of Terraform, and of the AWS clients, for a stack. */
  readonly env: (stack: StackAccess) => NodeJS.ProcessEnv;
}

/** The account of a stack, and the role to assume in it. */
type StackAccess = Pick<Stack, "accountId" | "accessRoleArn">;

/** Finds Terraform and the credentials of each account. Throws UserError before anything starts. */
export async function openAwsRun({ estate, cacheDirectory, profile }: AwsRunOptions): Promise<AwsRun> {
  const terraform = await checkTerraform();
  const version = providerVersion();
  const { env: cliConfig } = terraformCliConfig({ providerVersion: version, cacheDirectory });
  return { terraform, providerVersion: version, env: credentialsOf({ estate, profile, cliConfig }) };
}

/** Variables with credentials that would take precedence over a profile. */
const OTHER_CREDENTIALS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/**
 * The environment of an AWS client that acts in the account of a stack. With a profile, removes other credentials from
 * this process too, since its AWS clients would warn about them.
 */
export function credentialsOf({
  estate,
  profile,
  cliConfig = {},
}: Pick<AwsRunOptions, "estate" | "profile"> & { readonly cliConfig?: NodeJS.ProcessEnv }): AwsRun["env"] {
  if (profile?.trim() === "") throw new UserError('--profile must name an AWS profile, got ""');
  if (profile === undefined) return () => ({ ...process.env, ...cliConfig });
  for (const name of OTHER_CREDENTIALS) Reflect.deleteProperty(process.env, name);
  const parent = { ...process.env };
  return (stack) => {
    const AWS_PROFILE = profile.replaceAll("{account}", credentialsAccount(estate, stack));
    return { ...parent, AWS_PROFILE, ...cliConfig };
  };
}

/** The name of the account whose credentials are used: the stack's own, or the master, which assumes its access role. */
function credentialsAccount(estate: Estate, { accountId, accessRoleArn }: StackAccess): string {
  const own = estate.accounts.find(({ id }) => id === accountId);
  const account = accessRoleArn === undefined ? own : masterOf(estate);
  if (!account) throw new Error(`the estate has no account ${accountId}`);
  return account.name;
}
