import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { estateLine, loadEstate } from "./config/load";
import type { Estate } from "./config/model";
import { incompleteEndpointLines, optInLines, printWaiting, secludedLines } from "./config/waiting";
import { exitOnUserError, isSystemError, UserError } from "./config/user-error";
import { groupsOf, groupsWith, type StackGroup } from "./stacks/groups";
import { synthesizeInThreads } from "./stacks/threads";
import type * as unlike from "./stacks/unlike";

const MANIFEST = "manifest.json";

/** `npm run refactor` writes the file of moves for code that it does not fit yet. */
const WITHOUT_ADDRESSES = "--without-addresses";

/**
 * Synthesizes the estate into the folder that `CDKTF_OUTDIR` names.
 *
 * @param args see `selectedGroups`. @default those of the process
 */
export async function main(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  const estate = printWaiting(args[0] === WITHOUT_ADDRESSES ? withoutAddresses(loadEstate()) : loadEstate());
  // The commands have named it in their first line.
  if (!process.env["ESTATE"]) console.error(estateLine());
  for (const line of [...optInLines(estate), ...secludedLines(estate), ...incompleteEndpointLines(estate)])
    console.error(line);
  const outdir = process.env["CDKTF_OUTDIR"] ?? "cdktf.out";
  const unfinished = join(outdir, `.unfinished-${process.pid}`);
  try {
    mkdirSync(unfinished, { recursive: true });
    await synthesizeInThreads(selectedGroups(estate, args), unfinished);
    moveFiles(unfinished, outdir);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(
      `${outdir} must be a folder to write to, got ${error.message}. Make it writable, then run the command again.`,
    );
  } finally {
    removeUnfinished(unfinished, outdir);
  }
}

if (require.main === module) void exitOnUserError(main);

/** The estate as it is without the files of imports and moves. */
function withoutAddresses(estate: Estate): Estate {
  return { ...estate, adoptions: undefined, moves: undefined };
}

/**
 * The groups of stacks to synthesize. No environment variable can select some of them: that could go unnoticed.
 *
 * @param args nothing or `--without-addresses`: every group; ids of stacks: their groups; `--unlike <file> <file>`: those that differ from
 *   another estate's, see `groupsUnlike`
 */
function selectedGroups(estate: Estate, args: readonly string[]): readonly StackGroup[] {
  const groups = groupsOf(estate);
  const [first, own, other] = args;
  if (first === undefined || first === WITHOUT_ADDRESSES) return groups;
  if (first !== "--unlike" || own === undefined || other === undefined) return groupsWith(groups, args);
  // Late: it loads cdktf.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { groupsUnlike } = require("./stacks/unlike") as typeof unlike;
  return groupsUnlike(groups, estate, { own, other });
}

/**
 * Only complete output replaces that of an earlier run. A file with the same content is left as it is. The manifest, from
 * which the stacks are read, is the last file.
 */
function moveFiles(from: string, to: string): void {
  const names = readdirSync(from).filter((name) => name !== MANIFEST);
  for (const name of [...names, MANIFEST]) moveInto(join(from, name), join(to, name));
}

function moveInto(from: string, to: string): void {
  if (!existsSync(to)) renameSync(from, to);
  else if (statSync(from).isDirectory())
    for (const name of readdirSync(from)) moveInto(join(from, name), join(to, name));
  else if (!readFileSync(from).equals(readFileSync(to))) renameSync(from, to);
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
