import { join } from "node:path";
import * as fc from "fast-check";
import { UserError } from "../../../config/user-error";
import {
  admittedVariables,
  connectionsOf,
  credentialsSource,
  isEmulated,
  providerVariables,
} from "../../../tools/support/environment";

const OFF = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };

/** Each of these changes what Terraform runs, where calls go, or which code is loaded. */
const HOSTILE = [
  ...["TF_REATTACH_PROVIDERS", "TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_WORKSPACE", "TF_DATA_DIR", "TF_VAR_account"],
  ...[
    "TF_CLI_CONFIG_FILE",
    "TERRAFORM_CONFIG",
    "TF_PLUGIN_CACHE_DIR",
    "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE",
  ],
  ...[
    "TF_APPEND_USER_AGENT",
    "TF_AWS_DEFAULT_TAGS_Owner",
    "TF_AWS_STS_ENDPOINT",
    "TF_SKIP_PROVIDER_VERIFY",
    "TF_ENCRYPTION",
  ],
  ...["TF_IGNORE", "TF_STATE_PERSIST_INTERVAL", "TF_REGISTRY_DISCOVERY_RETRY", "TF_FORK", "PLUGIN_PROTOCOL_VERSIONS"],
  ...["AWS_STS_ENDPOINT", "AWS_S3_ENDPOINT", "AWS_IAM_ENDPOINT", "AWS_DYNAMODB_ENDPOINT", "AWS_METADATA_URL"],
  ...["AWS_ACCESS_KEY", "AWS_SECURITY_TOKEN", "AWS_SDK_UA_APP_ID", "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"],
  ...["LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "GODEBUG", "GOCOVERDIR", "GOTRACEBACK"],
  ...["NODE_OPTIONS", "PYTHONPATH", "BASH_ENV", "ENV", "PERL5OPT", "ALL_PROXY", "GIT_SSH_COMMAND"],
];

test.each(HOSTILE)("drops %s", (name) => {
  expect(admittedVariables({ [name]: "x" })).toEqual(OFF);
});

test("keeps what credentials, regions, proxies and programs that supply credentials need", () => {
  const needed = {
    PATH: "/bin",
    HOME: "/home/someone",
    LC_ALL: "C",
    AWS_PROFILE: "dev",
    AWS_CONFIG_FILE: "/c",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/t",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "2",
    AWS_CA_BUNDLE: "/ca.pem",
    https_proxy: "http://proxy.example.com:3128",
    XDG_RUNTIME_DIR: "/run/user/1",
    SSH_AUTH_SOCK: "/agent",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://example.com",
    SYSTEM_OIDCREQUESTURI: "https://example.com",
    SYSTEM_ACCESSTOKEN: "t",
    ESTATE_CONNECTION_ID: "c",
    TF_LOG: "debug",
    GOGC: "100",
  };
  expect(admittedVariables(needed)).toEqual({ ...needed, ...OFF });
});

test("makes paths of files absolute, since Terraform runs in another folder", () => {
  const file = join(process.cwd(), "aws/plan");
  expect(admittedVariables({ AWS_CONFIG_FILE: "aws/plan" })).toEqual({ AWS_CONFIG_FILE: file, ...OFF });
  expect(connectionsOf({ AWS_CA_BUNDLE: "aws/plan" }).caBundles).toEqual({ AWS_CA_BUNDLE: file });
});

test("drops every variable that is not listed, and applied twice drops nothing more", () => {
  const piece = fc.constantFrom("TF", "AWS", "LD", "GO", "ENDPOINT", "URL", "PRELOAD", "CLI", "ARGS", "VAR", "S3", "X");
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("_")),
  );
  const listed =
    /^(AWS_ENDPOINT_URL(_\w*)?|(LC|XDG|AWS_CONTAINER|AWS_EC2_METADATA|TF_TOKEN)_.*|(PATH|HOME|USER|LOGNAME|TMPDIR|TMP|TEMP|TZ|LANG|LANGUAGE|TERM))$/s;
  fc.assert(
    fc.property(fc.dictionary(name, fc.constant("http://127.0.0.1:1")), (env) => {
      const admitted = admittedVariables(env);
      for (const kept of Object.keys(admitted)) if (!(kept in OFF)) expect(kept).toMatch(listed);
      expect(admittedVariables(admitted)).toEqual(admitted);
    }),
  );
});

describe("endpoints", () => {
  const url = "http://127.0.0.1:5000";

  test("without an explicit endpoint, those in profiles are switched off, whatever the variable for that says", () => {
    expect(admittedVariables({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" })).toEqual(OFF);
    expect(admittedVariables({ AWS_ENDPOINT_URL: "" })).toEqual(OFF);
    expect(admittedVariables({ AWS_ENDPOINT_URL: url, ...OFF })).toEqual({ AWS_ENDPOINT_URL: url });
  });

  test("are listed without a password and in one form", () => {
    const env = { AWS_ENDPOINT_URL_S3: "https://me:secret@s3.example.com/x", AWS_ENDPOINT_URL: `${url}/` };
    expect(connectionsOf(env).endpoints).toEqual({
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: "https://s3.example.com/x",
    });
  });

  test.each(["127.0.0.1:5000", "file:///x", "nowhere"])("must be URLs: %s", (wrong) => {
    expect(() => connectionsOf({ AWS_ENDPOINT_URL: wrong })).toThrow(
      `AWS_ENDPOINT_URL must be a URL such as http://127.0.0.1:5000, got "${wrong}". Unset it to reach AWS.`,
    );
  });
});

test("lists proxies by host without passwords, and certificates by path", () => {
  const connections = connectionsOf({
    HTTPS_PROXY: "http://me:secret@proxy.example.com:3128",
    http_proxy: "proxy.example.com",
    NO_PROXY: "example.com",
    AWS_CA_BUNDLE: "/ca.pem",
    SSL_CERT_DIR: "/certs",
  });
  expect(connections).toEqual({
    endpoints: {},
    proxies: { HTTPS_PROXY: "proxy.example.com:3128", http_proxy: "proxy.example.com" },
    caBundles: { AWS_CA_BUNDLE: "/ca.pem", SSL_CERT_DIR: "/certs" },
    passed: [],
  });
});

describe("ESTATE_PASS_VARIABLES", () => {
  const env = {
    ESTATE_PASS_VARIABLES: "AWS_VAULT_BACKEND, VAULT_ADDR",
    AWS_VAULT_BACKEND: "file",
    VAULT_ADDR: "x",
    OTHER: "y",
  };

  test("passes the named variables, also where the result is filtered again", () => {
    const { OTHER, ...passed } = env;
    expect(admittedVariables(env)).toEqual({ ...passed, ...OFF });
    expect(admittedVariables(admittedVariables(env))).toEqual({ ...passed, ...OFF });
    expect(connectionsOf(env).passed).toEqual(["AWS_VAULT_BACKEND", "VAULT_ADDR"]);
    expect(OTHER).toBe("y");
  });

  test.each(["TF_REATTACH_PROVIDERS", "LD_PRELOAD", "GODEBUG", "AWS_S3_ENDPOINT", "NODE_OPTIONS", "tf_var_x", "A-B"])(
    "refuses %s",
    (name) => {
      const act = () => admittedVariables({ ESTATE_PASS_VARIABLES: `VAULT_ADDR ${name}` });
      expect(act).toThrow(UserError);
      expect(act).toThrow(
        `ESTATE_PASS_VARIABLES must name variables for programs that supply credentials, got ${name}.`,
      );
    },
  );
});

test.each([
  [{ AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s", AWS_PROFILE: "prod" }, "AWS_ACCESS_KEY_ID"],
  [{ AWS_ACCESS_KEY_ID: "AKIA", AWS_PROFILE: "prod" }, "the AWS profile prod"],
  [{ AWS_DEFAULT_PROFILE: "prod" }, "the AWS profile prod"],
  [{ AWS_PROFILE: "prod", AWS_WEB_IDENTITY_TOKEN_FILE: "/token" }, "AWS_WEB_IDENTITY_TOKEN_FILE"],
  [{}, "the default AWS profile or this machine's role"],
])("says where credentials come from: %j", (env, source) => {
  expect(credentialsSource(env)).toBe(source);
});

test("credentials of a provider outside AWS reach its own stacks only", () => {
  const credentials = { AIVEN_TOKEN: "a", ARM_CLIENT_SECRET: "b", GOOGLE_OAUTH_ACCESS_TOKEN: "c" };
  const env = {
    ...credentials,
    ARM_METADATA_HOSTNAME: "evil",
    GOOGLE_STORAGE_CUSTOM_ENDPOINT: "evil",
    ARM_CLIENT_ID: "",
  };
  expect(admittedVariables(env)).toEqual(OFF);
  expect(providerVariables(env, undefined)).toEqual({});
  expect(providerVariables(env, "aiven")).toEqual({ AIVEN_TOKEN: "a" });
  expect(providerVariables(env, "azuread")).toEqual({ ARM_CLIENT_SECRET: "b" });
  expect(providerVariables(env, "google")).toEqual({ GOOGLE_OAUTH_ACCESS_TOKEN: "c" });
});

test("a file with credentials of a provider outside AWS is found from every folder", () => {
  expect(providerVariables({ GOOGLE_APPLICATION_CREDENTIALS: "key.json" }, "google")).toEqual({
    GOOGLE_APPLICATION_CREDENTIALS: join(process.cwd(), "key.json"),
  });
});

test("an endpoint without TLS is an emulator's", () => {
  expect([{}, { AWS_ENDPOINT_URL: "https://vpce.example.com" }, { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" }].map(isEmulated)).toEqual([false, false, true]); // prettier-ignore
});
