import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { terraformCliConfig, type CliConfig } from "../../../tools/terraform/cli-config";
import { readCliConfig } from "../../../tools/terraform/cli-config-file";
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

/** A mirror with a package of the provider for this system. */
function mirrorIn(...path: string[]): string {
  const mirror = join(folder(), ...path);
  mkdirSync(join(mirror, "registry.terraform.io/hashicorp/aws/5.100.0", `linux_${arch}`), { recursive: true });
  return mirror;
}

/** A configuration file of the user. */
function own(text: string, place = "own.tfrc"): string {
  const file = join(folder(), place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const written = ({ env }: CliConfig): string => readFileSync(env.TF_CLI_CONFIG_FILE, "utf8");

const REGISTRY = ["registry.terraform.io", "releases.hashicorp.com"];

test("uses the mirror for hashicorp/aws and the registry for other providers", () => {
  const mirror = mirrorIn("mirror");
  const made = config({ TF_PROVIDER_MIRROR: mirror, TF_CLI_CONFIG_FILE: join(folder(), "does-not-exist") });
  expect(made).toEqual({
    env: { TF_CLI_CONFIG_FILE: join(folder(), ".cache", "terraform", "mirror.tfrc") },
    sources: [`filesystem mirror ${mirror}`],
    hosts: [],
  });
  expect(written(made)).toBe(`disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path = ${JSON.stringify(mirror)}
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`);
  expect(readdirSync(join(folder(), ".cache", "terraform"))).toEqual(["mirror.tfrc"]);
});

test("uses the registry with a plugin cache if there is no mirror", () => {
  const made = config();
  const plugins = join(folder(), ".cache", "terraform", "plugins");
  expect(made).toEqual({
    env: {
      TF_CLI_CONFIG_FILE: join(folder(), ".cache", "terraform", "registry.tfrc"),
      TF_PLUGIN_CACHE_DIR: plugins,
    },
    sources: ["registry"],
    hosts: REGISTRY,
  });
  expect(existsSync(plugins)).toBe(true);
  expect(written(made)).toContain(`plugin_cache_dir = ${JSON.stringify(plugins)}`);
});

test.each(["own.tfrc", "home/.terraformrc"])("takes over what the user's own configuration admits: %s", (place) => {
  const file = own(
    `provider_installation {
       filesystem_mirror { path = "/mirror" }
       network_mirror {
         url     = "https://mirror.example.com/providers/" # ours
         include = ["example.com/*/*", "registry.terraform.io/hashicorp/aws"]
       }
       direct { exclude = ["example.com/*/*"] }
     }
     credentials "mirror.my-team.example.com" { token = "secret" }`,
    place,
  );
  mirrorIn("add-ons", "other");
  const made = config(place === "own.tfrc" ? { TF_CLI_CONFIG_FILE: file } : {});
  expect(made).toEqual({
    env: {
      TF_CLI_CONFIG_FILE: join(folder(), ".cache", "terraform", "user.tfrc"),
      TF_TOKEN_mirror_my__team_example_com: "secret",
    },
    sources: ["filesystem mirror /mirror", "network mirror https://mirror.example.com/providers/", "registry"],
    hosts: ["mirror.example.com", ...REGISTRY],
  });
  expect(written(made)).not.toContain("secret");
  expect(readCliConfig(made.env.TF_CLI_CONFIG_FILE).installation).toEqual(readCliConfig(file).installation);
});

test("does not name a source that excludes hashicorp/aws: such a file is what the project writes itself", () => {
  const { env, sources } = config({ TF_PROVIDER_MIRROR: mirrorIn("mirror") });
  expect(config({ TF_CLI_CONFIG_FILE: env.TF_CLI_CONFIG_FILE }).sources).toEqual(sources);
});

test("prefers the mirror that TF_PROVIDER_MIRROR names to the user's own configuration", () => {
  const mirror = mirrorIn("mirror");
  const file = own('provider_installation { filesystem_mirror { path = "/other" } }');
  expect(config({ TF_PROVIDER_MIRROR: mirror, TF_CLI_CONFIG_FILE: file }).sources).toEqual([
    `filesystem mirror ${mirror}`,
  ]);
});

test.each([
  { from: "the user's configuration", env: {}, text: 'plugin_cache_dir = "$HOME/plugins"' },
  { from: "TF_PLUGIN_CACHE_DIR", env: { TF_PLUGIN_CACHE_DIR: "~/plugins" }, text: "" },
])("names a plugin cache from $from, since init must then run one at a time", ({ env, text }) => {
  const { env: made, sources } = config({ ...env, TF_CLI_CONFIG_FILE: own(text) });
  const cache = join(folder(), "home", "plugins");
  expect(made["TF_PLUGIN_CACHE_DIR"]).toBe(cache);
  expect(sources).toEqual(["registry", `plugin cache ${cache}`]);
});

test("refuses overrides of providers by name", () => {
  const file = own('provider_installation {\n dev_overrides { "hashicorp/aws" = "/evil" }\n direct {}\n}');
  expect(() => config({ TF_CLI_CONFIG_FILE: file })).toThrow(
    `Terraform's CLI configuration ${file} can't be used:\n` +
      '  provider_installation.dev_overrides must be absent, got hashicorp/aws = "/evil": no lock file checks these providers. ' +
      "Remove it, or set TF_CLI_CONFIG_FILE to a file without it.",
  );
  expect(existsSync(join(folder(), ".cache"))).toBe(false);
});
