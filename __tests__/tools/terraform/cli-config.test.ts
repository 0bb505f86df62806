import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { terraformCliConfig, type CliConfig } from "../../../tools/terraform/cli-config";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();
const arch = process.arch === "x64" ? "amd64" : process.arch;

function config(env: NodeJS.ProcessEnv = {}): CliConfig {
  const all = { HOME: join(folder(), "home"), XDG_DATA_DIRS: join(folder(), "xdg"), ...env };
  return terraformCliConfig({
    providerVersion: "5.100.0",
    env: all,
    cwd: folder(),
    platform: "linux",
    addOnFolder: join(folder(), "add-ons"),
  });
}

test("uses the mirror for hashicorp/aws and the registry for other providers", () => {
  const mirror = join(folder(), "mirror");
  mkdirSync(join(mirror, "registry.terraform.io/hashicorp/aws/5.100.0", `linux_${arch}`), { recursive: true });
  const { env, provider } = config({
    TF_PROVIDER_MIRROR: mirror,
    TF_CLI_CONFIG_FILE: join(folder(), "does-not-exist"),
  });
  expect(provider).toBe("mirror");
  expect(env).toEqual({ TF_CLI_CONFIG_FILE: join(folder(), ".cache", "terraform", "mirror.tfrc") });
  const text = readFileSync(env.TF_CLI_CONFIG_FILE, "utf8");
  expect(text).toMatch(
    /filesystem_mirror \{\s+path += "(.*)"\s+include = \["registry\.terraform\.io\/hashicorp\/aws"\]/,
  );
  expect(text).toContain(JSON.stringify(mirror));
  expect(text).toMatch(/direct \{\s+exclude = \["registry\.terraform\.io\/hashicorp\/aws"\]/);
  expect(text).toContain("disable_checkpoint = true");
  expect(readdirSync(join(folder(), ".cache", "terraform"))).toEqual(["mirror.tfrc"]);
});

test("uses the registry with a plugin cache if there is no mirror", () => {
  const { env, provider } = config();
  const plugins = join(folder(), ".cache", "terraform", "plugins");
  expect(provider).toBe("registry");
  expect(env).toEqual({
    TF_CLI_CONFIG_FILE: join(folder(), ".cache", "terraform", "registry.tfrc"),
    TF_PLUGIN_CACHE_DIR: plugins,
  });
  expect(existsSync(plugins)).toBe(true);
  expect(readFileSync(env.TF_CLI_CONFIG_FILE, "utf8")).toContain(`plugin_cache_dir   = ${JSON.stringify(plugins)}`);
});

test.each(["TF_CLI_CONFIG_FILE", "~/.terraformrc"])("the user's own configuration takes precedence: %s", (place) => {
  const own = place === "TF_CLI_CONFIG_FILE" ? join(folder(), "own.tfrc") : join(folder(), "home", ".terraformrc");
  mkdirSync(join(folder(), "home"));
  writeFileSync(own, "disable_checkpoint = false\n");
  const env = place === "TF_CLI_CONFIG_FILE" ? { TF_CLI_CONFIG_FILE: own } : {};
  expect(config(env)).toEqual({ env: { TF_CLI_CONFIG_FILE: own }, provider: "user" });
  expect(existsSync(join(folder(), ".cache"))).toBe(false);
});

test("returns the plugin cache of the user's configuration, since init must then run one at a time", () => {
  const own = join(folder(), "own.tfrc");
  writeFileSync(own, 'plugin_cache_dir = "$HOME/plugins"\n');
  expect(config({ TF_CLI_CONFIG_FILE: own }).env.TF_PLUGIN_CACHE_DIR).toBe(join(folder(), "home", "plugins"));
});
