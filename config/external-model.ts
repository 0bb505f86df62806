/*
 * What the estate manages outside AWS. Each provider has one stack, among the account-wide stacks of the account whose
 * bucket stores its state.
 */

/** Terraform's names of the providers, by the names of their stacks. */
export const EXTERNAL_PROVIDERS = { aiven: "aiven", microsoft: "azuread", google: "google" } as const;

export type ExternalStackName = keyof typeof EXTERNAL_PROVIDERS;
/** The names of the stacks of providers outside AWS. */
export const EXTERNAL_STACKS = Object.keys(EXTERNAL_PROVIDERS) as ExternalStackName[];
export type ExternalProvider = (typeof EXTERNAL_PROVIDERS)[ExternalStackName];

/** The variables with which each provider's documentation says that credentials are given, without endpoints. */
export const EXTERNAL_VARIABLES: Readonly<Record<ExternalProvider, readonly string[]>> = {
  aiven: ["AIVEN_TOKEN"],
  azuread: [
    ...["ARM_CLIENT_ID", "ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH"],
    ...["ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_CLIENT_CERTIFICATE_PATH"],
    ...["ARM_OIDC_REQUEST_TOKEN", "ARM_OIDC_REQUEST_URL", "ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH"],
    ...["ARM_USE_CLI", "ARM_USE_MSI", "ARM_USE_OIDC", "AZURE_CONFIG_DIR"],
  ],
  google: [
    ...["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON", "GOOGLE_APPLICATION_CREDENTIALS"],
    ...["GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", "CLOUDSDK_CONFIG"],
  ],
};

/** Something outside AWS, with what its tags, labels or notes name. */
interface ExternalEntry {
  readonly name: string;
  /** The environment that uses it. Undefined: none or several. */
  readonly environment?: string;
  readonly chargeCode: string;
  /** The account that stores the secret that belongs to it. */
  readonly secretAccount: string;
}

interface OpenSearchConfig {
  readonly name: string;
  readonly plan: string;
  /** Undefined: Aiven chooses. */
  readonly version?: string;
  readonly terminationProtection: boolean;
  /** IPv4 networks that reach it. */
  readonly ipFilter: readonly string[];
  /** Whether it exists and is imported. */
  readonly existing: boolean;
}

interface AivenProjectConfig extends ExternalEntry {
  readonly project: string;
  /** The id of an organization or unit. Undefined: none. */
  readonly parentId?: string;
  readonly billingGroup?: string;
  readonly technicalEmails: readonly string[];
  /** Aiven's name of a cloud and region, for example `aws-eu-west-1`. */
  readonly cloud: string;
  readonly existing: boolean;
  readonly services: readonly OpenSearchConfig[];
}

interface MicrosoftApplicationConfig extends ExternalEntry {
  readonly displayName: string;
  readonly audience: string;
  readonly redirectUris: readonly string[];
  /** Names of claims, by the kind of token. */
  readonly optionalClaims: { readonly idToken: readonly string[]; readonly accessToken: readonly string[] };
  /** Object ids. Undefined: the owners are left alone. */
  readonly owners?: readonly string[];
  readonly assignmentRequired: boolean;
  /** Object ids of what exists and is imported. */
  readonly existing?: { readonly application: string; readonly servicePrincipal?: string };
}

interface GoogleProjectConfig extends ExternalEntry {
  readonly displayName: string;
  readonly projectId: string;
  /** Numbers of the organization or the folder that it is in: one of them. */
  readonly organization?: string;
  readonly folder?: string;
  readonly billingAccount?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its OAuth client, which no API creates. Empty: it has none. */
  readonly redirectUris: readonly string[];
  readonly existing: boolean;
}

interface InAccount {
  /** The name of the account whose bucket stores the state. */
  readonly account: string;
}

/** What the estate manages outside AWS; what it does not manage is undefined. */
export interface ExternalConfig {
  readonly aiven?: InAccount & { readonly projects: readonly AivenProjectConfig[] };
  readonly microsoft?: InAccount & {
    readonly tenantId: string;
    readonly applications: readonly MicrosoftApplicationConfig[];
  };
  readonly google?: InAccount & { readonly projects: readonly GoogleProjectConfig[] };
}

/** The part of it whose states an account stores. Undefined: nothing. */
export function externalOf(external: ExternalConfig | undefined, account: string): ExternalConfig | undefined {
  const parts: readonly [string, InAccount | undefined][] = Object.entries(external ?? {});
  const own = parts.filter(([, part]) => part?.account === account);
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** The name of the secret that belongs to something outside AWS, in Secrets Manager. */
export const externalSecretName = (solution: string, stack: ExternalStackName, entry: string): string =>
  `${solution}/${stack}/${entry}`;
