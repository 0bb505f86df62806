import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../config/user-error";
import { runProcess } from "../../support/process";

const LOCK = "package-lock.json";
const TIME_LIMIT_SECONDS = 900;
const GRACE_SECONDS = 2; // what it leaves half done goes with the checkout

/*
 * No scripts: a `prepare` that sets up git's hooks would do so for the repository itself, which the checkout shares.
 * What the lock file pins by its digest may come from npm's cache.
 */
const INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

export interface InstallOptions {
  readonly logFile: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Gives a checkout of another commit the dependencies of its own lock file: those that are installed here where the two
 * lock files are the same, else new ones (`npm ci`).
 *
 * @param project the checkout
 * @param root where the present code lies, installed
 * @throws UserError with what npm said
 */
export async function installDependencies(
  project: string,
  root: string,
  { logFile, signal }: InstallOptions,
): Promise<void> {
  const lock = lockOf(project);
  if (lock === lockOf(root) && !linksInto(project, lock)) {
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
    return;
  }
  const windows = process.platform === "win32";
  const { exitCode, output, interruptedBy } = await runProcess({
    // npm is a script that Windows runs by its shell only.
    ...(windows
      ? { command: "cmd.exe", args: ["/d", "/s", "/c", "npm", ...INSTALL] }
      : { command: "npm", args: INSTALL }),
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
 * Whether dependencies are folders of the commit itself (workspaces, `file:`): what is installed here links to those of
 * the present code.
 */
function linksInto(project: string, lock: string | undefined): boolean {
  if (lock === undefined) return false;
  try {
    const { packages } = JSON.parse(lock) as { readonly packages?: Readonly<Record<string, { readonly link?: boolean; readonly resolved?: string }>> }; // prettier-ignore
    return Object.values(packages ?? {}).some(
      ({ link, resolved }) => link === true && existsSync(join(project, resolved ?? "")),
    );
  } catch {
    return true; // npm says what is wrong with it
  }
}
