import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { App } from "cdktf";
import { loadEstate } from "./config/load";
import type { Estate } from "./config/model";
import { printWaiting } from "./config/waiting";
import { exitOnUserError, isSystemError, UserError } from "./config/user-error";
import { addStacks } from "./stacks";

exitOnUserError(() => {
  const estate = printWaiting(loadEstate());
  const outdir = process.env["CDKTF_OUTDIR"] ?? "cdktf.out";
  const unfinished = join(outdir, `.unfinished-${process.pid}`);
  try {
    mkdirSync(unfinished, { recursive: true });
    synthesize(estate, unfinished);
    moveFiles(unfinished, outdir);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(
      `${outdir} must be a folder to write to, got ${error.message}. Make it writable, then run the command again.`,
    );
  } finally {
    removeUnfinished(unfinished, outdir);
  }
});

function synthesize(estate: Estate, outdir: string): void {
  const app = new App({ outdir });
  addStacks(app, estate);
  app.synth();
}

/** Only complete output replaces that of an earlier run. The manifest, from which the stacks are read, is the last file. */
function moveFiles(from: string, to: string): void {
  const files = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(from, join(parentPath, name)));
  for (const file of files) mkdirSync(dirname(join(to, file)), { recursive: true });
  for (const file of [...files.filter((each) => each !== "manifest.json"), "manifest.json"])
    renameSync(join(from, file), join(to, file));
}

/** A refused estate leaves no folder. */
function removeUnfinished(unfinished: string, outdir: string): void {
  try {
    rmSync(unfinished, { recursive: true, force: true });
    if (readdirSync(outdir).length === 0) rmdirSync(outdir);
  } catch (error) {
    if (!isSystemError(error)) throw error; // the folder does not exist, or is a file
  }
}
