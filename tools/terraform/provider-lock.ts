import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { basename, dirname, join, relative } from "node:path";
import { Worker } from "node:worker_threads";
import { EXTERNAL_VARIABLES } from "../../config/external-model";
import { UserError } from "../../config/user-error";
import { sortedBy } from "../support/order";
import { ROOT } from "../support/project";
import { readCliConfig } from "./cli-config-file";
import { AWS_PROVIDER, packageIn } from "./provider-mirror";
import type { TerraformError } from "./terraform-error";

/** The lock file of the project: the versions of its stacks' providers, with the hashes of every platform's release. */
export const PROVIDER_LOCK = join(ROOT, "tools/terraform/.terraform.lock.hcl");

/** Terraform's file with the hashes of the providers, in a stack's folder and in a plan file. */
export const LOCK_FILE = ".terraform.lock.hcl";

/** The folder of a team's lock files of providers outside AWS. The project ships none of them. */
const OWN_LOCKS = join(ROOT, "config");

const RENEW = 'Renew the lock file: docs/plan-integrity.md, "The provider and its hashes".';

interface LockedProvider {
  readonly version: string;
  readonly hashes: readonly string[];
  /** Its block in the lock file. */
  readonly block: string;
}

/** The providers of a lock file, by address. */
export function lockedProviders(lockFile: string): ReadonlyMap<string, LockedProvider> {
  const text = existsSync(lockFile) ? readFileSync(lockFile, "utf8").replaceAll("\r\n", "\n") : "";
  return new Map(
    [...text.matchAll(/^provider "([^"]+)" \{\n[^}]*^\}$/gm)].map(([block, address = ""]) => [
      address,
      {
        version: /^\s*version\s*=\s*"([^"]+)"/m.exec(block)?.[1] ?? "",
        hashes: [...block.matchAll(/"((?:h1|zh):[^"]+)"/g)].map(([, hash = ""]) => hash),
        block,
      },
    ]),
  );
}

/**
 * Gives a stack's folder the lock file that is committed, in place of any other, with the providers that its JSON
 * requires: for more, a read-only `terraform init` would refuse it. A provider outside AWS has a lock file of its own.
 *
 * @param own the folder of these
 * @throws UserError if the lock file lacks a provider or has another version of it
 */
export function placeLockFile(directory: string, lockFile: string, own = OWN_LOCKS): void {
  const target = join(directory, LOCK_FILE);
  rmSync(target, { force: true });
  const required = requiredProviders(directory);
  if (required.size === 0) return;
  const locked = new Map(lockedProviders(lockFile));
  const problems = [...required].flatMap(([address, version]) => {
    const name = basename(address);
    const isOutside = Object.hasOwn(EXTERNAL_VARIABLES, name) && !locked.has(address);
    const file = isOutside ? join(own, `${name}.lock.hcl`) : lockFile;
    const found = lockedProviders(file).get(address);
    if (found) locked.set(address, found);
    if (found && (version === undefined || version === found.version)) return [];
    const where = relative(process.cwd(), file);
    const remedy = isOutside ? lockRemedy(basename(directory), where) : RENEW;
    return [`${where} must have ${address} ${version ?? ""}, got ${found?.version ?? "no version"}. ${remedy}`];
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  const blocks = sortedBy(required.keys(), (address) => address).map((address) => locked.get(address)?.block);
  writeFileSync(target, `${blocks.join("\n\n")}\n`, { mode: 0o600 });
}

const lockRemedy = (stack: string, file: string): string =>
  `Run npm run synth, then terraform -chdir=cdktf.out/stacks/${stack} providers lock with each -platform, and copy its ${LOCK_FILE} to ${file}: docs/beyond-aws.md, "Hashes".`;

interface RequiredProviders {
  readonly terraform?: {
    readonly required_providers?: Readonly<Record<string, { readonly source?: string; readonly version?: string }>>;
  };
}

/** The providers that the JSON files of a folder require: their addresses and, if it is exact, their version. */
export function requiredProviders(directory: string): ReadonlyMap<string, string | undefined> {
  const files = readdirSync(directory).filter((name) => name.endsWith(".tf.json"));
  return new Map(
    files.flatMap((name) => {
      const json = JSON.parse(readFileSync(join(directory, name), "utf8")) as RequiredProviders;
      return Object.entries(json.terraform?.required_providers ?? {}).map(([local, { source = local, version }]) => [
        addressOf(source),
        version !== undefined && /^[\d.]+$/.test(version) ? version : undefined,
      ]);
    }),
  );
}

/** `aws` and `hashicorp/aws` are short for `registry.terraform.io/hashicorp/aws`. */
function addressOf(source: string): string {
  const missing = 3 - source.split("/").length;
  return ["registry.terraform.io/", "registry.terraform.io/hashicorp/"][missing - 1]?.concat(source) ?? source;
}

/**
 * The error to report if Terraform refused a provider of a mirror because of its hash: the folder, and the expected and
 * actual hashes. Undefined if the command failed for another reason.
 */
export async function wrongProvider(
  failure: TerraformError,
  env: NodeJS.ProcessEnv,
  lockFile: string,
): Promise<UserError | undefined> {
  const text = failure.message.replaceAll(/\s+/g, " ");
  if (!text.includes("match any of the checksums") || !text.includes(AWS_PROVIDER)) return undefined;
  const { version, hashes } = lockedProviders(lockFile).get(AWS_PROVIDER) ?? { version: "", hashes: [] };
  const [found] = packagesIn(mirrorsOf(env), version);
  if (found === undefined) return undefined;
  const got = await hashOf(found);
  const expected = hashes.filter((hash) => hash.startsWith(got.slice(0, 3)));
  return new UserError(
    [
      `${failure.stackId}: the provider ${found} must be a release of ${AWS_PROVIDER} ${version}, got the hash ${got}; it was not started`,
      `  expected one of: ${expected.join(", ")}`,
      `  Replace it with the release from the registry. If the release is right, its platform's hash is missing. ${RENEW}`,
    ].join("\n"),
    { cause: failure },
  );
}

/** The folders of the mirrors in Terraform's CLI configuration. */
function mirrorsOf({ TF_CLI_CONFIG_FILE }: NodeJS.ProcessEnv): readonly string[] {
  const installation = TF_CLI_CONFIG_FILE === undefined ? [] : (readCliConfig(TF_CLI_CONFIG_FILE).installation ?? []);
  return installation.flatMap(({ kind, at }) => (kind === "filesystem_mirror" && at !== undefined ? [at] : []));
}

const packagesIn = (folders: readonly string[], version: string): string[] =>
  folders.map((folder) => packageIn(folder, version)).filter((path) => path !== undefined);

/**
 * Links the package of hashicorp/aws into a folder that needs no other provider, as `terraform init` does, which hashes
 * 700 MB twice for it. Terraform hashes the package before it starts the provider, and compares it with the lock file.
 *
 * @returns false if Terraform must install the providers
 */
export function linkPackage(directory: string, env: NodeJS.ProcessEnv, lockFile: string): boolean {
  const version = lockedProviders(lockFile).get(AWS_PROVIDER)?.version ?? "none";
  const required = requiredProviders(directory);
  if (process.platform === "win32" || required.size !== 1 || required.get(AWS_PROVIDER) !== version) return false;
  const mirror = mirrorsOf(env).find((folder) => packageIn(folder, version) !== undefined);
  const found = mirror && packageIn(mirror, version);
  if (mirror === undefined || !found || !statSync(found).isDirectory()) return false;
  const link = join(directory, ".terraform/providers", relative(mirror, found));
  rmSync(link, { recursive: true, force: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(realpathSync(found), link);
  return true;
}

interface HashedPackage {
  readonly hash: string;
  /** What changes if anyone writes the executable or puts another one in its place. */
  readonly identity: string;
}

/** By folder: a run hashes a package of 700 MB once, and not once for each of Terraform's commands. */
const hashedPackages = new Map<string, Promise<HashedPackage>>();

/**
 * The executable of hashicorp/aws, if an unpacked package with a hash of the lock file is in a mirror or in the plugin
 * cache. Call it right before each start: a package that has changed since it was hashed is hashed again.
 */
export async function lockedExecutable(env: NodeJS.ProcessEnv, lockFile: string): Promise<string | undefined> {
  const locked = lockedProviders(lockFile).get(AWS_PROVIDER);
  if (locked === undefined) return undefined;
  const { TF_PLUGIN_CACHE_DIR: cache } = env;
  const found = packagesIn([...mirrorsOf(env), ...(cache ? [cache] : [])], locked.version);
  const folder = found.map((path) => realpathSync(path)).find((path) => statSync(path).isDirectory());
  const names = folder === undefined ? [] : readdirSync(folder).filter((name) => name.startsWith("terraform-provider-aws")); // prettier-ignore
  if (folder === undefined || names.length !== 1) return undefined;
  const executable = realpathSync(join(folder, names.join("")));
  const hashed = hashedPackages.get(folder);
  if (hashed === undefined || (await hashed).identity !== identityOf(executable)) {
    const identity = identityOf(executable);
    const hashing = hashOf(folder).then((hash) => ({ hash, identity }));
    hashedPackages.set(folder, hashing);
  }
  const { hash, identity } = (await hashedPackages.get(folder)) ?? { hash: "", identity: "" };
  return locked.hashes.includes(hash) && identity === identityOf(executable) ? executable : undefined;
}

/** No program can set the time of the last change of an inode. */
function identityOf(file: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** The hash of a package as lock files have it: `h1:` of an unpacked folder, `zh:` of a zip file. */
function hashOf(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "hash-package.cjs"), { workerData: path, execArgv: [] });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
