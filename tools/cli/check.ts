import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { parseJson } from "../../config/input";
import { writeAtomically } from "../support/files";
import { ROOT, TYPESCRIPT } from "../support/project";
import { runCommand } from "./run-command";
import { runParts, type Part } from "./run-parts";

const CACHE = ".cache/check";

/** The longest first. The tests are last: they use every core by themselves. */
const partsOf = (linted: readonly string[], jestArguments: readonly string[]): Part[] => [
  ...(linted.length > 0 ? [{ name: "eslint", command: "eslint", args: ["--no-warn-ignored", ...linted] }] : []),
  { name: "types", command: "tsc", args: ["--noEmit", "--incremental", "--tsBuildInfoFile", `${CACHE}/types.json`] },
  { name: "knip", command: "knip", args: [] },
  {
    name: "prettier",
    command: "prettier",
    args: ["--check", ".", "--cache", "--cache-location", `${CACHE}/prettier`, "--cache-strategy", "content"],
  },
  { name: "access", command: "node", args: ["--require", TYPESCRIPT, "tools/cli/access.ts", "--check", "--current"] },
  { name: "controls", command: "node", args: ["--require", TYPESCRIPT, "tools/cli/controls.ts", "--check"] },
  { name: "schema", command: "node", args: ["--require", TYPESCRIPT, "tools/cli/schema.ts", "--check"] },
  {
    name: "tests",
    command: "jest",
    args: ["--selectProjects", "unit", "--maxWorkers=100%", "--errorOnDeprecated", ...jestArguments],
  },
];

const command = new Command("npm run check --")
  .description("Checks code, format, types, generated files and access, and runs the unit tests, all at the same time.")
  .argument("[jest arguments...]", "passed to Jest, behind another --: npm run check -- -- --onlyChanged")
  .action((jestArguments: string[]) => runCommand(() => check(jestArguments), { usesEstate: false }));

async function check(jestArguments: readonly string[]): Promise<number> {
  const lint = filesToLint(join(ROOT, CACHE, "linted.json"));
  const parts = partsOf(lint.files, jestArguments);
  const failed = await runParts(parts, availableParallelism(), (text) => process.stdout.write(text));
  if (!failed.includes("eslint")) lint.remember();
  if (failed.length > 0) console.error(`failed: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

interface LintSelection {
  /** Relative to the project. */
  readonly files: readonly string[];
  /** Call it if all of them passed. */
  readonly remember: () => void;
}

/** What decides the result of every file, besides the version of Node.js and declarations for all files. */
const FOR_ALL = ["eslint.config.mjs", "tsconfig.json", "package-lock.json", "node_modules/.package-lock.json"];

/**
 * The files that ESLint must check: those that, with the same content of all files that they import, directly or not,
 * have not passed yet. ESLint's own cache knows only a file's own text, but typed rules depend on the types of others.
 *
 * @param cache the file of what has passed
 */
export function filesToLint(cache: string, root = ROOT): LintSelection {
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
  const endings = ["ts", "mts", "cts", "js", "mjs", "cjs"].map((ending) => `*.${ending}`);
  const names = execFileSync("git", [...listed, ...endings], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  const files = names.split("\0").filter((name) => name !== "" && isFile(join(root, name)));
  const imports = new Imports();
  // Their own text is enough: a file that uses the types behind such a declaration imports them, or what declares it.
  const declaring = files.map((name) => join(root, name)).filter((path) => imports.of(path).isGlobal);
  const forAll = [...FOR_ALL.map((name) => join(root, name)).filter(isFile), ...declaring];
  const all = [process.version, ...forAll.map((path) => `${path} ${imports.of(path).digest}`)].join("\n");
  const keys = new Map(files.map((name) => [name, sha256(`${all}\n${imports.digest([join(root, name)])}`)]));
  const passed = new Set(readPassed(cache));
  return {
    files: files.filter((name) => !passed.has(keys.get(name) ?? "")),
    remember: () => {
      writeAtomically(cache, JSON.stringify([...keys.values()]));
    },
  };
}

interface Source {
  readonly digest: string;
  /** Paths of files. */
  readonly imports: readonly string[];
  /** Whether it declares types for files that do not import it. */
  readonly isGlobal: boolean;
}

/** What files import. Any text that names a file counts as an import. */
class Imports {
  private readonly known = new Map<string, Source>();

  of(path: string): Source {
    const known = this.known.get(path);
    if (known) return known;
    const text = readFileSync(path, "utf8");
    const named = [...text.matchAll(/["'`](\.{1,2}(?:\/[^"'`\n]*)?)["'`]/g)].map(([, name = ""]) => name);
    const source = {
      digest: sha256(text),
      imports: [...new Set(named)].flatMap((name) => fileNamed(resolve(dirname(path), name)) ?? []),
      isGlobal: path.endsWith(".d.ts") || /^declare (?:global|module)\b/m.test(text),
    };
    this.known.set(path, source);
    return source;
  }

  /** A digest of these files and of all that they import, directly or not. */
  digest(paths: readonly string[]): string {
    const all = new Set(paths);
    // Iterating over a set includes values that are added meanwhile.
    for (const path of all) for (const each of this.of(path).imports) all.add(each);
    return sha256([...all].sort().map((path) => `${path}\0${this.of(path).digest}`).join("\0")); // prettier-ignore
  }
}

function fileNamed(path: string): string | undefined {
  const withoutEnding = path.replace(/\.[cm]?js$/, "");
  const endings = ["", ".ts", ".mts", ".cts", ".d.ts", ".js", ".mjs", ".cjs", ".json", "/index.ts"];
  return [path, ...endings.map((ending) => withoutEnding + ending), ...endings.map((ending) => path + ending)].find(
    isFile,
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Nothing if the file is missing or damaged. */
function readPassed(cache: string): string[] {
  try {
    return parseJson(readFileSync(cache, "utf8")) as string[];
  } catch {
    return [];
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export default command;
if (require.main === module) void command.parseAsync();
