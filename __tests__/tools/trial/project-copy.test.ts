import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { copyOfProject } from "../../../tools/trial/project-copy";
import { makeRepository } from "../plans/support/test-repository";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "copied-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text = file): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function repository(): void {
  makeRepository(root);
  write(".gitignore", "node_modules\n*.log\n");
  write("main.ts");
  write("npm.log");
  write("node_modules/cdktf/index.js");
  write("node_modules/.package-lock.json");
  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync("../cdktf/index.js", join(root, "node_modules/.bin/cdktf"));
}

test("copies what git would commit, and links packages, outside of the project", () => {
  repository();
  const copy = copyOfProject(root);
  try {
    expect(copy.files).toEqual([".gitignore", "main.ts"]);
    expect(copy.project.startsWith(root)).toBe(false);
    const [own, copied] = [root, copy.project].map((folder) => statSync(join(folder, "node_modules/cdktf/index.js")));
    expect(copied?.ino).toBe(own?.ino);
    expect(readlinkSync(join(copy.project, "node_modules/.bin/cdktf"))).toBe("../cdktf/index.js");
    expect(existsSync(join(copy.project, "npm.log"))).toBe(false);
    const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: copy.project, encoding: "utf8" });
    expect(git("ls-files", "--cached", "--others", "--exclude-standard")).toBe(".gitignore\nmain.ts\n");
    expect(git("status", "--porcelain")).toBe("");
  } finally {
    copy.remove();
  }
  expect(existsSync(copy.directory)).toBe(false);
  expect(readFileSync(join(root, "node_modules/cdktf/index.js"), "utf8")).toBe("node_modules/cdktf/index.js");
});

test("what is written in place is no link: a change in the copy is none in the project", () => {
  repository();
  const copy = copyOfProject(root);
  try {
    for (const file of ["main.ts", "node_modules/.package-lock.json"])
      writeFileSync(join(copy.project, file), "changed in the copy");
  } finally {
    copy.remove();
  }
  for (const file of ["main.ts", "node_modules/.package-lock.json"])
    expect(readFileSync(join(root, file), "utf8")).toBe(file);
});

test("commits nothing in the project if a hook of git runs it", () => {
  repository();
  const before = process.env["GIT_DIR"];
  process.env["GIT_DIR"] = join(root, ".git");
  try {
    const copy = copyOfProject(root);
    try {
      expect(existsSync(join(copy.project, ".git"))).toBe(true);
    } finally {
      copy.remove();
    }
    expect(execFileSync("git", ["for-each-ref"], { cwd: root, encoding: "utf8" })).toBe("");
  } finally {
    if (before === undefined) delete process.env["GIT_DIR"];
    else process.env["GIT_DIR"] = before;
  }
});

test("removes what killed commands left, and no copy that is in use", () => {
  repository();
  const parent = join(root, "parent");
  const names = {
    killed: `estate-trial-${2 ** 30}-AbCdEf`,
    used: `estate-trial-${process.ppid}-AbCdEf`,
    other: "estate-trial",
  };
  for (const name of Object.values(names)) mkdirSync(join(parent, name, "project"), { recursive: true });
  const copy = copyOfProject(root, parent);
  expect(readdirSync(parent).sort()).toEqual([basename(copy.directory), names.used, names.other].sort());
  copy.remove();
});

test("refuses a project that is in no git repository", () => {
  write("main.ts");
  expect(() => copyOfProject(root)).toThrow(
    /^the project must be in a git repository, got "fatal: not a git repository.*"\. Run git init, and commit its files\.$/,
  );
});
