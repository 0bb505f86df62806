import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addWorktree, checkoutOf, resolveCommit } from "../../planning/repository";
import { temporaryFolder } from "../runner/support/temporary-folder";

const folder = temporaryFolder();
const NOBODY = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.com", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.com" };

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: folder(), env: { ...process.env, ...NOBODY }, encoding: "utf8" }).trim();
}

function commit(content: string): string {
  writeFileSync(join(folder(), "file"), content);
  git("add", "file");
  git("commit", "-qm", content);
  return git("rev-parse", "HEAD");
}

beforeEach(() => {
  git("init", "-q", "-b", "main");
});

test("a folder without a commit has none", () => {
  expect(checkoutOf(folder())).toEqual({ changedPaths: [] });
  expect(checkoutOf("/")).toEqual({ changedPaths: [] });
});

test("says the commit, and every path that differs from it, but not what git ignores", () => {
  const head = commit("one");
  expect(checkoutOf(folder())).toEqual({ commit: head, changedPaths: [] });
  writeFileSync(join(folder(), "file"), "two");
  writeFileSync(join(folder(), "new and äöü"), "");
  writeFileSync(join(folder(), ".git/info/exclude"), "ignored\n");
  writeFileSync(join(folder(), "ignored"), "");
  expect(checkoutOf(folder())).toEqual({ commit: head, changedPaths: ["file", "new and äöü"] });
});

test("finds the main branch, and any commit by name", () => {
  const first = commit("one");
  git("checkout", "-qb", "change");
  const second = commit("two");
  expect(resolveCommit(folder())).toBe(first);
  expect(resolveCommit(folder(), "change")).toBe(second);
  expect(resolveCommit(folder(), "HEAD~1")).toBe(first);
});

test.each(["nothing", "--help", "HEAD:file", ""])("a base that is no commit is refused: %j", (ref) => {
  commit("one");
  expect(() => resolveCommit(folder(), ref)).toThrow(`--base must be a commit, a branch or a tag, got "${ref}"`);
});

test("without a main branch, a base must be named", () => {
  git("checkout", "-qb", "trunk");
  commit("one");
  expect(() => resolveCommit(folder())).toThrow(/there is no main branch .*--base <ref>/);
});

test("a worktree holds the commit, leaves the checkout alone, and goes without a trace", () => {
  const first = commit("one");
  commit("two");
  const elsewhere = join(folder(), "elsewhere");
  const remove = addWorktree(folder(), first, elsewhere);
  expect(readFileSync(join(elsewhere, "file"), "utf8")).toBe("one");
  expect(readFileSync(join(folder(), "file"), "utf8")).toBe("two");
  remove();
  expect(existsSync(elsewhere)).toBe(false);
  expect(git("worktree", "list").split("\n")).toHaveLength(1);
});
