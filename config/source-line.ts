import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const ROOT = join(__dirname, "..");
/** The TypeScript file and the line of a frame. */
const FRAME = /(?:\(|at |file:\/\/)(\/[^\s()]+\.ts):(\d+):\d+\)?$/gm;

/**
 * The place of the first frame of an error in a wanted file, for example `custom/queue.ts:12`; undefined if it has none.
 *
 * @param isWanted whether a file counts, by its path relative to the project. Packages never do
 * @param text what the line contains. In a trace without source maps, the line is one of the compiled code
 */
export function lineOf(error: unknown, isWanted: (path: string) => boolean, text?: string): string | undefined {
  const trace = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, file = "", line = ""] of trace.matchAll(FRAME)) {
    const path = relative(ROOT, file).split(sep).join("/");
    if (path.includes("node_modules/") || !isWanted(path)) continue;
    if (text === undefined) return `${path}:${line}`;
    const lines = readFileSync(file, "utf8").split("\n");
    if (lines[Number(line) - 1]?.includes(text)) return `${path}:${line}`;
    const index = lines.findIndex((each) => each.includes(text));
    return index < 0 ? path : `${path}:${index + 1}`;
  }
  return undefined;
}
