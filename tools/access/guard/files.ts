import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../../../config/user-error";
import { writeAtomically } from "../../support/write-atomically";
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
 * The files of an estate, in a folder beside it: `config/estate.access` for `config/estate.ts`.
 *
 * @param estate the estate file
 * @param committed the estate file of the project, whose page lies with the other documents
 */
export function accessFiles(estate: string, committed: string): AccessFiles {
  const folder = join(dirname(estate), `${basename(estate, extname(estate))}.access`);
  return {
    baseline: join(folder, "baseline.json"),
    json: join(folder, "access.json"),
    mermaid: join(folder, "graph.mmd"),
    svg: join(folder, "graph.svg"),
    page: join(estate === committed ? join(dirname(dirname(committed)), "docs") : folder, "access.md"),
  };
}

/**
 * Reads the accepted access.
 *
 * @throws UserError where it is missing or damaged
 */
export function readBaseline(file: string): Baseline {
  const text = readIfThere(file);
  if (text === undefined)
    throw new UserError(`${file} is missing: npm run access -- --accept writes it, for a reviewer to read`);
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
