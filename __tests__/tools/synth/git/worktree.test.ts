import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../../config/user-error";
import { addWorktree } from "../../../../tools/synth/git/worktree";
import { temporaryFolder } from "../../terraform/support/temporary-folder";
import { TestRepository } from "../../plans/support/test-repository";

const folder = temporaryFolder();
let repository: TestRepository;

beforeEach(() => {
  repository = new TestRepository(join(folder(), "project"));
});

test("contains the commit, leaves the checkout unchanged, and is removed with all files in it", async () => {
  const first = repository.commit({ file: "one" });
  repository.commit({ file: "two" });
  const elsewhere = join(folder(), "elsewhere");
  const worktree = await addWorktree(repository.directory, first, elsewhere);
  expect(readFileSync(join(elsewhere, "file"), "utf8")).toBe("one");
  expect(readFileSync(join(repository.directory, "file"), "utf8")).toBe("two");
  mkdirSync(join(elsewhere, "node_modules"));
  await worktree.remove();
  expect(existsSync(elsewhere)).toBe(false);
  expect(repository.worktrees).toEqual([repository.directory]);
});

test("can be removed after its folder was deleted", async () => {
  const commit = repository.commit({ file: "one" });
  const worktree = await addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
  rmSync(join(folder(), "elsewhere"), { recursive: true });
  await worktree.remove();
  expect(repository.worktrees).toEqual([repository.directory]);
});

test("prunes the worktree of a killed process after its folder was deleted", async () => {
  const commit = repository.commit({ file: "one" });
  await addWorktree(repository.directory, commit, join(folder(), "killed"));
  rmSync(join(folder(), "killed"), { recursive: true });
  const { remove } = await addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
  expect(repository.worktrees).toEqual([repository.directory, join(folder(), "elsewhere")]);
  await remove();
});

test("reports git's error and leaves nothing behind when the checkout fails", async () => {
  repository.commit({ file: "one" });
  const failed = addWorktree(repository.directory, "0".repeat(40), join(folder(), "elsewhere"));
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toThrow(/^git cannot check out commit 000000000000 into .*: fatal: /);
  expect(existsSync(join(folder(), "elsewhere"))).toBe(false);
  expect(repository.worktrees).toEqual([repository.directory]);
});

test("runs no hooks of the repository", async () => {
  const commit = repository.commit({ file: "one" });
  const hook = join(repository.directory, ".git/hooks/post-checkout");
  repository.write({ ".git/hooks/post-checkout": `#!/bin/sh\ntouch ${join(folder(), "hooked")}\n` });
  chmodSync(hook, 0o755);
  const { remove } = await addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
  await remove();
  expect(existsSync(join(folder(), "hooked"))).toBe(false);
});
