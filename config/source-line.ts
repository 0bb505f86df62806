import { readFileSync } from "node:fs";
import { findSourceMap } from "node:module";
import { join, relative, sep } from "node:path";

const ROOT = join(__dirname, "..");

/**
 * The place of the first frame of an error in a wanted file, for example `custom/queue.ts:12`; undefined if it has none.
 *
 * @param isWanted whether a file counts, by its path relative to the project. Packages never do
 * @param text what the line contains. A file that was loaded without a source map has no lines
 */
export function lineOf(error: unknown, isWanted: (path: string) => boolean, text?: string): string | undefined {
  const before = process.sourceMapsEnabled;
  process.setSourceMapsEnabled(true); // maps the trace when it is first read
  const trace = error instanceof Error ? (error.stack ?? "") : "";
  process.setSourceMapsEnabled(before);
  for (const [, file = "", line = ""] of trace.matchAll(/(?:\(|at |file:\/\/)(\/[^\s()]+\.ts):(\d+):\d+\)?$/gm)) {
    const path = relative(ROOT, file).split(sep).join("/");
    if (path.includes("node_modules/") || !isWanted(path)) continue;
    if (text === undefined || findSourceMap(file)) return `${path}:${line}`;
    const index = readFileSync(file, "utf8").split("\n").findIndex((each) => each.includes(text)); // prettier-ignore
    return index < 0 ? path : `${path}:${index + 1}`;
  }
  return undefined;
}
