import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkTerraform, terraformEnvironment } from "../../../tools/terraform/preflight";
import { temporaryFolder } from "./support/temporary-folder";
import { UserError } from "../../../config/user-error";
import { MissingTool } from "../../../tools/support/errors";

describe("checkTerraform", () => {
  const folder = temporaryFolder();

  /** A PATH with only one program: a `terraform` that prints this text. */
  function pathWith(printed: string): { PATH: string } {
    writeFileSync(join(folder(), "terraform"), `#!/bin/sh\n/bin/cat <<'END'\n${printed}\nEND\n`, { mode: 0o755 });
    return { PATH: folder() };
  }
  const version = (text: string): string => JSON.stringify({ terraform_version: text });

  test.each(["1.11.0", "1.11.4", "1.12.0", "2.0.0", "1.12.0-beta1"])(
    "accepts Terraform %s, and returns its path",
    async (text) => {
      const env = pathWith(version(text));
      await expect(checkTerraform({ env })).resolves.toEqual({ version: text, path: join(folder(), "terraform") });
    },
  );

  test.each(["1.10.9", "0.15.5", "1.11.0-rc1"])("refuses Terraform %s in one line with the remedy", async (text) => {
    const check = checkTerraform({ env: pathWith(version(text)) });
    await expect(check).rejects.toThrow(MissingTool);
    const found = `${text} (${join(folder(), "terraform")})`;
    await expect(check).rejects.toThrow(
      `terraform 1.11.0 or newer is needed: found ${found}; install Terraform 1.11.0 or newer`,
    );
    await expect(check).rejects.not.toThrow("\n");
  });

  test("reports a missing Terraform, and ignores a folder and a file that is not executable", async () => {
    mkdirSync(join(folder(), "a", "terraform"), { recursive: true });
    mkdirSync(join(folder(), "b"));
    writeFileSync(join(folder(), "b", "terraform"), "", { mode: 0o644 });
    const env = { PATH: [join(folder(), "a"), join(folder(), "b"), ""].join(":") };
    await expect(checkTerraform({ env })).rejects.toThrow("terraform is not on PATH: install Terraform");
  });

  test.each<{ platform: NodeJS.Platform; longest: number }>([
    { platform: "linux", longest: 90 },
    { platform: "darwin", longest: 86 },
  ])(
    "on $platform, the path of temporary files has at most $longest bytes: a provider's socket is there",
    async ({ platform, longest }) => {
      const check = (length: number) =>
        checkTerraform({ env: pathWith(version("1.12.0")), platform, temporary: `/${"t".repeat(length - 1)}` });
      await expect(check(longest)).resolves.toMatchObject({ version: "1.12.0" });
      await expect(check(longest + 1)).rejects.toThrow(
        new UserError(
          `the folder for temporary files must have a path of at most ${longest} bytes, got ${longest + 1} (/${"t".repeat(longest)}). Set TMPDIR to a shorter one, such as /tmp.`,
        ),
      );
    },
  );

  test("refuses a program that does not answer like Terraform", async () => {
    await expect(checkTerraform({ env: pathWith("hello") })).rejects.toThrow(
      "does not answer `terraform version -json`",
    );
  });
});

describe("terraformEnvironment", () => {
  test("passes the credentials of the stack's provider outside AWS, and of no other", () => {
    const env = { AIVEN_TOKEN: "a", GOOGLE_OAUTH_ACCESS_TOKEN: "b" };
    expect(terraformEnvironment(env)).not.toHaveProperty("AIVEN_TOKEN");
    expect(terraformEnvironment(env, "aiven")).toMatchObject({ AIVEN_TOKEN: "a" });
    expect(terraformEnvironment(env, "aiven")).not.toHaveProperty("GOOGLE_OAUTH_ACCESS_TOKEN");
  });

  const always = {
    TF_CLI_CONFIG_FILE: "/dev/null",
    TF_INPUT: "0",
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
  };

  test("runs unattended, with a relaxed garbage collector that the caller's own settings override", () => {
    expect(terraformEnvironment({ PATH: "/bin", TF_INPUT: "1" })).toEqual({
      PATH: "/bin",
      ...always,
      GOGC: "800",
      GOMEMLIMIT: "1GiB",
    });
    const own = { GOGC: "100", GOMEMLIMIT: "4GiB" };
    expect(terraformEnvironment(own)).toEqual({ ...own, ...always });
  });

  test.each(["TF_REATTACH_PROVIDERS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS_plan", "TF_VAR_a", "LD_PRELOAD"])(
    "drops %s",
    (name) => {
      expect(terraformEnvironment({ [name]: "x" })).not.toHaveProperty(name);
    },
  );

  test("keeps the configuration that the project wrote", () => {
    const written = { TF_CLI_CONFIG_FILE: "/c", TF_PLUGIN_CACHE_DIR: "/p" };
    expect(terraformEnvironment(written)).toMatchObject(written);
  });
});
