import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformSync } from "@swc/core";
import { THEIRS } from "./support/team-clone";

/* The arrangement that docs/architecture.md describes, checked over the project's files that git knows, not a team's. */

const ROOT = join(__dirname, "..");
const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n");
const FILES = git("ls-files", "--cached", "--others", "--exclude-standard").filter(
  (file) => file !== "" && !THEIRS.test(file) && existsSync(join(ROOT, file)),
);
const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");
const linesOf = (file: string) => textOf(file).trimEnd().split("\n").length;

// What the bench compares with is no code of this project: packages of their own, in the style of their own tool.
const SOURCES = FILES.filter(
  (file) =>
    /^(main|config|examples|modules|stacks|tools)\b.*\.(tsx?|m?js|cjs|py)$/.test(file) &&
    !file.startsWith("tools/bench/peers/"),
);
const ROOMS = [...new Set(SOURCES.flatMap((file) => /^tools\/([\w-]+)\//.exec(file)?.[1] ?? []))];

/** Names that two files export on purpose, and why. */
const EXPORTED_TWICE: Readonly<Record<string, string>> = {};

/** Tests of the whole project, and laws over several sources of a room. */
const NO_MIRROR = [
  /^__tests__\/[\w-]+\.test\.ts$/,
  /^__tests__\/(e2e|support)\//,
  /^__tests__\/tools\/access\/estate\//,
  /^__tests__\/config\/hostile(-mutations)?\.test\.ts$/,
  /^__tests__\/tools\/plans\/access-change\/(awkward|law)\.test\.ts$/,
];

/** Words that readers stumbled over most, and how often they may occur in sources and docs. */
const WORDS = /\b(told|stands|whoever|beside)\b/gi;
const MOST_WORDS = 49;

test("the project shows at most eight folders at its top", () => {
  const folders = new Set(FILES.flatMap((file) => /^([^./][^/]*)\//.exec(file)?.[1] ?? []));
  expect(folders.size).toBeLessThanOrEqual(8);
});

test("every room of tools/ has a README of 10 to 25 lines, and tools/README.md lists all rooms", () => {
  const list = textOf("tools/README.md");
  expect(ROOMS.length).toBeGreaterThan(10);
  expect(ROOMS.filter((room) => !list.includes(`[${room}](${room}/README.md)`))).toEqual([]);
  const readmes = ROOMS.map((room) => `tools/${room}/README.md`);
  expect(readmes.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  expect(readmes.filter((file) => linesOf(file) < 10 || linesOf(file) > 25)).toEqual([]);
});

test("every test mirrors the source or the folder that it tests", () => {
  const tests = FILES.filter((file) => file.startsWith("__tests__/") && file.endsWith(".test.ts"));
  const astray = tests
    .filter((file) => !NO_MIRROR.some((pattern) => pattern.test(file)))
    .filter((file) => {
      const source = file.replace(/^__tests__\//, "").replace(/\.test\.ts$/, "");
      return !["", ".ts", ".tsx", ".mjs", ".cjs", ".json"].some((ending) => existsSync(join(ROOT, source + ending)));
    });
  expect(tests.length).toBeGreaterThan(150);
  expect(astray).toEqual([]);
});

test("a name is exported by one file", () => {
  const exporters = new Map<string, string[]>();
  for (const file of SOURCES.filter((name) => /\.tsx?$/.test(name))) {
    const declared = /^export (?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
    for (const [, name = ""] of textOf(file).matchAll(declared))
      exporters.set(name, [...(exporters.get(name) ?? []), file]);
  }
  const twice = [...exporters].filter(([name, files]) => files.length > 1 && !(name in EXPORTED_TWICE));
  expect(exporters.size).toBeGreaterThan(300);
  expect(twice).toEqual([]);
});

/** The sources that a source imports, at once or later; not those of which it needs types alone. */
function importedBy(file: string): readonly string[] {
  const parser = { syntax: "typescript" as const, tsx: file.endsWith(".tsx") };
  const { code } = transformSync(textOf(file), {
    swcrc: false,
    jsc: { target: "es2022", parser },
    module: { type: "commonjs" },
  });
  return [...code.matchAll(/\brequire\("(\.[^"]+)"\)/g)].flatMap(([, path = ""]) => {
    const target = join(dirname(file), path);
    return [target, ...[".ts", ".tsx", "/index.ts"].map((ending) => target + ending)].filter((each) =>
      SOURCES.includes(each),
    );
  });
}

// By the compiled code: the rule of ESLint parses all files a second time, 25 s of CPU.
test("no source imports itself by way of others", () => {
  const imports = new Map(SOURCES.filter((file) => /\.tsx?$/.test(file)).map((file) => [file, importedBy(file)]));
  expect([...imports.values()].flat().length).toBeGreaterThan(1500);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test("a source has at most 250 lines, and at most twenty have 25 lines or fewer", () => {
  expect(SOURCES.filter((file) => linesOf(file) > 250)).toEqual(["config/estate-input.ts"]); // npm run schema writes it
  expect(SOURCES.filter((file) => linesOf(file) <= 25).length).toBeLessThanOrEqual(20);
  expect(SOURCES.length).toBeLessThanOrEqual(680);
});

test("every command of tools/cli/ is exported for tests, and runs if its file is the program", () => {
  const commands = SOURCES.filter((file) => file.startsWith("tools/cli/") && textOf(file).includes(" new Command("));
  const ending = "\nexport default command;\nif (require.main === module) void command.parseAsync();\n";
  expect(commands.length).toBeGreaterThan(12);
  expect(commands.filter((file) => !textOf(file).endsWith(ending))).toEqual([]);
});

test("sources and docs are written in plain English: the words that readers stumbled over are rare", () => {
  const prose = FILES.filter(
    (file) =>
      SOURCES.includes(file) || /^(README|CONTRIBUTING|SECURITY|docs\/.*|tools\/.*|\.github\/.*)\.(md|yml)$/.test(file),
  );
  const found = prose.flatMap((file) => [...textOf(file).matchAll(WORDS)].map(([word]) => `${file}: ${word}`));
  expect(prose.length).toBeGreaterThan(300);
  expect(found.slice(MOST_WORDS)).toEqual([]);
});
