import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../config/user-error";
import { npmCommand, runProcess } from "../../support/process";

const LOCK = "package-lock.json";
const TIME_LIMIT_SECONDS = 900;
const GRACE_SECONDS = 2; // a half-done installation is removed with the checkout

/*
 * No scripts: a `prepare` that installs git hooks would install them in the repository that the checkout shares.
 * npm's cache is safe because the lock file pins every package by its digest.
 */
const INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

interface InstallOptions {
  readonly logFile: string;
  /** Interrupts it. */
  readonly signal?: AbortSignal;
}

/** A team's own stacks, with dependencies of their own (tools/cli/ensure-installed.mjs). */
const CUSTOM = "custom";

/**
 * Gives a checkout of another commit the dependencies of its lock files: a link to the installed ones if the two lock
 * files are the same, otherwise a new installation (`npm ci`).
 *
 * @param project the checkout
 * @param root the folder of the current code, with its dependencies installed
 * @throws UserError with npm's output
 */
export async function installDependencies(project: string, root: string, options: InstallOptions): Promise<void> {
  await installInto(project, root, INSTALL, options);
  const [theirs, ours] = [join(project, CUSTOM), join(root, CUSTOM)];
  if (lockOf(theirs) !== undefined) await installInto(theirs, ours, [...INSTALL, "--legacy-peer-deps"], options);
}

async function installInto(
  project: string,
  root: string,
  install: readonly string[],
  { logFile, signal }: InstallOptions,
): Promise<void> {
  const lock = lockOf(project);
  if (lock === lockOf(root) && !linksInto(project, lock)) {
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
    return;
  }
  const { exitCode, output, interruptedBy } = await runProcess({
    ...npmCommand(install),
    ...{
      cwd: project,
      env: process.env,
      logFile,
      timeLimitSeconds: TIME_LIMIT_SECONDS,
      graceSeconds: GRACE_SECONDS,
      signal,
    },
  });
  if (interruptedBy)
    throw new UserError(
      `installing its dependencies (npm ci) ${interruptedBy === "abort" ? "was interrupted" : "took too long"}`,
    );
  if (exitCode !== 0) throw new UserError(`its dependencies can't be installed (npm ci): ${output.trim()}`);
}

function lockOf(directory: string): string | undefined {
  const file = join(directory, LOCK);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/**
 * Whether dependencies are folders of the commit itself (workspaces, `file:`): the installed ones link to the folders of
 * the current code.
 */
function linksInto(project: string, lock: string | undefined): boolean {
  if (lock === undefined) return false;
  try {
    const { packages } = JSON.parse(lock) as { readonly packages?: Readonly<Record<string, { readonly link?: boolean; readonly resolved?: string }>> }; // prettier-ignore
    return Object.values(packages ?? {}).some(
      ({ link, resolved }) => link === true && existsSync(join(project, resolved ?? "")),
    );
  } catch {
    return true; // npm will report what is wrong with it
  }
}
