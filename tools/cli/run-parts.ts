import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { PGraph, type PGraphNode } from "p-graph";
import { ROOT } from "../support/project";

export interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** So that parts find the project's own programs, also outside `npm run`. */
const PATH = [join(ROOT, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter);

/**
 * Runs commands, at most `parallel` at once, in their order. Prints the whole output of each when it ends, so that the
 * lines of two never mix. Returns the names of those that failed.
 */
export async function runParts(
  parts: readonly Part[],
  parallel: number,
  print: (text: string) => void,
): Promise<string[]> {
  const failed: string[] = [];
  const run = async (part: Part): Promise<void> => {
    const start = performance.now();
    const { succeeded, output } = await outputOf(part);
    if (!succeeded) failed.push(part.name);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    print(`== ${part.name} ${succeeded ? "passed" : "failed"} after ${seconds} s\n${output}`);
  };
  const nodes = parts.map((part, index): [string, PGraphNode] => [
    part.name,
    { priority: parts.length - index, run: () => run(part) },
  ]);
  await new PGraph(new Map(nodes), []).run({ concurrency: parallel });
  return failed;
}

function outputOf({ command, args }: Part): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (succeeded: boolean, note = "") => {
      resolve({ succeeded, output: Buffer.concat(chunks).toString() + note });
    };
    const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, PATH }, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", (error) => {
      end(false, `${error.message}\n`);
    });
    child.once("close", (code, signal) => {
      end(code === 0, signal ? `ended by ${signal}\n` : "");
    });
  });
}
