import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { ExternalProvider } from "../../config/external-model";
import { UserError } from "../../config/user-error";
import { admittedVariables, providerVariables } from "../support/environment";
import { MissingTool } from "../support/errors";

/** The first version in which S3 lock files (`use_lockfile`) are not experimental. */
const MINIMUM = "1.11.0";
const REMEDY = `install Terraform ${MINIMUM} or newer (https://developer.hashicorp.com/terraform/install) and put it on PATH`;

export interface TerraformBinary {
  readonly version: string;
  /** Absolute path. */
  readonly path: string;
}

interface CheckOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder for temporary files. @default the running system's */
  readonly temporary?: string;
  /** @default the running system's */
  readonly platform?: NodeJS.Platform;
}

/**
 * Finds Terraform on PATH and reads its version, without network access.
 *
 * @throws MissingTool if it is missing, does not run, or is older than 1.11; UserError if its providers could not start
 */
export async function checkTerraform(options: CheckOptions = {}): Promise<TerraformBinary> {
  const { env = process.env, temporary = tmpdir(), platform = process.platform } = options;
  checkSocketPath(temporary, platform);
  const path = findOnPath("terraform", env);
  if (path === undefined) throw new MissingTool("terraform is not on PATH", REMEDY);
  const version = await askVersion(path, env);
  if (version === undefined)
    throw new MissingTool(`${path} does not answer \`terraform version -json\``, REMEDY, "no version");
  if (!atLeast(version, MINIMUM))
    throw new MissingTool(`terraform ${MINIMUM} or newer is needed`, REMEDY, `${version} (${path})`);
  return { version, path };
}

/**
 * A provider listens on a socket in the folder for temporary files. If its path is longer than the system allows (unix(7),
 * unix(4) of macOS), Terraform only reports that the provider printed nothing.
 */
function checkSocketPath(temporary: string, platform: NodeJS.Platform): void {
  const longest = (platform === "darwin" ? 103 : 107) - "/plugin4294967295".length;
  const length = Buffer.byteLength(temporary);
  if (platform === "win32" || length <= longest) return;
  throw new UserError(
    `the folder for temporary files must have a path of at most ${longest} bytes, got ${length} (${temporary}). Set TMPDIR to a shorter one, such as /tmp.`,
  );
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const names = process.platform === "win32" ? [`${name}.exe`] : [name];
  return folders.flatMap((folder) => names.map((n) => join(folder, n))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const options = { env: { ...terraformEnvironment(env), TF_CLI_CONFIG_FILE: devNull }, timeout: 10_000 };
    const { stdout } = await promisify(execFile)(path, ["version", "-json"], options);
    const answer = JSON.parse(stdout) as { terraform_version?: unknown };
    return typeof answer.terraform_version === "string" ? answer.terraform_version : undefined;
  } catch {
    return undefined;
  }
}

/** Compares major, minor and patch. A pre-release (`1.11.0-rc1`) is older than its release. */
function atLeast(version: string, minimum: string): boolean {
  const [release = "", preRelease] = version.split("-", 2);
  const got = release.split(".").map(Number);
  const wanted = minimum.split(".").map(Number);
  for (const [index, number] of wanted.entries()) {
    const difference = (got[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return preRelease === undefined;
}

/**
 * Settings of Go's garbage collector. A plan spends most of its time reading the provider's schema, which creates much
 * short-lived garbage. Measured on 2 cores with hashicorp/aws 5.100.0, two plans of one IAM role at once, medians of
 * six: Go's default 8.4 s CPU, 4.4 s elapsed, 590 MB; GOGC=400 6.3 s, 3.3 s, 622 MB; GOGC=800 5.9 s, 3.1 s, 641 MB.
 * On a busy machine: 9.7 s, 7.1 s, 318 MB against 7.4 s, 4.3 s, 512 MB: a quarter less work for up to 200 MB a process.
 * GOMEMLIMIT is soft: near the limit a process collects more often, so a large state costs time instead of memory.
 */
const GARBAGE_COLLECTOR = { GOGC: "800", GOMEMLIMIT: "1GiB" };

/**
 * The environment in which Terraform runs: the admitted variables of the given one, without prompts. Of Terraform's own
 * variables only those that `terraformCliConfig` sets pass; without them Terraform reads no user's configuration. The
 * caller's own GOGC and GOMEMLIMIT take precedence.
 *
 * @param provider the provider outside AWS that gets its credentials. Default: none
 */
export function terraformEnvironment(env: NodeJS.ProcessEnv, provider?: ExternalProvider): NodeJS.ProcessEnv {
  const { TF_CLI_CONFIG_FILE = devNull, TF_PLUGIN_CACHE_DIR } = env;
  return {
    ...GARBAGE_COLLECTOR,
    ...admittedVariables(env),
    ...providerVariables(env, provider),
    TF_CLI_CONFIG_FILE,
    ...(TF_PLUGIN_CACHE_DIR ? { TF_PLUGIN_CACHE_DIR } : {}),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  };
}
