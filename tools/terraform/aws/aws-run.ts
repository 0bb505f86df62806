import type { Estate } from "../../../config/model";
import { masterOf } from "../../../config/resolve/account";
import { providerVersion } from "../provider-mirror";
import { terraformCliConfig } from "../cli-config";
import { checkTerraform, type TerraformBinary } from "../preflight";
import type { Stack } from "../../synth/stacks";
import { UserError } from "../../../config/user-error";

export interface AwsRunOptions {
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
  readonly env: (stack: Pick<Stack, "accountId" | "accessRoleArn">) => NodeJS.ProcessEnv;
}

/** Finds Terraform and the credentials of each account. Throws UserError before anything starts. */
export async function openAwsRun({ estate, cacheDirectory, profile }: AwsRunOptions): Promise<AwsRun> {
  const terraform = await checkTerraform();
  const version = providerVersion();
  const { env: cliConfig } = terraformCliConfig({ providerVersion: version, cacheDirectory });
  return { terraform, providerVersion: version, env: credentialsOf({ estate, profile, cliConfig }) };
}

/** The environment of an AWS client that acts in the account of a stack without Terraform. */
export function credentialsOf({
  estate,
  profile,
  cliConfig = {},
}: Pick<AwsRunOptions, "estate" | "profile"> & { readonly cliConfig?: NodeJS.ProcessEnv }): AwsRun["env"] {
  const env = awsEnvironment({ accountOf: (stack) => credentialsAccount(estate, stack), profile, cliConfig });
  if (profile !== undefined) forgetOtherCredentials();
  return env;
}

/** The name of the account whose credentials are used: the stack's own, or the master, which assumes its access role. */
function credentialsAccount(
  estate: Estate,
  { accountId, accessRoleArn }: Pick<Stack, "accountId" | "accessRoleArn">,
): string {
  const own = estate.accounts.find(({ id }) => id === accountId);
  const account = accessRoleArn === undefined ? own : masterOf(estate);
  if (!account) throw new Error(`the estate has no account ${accountId}`);
  return account.name;
}

/** The account of a stack, and the role to assume in it. */
type StackAccess = Pick<Stack, "accountId" | "accessRoleArn">;

/** Variables with credentials that would take precedence over a profile. */
const OTHER_CREDENTIALS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/** Removes other credentials from this process, whose AWS clients would warn about them: the profile decides. */
export function forgetOtherCredentials(): void {
  for (const name of OTHER_CREDENTIALS) Reflect.deleteProperty(process.env, name);
}

export interface AwsEnvironmentProps {
  /** The name of the account whose credentials a stack needs: its own, or the one that assumes its access role. */
  readonly accountOf: (stack: StackAccess) => string;
  /**
   * The AWS profile; `{account}` in it is replaced with that account's name. @default the current credentials, for every
   * account
   */
  readonly profile?: string;
  /** Variables of Terraform's CLI configuration. */
  readonly cliConfig: NodeJS.ProcessEnv;
  /** @default process.env */
  readonly parent?: NodeJS.ProcessEnv;
}

/** The environment of Terraform, and of the AWS clients, for each stack in the real AWS. */
export function awsEnvironment(props: AwsEnvironmentProps): (stack: StackAccess) => NodeJS.ProcessEnv {
  const { accountOf, profile, cliConfig, parent = process.env } = props;
  if (profile?.trim() === "") throw new UserError('--profile must name an AWS profile, got ""');
  if (profile === undefined) return () => ({ ...parent, ...cliConfig });
  const kept = Object.fromEntries(Object.entries(parent).filter(([name]) => !OTHER_CREDENTIALS.includes(name)));
  return (stack) => ({ ...kept, AWS_PROFILE: profile.replaceAll("{account}", accountOf(stack)), ...cliConfig });
}
