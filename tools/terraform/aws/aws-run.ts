import type { Estate } from "../../../config/model";
import { masterOf } from "../../../config/resolve/account";
import { homedir } from "node:os";
import { join } from "node:path";
import { readFileSync, statSync } from "node:fs";
import { providerVersion } from "../provider-mirror";
import { terraformCliConfig } from "../cli-config";
import { lockedExecutable, PROVIDER_LOCK } from "../provider-lock";
import { checkTerraform, type TerraformBinary } from "../preflight";
import type { Stack } from "../../synth/stacks";
import { UserError } from "../../../config/user-error";
import {
  admittedVariables,
  connectionsOf,
  providerVariables,
  type Connections,
  type RunConnections,
} from "../../support/environment";

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
  readonly connections: RunConnections;
  /** The environment of Terraform, and of the AWS clients, for a stack. */
  readonly env: (stack: StackAccess) => NodeJS.ProcessEnv;
}

/** The account of a stack, the role to assume in it, and its provider if it is outside AWS. */
type StackAccess = Pick<Stack, "accountId" | "accessRoleArn" | "provider">;

/** Finds Terraform and the credentials of each account. Throws UserError before anything starts. */
export async function openAwsRun({ estate, cacheDirectory, profile }: AwsRunOptions): Promise<AwsRun> {
  const terraform = await checkTerraform();
  const version = providerVersion();
  const { env: cliConfig, sources } = terraformCliConfig({ providerVersion: version, cacheDirectory });
  const connections = { ...connectionsToAws(process.env), providerSources: sources };
  return { terraform, providerVersion: version, connections, env: credentialsOf({ estate, profile, cliConfig }) };
}

/** Hashes the provider, once for all of a command's stacks: `lockedExecutable` returns the same hash. */
export async function hashProvider(cacheDirectory: string): Promise<void> {
  const { env } = terraformCliConfig({ providerVersion: providerVersion(), cacheDirectory });
  await lockedExecutable(env, PROVIDER_LOCK);
}

/** Settings of AWS profiles that change what a run talks to. */
const HIDDEN = /^\s*(endpoint_url|ca_bundle)\s*=\s*(\S.*?)\s*$/gm;

/**
 * The connections of a run, including certificates that the files of AWS profiles name.
 *
 * @throws UserError if an endpoint in these files could be used: a variable for one service does not override the others
 */
export function connectionsToAws(env: NodeJS.ProcessEnv): Connections {
  const connections = connectionsOf(env);
  const admitted = admittedVariables(env);
  const folder = join(homedir(), ".aws");
  const files = [
    admitted["AWS_CONFIG_FILE"] ?? join(folder, "config"),
    admitted["AWS_SHARED_CREDENTIALS_FILE"] ?? join(folder, "credentials"),
  ].filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  const caBundles = { ...connections.caBundles };
  for (const file of files)
    for (const [, name, value = ""] of readFileSync(file, "utf8").matchAll(HIDDEN)) {
      if (name === "ca_bundle") caBundles[`ca_bundle in ${file}`] = value;
      else expectOverridden(file, Object.keys(connections.endpoints));
    }
  return { ...connections, caBundles };
}

/** An endpoint in the file must be ignored, as it is without any variable, or overridden for every service. */
function expectOverridden(file: string, variables: readonly string[]): void {
  if (variables.length === 0 || variables.includes("AWS_ENDPOINT_URL")) return;
  throw new UserError(
    `AWS_ENDPOINT_URL must be set where ${variables.join(", ")} is and ${file} has endpoint_url, got none. ` +
      "Set it, or remove endpoint_url: a plan names only endpoints that variables set.",
  );
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
 * The environment of an AWS client that acts in the account of a stack: the admitted variables. This process's clients
 * read the process's own variables, so it loses all others of AWS. With a profile, it also loses other credentials: the
 * clients would warn about them.
 */
export function credentialsOf({
  estate,
  profile,
  cliConfig = {},
}: Pick<AwsRunOptions, "estate" | "profile"> & { readonly cliConfig?: NodeJS.ProcessEnv }): AwsRun["env"] {
  if (profile?.trim() === "") throw new UserError('--profile must name an AWS profile, got ""');
  if (profile !== undefined) for (const name of OTHER_CREDENTIALS) Reflect.deleteProperty(process.env, name);
  const parent: Readonly<Record<string, string>> = admittedVariables(process.env);
  for (const name of Object.keys(process.env))
    if (/^AWS_(?!SDK_JS_)/i.test(name) && !(name in parent)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, parent);
  return (stack) => {
    const own = { ...parent, ...providerVariables(process.env, stack.provider), ...cliConfig };
    if (profile === undefined) return own;
    const AWS_PROFILE = profile.replaceAll("{account}", credentialsAccount(estate, stack));
    return { ...own, AWS_PROFILE };
  };
}

/** The name of the account whose credentials are used: the stack's own, or the master, which assumes its access role. */
function credentialsAccount(estate: Estate, { accountId, accessRoleArn }: StackAccess): string {
  const own = estate.accounts.find(({ id }) => id === accountId);
  const account = accessRoleArn === undefined ? own : masterOf(estate);
  if (!account) throw new Error(`the estate has no account ${accountId}`);
  return account.name;
}
