import { existsSync, readdirSync, statSync } from "node:fs";
import { devNull, homedir } from "node:os";
import { join, resolve } from "node:path";

export const AWS_PROVIDER = "registry.terraform.io/hashicorp/aws";

/**
 * A value of TF_REATTACH_PROVIDERS for commands that only read or write a state: Terraform neither installs nor hashes
 * the provider's 700 MB, which takes 1.4 s of CPU, and starts none. Whatever needs the provider fails.
 */
export const NO_PROVIDER = JSON.stringify({
  [AWS_PROVIDER]: {
    Protocol: "grpc",
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "unix", String: devNull },
  },
});

/** The add-on packages directory of the Filesystem Hierarchy Standard (3.0, section 3.13). */
const FHS_ADD_ON_PACKAGES = "/opt";

export interface MirrorOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder to search for `terraform.d/plugins`. @default the current folder */
  readonly cwd?: string;
  /** @default the running system's */
  readonly platform?: NodeJS.Platform;
  /** @default the FHS's; none on Windows */
  readonly addOnFolder?: string;
}

/**
 * The folder of a filesystem mirror with this version of hashicorp/aws for this system, or undefined. Searches
 * `TF_PROVIDER_MIRROR`, Terraform's implied mirror folders, then each first-level folder of the add-on packages
 * directory.
 */
export function providerMirror(version: string, options: MirrorOptions = {}): string | undefined {
  const {
    env = process.env,
    cwd = process.cwd(),
    platform = process.platform,
    addOnFolder = FHS_ADD_ON_PACKAGES,
  } = options;
  const named = env.TF_PROVIDER_MIRROR ? [resolve(cwd, env.TF_PROVIDER_MIRROR)] : [];
  const addOns = platform === "win32" ? [] : subfolders(addOnFolder);
  return [...named, ...impliedMirrors(env, cwd, platform), ...addOns].find(
    (folder) => packageIn(folder, version, platform) !== undefined,
  );
}

/** An empty variable counts as unset. */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
function impliedMirrors(env: NodeJS.ProcessEnv, cwd: string, platform: NodeJS.Platform): string[] {
  const home = nonEmpty(env.HOME) ?? homedir();
  const local = join(cwd, "terraform.d", "plugins");
  if (platform === "win32") {
    const appData = env.APPDATA;
    return appData
      ? [local, join(appData, "terraform.d", "plugins"), join(appData, "HashiCorp", "Terraform", "plugins")]
      : [local];
  }
  if (platform === "darwin") {
    const library = join("Library", "Application Support", "io.terraform", "plugins");
    return [local, join(home, ".terraform.d", "plugins"), join(home, library), join("/", library)];
  }
  // XDG: these are the defaults of an unset or empty variable.
  const dataHome = nonEmpty(env.XDG_DATA_HOME) ?? join(home, ".local", "share");
  const dataDirs = (nonEmpty(env.XDG_DATA_DIRS) ?? "/usr/local/share:/usr/share")
    .split(":")
    .filter((folder) => folder !== "");
  return [
    local,
    join(home, ".terraform.d", "plugins"),
    ...[dataHome, ...dataDirs].map((folder) => join(folder, "terraform", "plugins")),
  ];
}

/**
 * The provider's package in a mirror, for this system. Terraform accepts both layouts: an unpacked folder for each
 * system, or the release's zip file.
 */
export function packageIn(mirror: string, version: string, platform = process.platform): string | undefined {
  const system = `${platform === "win32" ? "windows" : platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const provider = join(mirror, AWS_PROVIDER);
  const packages = [join(provider, version, system), join(provider, `terraform-provider-aws_${version}_${system}.zip`)];
  return packages.find((path) => existsSync(path));
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  } catch {
    return []; // no such folder, or not readable: no mirror
  }
}

/** The version of hashicorp/aws that the bindings (@cdktf/provider-aws) are generated from. */
export function providerVersion(): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { cdktf } = require("@cdktf/provider-aws/package.json") as { cdktf: { provider: { version: string } } };
  return cdktf.provider.version;
}
