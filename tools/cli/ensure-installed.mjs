// Installs the dependencies if they are missing, older than the lock file, or not those of the lock file. Plain Node: it
// runs before any dependency exists.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js must be 20.19 or newer, got ${process.versions.node}. Install it from https://nodejs.org.`);
  process.exit(1);
}

// npm writes this file last, so an interrupted installation counts as missing.
const installed = `${root}node_modules/.package-lock.json`;
const lock = `${root}package-lock.json`;
const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs && isOfLock();
if (!isCurrent) {
  console.error("installing the dependencies (npm ci) …");
  // npm would empty the target of a link, which may belong to another project.
  const link = `${root}node_modules`;
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(link);
  const { status } = spawnSync("npm", ["ci"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("npm ci failed (see above). Fix the cause and run the command again.");
    process.exit(1);
  }
}

/** Whether npm's record of the installation lists the packages of the lock file, in their versions. */
function isOfLock() {
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
