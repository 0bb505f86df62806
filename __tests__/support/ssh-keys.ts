import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Runs ssh-keygen. */
export const keygen = (...args: readonly string[]): string =>
  execFileSync("ssh-keygen", args, { encoding: "utf8", stdio: "pipe" });

/** The type and the text of the public key in `<name>.pub`, without its comment. */
export const publicKeyIn = (folder: string, name: string): string =>
  readFileSync(join(folder, `${name}.pub`), "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");
