import { resolve } from "node:path";
import { EXTERNAL_VARIABLES, type ExternalProvider } from "../../config/external-model";
import { UserError } from "../../config/user-error";

/**
 * Variables that Terraform, its provider, the AWS clients and programs that supply credentials may read; a name that
 * ends with `*` is a prefix. Everything else is dropped: variables exist that replace the provider
 * (TF_REATTACH_PROVIDERS), add arguments (TF_CLI_ARGS), load code (LD_PRELOAD) or redirect calls (AWS_S3_ENDPOINT).
 */
const ADMITTED: readonly string[] = [
  // The system.
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LANGUAGE", "LC_*", "TERM"],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME", "HOMEDRIVE", "HOMEPATH"],
  ...["APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"],
  // Programs that supply credentials: key rings, agents, and the identity token of a pipeline's job.
  ...["XDG_*", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "SSH_AUTH_SOCK", "GPG_TTY", "GNUPGHOME"],
  ...["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ESTATE_ID_TOKEN"],
  ...["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "ESTATE_CONNECTION_ID"],
  ...["GITHUB_RUN_ID", "GITHUB_JOB", "CI_JOB_ID", "BUILD_BUILDID"],
  // AWS, as its reference for SDKs and tools documents them: credentials, region and retries.
  ...["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_SDK_LOAD_CONFIG"],
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"],
  ...["AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_*", "AWS_EC2_METADATA_*"],
  ...["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_USE_FIPS_ENDPOINT"],
  ...["AWS_USE_DUALSTACK_ENDPOINT", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"],
  // Endpoints, proxies and certificates: a plan names them.
  ...["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_*", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  ...["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  // Go's memory, Terraform's log, and tokens of registries and mirrors.
  ...["GOGC", "GOMEMLIMIT", "TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PATH", "TF_TOKEN_*"],
];

/** Paths of files. Terraform runs in a stack's folder, where a relative path would name another file. */
const FILES: readonly string[] = [
  ...["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CA_BUNDLE"],
  ...["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "TF_LOG_PATH"],
];

/** Names further variables that pass, for a team's own programs that supply credentials. */
const PASS = "ESTATE_PASS_VARIABLES";

/** What no team may pass: variables that change what Terraform does, load code, or redirect calls. */
const NEVER = /^(TF_|TERRAFORM_|LD_|DYLD_|GO|NODE_|AWS_METADATA_URL|AWS_IGNORE_)|ENDPOINT/;

/** Windows ignores the case of names. */
const nameOf = (name: string): string => (process.platform === "win32" ? name.toUpperCase() : name);

const isListed = (name: string): boolean =>
  ADMITTED.some((each) => (each.endsWith("*") ? name.startsWith(each.slice(0, -1)) : name === each));

/**
 * The variables of `env` that Terraform and the AWS clients may read. An empty variable counts as unset. Without an
 * explicit endpoint, endpoints in the files of AWS profiles are switched off: nobody would see them in a plan.
 *
 * @throws UserError if ESTATE_PASS_VARIABLES names a variable that may not pass
 */
export function admittedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed = passedNames(env);
  const admitted: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const key = nameOf(name);
    if (value !== undefined && value !== "" && (isListed(key) || key === PASS || passed.includes(key)))
      admitted[name] = FILES.includes(key) ? resolve(value) : value;
  }
  if (Object.keys(endpointsIn(admitted)).length === 0) admitted["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  return admitted;
}

/** Variables of providers outside AWS that are paths of files and folders. */
const EXTERNAL_FILES = /_PATH$|^(GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_CONFIG|AZURE_CONFIG_DIR)$/;

/**
 * The variables with the credentials of a provider outside AWS. Only Terraform in a stack of this provider gets them.
 *
 * @param provider undefined: AWS, which needs none of them
 */
export function providerVariables(
  env: NodeJS.ProcessEnv,
  provider: ExternalProvider | undefined,
): Record<string, string> {
  const names = provider === undefined ? [] : EXTERNAL_VARIABLES[provider];
  const given = Object.entries(env).filter(([name, value = ""]) => value !== "" && names.includes(nameOf(name)));
  return Object.fromEntries(
    given.map(([name, value = ""]) => [name, EXTERNAL_FILES.test(nameOf(name)) ? resolve(value) : value]),
  );
}

/** Whether AWS's endpoint is an emulator: AWS itself has none without TLS. */
export const isEmulated = ({ AWS_ENDPOINT_URL: endpoint = "" }: NodeJS.ProcessEnv): boolean => /^http:/i.test(endpoint);

function passedNames(env: NodeJS.ProcessEnv): readonly string[] {
  const names = (env[PASS] ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const refused = names.filter((name) => !/^[A-Za-z_]\w*$/.test(name) || NEVER.test(name.toUpperCase()));
  if (refused.length > 0)
    throw new UserError(
      `${PASS} must name variables for programs that supply credentials, got ${refused.join(", ")}. ` +
        "Remove these names: they change what Terraform runs or where its calls go.",
    );
  return names.map(nameOf);
}

/** What a run passes through to reach AWS, by the names of the variables. Holds no password. */
export interface Connections {
  /** URLs that answer in place of AWS. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Host and port of proxies. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Files and folders of certificates that are trusted. */
  readonly caBundles: Readonly<Record<string, string>>;
  /** The names in ESTATE_PASS_VARIABLES. */
  readonly passed: readonly string[];
}

/** What a run passes through to reach AWS, and where its providers come from. */
export interface RunConnections extends Connections {
  readonly providerSources: readonly string[];
}

/** The endpoints in one line, or "AWS" if there are none. */
export function endpointsText(endpoints: Connections["endpoints"]): string {
  return namedText(endpoints) || "AWS";
}

/** "HTTPS_PROXY proxy.example.com:3128, …" */
export function namedText(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** @throws UserError if an endpoint is not a URL */
export function connectionsOf(env: NodeJS.ProcessEnv): Connections {
  const admitted = admittedVariables(env);
  return {
    endpoints: endpointsIn(admitted),
    proxies: valuesOf(admitted, /^HTTPS?_PROXY$/i, hostOf),
    caBundles: valuesOf(admitted, /^(AWS_CA_BUNDLE|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE)$/),
    passed: passedNames(env),
  };
}

const endpointsIn = (env: NodeJS.ProcessEnv): Record<string, string> => valuesOf(env, /^AWS_ENDPOINT_URL(_|$)/, urlOf);

/** The variables whose names match, sorted, with their shown values. */
function valuesOf(
  env: NodeJS.ProcessEnv,
  pattern: RegExp,
  shown: (value: string, name: string) => string = (value) => value,
): Record<string, string> {
  const found = Object.entries(env).filter(([name]) => pattern.test(nameOf(name)));
  return Object.fromEntries(
    found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value = ""]) => [nameOf(name), shown(value, name)]),
  );
}

function urlOf(value: string, name: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw new UserError(`${name} must be a URL such as http://127.0.0.1:5000, got "${value}". Unset it to reach AWS.`);
  const { protocol, host, pathname } = new URL(value);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

/** Host and port of a proxy, with or without a scheme. A password in front of the host is left out. */
function hostOf(value: string): string {
  const url = value.includes("://") ? value : `http://${value}`;
  return URL.canParse(url) ? new URL(url).host : "not a URL";
}

/** Where Terraform and the AWS clients take their credentials from, in the order of the AWS SDKs. */
export function credentialsSource(env: NodeJS.ProcessEnv): string {
  if (env["AWS_ACCESS_KEY_ID"] && env["AWS_SECRET_ACCESS_KEY"]) return "AWS_ACCESS_KEY_ID";
  if (env["AWS_WEB_IDENTITY_TOKEN_FILE"]) return "AWS_WEB_IDENTITY_TOKEN_FILE";
  const profile = env["AWS_PROFILE"] ?? env["AWS_DEFAULT_PROFILE"];
  return profile ? `the AWS profile ${profile}` : "the default AWS profile or this machine's role";
}
