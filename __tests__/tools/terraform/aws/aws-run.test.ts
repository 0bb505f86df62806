import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEstate } from "../../../../config/load";
import { connectionsToAws, credentialsOf } from "../../../../tools/terraform/aws/aws-run";
import { temporaryFolder } from "../support/temporary-folder";

const folder = temporaryFolder();
const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

describe("credentialsOf", () => {
  const estate = loadEstate();
  const [account] = estate.accounts;
  const stack = { accountId: account?.id ?? "" };

  test("keeps unknown variables of AWS from Terraform and from this process's own clients", () => {
    Object.assign(process.env, {
      AWS_S3_ENDPOINT: "http://evil.example",
      AWS_PROFILE: "dev",
      TF_REATTACH_PROVIDERS: "{}",
    });
    const env = credentialsOf({ estate, cliConfig: { TF_CLI_CONFIG_FILE: "/ours" } })(stack);
    expect(env).toMatchObject({
      AWS_PROFILE: "dev",
      TF_CLI_CONFIG_FILE: "/ours",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    });
    expect(env).not.toHaveProperty("TF_REATTACH_PROVIDERS");
    for (const each of [env, process.env]) expect(each).not.toHaveProperty("AWS_S3_ENDPOINT");
    expect(process.env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]).toBe("true");
  });

  test("gives credentials of a provider outside AWS to its stacks only, with a profile too", () => {
    process.env["AIVEN_TOKEN"] = "token";
    for (const profile of [undefined, "team"]) {
      const env = credentialsOf({ estate, profile });
      expect(env({ ...stack, provider: "aiven" })).toMatchObject({ AIVEN_TOKEN: "token" });
      for (const provider of [undefined, "google"] as const)
        expect(env({ ...stack, provider })).not.toHaveProperty("AIVEN_TOKEN");
    }
  });

  test("replaces other credentials by the profile of the stack's account", () => {
    process.env["AWS_ACCESS_KEY_ID"] = "other";
    const env = credentialsOf({ estate, profile: "team-{account}" })(stack);
    expect(env["AWS_PROFILE"]).toBe(`team-${account?.name ?? ""}`);
    for (const each of [env, process.env]) expect(each).not.toHaveProperty("AWS_ACCESS_KEY_ID");
  });
});

describe("connectionsToAws", () => {
  /** A file of AWS profiles. */
  function profiles(...lines: readonly string[]) {
    const file = join(folder(), "config");
    writeFileSync(file, ["[profile dev]", ...lines].join("\n"));
    return { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: join(folder(), "none") };
  }
  const endpoint = "endpoint_url = http://127.0.0.1:9";

  test("names certificates that a profile trusts", () => {
    const env = profiles("ca_bundle = /team/ca.pem");
    expect(connectionsToAws(env).caBundles).toEqual({
      [`ca_bundle in ${env.AWS_CONFIG_FILE}`]: "/team/ca.pem",
    });
  });

  test("refuses an endpoint of a profile that a variable for one service would leave in use", () => {
    const env = {
      ...profiles("services = local", "[services local]", "s3 =", `  ${endpoint}`),
      AWS_ENDPOINT_URL_STS: "http://127.0.0.1:8",
    };
    expect(() => connectionsToAws(env)).toThrow(
      `AWS_ENDPOINT_URL must be set where AWS_ENDPOINT_URL_STS is and ${env.AWS_CONFIG_FILE} has endpoint_url, got none.`,
    );
  });

  test.each([
    { when: "no variable names one, and profiles are ignored", more: {} },
    { when: "a variable for all services overrides it", more: { AWS_ENDPOINT_URL: "http://127.0.0.1:8" } },
  ])("accepts an endpoint of a profile if $when", ({ more }) => {
    expect(connectionsToAws({ ...profiles(endpoint), ...more }).endpoints).toEqual(more);
  });
});
