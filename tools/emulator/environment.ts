import { devNull } from "node:os";
import { UserError } from "../../config/user-error";
import { admittedVariables } from "../support/environment";

interface EmulatorEnvironmentProps {
  /** The account that the run acts in: the launcher reads a 12-digit access key id as an account id. */
  readonly accountId: string;
  readonly region: string;
  /** Hosts that may be reached without the emulator, such as a Terraform registry. @default none */
  readonly directHosts?: readonly string[];
}

/** Admitted variables that could lead to the real AWS. */
const LEADS_TO_AWS = /^AWS_|^(HTTP|HTTPS|NO)_PROXY$/;

/**
 * The complete environment of a run of Terraform, the AWS CLI or an SDK against the emulator. It never reaches the real
 * AWS: of the admitted variables of `parent` it keeps no credentials, profiles, endpoints or proxies, and this machine
 * refuses HTTPS requests.
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
    // Otherwise the profiles in the user's home folder would still be read.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: "",
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    // S3 Control puts the account id before the host name. As the proxy, the emulator receives these requests too.
    ...inBothCases("HTTP_PROXY", endpoint),
    ...inBothCases("HTTPS_PROXY", "http://127.0.0.1:1"),
    ...inBothCases("NO_PROXY", directHosts.join(",")),
  };
}

function withoutHostile(parent: NodeJS.ProcessEnv): Record<string, string> {
  const harmless: Record<string, string> = {};
  // Windows ignores case, and proxy variables exist in both cases on every system.
  for (const [name, value] of Object.entries(admittedVariables(parent)))
    if (!LEADS_TO_AWS.test(name.toUpperCase())) harmless[name] = value;
  return harmless;
}

/** Go reads upper case first, Python and curl lower case. */
function inBothCases(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toLowerCase()]: value };
}

/**
 * The emulator's URL without a path. Only a numeric host makes S3 clients use path-style URLs by themselves
 * (`localhost` breaks Terraform's backend). An emulator on another machine is refused: it may belong to somebody else.
 */
export function parseEmulatorUrl(text: string, what: string): string {
  const port = Number(/^http:\/\/127\.0\.0\.1:(\d{1,5})\/?$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65535)) throw new UserError(`${what} must be http://127.0.0.1:<port>, got "${text}"`);
  return `http://127.0.0.1:${port}`;
}
