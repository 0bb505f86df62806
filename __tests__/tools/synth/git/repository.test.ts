import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileIn, hasFile, mergeBase, resolveCommit, treeOf } from "../../../../tools/synth/git/repository";
import { TestRepository } from "../../plans/support/test-repository";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

const folder = temporaryFolder();
let repository: TestRepository;
beforeEach(() => {
  repository = new TestRepository(folder());
});

const git = (...args: readonly string[]): string => repository.git(...args);
const commit = (content: string): string => repository.commit({ file: content });

test("finds the main branch, and any commit by name", () => {
  const first = commit("one");
  git("checkout", "-qb", "change");
  const second = commit("two");
  expect(resolveCommit(folder())).toBe(first);
  expect(resolveCommit(folder(), "change")).toBe(second);
  expect(resolveCommit(folder(), "HEAD~1")).toBe(first);
});

test.each(["nothing", "--help", "HEAD:file", ""])("refuses a base that is not a commit: %j", (ref) => {
  commit("one");
  expect(() => resolveCommit(folder(), ref)).toThrow(
    `--base must be a commit, a branch or a tag, got "${ref}". Correct it, or fetch it first: git fetch --all --tags.`,
  );
});

test("requires a base if there is no main branch", () => {
  git("checkout", "-qb", "trunk");
  commit("one");
  expect(() => resolveCommit(folder())).toThrow(/there is no main branch .*--base <ref>/);
});

describe("the merge base", () => {
  test("ignores later commits on the other line", () => {
    const left = commit("one");
    git("checkout", "-qb", "change");
    commit("mine");
    git("checkout", "-q", "main");
    const theirs = commit("theirs");
    git("checkout", "-q", "change");
    expect(mergeBase(folder(), "main", "--base")).toBe(left);
    expect(mergeBase(folder(), undefined, "--base")).toBe(left);
    git("merge", "-q", "-X", "ours", "--no-edit", "main");
    expect(mergeBase(folder(), "main", "--base")).toBe(theirs);
  });

  test("is the commit itself if HEAD descends from it", () => {
    const before = commit("one");
    const last = commit("two");
    expect(mergeBase(folder(), before, "--base")).toBe(before);
    expect(mergeBase(folder(), "main", "--base")).toBe(last);
  });

  test("is refused if two lines have no common commit", () => {
    commit("one");
    git("checkout", "-q", "--orphan", "change");
    commit("two");
    const main = git("rev-parse", "--short=12", "main");
    expect(() => mergeBase(folder(), "main", "--base")).toThrow(
      `--base must have a commit in common with HEAD, got main (${main}). Name another one.`,
    );
  });

  test("reports the remedy if a shallow clone lacks it", () => {
    commit("one");
    const second = commit("two");
    git("clone", "-q", "--depth=1", `file://${folder()}`, "shallow");
    const clone = new TestRepository(join(folder(), "shallow"));
    const shallow = clone.directory;
    const remedy =
      "This clone has only a part of the history: run git fetch --unshallow, or set fetch-depth: 0 of actions/checkout.";
    expect(() => mergeBase(shallow, `${second}~1`, "--affected")).toThrow(
      `--affected must be a commit, a branch or a tag, got "${second}~1". ${remedy}`,
    );
    clone.git("checkout", "-q", "--orphan", "other");
    clone.commit();
    expect(() => mergeBase(shallow, "main", "--base")).toThrow(`). ${remedy}`);
  });

  test("requires a repository with a commit, and prints git's error", () => {
    expect(() => mergeBase(folder(), "main", "--base")).toThrow(`git finds no commit in ${folder()}: fatal: `);
    expect(() => mergeBase("/", "main", "--base")).toThrow(/^git finds no commit in \/: not a git repository/);
    const { PATH } = process.env;
    process.env["PATH"] = "";
    try {
      expect(() => mergeBase(folder(), "main", "--base")).toThrow(/^git finds no commit in .*: git is not on PATH$/);
    } finally {
      process.env["PATH"] = PATH;
    }
  });
});

test("commits with the same content have the same tree", () => {
  const first = commit("one");
  const second = commit("two");
  expect(treeOf(folder(), commit("one"))).toBe(treeOf(folder(), first));
  expect(treeOf(folder(), second)).not.toBe(treeOf(folder(), first));
});

test("finds files of a commit by paths relative to the folder", () => {
  const first = commit("one");
  mkdirSync(join(folder(), "below"));
  expect(hasFile(folder(), first, "file")).toBe(true);
  writeFileSync(join(folder(), "file"), "changed");
  expect([fileIn(folder(), first, "file"), fileIn(folder(), first, "below")]).toEqual(["one", undefined]);
  expect(hasFile(folder(), first, "below/file")).toBe(false);
  expect(hasFile(join(folder(), "below"), first, "../file")).toBe(true);
});
