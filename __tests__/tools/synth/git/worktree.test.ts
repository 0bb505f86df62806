import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
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
  worktree.remove();
  expect(existsSync(elsewhere)).toBe(false);
  expect(repository.worktrees).toEqual([repository.directory]);
});

test("can be removed after its folder was deleted", async () => {
  const commit = repository.commit({ file: "one" });
  const worktree = await addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
  rmSync(join(folder(), "elsewhere"), { recursive: true });
  worktree.remove();
  expect(repository.worktrees).toEqual([repository.directory]);
});

test("reports git's error and leaves nothing behind when the checkout fails", async () => {
  repository.commit({ file: "one" });
  const failed = addWorktree(repository.directory, "0".repeat(40), join(folder(), "elsewhere"));
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toThrow(/^git cannot check out commit 000000000000 into .*: 0{40} missing\./);
  expect(existsSync(join(folder(), "elsewhere"))).toBe(false);
  expect(repository.worktrees).toEqual([repository.directory]);
});

describe("holds the commit's bytes, whatever converts files", () => {
  const content = { file: "one\n$Id$\n", "run.sh": "#!/bin/sh\n" };
  const conversions: Readonly<Record<string, () => Record<string, string>>> = {
    "in a checkout of this machine": () => {
      repository.git("config", "core.autocrlf", "true");
      repository.git("config", "filter.other.smudge", `tee ${join(folder(), "filtered")}; echo evil`);
      return { ".git/info/attributes": "file filter=other" };
    },
    "by the attributes of the commit": () => ({ ".gitattributes": "* text eol=crlf\nfile ident working-tree-encoding=UTF-16" }), // prettier-ignore
    "by a replaced tree": () => {
      repository.commit(content);
      repository.write({ file: "evil" });
      repository.git("add", "--all");
      repository.git("replace", "HEAD^{tree}", repository.git("write-tree"));
      return {};
    },
  };

  test.each(Object.keys(conversions))("%s", async (name) => {
    const files = conversions[name]?.() ?? {};
    const commit = name.includes("replaced")
      ? repository.git("rev-parse", "HEAD")
      : commitRaw({ ...content, ...files });
    const elsewhere = join(folder(), "elsewhere");
    const { remove } = await addWorktree(repository.directory, commit, elsewhere);
    for (const [path, bytes] of Object.entries(content))
      expect(readFileSync(join(elsewhere, path), "utf8")).toBe(bytes);
    expect(existsSync(join(folder(), "filtered"))).toBe(false);
    remove();
    expect(existsSync(`${elsewhere}.git`)).toBe(false);
  });

  /** Commits files byte for byte, without the conversions that are tested. */
  function commitRaw(files: Readonly<Record<string, string>>): string {
    repository.write(files);
    const entries = Object.keys(files).filter((path) => !path.startsWith(".git/")).sort(); // prettier-ignore
    const lines = entries.map((path) => `100644 blob ${repository.git("hash-object", "-w", "--no-filters", path)}\t${path}`); // prettier-ignore
    const tree = execFileSync("git", ["mktree"], { cwd: repository.directory, input: `${lines.join("\n")}\n` });
    return repository.git("commit-tree", "-m", "raw", tree.toString().trim());
  }
});

describe("is refused, and leaves nothing behind, if an object of a file", () => {
  const blob = () => {
    const hash = repository.git("rev-parse", "HEAD:file");
    return join(repository.directory, ".git/objects", hash.slice(0, 2), hash.slice(2));
  };

  test.each<[string, () => void, RegExp]>([
    [
      "is missing",
      () => {
        rmSync(blob());
      },
      /: error: unable to read sha1 file of file .*\. If this is a partial clone, run git fetch --refetch --no-filter\.$/,
    ],
    [
      "has another content",
      () => {
        rmSync(blob());
        writeFileSync(blob(), deflateSync(Buffer.from("blob 4\0evil")));
      },
      /these files differ from the commit: file|corrupt|mismatch/,
    ],
  ])("%s", async (_, damage, complaint) => {
    const commit = repository.commit({ file: "one" });
    damage();
    const failed = addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(complaint);
    expect(existsSync(join(folder(), "elsewhere"))).toBe(false);
    expect(existsSync(join(folder(), "elsewhere.git"))).toBe(false);
  });
});

test("runs no hooks of the repository", async () => {
  const commit = repository.commit({ file: "one" });
  const hook = join(repository.directory, ".git/hooks/post-checkout");
  repository.write({ ".git/hooks/post-checkout": `#!/bin/sh\ntouch ${join(folder(), "hooked")}\n` });
  chmodSync(hook, 0o755);
  const { remove } = await addWorktree(repository.directory, commit, join(folder(), "elsewhere"));
  remove();
  expect(existsSync(join(folder(), "hooked"))).toBe(false);
});
