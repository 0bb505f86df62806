import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../../config/user-error";
import { estateAt, synthesizeCommit } from "../../../../tools/synth/git/base-commit";
import { temporaryFolder } from "../../terraform/support/temporary-folder";
import { TestRepository } from "../../plans/support/test-repository";

/*
 * A project that reports which tsx ran it, and from which main.ts. Its tsx is a local package, so that npm installs it
 * without a registry.
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
  fs.mkdirSync(process.env.CDKTF_OUTDIR, { recursive: true });
  const estate = fs.readFileSync(process.env.ESTATE, "utf8");
  fs.writeFileSync(process.env.CDKTF_OUTDIR + "/said.json", JSON.stringify({ main: "${version}", tsx: global.tsx, estate }));
`;

const json = (value: object) => JSON.stringify(value);

/** The files of a package tsx that prints a word; the project may depend on its folder or on its tarball. */
const tsx = (word: string, directory = "tsx") => ({
  [`${directory}/package.json`]: json({ name: "tsx", version: "1.0.0", scripts: { install: "touch ../../installed" } }),
  [`${directory}/cjs.js`]: `global.tsx = "${word}";`,
});

/** A project whose tsx is the tarball with this name. */
const packed = (tarball: string) => ({
  "package.json": json({
    name: "p",
    version: "1.0.0",
    dependencies: { tsx: `file:${tarball}` },
    scripts: { prepare: "touch prepared-$$" },
  }),
  "package-lock.json": json({
    ...{ name: "p", version: "1.0.0", lockfileVersion: 3 },
    packages: {
      "": { name: "p", version: "1.0.0", dependencies: { tsx: `file:${tarball}` } },
      "node_modules/tsx": { version: "1.0.0", resolved: `file:${tarball}` },
    },
  }),
});

/** A project whose tsx is a folder of the project. */
const LINKED = {
  "package.json": json({ name: "p", version: "1.0.0", dependencies: { tsx: "file:tsx" } }),
  "package-lock.json": json({
    ...{ name: "p", version: "1.0.0", lockfileVersion: 3 },
    packages: {
      "": { name: "p", version: "1.0.0", dependencies: { tsx: "file:tsx" } },
      "node_modules/tsx": { resolved: "tsx", link: true },
      tsx: { version: "1.0.0" },
    },
  }),
};

function pack(word: string): void {
  new TestRepository(folder()).write(tsx(word, "package"));
  execFileSync("tar", ["-czf", join(repository.directory, `${word}.tgz`), "package"], { cwd: folder() });
}

/** Installs a tsx that is in no lock file. */
function installed(word: string, modules = join(repository.directory, "node_modules")): void {
  mkdirSync(join(modules, "tsx"), { recursive: true });
  writeFileSync(join(modules, "tsx/cjs.js"), `global.tsx = "${word}";`);
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

test("synthesizes a commit with its own code and estate, and its own dependencies if its lock file differs", async () => {
  pack("old");
  const first = repository.commit({ "main.ts": main("first"), "estate.json": "one", ...packed("old.tgz") });
  pack("new");
  const second = repository.commit({ "main.ts": main("second"), "estate.json": "two", ...packed("new.tgz") });
  installed("present");
  expect(await said(first)).toEqual({ main: "first", tsx: "old", estate: "one" });
  // The same lock file as the current code: the installed dependencies.
  expect(await said(second)).toEqual({ main: "second", tsx: "present", estate: "two" });
});

test("the own stacks of a commit have the dependencies of their own lock file", async () => {
  const uses = (version: string) => `require("./custom/node_modules/tsx/cjs.js");\n${main(version)}`;
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
  expect(await said(first)).toMatchObject({ main: "first", tsx: "old" });
  expect(await said(second)).toMatchObject({ main: "second", tsx: "of custom" });
});

test("npm runs no script of the project or of a package", async () => {
  pack("old");
  const first = repository.commit({ "main.ts": `${main("first")}\nfs.writeFileSync("${join(folder(), "seen")}", fs.readdirSync(".").join());`, "estate.json": "", ...packed("old.tgz") }); // prettier-ignore
  repository.commit({ "package-lock.json": "{}" });
  await said(first);
  const seen = readFileSync(join(folder(), "seen"), "utf8").split(",");
  expect(seen).toEqual(expect.arrayContaining(["main.ts", "node_modules"]));
  expect(seen.filter((name) => /^(prepared|installed)/.test(name))).toEqual([]);
});

test("a dependency on a folder uses the commit's folder, even if the lock file is the same", async () => {
  const first = repository.commit({ "main.ts": main("first"), "estate.json": "", ...LINKED, ...tsx("old") });
  repository.commit(tsx("new"));
  mkdirSync(join(repository.directory, "node_modules"));
  symlinkSync(join(repository.directory, "tsx"), join(repository.directory, "node_modules/tsx"));
  expect(await said(first)).toMatchObject({ tsx: "old" });
});

test("node_modules may be a link, and the project a folder of a larger repository", async () => {
  const first = repository.commit({ "infra/main.ts": main("first"), "infra/estate.json": "one" });
  repository.commit({ "infra/main.ts": main("second") });
  installed("elsewhere", join(folder(), "modules"));
  symlinkSync(join(folder(), "modules"), join(repository.directory, "infra/node_modules"));
  expect(await said(first, { root: join(repository.directory, "infra") })).toEqual({
    main: "first",
    tsx: "elsewhere",
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
  const commit = repository.commit({ "main.ts": `fs = require("node:fs"); fs.writeFileSync("${join(folder(), "begun")}", ""); setTimeout(() => {}, 60_000);`, "estate.json": "" }); // prettier-ignore
  installed("present");
  const controller = new AbortController();
  const running = said(commit, { signal: controller.signal });
  running.catch(() => undefined);
  while (!existsSync(join(folder(), "begun"))) await sleep(20);
  renameSync(join(folder(), "begun"), join(folder(), "ended"));
  controller.abort();
  await expect(running).rejects.toThrow(/can't be synthesized: synthesizing was interrupted$/);
});
