import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { npmCommand, runProcess } from "../support/process";

/** The parts of package.json that name packages. */
export interface PackageManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, unknown>>;
}

interface InstallOptions {
  readonly logFile: string;
  /** Interrupts it. */
  readonly signal?: AbortSignal;
}

const TIME_LIMIT_SECONDS = 900;
const GRACE_SECONDS = 2;

/* npm waits for minutes for a registry that does not answer. */
const INSTALL = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"];

/**
 * Changes package.json of a copy of the project, and installs what differs. npm then compares every installed package with
 * what the manifests ask for.
 *
 * @throws UserError if a version does not exist, the registry is not reachable, or the packages do not fit together
 */
export async function installChanged(
  project: string,
  change: (manifest: PackageManifest) => PackageManifest,
  options: InstallOptions,
): Promise<void> {
  const file = join(project, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as PackageManifest;
  writeFileSync(file, `${JSON.stringify(change(manifest), null, 2)}\n`);
  await npm(project, INSTALL, options);
  await npm(project, ["ls", "--all", "--silent"], options);
}

async function npm(cwd: string, args: readonly string[], { logFile, signal }: InstallOptions): Promise<void> {
  const limits = { timeLimitSeconds: TIME_LIMIT_SECONDS, graceSeconds: GRACE_SECONDS };
  const command = npmCommand(args);
  const { exitCode, output, interruptedBy } = await runProcess({
    ...command,
    ...limits,
    cwd,
    env: process.env,
    logFile,
    signal,
  });
  if (interruptedBy === "abort") throw new UserError(`npm ${args[0] ?? ""} was interrupted`);
  if (interruptedBy) throw new UserError(`npm ${args[0] ?? ""} took longer than ${TIME_LIMIT_SECONDS} s`);
  if (exitCode !== 0) throw new UserError(npmProblem(output));
}

/** Codes of npm and Node.js for a registry that does not answer. */
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|FETCH_ERROR)\b/; // prettier-ignore

/** What npm's output says, in one line where the cause is known. */
export function npmProblem(output: string): string {
  const [, missing = ""] = /No matching version found for (\S+?)\.?\s/.exec(output) ?? [];
  const name = missing.slice(0, missing.lastIndexOf("@"));
  if (missing !== "")
    return `the version must be one of ${name} in the npm registry, got ${missing.slice(name.length + 1)}. Run npm view ${name} versions, and choose one.`;
  const [unreachable] = UNREACHABLE.exec(output) ?? [];
  if (unreachable !== undefined)
    return `the npm registry must be reachable, got ${unreachable}. Check the network and npm's settings, then run the command again.`;
  return `npm cannot install the packages:\n${output.trim()}`;
}
