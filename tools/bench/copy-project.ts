import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "../..");

/**
 * Copies what git would commit of the working tree, with a link to what is installed: a clone of the present code.
 *
 * @param directory where there is nothing yet
 */
export function copyProject(directory: string): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    // Times are kept: an installation that is older than the lock file would be done again.
    cpSync(join(ROOT, file), join(directory, file), { preserveTimestamps: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "junction");
}
