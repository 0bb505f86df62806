import { rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { estateFile, loadEstate } from "../../config/load";
import { printWaiting } from "../../config/waiting";
import { findAffected } from "../plans/affected";
import { affectedText } from "../plans/affected/affected-text";
import { pipelineMatrix } from "../plans/pipeline-matrix";
import { runCommand } from "./run-command";
import { CACHE, ROOT, newRunDirectory } from "../support/project";

interface Flags {
  readonly base?: string;
  readonly json: boolean;
}

const command = new Command("npm run affected --")
  .description(
    "Lists the stacks that a change affects, with reasons: those whose synthesized JSON differs from that of another commit, and those that read their states. " +
      "Includes uncommitted changes. Exit code 0: success, with or without affected stacks; 1: a failure.",
  )
  .option("--base <ref>", "compare with the merge base of HEAD and this ref; default: the main branch")
  .option("--json", "print only a matrix for pipelines, as one line of JSON", false)
  .action((flags: Flags) => runCommand((signal) => affected(flags, signal)));

async function affected({ base: ref, json }: Flags, signal: AbortSignal): Promise<number> {
  const estate = printWaiting(loadEstate());
  const directory = newRunDirectory(join(CACHE, "affected"));
  try {
    const found = await findAffected({
      root: ROOT,
      ref,
      option: "--base",
      estate,
      estateFile: estateFile(),
      directory,
      signal,
    });
    for (const note of found.notes) console.error(note);
    console.log(json ? JSON.stringify(pipelineMatrix(found, estate)) : affectedText(found, { ref }));
    const count = found.affected.length;
    if (!json && count > 0) console.log(`next: npm run plan -- --affected ${ref ?? found.base.slice(0, 12)}`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export default command;
if (require.main === module) void command.parseAsync();
