import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../../../tools/emulator/emulator";
import { providerVersion } from "../../../tools/terraform/provider-mirror";
import { isRunning, lockHolder, takeLock } from "../../../tools/support/process";
import { CACHE, ROOT } from "../../../tools/support/project";
import type { Tools } from "../../../tools/rehearsal/rehearse";

/** Snapshots of applied estates: a folder of this user alone, in the project's ignored cache. */
export const SNAPSHOTS = join(CACHE, "applied-estates");

/** Stacks of the shipped example that several test files start with: nearly every type of resource but the database. */
export const SHARED_STACKS: readonly string[] = [
  ...["dev-bootstrap", "dev-iam", "dev-network", "dev-application"],
  ...["master-bootstrap", "master-organization", "prod-bootstrap", "prod-iam"],
];

interface AppliedEstateProps {
  /** Starts empty. */
  readonly emulator: Emulator;
  readonly tools: Tools;
  /** What is applied, for the name of the file: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Everything else that decides the result, e.g. the synthesized JSON. */
  readonly content: unknown;
  /** Folders that `apply` initializes for Terraform, by name. @default none */
  readonly initialized?: Readonly<Record<string, string>>;
  /** Applies the estate for real. */
  readonly apply: () => Promise<void>;
}

/**
 * Puts the emulator into the state of an applied estate. The first caller applies it for real and saves it; others wait
 * for that, and load it. What is saved is found by its content only: the emulator, Terraform, the provider, this
 * project's code and `content`. So a change of any of them applies it again.
 */
export async function appliedEstate(props: AppliedEstateProps): Promise<void> {
  const { emulator, name, initialized = {}, apply } = props;
  mkdirSync(SNAPSHOTS, { recursive: true, mode: 0o700 });
  const snapshot = `${name}-${await contentKey(props)}`;
  const folders = join(SNAPSHOTS, `${snapshot}.folders`);
  await whileLocked(join(SNAPSHOTS, `${snapshot}.lock`), () => existsSync(join(SNAPSHOTS, snapshot)), {
    whenThere: async () => {
      await emulator.load(snapshot);
      for (const [id, folder] of Object.entries(initialized)) copyInitialized(join(folders, id), folder);
    },
    whenMissing: async () => {
      await apply();
      for (const [id, folder] of Object.entries(initialized)) copyInitialized(folder, join(folders, id));
      await emulator.save(snapshot); // last: it makes the snapshot complete
      removeOld();
    },
  });
}

async function contentKey({ emulator, tools, content }: AppliedEstateProps): Promise<string> {
  const versions = [await emulator.snapshotKey(), tools.terraform.version, providerVersion(), tools.cliConfig.sources];
  const code = readdirSync(join(ROOT, "tools"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => readFileSync(join(ROOT, "tools", file), "utf8"));
  return createHash("sha256")
    .update(JSON.stringify([versions, code, content]))
    .digest("hex")
    .slice(0, 32);
}

/** What `terraform init` leaves in a stack's folder: the backend's settings, the lock file and a link to the provider. */
function copyInitialized(from: string, to: string): void {
  for (const name of [".terraform", ".terraform.lock.hcl"]) {
    if (existsSync(join(from, name)))
      cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  }
}

interface Cases {
  readonly whenThere: () => Promise<void>;
  readonly whenMissing: () => Promise<void>;
}

/** Of several processes one makes what is missing, and the others wait. The lock of an ended process does not count. */
async function whileLocked(lock: string, isThere: () => boolean, { whenThere, whenMissing }: Cases): Promise<void> {
  while (!isThere()) {
    if (!takeLock(lock)) {
      const holder = lockHolder(lock);
      if (holder !== 0 && !isRunning(holder)) rmSync(lock, { force: true });
      await sleep(200);
      continue;
    }
    try {
      if (!isThere()) {
        await whenMissing();
        return;
      }
    } finally {
      rmSync(lock, { force: true });
    }
  }
  return whenThere();
}

/** Every change of the code makes new snapshots. Those of another day are deleted. */
function removeOld(): void {
  for (const name of readdirSync(SNAPSHOTS)) {
    const path = join(SNAPSHOTS, name);
    const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > 24 * 3600_000) rmSync(path, { recursive: true, force: true });
  }
}
