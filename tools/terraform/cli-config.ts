import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { AWS_PROVIDER, nonEmpty, providerMirror, type MirrorOptions } from "./provider-mirror";
import { writeAtomically } from "../support/files";

interface CliConfigOptions extends MirrorOptions {
  /** The pinned version of hashicorp/aws, e.g. "5.100.0". */
  readonly providerVersion: string;
  /** The project's cache folder, which git ignores. @default ".cache" under cwd */
  readonly cacheDirectory?: string;
}

/** Variables for the environment of every Terraform command, and the source of the provider. */
export interface CliConfig {
  readonly env: { readonly TF_CLI_CONFIG_FILE: string; readonly TF_PLUGIN_CACHE_DIR?: string };
  /** "user": the user's own configuration decides. "registry": downloads it once into the cache folder. */
  readonly provider: "user" | "mirror" | "registry";
}

/**
 * Decides where Terraform gets hashicorp/aws from, and writes that configuration into the cache folder.
 * The user's own configuration file takes precedence and is never changed.
 * Sets `TF_PLUGIN_CACHE_DIR` if a plugin cache is used, because `terraform init` must then run one at a time.
 */
export function terraformCliConfig(options: CliConfigOptions): CliConfig {
  const { env = process.env, cwd = process.cwd(), providerVersion } = options;
  const own = userConfig(env, options.platform ?? process.platform);
  if (own !== undefined) return { env: { TF_CLI_CONFIG_FILE: own, ...cacheOf(own, env) }, provider: "user" };

  const folder = join(resolve(cwd, options.cacheDirectory ?? ".cache"), "terraform");
  const mirror = providerMirror(providerVersion, options);
  if (mirror !== undefined) {
    const file = join(folder, "mirror.tfrc");
    writeAtomically(file, mirrorConfig(mirror));
    return { env: { TF_CLI_CONFIG_FILE: file }, provider: "mirror" };
  }
  const file = join(folder, "registry.tfrc");
  const plugins = join(folder, "plugins");
  mkdirSync(plugins, { recursive: true }); // Terraform refuses a missing plugin cache
  writeAtomically(file, registryConfig(plugins));
  return { env: { TF_CLI_CONFIG_FILE: file, TF_PLUGIN_CACHE_DIR: plugins }, provider: "registry" };
}

/** Terraform only warns about a missing `TF_CLI_CONFIG_FILE`, and then reads no other file: a missing one is ignored. */
function userConfig(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const home = nonEmpty(env.HOME) ?? homedir();
  const usual = platform === "win32" ? join(env.APPDATA ?? home, "terraform.rc") : join(home, ".terraformrc");
  const candidates = [env.TF_CLI_CONFIG_FILE, usual].filter((file): file is string => Boolean(file));
  return candidates.find((file) => existsSync(file));
}

/** The plugin cache that the user's file names: see `terraformCliConfig`. */
function cacheOf(file: string, env: NodeJS.ProcessEnv): { TF_PLUGIN_CACHE_DIR?: string } {
  const folder =
    env.TF_PLUGIN_CACHE_DIR ?? /^\s*plugin_cache_dir\s*=\s*"([^"]+)"/m.exec(readFileSync(file, "utf8"))?.[1];
  if (folder === undefined || folder === "") return {};
  return { TF_PLUGIN_CACHE_DIR: folder.replace(/^\$HOME|^~/, nonEmpty(env.HOME) ?? homedir()) };
}

function mirrorConfig(mirror: string): string {
  return `disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ["${AWS_PROVIDER}"]
  }
  direct {
    exclude = ["${AWS_PROVIDER}"]
  }
}
`;
}

/** Without the last line, the cache serves only folders with a lock file, and a synthesized stack has none. */
function registryConfig(plugins: string): string {
  return `disable_checkpoint = true
plugin_cache_dir   = ${JSON.stringify(plugins)}
provider_installation {
  direct {}
}
plugin_cache_may_break_dependency_lock_file = true
`;
}
