import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { AWS_PROVIDER, nonEmpty, packageIn, providerMirror, type MirrorOptions } from "./provider-mirror";
import { cliConfigText, readCliConfig, type CliSettings, type Installation } from "./cli-config-file";
import { writeAtomically } from "../support/files";

interface CliConfigOptions extends MirrorOptions {
  /** The pinned version of hashicorp/aws, e.g. "5.100.0". */
  readonly providerVersion: string;
  /** The project's cache folder, which git ignores. @default ".cache" under cwd */
  readonly cacheDirectory?: string;
}

/** Variables for the environment of every Terraform command, and the sources of providers. */
export interface CliConfig {
  readonly env: Readonly<Record<string, string>> & { readonly TF_CLI_CONFIG_FILE: string };
  /** Where hashicorp/aws may come from, such as "filesystem mirror /mirror". */
  readonly sources: readonly string[];
  /** The hosts that `terraform init` may ask. */
  readonly hosts: readonly string[];
}

const REGISTRY_HOSTS = ["registry.terraform.io", "releases.hashicorp.com"];

/**
 * Decides where Terraform gets providers from, and writes that configuration into the cache folder. Terraform reads no
 * other one. In this order: the mirror that TF_PROVIDER_MIRROR names, what the user's own configuration file says, a
 * mirror that is found, the registry. Wherever a provider comes from, the lock file decides whether it may run.
 *
 * Sets `TF_PLUGIN_CACHE_DIR` if a plugin cache is used, because `terraform init` must then run one at a time.
 *
 * @throws UserError if the user's own configuration holds something that is not admitted
 */
export function terraformCliConfig(options: CliConfigOptions): CliConfig {
  const { env = process.env, cwd = process.cwd() } = options;
  const own = userConfig(env, options.platform ?? process.platform);
  const settings: CliSettings = own === undefined ? { credentials: [] } : readCliConfig(own);
  const { from, installation, sources } = chosenInstallation(settings, options);
  const folder = join(resolve(cwd, options.cacheDirectory ?? ".cache"), "terraform");
  const userCache = expanded(nonEmpty(env.TF_PLUGIN_CACHE_DIR) ?? settings.pluginCache, env);
  const pluginCache = userCache ?? (from === "registry" ? join(folder, "plugins") : undefined);
  if (pluginCache !== undefined && userCache === undefined) mkdirSync(pluginCache, { recursive: true }); // Terraform refuses a missing one
  const file = join(folder, `${from}.tfrc`);
  writeAtomically(file, cliConfigText({ pluginCache, installation }));
  return {
    env: {
      TF_CLI_CONFIG_FILE: file,
      ...(pluginCache === undefined ? {} : { TF_PLUGIN_CACHE_DIR: pluginCache }),
      // As variables: a token is not written to a second file.
      ...Object.fromEntries(settings.credentials.map(({ host, token }) => [tokenVariable(host), token])),
    },
    sources: [...sources, ...(userCache === undefined ? [] : [`plugin cache ${userCache}`])],
    hosts: from === "mirror" ? [] : installation.flatMap(hostsOf),
  };
}

interface ChosenInstallation {
  readonly from: "user" | "mirror" | "registry";
  readonly installation: readonly Installation[];
  readonly sources: readonly string[];
}

function chosenInstallation({ installation }: CliSettings, options: CliConfigOptions): ChosenInstallation {
  const { env = process.env, cwd = process.cwd(), providerVersion } = options;
  const named = nonEmpty(env.TF_PROVIDER_MIRROR);
  const isNamed =
    named !== undefined && packageIn(resolve(cwd, named), providerVersion, options.platform) !== undefined;
  if (installation && !isNamed) return { from: "user", installation, sources: sourcesOf(installation) };
  const mirror = providerMirror(providerVersion, options);
  if (mirror === undefined) return { from: "registry", installation: [{ kind: "direct" }], sources: ["registry"] };
  return { from: "mirror", installation: mirrored(mirror), sources: [`filesystem mirror ${mirror}`] };
}

/** Terraform only warns about a missing `TF_CLI_CONFIG_FILE`, and then reads no other file: a missing one is ignored. */
function userConfig(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const home = nonEmpty(env.HOME) ?? homedir();
  const usual = platform === "win32" ? join(env.APPDATA ?? home, "terraform.rc") : join(home, ".terraformrc");
  const candidates = [env.TF_CLI_CONFIG_FILE, usual].filter((file): file is string => Boolean(file));
  return candidates.find((file) => existsSync(file));
}

/** A plugin cache may be written with variables, as Terraform allows, or with a tilde. */
function expanded(path: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const home = nonEmpty(env.HOME) ?? homedir();
  return path?.replace(/^~/, home).replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (_, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? "";
    return name === "HOME" ? home : (env[name] ?? "");
  });
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#environment-variable-credentials */
const tokenVariable = (host: string): string => `TF_TOKEN_${host.replaceAll("-", "__").replaceAll(".", "_")}`;

function mirrored(mirror: string): Installation[] {
  return [
    { kind: "filesystem_mirror", at: mirror, include: [AWS_PROVIDER] },
    { kind: "direct", exclude: [AWS_PROVIDER] },
  ];
}

/** Where hashicorp/aws may come from, for reviewers. */
function sourcesOf(installation: readonly Installation[]): readonly string[] {
  return installation.filter(({ exclude = [] }) => !exclude.includes(AWS_PROVIDER)).map(sourceOf);
}

function sourceOf({ kind, at }: Installation): string {
  return kind === "direct"
    ? "registry"
    : `${kind === "filesystem_mirror" ? "filesystem" : "network"} mirror ${at ?? ""}`;
}

function hostsOf({ kind, at = "" }: Installation): readonly string[] {
  if (kind === "filesystem_mirror") return [];
  return kind === "direct" ? REGISTRY_HOSTS : [URL.canParse(at) ? new URL(at).hostname : at];
}
