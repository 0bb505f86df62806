// Installs the dependencies if they are missing, older than the lock file, or not those of the lock file: the project's,
// and those of a team's own stacks if custom/ has a lock file. Plain Node: it runs before any dependency exists.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js must be 20.19 or newer, got ${process.versions.node}. Install it from https://nodejs.org.`);
  process.exit(1);
}
if (process.platform === "win32")
  console.error(
    "Windows is not supported: an interrupted command may leave Terraform's providers running, and other users may read plan files. Use WSL.",
  );

install(root, "npm ci", ["ci"]);
// Its peers (cdktf, constructs) are the project's: a second copy would not know the first one's stacks.
if (existsSync(`${root}custom/package-lock.json`))
  install(`${root}custom/`, "npm ci in custom/", [
    "ci",
    "--ignore-scripts",
    "--legacy-peer-deps",
    "--no-audit",
    "--no-fund",
  ]);

/**
 * @param folder with a slash at its end
 * @param shown the command in messages
 */
function install(folder, shown, args) {
  // npm writes this file last, so an interrupted installation counts as missing.
  const installed = `${folder}node_modules/.package-lock.json`;
  const lock = `${folder}package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs && isOfLock(installed, lock))
    return;
  console.error(`installing the dependencies (${shown}) …`);
  // npm would empty the target of a link, which may belong to another project.
  const link = `${folder}node_modules`;
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(link);
  const { status } = spawnSync("npm", args, {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  console.error(`${shown} failed (see above). Fix the cause and run the command again.`);
  process.exit(1);
}

/** Whether npm's record of the installation lists the packages of the lock file, in their versions. */
function isOfLock(installed, lock) {
  try {
    const [present, wanted] = [installed, lock].map((file) => JSON.parse(readFileSync(file, "utf8")).packages ?? {});
    const identity = ({ version, integrity, resolved }) => `${version} ${integrity ?? resolved}`;
    return (
      Object.entries(present).every(([path, one]) => wanted[path] && identity(one) === identity(wanted[path])) &&
      Object.entries(wanted).every(
        ([path, { dev, optional, devOptional }]) => path === "" || dev || optional || devOptional || present[path],
      )
    );
  } catch {
    return false;
  }
}
