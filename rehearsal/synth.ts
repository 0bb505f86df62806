import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { estateFile } from "../config/load";
import { UserError } from "../errors/user-error";
import { readStacks, type Stack } from "../runner/stacks";

const ROOT = join(__dirname, "..");

export interface SynthesizeOptions {
  /** Where the project lies. @default this one */
  readonly root?: string;
  /** @default the estate that commands use */
  readonly estate?: string;
}

/**
 * Synthesizes the estate as `cdktf synth` does, by the command in cdktf.json, into an emptied folder. Stale stacks and the state of an
 * earlier run are gone then.
 *
 * @throws UserError with what main.ts said when the estate is not valid
 */
export function synthesize(outdir: string, options: SynthesizeOptions = {}): void {
  const { root = ROOT, estate = estateFile() } = options;
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(dirname(outdir), { recursive: true });
  const { status, signal, stderr, error } = spawnSync(process.execPath, ["--require", "tsx/cjs", "main.ts"], {
    cwd: root,
    // The file is named whole: the child works in another folder, where a relative name may be another estate.
    env: { ...process.env, ESTATE: estate, CDKTF_OUTDIR: outdir },
    encoding: "utf8",
  });
  if (error) throw error;
  if (signal) throw new UserError(`synthesizing was ended by ${signal}`);
  if (status !== 0) throw new UserError(stderr.trim());
}

/**
 * Synthesizes the estate into a run's own folder, and reads its stacks.
 *
 * @throws UserError like `synthesize`
 */
export function synthesizeStacks(directory: string): Stack[] {
  const outdir = join(directory, "cdktf.out");
  synthesize(outdir);
  return readStacks(outdir);
}
