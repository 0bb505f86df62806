import { devNull } from "node:os";
import { UserError } from "../../config/user-error";

export interface EmulatorEnvironmentProps {
  /** The account that the run acts in: the launcher takes a 12-digit access key id for the account of that number. */
  readonly accountId: string;
  readonly region: string;
  /** Hosts that may be reached past the emulator, such as a Terraform registry. @default none */
  readonly directHosts?: readonly string[];
}

/** Of Terraform's own variables only those pass that say where its plugins come from and what it logs. */
const HARMLESS_TERRAFORM_VARIABLES =
  /^TF_(CLI_CONFIG_FILE|PLUGIN_CACHE_DIR|PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE|TOKEN_.+|LOG(_.+)?)$/;
const HOSTILE_VARIABLES = /^(AWS|TF|CHECKPOINT)_|^(HTTP|HTTPS|ALL|NO)_PROXY$/;

/**
 * The complete environment of a run of Terraform, the AWS CLI or an SDK against the emulator. Nothing in it leads to
 * the real AWS: no credentials, profiles, endpoints or proxies of `parent` survive, and what still asks for an HTTPS
 * host is refused on this machine.
 */
export function emulatorEnvironment(
  url: string,
  props: EmulatorEnvironmentProps,
  parent: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const { accountId, region, directHosts = [] } = props;
  const endpoint = parseEmulatorUrl(url, "the emulator's URL");
  if (!/^[0-9]{12}$/.test(accountId)) throw new Error(`accountId must be 12 digits, got "${accountId}"`);
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region))
    throw new Error(`region must be an AWS region code such as eu-central-1, got "${region}"`);

  return {
    ...withoutHostile(parent),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accountId,
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_EC2_METADATA_DISABLED: "true",
    // Or the profiles in the user's home folder would still be read.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: "",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    // S3 Control puts the account id before the host name; as a proxy the emulator gets such requests too.
    ...inBothCases("HTTP_PROXY", endpoint),
    ...inBothCases("HTTPS_PROXY", "http://127.0.0.1:1"),
    ...inBothCases("NO_PROXY", directHosts.join(",")),
  };
}

function withoutHostile(parent: NodeJS.ProcessEnv): Record<string, string> {
  const harmless: Record<string, string> = {};
  for (const [name, value] of Object.entries(parent)) {
    // Windows does not distinguish case, and proxies are written in both everywhere.
    const upper = name.toUpperCase();
    if (value !== undefined && (!HOSTILE_VARIABLES.test(upper) || HARMLESS_TERRAFORM_VARIABLES.test(upper)))
      harmless[name] = value;
  }
  return harmless;
}

/** Go reads the upper case first, Python and curl the lower. */
function inBothCases(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value };
}

/**
 * The emulator's URL without a path. A numeric host alone makes S3 clients path-style by themselves (`localhost` breaks
 * Terraform's backend), and an emulator on another machine is not ours to write to.
 */
export function parseEmulatorUrl(text: string, what: string): string {
  const port = Number(/^http:\/\/127\.0\.0\.1:(\d{1,5})\/?$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65535)) throw new UserError(`${what} must be http://127.0.0.1:<port>, got "${text}"`);
  return `http://127.0.0.1:${port}`;
}
