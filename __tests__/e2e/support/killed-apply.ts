import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clone, Running } from "./clone";
import type { WriteProxy } from "./write-proxy";

/** Lets the commands of a clone and their Terraform reach AWS through a proxy. */
export function useProxy({ environment, url }: Clone, proxy: WriteProxy): void {
  for (const [variable, value] of Object.entries(environment)) if (value === url) environment[variable] = proxy.url;
}

/** A write of an apply: the n-th of those that are not in `except`. */
interface Point {
  readonly stack: string;
  readonly nth: number;
  readonly except?: ReadonlySet<string>;
}

/**
 * Kills Terraform and its providers after a write of an apply.
 *
 * @returns the write. Undefined if the apply ended before it
 */
export async function killTerraform(
  { directory }: Pick<Clone, "directory">,
  proxy: WriteProxy,
  { stack, nth, except, ended }: Point & { readonly ended: Promise<unknown> },
): Promise<string | undefined> {
  const written = await Promise.race([proxy.withhold(nth, except), ended.then(() => undefined)]);
  if (written !== undefined) {
    for (const pid of terraforms(directory, stack)) process.kill(pid, "SIGKILL");
    await sleep(100);
  }
  proxy.restore();
  return written;
}

/**
 * Kills Terraform after a write of an apply, and removes its lock.
 *
 * @returns the write. Undefined if the apply ended before it: with nothing left to do
 */
export async function killAfterWrite(
  clone: Clone,
  proxy: WriteProxy,
  { applying, ...point }: Point & { readonly applying: Running },
): Promise<string | undefined> {
  const written = await killTerraform(clone, proxy, { ...point, ended: applying.ended });
  expect(await applying.ended).toExitWith(written === undefined ? 0 : 1);
  if (written !== undefined) await unlock(clone, point.stack);
  return written;
}

/** Terraform's apply of a stack, and its providers, which would repeat what nobody answered. */
function terraforms(directory: string, stack: string): number[] {
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return found.map(Number).filter((pid) => {
    try {
      const [program = "", command] = readFileSync(join("/proc", String(pid), "cmdline"), "utf8").split("\0");
      const cwd = readlinkSync(join("/proc", String(pid), "cwd"));
      const isOne = command === "apply" || program.includes("terraform-provider-");
      return isOne && cwd.startsWith(directory) && cwd.endsWith(`/${stack}`);
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
