import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../../config/user-error";
import { estateAt, synthesizeCommit } from "../../../../tools/synth/git/base-commit";
import { temporaryFolder } from "../../terraform/support/temporary-folder";
import { TestRepository } from "../../plans/support/test-repository";

/*
 * A project that reports its main.ts and its package `word`, which is a local one, so that npm installs it without a
 * registry.
 */
let repository: TestRepository;
afterEach(() => {
  // No second checkout is left, however the test ended.
  expect(repository.worktrees).toEqual([repository.directory]);
  expect(existsSync(join(folder(), "checkout"))).toBe(false);
});
const folder = temporaryFolder();

const main = (version: string) => `
  const fs = require("node:fs");
  const word = require("word");
  fs.mkdirSync(process.env.CDKTF_OUTDIR, { recursive: true });
  const estate = fs.readFileSync(process.env.ESTATE, "utf8");
  fs.writeFileSync(process.env.CDKTF_OUTDIR + "/said.json", JSON.stringify({ main: "${version}", word, estate }));
`;

const json = (value: object) => JSON.stringify(value);

/** The files of the package `word`; the project may depend on its folder or on its tarball. */
const packageOf = (word: string, directory = "word") => ({
  [`${directory}/package.json`]: json({
    name: "word",
    version: "1.0.0",
    scripts: { install: "touch ../../installed" },
  }),
  [`${directory}/index.js`]: `module.exports = "${word}";`,
});

/** A project whose package `word` is the tarball with this name. */
const packed = (tarball: string) => ({
  "package.json": json({
    name: "p",
    version: "1.0.0",
    dependencies: { word: `file:${tarball}` },
    scripts: { prepare: "touch prepared-$$" },
  }),
  "package-lock.json": json({
    ...{ name: "p", version: "1.0.0", lockfileVersion: 3 },
    packages: {
      "": { name: "p", version: "1.0.0", dependencies: { word: `file:${tarball}` } },
      "node_modules/word": { version: "1.0.0", resolved: `file:${tarball}` },
    },
  }),
});

/** A project whose package `word` is a folder of the project. */
const LINKED = {
  "package.json": json({ name: "p", version: "1.0.0", dependencies: { word: "file:word" } }),
  "package-lock.json": json({
    ...{ name: "p", version: "1.0.0", lockfileVersion: 3 },
    packages: {
      "": { name: "p", version: "1.0.0", dependencies: { word: "file:word" } },
      "node_modules/word": { resolved: "word", link: true },
      word: { version: "1.0.0" },
    },
  }),
};

function pack(word: string): void {
  new TestRepository(folder()).write(packageOf(word, "package"));
  execFileSync("tar", ["-czf", join(repository.directory, `${word}.tgz`), "package"], { cwd: folder() });
}

/** Installs a package `word` that is in no lock file. */
function installed(word: string, modules = join(repository.directory, "node_modules")): void {
  mkdirSync(join(modules, "word"), { recursive: true });
  writeFileSync(join(modules, "word/index.js"), `module.exports = "${word}";`);
}

async function said(
  commit: string,
  options: { root?: string; estateFile?: string; signal?: AbortSignal } = {},
): Promise<unknown> {
  const { root = repository.directory, estateFile = join(root, "estate.json"), signal } = options;
  const outdir = join(folder(), "out");
  await synthesizeCommit({ root, commit, estateFile, folder: join(folder(), "checkout"), signal }, outdir);
  return JSON.parse(readFileSync(join(outdir, "said.json"), "utf8"));
}

beforeEach(() => {
  // npm passes its settings to its scripts by variables, which would take precedence: this project's forbid scripts.
  Reflect.deleteProperty(process.env, "npm_config_ignore_scripts");
  repository = new TestRepository(join(folder(), "project"));
  repository.write({ ".gitignore": "node_modules\n" });
});

test("synthesizes a commit with its own code and estate, and its own dependencies, without their scripts, if its lock file differs", async () => {
  pack("old");
  const lists = `fs.writeFileSync("${join(folder(), "seen")}", fs.readdirSync(".").join());`;
  const files = { "main.ts": `${main("first")}\n${lists}`, "estate.json": "one", ...packed("old.tgz") };
  const first = repository.commit(files);
  pack("new");
  const second = repository.commit({ "main.ts": main("second"), "estate.json": "two", ...packed("new.tgz") });
  installed("present");
  expect(await said(first)).toEqual({ main: "first", word: "old", estate: "one" });
  // npm ran no script of the project or of a package.
  const seen = readFileSync(join(folder(), "seen"), "utf8").split(",");
  expect(seen).toEqual(expect.arrayContaining(["main.ts", "node_modules"]));
  expect(seen.filter((name) => /^(prepared|installed)/.test(name))).toEqual([]);
  // The same lock file as the current code: the installed dependencies.
  expect(await said(second)).toEqual({ main: "second", word: "present", estate: "two" });
});

test("the own stacks of a commit have the dependencies of their own lock file", async () => {
  const uses = (version: string) => main(version).replace(`require("word")`, `require("./custom/node_modules/word")`);
  const inCustom = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`custom/${name}`, text]));
  pack("old");
  const first = repository.commit({
    "main.ts": uses("first"),
    "estate.json": "",
    ...inCustom(packed("../../old.tgz")),
  });
  pack("new");
  const second = repository.commit({ "main.ts": uses("second"), ...inCustom(packed("../../new.tgz")) });
  installed("of the project");
  installed("of custom", join(repository.directory, "custom/node_modules"));
  for (const word of ["old", "new"])
    renameSync(join(repository.directory, `${word}.tgz`), join(folder(), `${word}.tgz`)); // outside of both checkouts
  expect(await said(first)).toMatchObject({ main: "first", word: "old" });
  expect(await said(second)).toMatchObject({ main: "second", word: "of custom" });
});

test("a dependency on a folder uses the commit's folder, even if the lock file is the same", async () => {
  const first = repository.commit({ "main.ts": main("first"), "estate.json": "", ...LINKED, ...packageOf("old") });
  repository.commit(packageOf("new"));
  mkdirSync(join(repository.directory, "node_modules"));
  symlinkSync(join(repository.directory, "word"), join(repository.directory, "node_modules/word"));
  expect(await said(first)).toMatchObject({ word: "old" });
});

test("node_modules may be a link, and the project a folder of a larger repository", async () => {
  const first = repository.commit({ "infra/main.ts": main("first"), "infra/estate.json": "one" });
  repository.commit({ "infra/main.ts": main("second") });
  installed("elsewhere", join(folder(), "modules"));
  symlinkSync(join(folder(), "modules"), join(repository.directory, "infra/node_modules"));
  expect(await said(first, { root: join(repository.directory, "infra") })).toEqual({
    main: "first",
    word: "elsewhere",
    estate: "one",
  });
});

test("an estate file outside the project is used as it is", async () => {
  const first = repository.commit({ "main.ts": main("first"), "estate.json": "one" });
  installed("present");
  writeFileSync(join(folder(), "..estate.json"), "elsewhere");
  const estateFile = join(folder(), "..estate.json");
  expect(await said(first, { estateFile })).toMatchObject({ estate: "elsewhere" });
  const at = (file: string) => estateAt({ root: repository.directory, commit: first, estateFile: file }).place;
  expect(at(estateFile)).toBe("elsewhere");
  expect(at(join(repository.directory, "estate.json"))).toBe("there");
  expect(at(join(repository.directory, "..estate.json"))).toBe("missing");
});

describe("reports a failure with the base commit", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    [
      "without main.ts",
      { "estate.json": "" },
      /^the base, commit [0-9a-f]{12}, can't be synthesized: it has no main\.ts$/,
    ],
    ["without the estate file", { "main.ts": "" }, /^the base, .*: it has no estate file estate\.json$/],
    ["main.ts refuses the estate", { "main.ts": "console.error('the estate is not valid'); process.exitCode = 1;", "estate.json": "" }, /^the base, .* the estate is not valid$/], // prettier-ignore
  ])("%s", async (_, files, message) => {
    const commit = repository.commit(files);
    installed("present");
    const failed = said(commit);
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(message);
  });

  test("its dependencies can't be installed", async () => {
    const commit = repository.commit({ "main.ts": "", "estate.json": "", ...packed("missing.tgz") });
    repository.commit({ "package-lock.json": "{}" });
    await expect(said(commit)).rejects.toThrow(
      /^the base, .* its dependencies can't be installed \(npm ci\): [^]*missing\.tgz/,
    );
  });
});

test("an interruption ends it and removes the checkout", async () => {
  const commit = repository.commit({ "main.ts": `const fs = require("node:fs"); fs.writeFileSync("${join(folder(), "begun")}", ""); setTimeout(() => {}, 60_000);`, "estate.json": "" }); // prettier-ignore
  installed("present");
  const controller = new AbortController();
  const running = said(commit, { signal: controller.signal });
  running.catch(() => undefined);
  while (!existsSync(join(folder(), "begun"))) await sleep(20);
  renameSync(join(folder(), "begun"), join(folder(), "ended"));
  controller.abort();
  await expect(running).rejects.toThrow(/can't be synthesized: synthesizing was interrupted$/);
});
