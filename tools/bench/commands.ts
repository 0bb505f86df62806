import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TYPESCRIPT } from "../support/project";
import type { BenchGroup } from "./group";
import { inTurns, medianOf, run } from "./measure";
import type { Result } from "./report";

const ROUNDS = 3;

/** The files of `npm run` commands written in TypeScript, by the command's name. */
function commandFiles(): readonly (readonly [name: string, file: string])[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return Object.entries(scripts).flatMap(([name, script]) => {
    const [file] = /tools\/cli\/[\w-]+\.ts$/.exec(script) ?? [];
    return file === undefined ? [] : [[name, file] as const];
  });
}

/** How long each command takes to print its help: loading it, without npm. */
async function measure(): Promise<readonly Result[]> {
  const works = commandFiles().map(
    ([name, file]) => [name, () => run(process.execPath, ["--require", TYPESCRIPT, file, "--help"])] as const,
  );
  const measured = await inTurns(ROUNDS, Object.fromEntries(works));
  const starts = Object.entries(measured)
    .map(([name, times]) => ({ name, seconds: medianOf(times, "seconds") }))
    .sort((a, b) => b.seconds - a.seconds);
  return [
    {
      what: `start of the slowest of ${starts.length} commands`,
      got: starts[0]?.seconds ?? Number.NaN,
      unit: "s",
      atMost: 1,
      detail: starts.map(({ name, seconds }) => `${name} ${seconds.toFixed(2)}`).join(", "),
    },
  ];
}

export const commandsGroup: BenchGroup = { name: "commands", about: "how long the commands take to start", measure };
