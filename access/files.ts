import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../errors/user-error";
import { writeAtomically } from "../runner/write-atomically";
import type { Baseline } from "./baseline";
import { baselineText, parseBaseline } from "./baseline-file";

/** Where what is written of an estate's access lies. */
export interface AccessFiles {
  /** The access that was accepted last: what `--check` compares with. */
  readonly baseline: string;
  readonly json: string;
  readonly mermaid: string;
  readonly svg: string;
  /** For people. */
  readonly page: string;
}

/**
 * The files of an estate: those of the project for the estate that it commits, and for another a folder beside it.
 *
 * @param estate the estate file
 * @param committed the estate file whose access the project's own files tell
 */
export function accessFiles(estate: string, committed: string): AccessFiles {
  if (estate !== committed) {
    const folder = join(dirname(estate), `${basename(estate, extname(estate))}.access`);
    return filesIn(folder, folder);
  }
  const root = dirname(dirname(committed));
  return filesIn(join(root, "access"), join(root, "docs"));
}

function filesIn(folder: string, docs: string): AccessFiles {
  return {
    baseline: join(folder, "baseline.json"),
    json: join(folder, "access.json"),
    mermaid: join(folder, "graph.mmd"),
    svg: join(folder, "graph.svg"),
    page: join(docs, "access.md"),
  };
}

/**
 * Reads the accepted access.
 *
 * @throws UserError where it is missing or damaged
 */
export function readBaseline(file: string): Baseline {
  const text = readIfThere(file);
  if (text === undefined) throw new UserError(`${file} is missing: npm run access -- --accept writes it, for a reviewer to read`);
  return parseBaseline(text, file);
}

export function writeBaseline(file: string, baseline: Baseline): void {
  writeAtomically(file, baselineText(baseline));
}

/** What is written of an estate beside the baseline, by file. */
export type Written = ReadonlyMap<string, string>;

export function writeAll(written: Written): void {
  for (const [file, text] of written) writeAtomically(file, text);
}

/** The files that are missing, or say something else. */
export function notCurrent(written: Written): string[] {
  return [...written].filter(([file, text]) => readIfThere(file) !== text).map(([file]) => file);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`${file} can't be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
