import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clone, Running } from "./clone";
import type { WriteProxy } from "./write-proxy";

/** Lets the commands of a clone and their Terraform reach AWS through a proxy. */
export function useProxy({ environment, url }: Clone, proxy: WriteProxy): void {
  for (const [variable, value] of Object.entries(environment)) if (value === url) environment[variable] = proxy.url;
}

/**
 * Kills Terraform after the n-th write of an apply, and removes its lock.
 *
 * @returns the write. Undefined if the apply ended before it: with nothing left to do
 */
export async function killAfterWrite(
  clone: Clone,
  proxy: WriteProxy,
  { stack, nth, applying }: { readonly stack: string; readonly nth: number; readonly applying: Running },
): Promise<string | undefined> {
  const written = await Promise.race([proxy.withhold(nth), applying.ended.then(() => undefined)]);
  if (written !== undefined) {
    for (const pid of terraforms(clone, stack)) process.kill(pid, "SIGKILL");
    const ended = applying.ended;
    await sleep(100);
    proxy.restore();
    expect(await ended).toExitWith(1);
    await unlock(clone, stack);
    return written;
  }
  proxy.restore();
  expect(await applying.ended).toExitWith(0);
  return undefined;
}

function terraforms({ directory }: Clone, stack: string): number[] {
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return found.map(Number).filter((pid) => {
    try {
      const args = readFileSync(join("/proc", String(pid), "cmdline"), "utf8").split("\0");
      const cwd = execFileSync("readlink", [join("/proc", String(pid), "cwd")], { encoding: "utf8" }).trim();
      return args[1] === "apply" && cwd.startsWith(directory) && cwd.endsWith(`/${stack}`);
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

async function unlock(clone: Clone, stack: string): Promise<void> {
  const locked = await clone.run("orphans", stack);
  expect(locked).toExitWith(1);
  expect(locked.output).toMatch(new RegExp(`${stack} is locked: `));
  const [, id = ""] = /lock id ([0-9a-f-]{36})/.exec(locked.output) ?? [];
  expect(await clone.run("unlock", stack, "--lock-id", id)).toExitWith(0);
}

/** Looks for orphans, and commits what is to be imported. */
export async function adoptOrphans(clone: Clone, stack: string): Promise<string> {
  const looked = await clone.run("orphans", stack);
  expect(looked).toExitWith(0);
  clone.git("add", "--all");
  clone.git("commit", "--quiet", "--allow-empty", "--message", "import what the killed apply created");
  return looked.output;
}
