import { emulatorEnvironment, parseEmulatorUrl } from "../../../tools/emulator/environment";

describe("emulatorEnvironment", () => {
  const url = "http://127.0.0.1:4567";
  const target = { accountId: "111111111111", region: "eu-central-1" };

  /** Variables that could lead a run to the real AWS, or change it. */
  const hostile = {
    AWS_PROFILE: "production",
    AWS_DEFAULT_PROFILE: "production",
    AWS_CONFIG_FILE: "/home/someone/.aws/config",
    AWS_SHARED_CREDENTIALS_FILE: "/home/someone/.aws/credentials",
    AWS_ACCESS_KEY_ID: "AKIAREAL",
    AWS_SECRET_ACCESS_KEY: "real",
    AWS_SESSION_TOKEN: "real",
    AWS_SECURITY_TOKEN: "real",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/real/token",
    AWS_ROLE_ARN: "arn:aws:iam::999999999999:role/real",
    AWS_ROLE_SESSION_NAME: "real",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.2/real",
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/real",
    AWS_CA_BUNDLE: "/real/bundle.pem",
    AWS_REGION: "us-gov-west-1",
    AWS_DEFAULT_REGION: "us-gov-west-1",
    AWS_ENDPOINT_URL: "https://real.example",
    AWS_ENDPOINT_URL_S3: "https://s3.real.example",
    AWS_ENDPOINT_URL_STS: "https://sts.real.example",
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    AWS_USE_FIPS_ENDPOINT: "true",
    AWS_USE_DUALSTACK_ENDPOINT: "true",
    AWS_S3_USE_ARN_REGION: "true",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://169.254.169.254/real",
    AWS_SDK_LOAD_CONFIG: "real",
    aws_profile: "production",
    TF_VAR_secret: "real",
    TF_CLI_ARGS: "-real",
    TF_CLI_ARGS_apply: "-real",
    TF_WORKSPACE: "real",
    TF_DATA_DIR: "/real",
    TF_REATTACH_PROVIDERS: "{real}",
    TF_AWS_DEFAULT_TAGS_Owner: "real",
    TF_INPUT: "real",
    CHECKPOINT_DISABLE: "",
    HTTP_PROXY: "http://proxy.real.example",
    http_proxy: "http://proxy.real.example",
    HTTPS_PROXY: "http://proxy.real.example",
    https_proxy: "http://proxy.real.example",
    ALL_PROXY: "http://proxy.real.example",
    all_proxy: "http://proxy.real.example",
    NO_PROXY: "amazonaws.com,real",
    no_proxy: "amazonaws.com,real",
  };

  test("leads only to the emulator, in the given account and region", () => {
    expect(emulatorEnvironment(url, target, {})).toEqual({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: "eu-central-1",
      AWS_DEFAULT_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "111111111111",
      AWS_SECRET_ACCESS_KEY: "emulator",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_PAGER: "",
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
      TF_INPUT: "0",
      HTTP_PROXY: url,
      http_proxy: url,
      HTTPS_PROXY: "http://127.0.0.1:1",
      https_proxy: "http://127.0.0.1:1",
      NO_PROXY: "",
      no_proxy: "",
    });
  });

  test("keeps nothing of a hostile parent environment", () => {
    expect(emulatorEnvironment(url, target, hostile)).toEqual(emulatorEnvironment(url, target, {}));
  });

  test.each(Object.entries(hostile))("does not keep %s when set alone", (name, value) => {
    expect(emulatorEnvironment(url, target, { [name]: value })).toEqual(emulatorEnvironment(url, target, {}));
  });

  test("keeps the parent's PATH, home folder, and variables for registries and Terraform's log", () => {
    const harmless = {
      PATH: "/usr/bin",
      HOME: "/home/someone",
      TF_LOG: "debug",
      TF_LOG_PROVIDER: "trace",
      TF_TOKEN_registry_example_com: "token",
    };
    expect(emulatorEnvironment(url, target, harmless)).toMatchObject(harmless);
  });

  test("does not change the parent environment", () => {
    const parent = { AWS_PROFILE: "production", PATH: "/usr/bin" };
    emulatorEnvironment(url, target, parent);
    expect(parent).toEqual({ AWS_PROFILE: "production", PATH: "/usr/bin" });
  });

  test("exempts only the given hosts from the proxies", () => {
    const environment = emulatorEnvironment(
      url,
      { ...target, directHosts: ["registry.terraform.io", "releases.hashicorp.com"] },
      hostile,
    );
    expect(environment).toMatchObject({
      NO_PROXY: "registry.terraform.io,releases.hashicorp.com",
      no_proxy: "registry.terraform.io,releases.hashicorp.com",
      HTTPS_PROXY: "http://127.0.0.1:1",
    });
  });

  test.each([
    "https://127.0.0.1:4567",
    "http://localhost:4567",
    "http://10.0.0.1:4567",
    "http://127.0.0.1",
    "http://127.0.0.1:4567/path",
    "",
  ])("refuses the URL %j", (wrong) => {
    expect(() => emulatorEnvironment(wrong, target, {})).toThrow(
      `the emulator's URL must be http://127.0.0.1:<port>, got "${wrong}"`,
    );
  });

  test.each(["", "11111111111", "1111111111111", "AKIAIOSFODNN", "111111111111\n"])(
    "refuses the account id %j",
    (accountId) => {
      expect(() => emulatorEnvironment(url, { ...target, accountId }, {})).toThrow(
        `accountId must be 12 digits, got "${accountId}"`,
      );
    },
  );

  test.each(["", "Frankfurt", "eu-central-1a", "eu-central"])("refuses the region %j", (region) => {
    expect(() => emulatorEnvironment(url, { ...target, region }, {})).toThrow(
      `region must be an AWS region code such as eu-central-1, got "${region}"`,
    );
  });
});

describe("parseEmulatorUrl", () => {
  test.each(["http://127.0.0.1:5000", "http://127.0.0.1:5000/"])("accepts %s", (text) => {
    expect(parseEmulatorUrl(text, "EMULATOR_URL")).toBe("http://127.0.0.1:5000");
  });

  test.each([
    "http://127.0.0.1:0",
    "http://127.0.0.1:65536",
    "http://user@127.0.0.1:5000",
    "http://127.0.0.1:5000.example.com",
    "127.0.0.1:5000",
  ])("refuses %s", (text) => {
    expect(() => parseEmulatorUrl(text, "EMULATOR_URL")).toThrow(
      `EMULATOR_URL must be http://127.0.0.1:<port>, got "${text}"`,
    );
  });
});
