import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { BenchOptions, BenchGroup } from "./group";
import { inTurns, medianOf, synthOf } from "./measure";
import type { Result } from "./report";
import { STACK_MS, stacksOfSize, writeEstate } from "./synth";

const ROUNDS = 3;
const SUPPORTED = ["20", "22", "24"];

const byVersion = new Intl.Collator("en", { numeric: true }).compare;

/** Where version managers and GitHub's runners install Node.js: a folder of versions, and the program in each. */
function managers(env: NodeJS.ProcessEnv): readonly (readonly [folder: string, program: string])[] {
  const home = (variable: string, ...path: readonly string[]) => env[variable] ?? join(homedir(), ...path);
  return [
    [join(home("NVM_DIR", ".nvm"), "versions/node"), "bin/node"],
    [join(home("FNM_DIR", ".local/share/fnm"), "node-versions"), "installation/bin/node"],
    [join(home("VOLTA_HOME", ".volta"), "tools/image/node"), "bin/node"],
    [join(home("ASDF_DATA_DIR", ".asdf"), "installs/nodejs"), "bin/node"],
    [join(home("MISE_DATA_DIR", ".local/share/mise"), "installs/node"), "bin/node"],
    [join(env["N_PREFIX"] ?? "/usr/local", "n/versions/node"), "bin/node"],
    [join(env["RUNNER_TOOL_CACHE"] ?? "/opt/hostedtoolcache", "node"), "x64/bin/node"],
  ];
}

/**
 * The installed Node.js programs of the supported versions: this process's own, all on PATH, and those of version managers. Of each major
 * version one, first come: the running one is never replaced.
 */
export function installedNodes(env: NodeJS.ProcessEnv = process.env): ReadonlyMap<string, string> {
  const onPath = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "node"));
  const managed = managers(env).flatMap(([folder, program]) =>
    existsSync(folder)
      ? readdirSync(folder)
          .sort(byVersion)
          .reverse()
          .map((version) => join(folder, version, program))
      : [],
  );
  const programs = [process.execPath, ...onPath, ...managed].filter((program) => existsSync(program));
  const found = new Map<string, string>();
  for (const program of new Set(programs.map((each) => realpathSync(each)))) {
    const version = versionOf(program);
    const isKnown = [...found.keys()].some((known) => majorOf(known) === majorOf(version));
    if (SUPPORTED.includes(majorOf(version)) && !isKnown) found.set(version, program);
  }
  return found;
}

const majorOf = (version: string): string => version.split(".")[0] ?? "";

/** "20.20.2", or "" of a program that does not run here. */
function versionOf(program: string): string {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8" }).trim().replace(/^v/, "");
  } catch {
    return "";
  }
}

async function measure({ directory }: BenchOptions): Promise<readonly Result[]> {
  const nodes = installedNodes();
  const [few, many] = [stacksOfSize(10), stacksOfSize(100)];
  const works = [...nodes].flatMap(([version, node]) =>
    ([10, 100] as const).map(
      (size) => [`${version} ${size}`, () => synthOf(directory, writeEstate(directory, size), { node })] as const,
    ),
  );
  const measured = await inTurns(ROUNDS, Object.fromEntries(works));
  const majors = new Set([...nodes.keys()].map(majorOf));
  return [
    ...[...nodes.keys()].map((version): Result => {
      const [small = [], large = []] = [measured[`${version} 10`], measured[`${version} 100`]];
      const [before, after] = [medianOf(small, "seconds"), medianOf(large, "seconds")];
      return {
        what: `${many} stacks on Node.js ${version}, each stack after the first ${few}`,
        got: (1000 * (after - before)) / (many - few),
        unit: "ms",
        atMost: STACK_MS,
        detail: `${after.toFixed(2)} s - ${before.toFixed(2)} s, ${medianOf(large, "peakMB").toFixed(0)} MB`,
      };
    }),
    ...SUPPORTED.filter((major) => !majors.has(major)).map((major): Result => ({
      what: `synth on Node.js ${major}`,
      got: undefined,
      unit: "ms",
      detail: `Node.js ${major} is not installed. Add the folder of its program to PATH.`,
    })),
  ];
}

export const nodesGroup: BenchGroup = {
  name: "nodes",
  about: `npm run synth on each installed Node.js of ${SUPPORTED.join(", ")}`,
  measure,
};
