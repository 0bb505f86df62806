import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { UserError } from "../../../../config/user-error";
import { changedFiles, checkoutOf } from "../../../../tools/synth/git/checkout";
import { ROOT, TYPESCRIPT } from "../../../../tools/support/project";
import { TestRepository } from "../../plans/support/test-repository";
import { temporaryFolder } from "../../terraform/support/temporary-folder";

/* Each attack hides a difference between the files on disk and the commit from git itself. */

const folder = temporaryFolder();
const VARIABLES = { ...process.env };
let repository: TestRepository;
let head: string;

const at = (...path: string[]) => join(repository.directory, ...path);
const changed = (read?: readonly string[]) => [...checkoutOf(repository.directory, read).changedPaths];
const set = (name: string, value: string) => repository.git("config", name, value);
/** As after a commit, git takes every file for unchanged without reading it. In a copy, it would read them all. */
const refresh = () => repository.git("update-index", "--refresh");
const EVIL = { "modules/trust.ts": "evil" };

let committed: TestRepository;
beforeAll(() => {
  committed = new TestRepository(mkdtempSync(join(tmpdir(), "committed-")));
  head = committed.commit({
    ".gitignore": "node_modules\n*.log\n/plans/\n",
    "package.json": "{}",
    "main.ts": "main",
    "modules/trust.ts": "good",
    "modules/.gitignore": "made.json\n/local/\nbelow/*.txt\n!kept.log\n# no rule\n\n",
    "modules/[x]/.gitignore": "odd",
  });
});
afterAll(() => {
  rmSync(committed.directory, { recursive: true });
});

beforeEach(() => {
  repository = new TestRepository(join(folder(), "project"), committed);
});

afterEach(() => {
  process.env = { ...VARIABLES };
});

test("a clean checkout has the commit, its tree and no changed path", () => {
  const tree = repository.git("rev-parse", "HEAD^{tree}");
  const clean = { commit: head, tree, changedPaths: [], unheldPaths: [] };
  expect(checkoutOf(repository.directory)).toEqual(clean);
  expect(checkoutOf(at("modules"))).toEqual(clean);
  repository.git("worktree", "add", "-q", "--detach", join(folder(), "linked"));
  expect(checkoutOf(join(folder(), "linked"))).toEqual(clean);
});

test("a folder without a repository, and a branch without a commit, have no commit", () => {
  expect(checkoutOf("/")).toEqual({ changedPaths: [] });
  new TestRepository(join(folder(), "new"));
  expect(checkoutOf(join(folder(), "new"))).toEqual({ changedPaths: [] });
});

test("a repository with SHA-256 hashes is compared in the same way", () => {
  const directory = join(folder(), "sha256");
  execFileSync("git", ["init", "-q", "--object-format=sha256", directory]);
  const commit = new TestRepository(directory).commit({ "a/b": "one", c: "two" });
  expect(commit).toHaveLength(64);
  expect(checkoutOf(directory)).toMatchObject({ commit, changedPaths: [] });
  writeFileSync(join(directory, "c"), "three");
  expect(checkoutOf(directory).changedPaths).toEqual(["c"]);
});

describe("lists a changed file that is hidden by", () => {
  const hidden: Readonly<Record<string, () => void>> = {
    "git update-index --assume-unchanged": () => {
      repository.git("update-index", "--assume-unchanged", "modules/trust.ts");
      repository.write(EVIL);
    },
    "git update-index --skip-worktree": () => {
      repository.git("update-index", "--skip-worktree", "modules/trust.ts");
      repository.write(EVIL);
    },
    "a damaged index": () => {
      repository.write({ ...EVIL, ".git/index": "damaged" });
    },
    "core.fsmonitor": () => {
      repository.write({ ".git/monitor": "#!/bin/sh\nprintf 'now\\0'\n" });
      chmodSync(at(".git/monitor"), 0o755);
      set("core.fsmonitor", ".git/monitor");
      refresh();
      repository.git("update-index", "--fsmonitor");
      repository.git("status");
      repository.write(EVIL);
    },
    "size and time alone": () => {
      set("core.checkStat", "minimal");
      set("core.trustctime", "false");
      const past = new Date("2026-01-01T00:00:00Z");
      utimesSync(at("modules/trust.ts"), past, past);
      repository.git("status");
      repository.write(EVIL);
      utimesSync(at("modules/trust.ts"), past, past);
    },
    "a filter of this machine": () => {
      set("filter.hide.clean", "printf good");
      repository.write({ ...EVIL, ".git/info/attributes": "trust.ts filter=hide" });
    },
    "the conversion of line ends": () => {
      repository.commit({ "modules/trust.ts": "good\n" });
      set("core.autocrlf", "true");
      repository.write({ "modules/trust.ts": "good\r\n" });
      repository.git("add", "--all");
    },
    "core.worktree": () => {
      cpSync(at(), join(folder(), "clean"), { recursive: true });
      set("core.worktree", join(folder(), "clean"));
      repository.write(EVIL);
    },
    "git replace": () => {
      repository.write(EVIL);
      repository.git("add", "--all");
      repository.git("replace", "HEAD^{tree}", repository.git("write-tree"));
    },
    "variables of another repository": () => {
      cpSync(at(), join(folder(), "clean"), { recursive: true });
      process.env["GIT_DIR"] = join(folder(), "clean/.git");
      process.env["GIT_WORK_TREE"] = join(folder(), "clean");
      repository.write(EVIL);
    },
    "another index": () => {
      cpSync(at(".git/index"), join(folder(), "index"));
      repository.git("update-index", "--assume-unchanged", "modules/trust.ts");
      cpSync(at(".git/index"), join(folder(), "index"));
      repository.git("update-index", "--no-assume-unchanged", "modules/trust.ts");
      process.env["GIT_INDEX_FILE"] = join(folder(), "index");
      repository.write(EVIL);
    },
  };

  test.each(Object.keys(hidden))("%s", (attack) => {
    hidden[attack]?.();
    expect(changed()).toEqual(["modules/trust.ts"]);
  });
});

describe("lists an untracked file that is hidden by", () => {
  const hidden: Readonly<Record<string, () => void>> = {
    "status.showUntrackedFiles": () => {
      set("status.showUntrackedFiles", "no");
    },
    ".git/info/exclude": () => {
      repository.write({ ".git/info/exclude": "new.ts" });
    },
    "core.excludesFile": () => {
      set("core.excludesFile", ".git/excluded");
      repository.write({ ".git/excluded": "new.ts" });
    },
    "settings in variables": () => {
      process.env["GIT_CONFIG_COUNT"] = "1";
      process.env["GIT_CONFIG_KEY_0"] = "status.showUntrackedFiles";
      process.env["GIT_CONFIG_VALUE_0"] = "no";
    },
    "the user's ignore file": () => {
      process.env["XDG_CONFIG_HOME"] = folder();
      new TestRepository(folder()).write({ "git/ignore": "new.ts" });
      rmSync(join(folder(), ".git"), { recursive: true });
    },
    "a damaged index": () => {
      repository.write({ ".git/index": "damaged" });
    },
  };

  test.each(Object.keys(hidden))("%s", (attack) => {
    repository.write({ "modules/new.ts": "evil" });
    hidden[attack]?.();
    expect(changed()).toEqual(["modules/new.ts"]);
  });

  test("a .gitignore that ignores itself", () => {
    repository.write({ "config/.gitignore": "*", "config/new.ts": "evil" });
    expect(changed()).toEqual(["config/.gitignore", "config/new.ts"]);
  });

  test("node_modules in a folder without a package, where code would find it first", () => {
    const cdktf = "node_modules/cdktf/index.js";
    repository.commit({ "functions/a/package.json": "{}" });
    repository.write({ [cdktf]: "", [`functions/a/${cdktf}`]: "" });
    expect(changed()).toEqual([]);
    repository.write({ [`modules/${cdktf}`]: "evil" });
    expect(changed()).toEqual(["modules/node_modules"]);
  });

  test("being a FIFO, which code would read before the file of the commit", () => {
    execFileSync("mkfifo", [at("modules/trust.js")]);
    mkdirSync(at("modules/node_modules/cdktf"), { recursive: true });
    execFileSync("mkfifo", [at("modules/node_modules/cdktf/index.js")]);
    expect(changed().sort()).toEqual(["modules/node_modules", "modules/trust.js"]);
  });
});

test("honours the .gitignore files of the commit as git does", () => {
  const ignored = ["a.log", "plans/x", "modules/made.json", "modules/deep/made.json", "modules/local/x", "modules/below/x.txt", "modules/[x]/odd"]; // prettier-ignore
  const listed = ["kept.log/x", "made.json", "modules/deep/local/x", "modules/deep/below/x.txt", "modules/kept.log", "modules/x/odd", "other/plans/x"]; // prettier-ignore
  for (const file of [...ignored, ...listed]) repository.write({ [file]: "" });
  const status = repository.git("status", "--porcelain", "-z", "-uall").split("\0").filter(Boolean);
  const byGit = status.map((entry) => entry.replace(/^\?\? /, "")).sort();
  expect(changed().sort()).toEqual(byGit);
  expect(byGit).toEqual(listed.filter((file) => file !== "kept.log/x").sort());
});

// In a module's folder it would be part of the stack.
test("what macOS writes into folders is no change, but in custom/", () => {
  repository.commit({ ".gitignore": readFileSync(join(ROOT, ".gitignore"), "utf8") });
  for (const file of [".DS_Store", "config/.DS_Store", "custom/.DS_Store", "custom/modules/x/.DS_Store"])
    repository.write({ [file]: "" });
  expect(changed().sort()).toEqual(["custom/.DS_Store", "custom/modules/x/.DS_Store"]);
});

describe("lists", () => {
  test("a missing file, although a sparse checkout leaves it out", () => {
    refresh();
    repository.git("sparse-checkout", "set", "--no-cone", "/*", "!/modules/trust.ts");
    expect(existsSync(at("modules/trust.ts"))).toBe(false);
    expect(changed()).toEqual(["modules/trust.ts"]);
  });

  test("a changed exec bit, although core.fileMode hides it", () => {
    set("core.fileMode", "false");
    chmodSync(at("main.ts"), 0o755);
    expect(statSync(at("main.ts")).mode & 0o100).toBe(0o100);
    expect(changed()).toEqual(["main.ts"]);
  });

  test("a link with another target, and a file that became a link to the same content", () => {
    symlinkSync("main.ts", at("link"));
    repository.commit();
    expect(changed()).toEqual([]);
    repository.git("update-index", "--assume-unchanged", "link", "main.ts");
    unlinkSync(at("link"));
    symlinkSync("package.json", at("link"));
    cpSync(at("main.ts"), join(folder(), "main.ts"));
    unlinkSync(at("main.ts"));
    symlinkSync(join(folder(), "main.ts"), at("main.ts"));
    expect(changed()).toEqual(["link", "main.ts"]);
  });

  test("a folder that became a link to the same files", () => {
    cpSync(at("modules"), join(folder(), "modules"), { recursive: true });
    rmSync(at("modules"), { recursive: true });
    symlinkSync(join(folder(), "modules"), at("modules"));
    expect(changed()).toEqual(["modules"]);
  });

  test("a file that became a folder, and one that became a FIFO, without waiting for a writer", () => {
    rmSync(at("main.ts"));
    repository.write({ "main.ts/x": "" });
    rmSync(at("modules/trust.ts"));
    execFileSync("mkfifo", [at("modules/trust.ts")]);
    expect(changed()).toEqual(["main.ts", "modules/trust.ts", "main.ts/x"]);
  });

  test("a folder that became a repository of its own", () => {
    new TestRepository(at("modules")).write({ "new.ts": "evil" });
    expect(changed()).toEqual(["modules/"]);
  });

  test("a submodule that is not what its commit holds, although it is ignored", () => {
    const library = new TestRepository(join(folder(), "library"));
    library.commit({ "code.ts": "good" });
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", library.directory, "library");
    repository.commit();
    expect(changed()).toEqual([]);
    set("submodule.library.ignore", "all");
    repository.write({ "library/new.ts": "evil" });
    expect(changed()).toEqual(["library"]);
    rmSync(at("library/new.ts"));
    repository.write({ "library/code.ts": "other" });
    new TestRepository(at("library")).commit();
    expect(changed()).toEqual(["library"]);
    rmSync(at("library"), { recursive: true });
    mkdirSync(at("library")); // as after a clone
    expect(changed()).toEqual([]);
  });
});

describe("a file that is read", () => {
  const estate = "config/estate.json";

  test("is no change if the commit holds it, or if it does not exist", () => {
    repository.commit({ [estate]: "" });
    expect(changed([at(estate), at("config/none.json")])).toEqual([]);
  });

  test("is listed once if it is not committed", () => {
    repository.write({ [estate]: "" });
    expect(checkoutOf(repository.directory, [at(estate)])).toMatchObject({ changedPaths: [estate], unheldPaths: [] });
  });

  test.each<[string, () => string, () => string]>([
    ["is ignored", () => at("plans/estate.json"), () => "plans/estate.json (ignored, or in a submodule)"],
    ["is outside the repository", () => join(folder(), "x.json"), () => `${join(folder(), "x.json")} (outside the repository)`], // prettier-ignore
  ])("is listed if it %s", (_, file, listed) => {
    mkdirSync(at("plans"));
    writeFileSync(file(), "");
    const checkout = checkoutOf(repository.directory, [file()]);
    expect(checkout).toMatchObject({ changedPaths: [listed()], unheldPaths: [listed()] });
  });

  test("is the target of a link: the commit holds only the name", () => {
    writeFileSync(join(folder(), "estate.json"), "");
    mkdirSync(at("config"));
    symlinkSync("../../estate.json", at(estate));
    repository.commit();
    const outside = join(folder(), "estate.json");
    expect(changed([at(estate)])).toEqual([
      `${outside} (outside the repository)`,
      `${estate} (a link to ../estate.json)`,
    ]);
  });

  test("may be a module that the estate imports: a command knows all that it has loaded, packages aside", () => {
    repository.commit({
      "config/estate.ts": `import { accounts } from "../../accounts"; export default { accounts };`,
      "config/estate.members.json": "[]",
    });
    writeFileSync(join(folder(), "accounts.ts"), "export const accounts = {};");
    const command = `
      import { loadEstate } from ${JSON.stringify(join(ROOT, "config/load"))};
      import { filesRead } from ${JSON.stringify(join(ROOT, "tools/synth/git/checkout"))};
      try { loadEstate(process.argv[2]); } catch {} // not a whole estate
      console.log(JSON.stringify(filesRead(process.argv[3] as string, process.argv[2] as string)));
    `;
    const file = join(folder(), "command.ts");
    writeFileSync(file, command);
    const args = ["--require", TYPESCRIPT, file, at("config/estate.ts"), at()];
    const read = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as string[];
    const ofProject = ["config/estate.ts", "config/estate.members.json", "main.ts", "cdktf.json"].map((name) =>
      at(name),
    );
    expect(read).toEqual(expect.arrayContaining([...ofProject, join(ROOT, "config/load.ts")]));
    expect(read.filter((name) => name.includes("/node_modules/"))).toEqual([]);
    const ours = read.filter((name) => !name.startsWith(ROOT) && name !== file);
    expect(changed(ours)).toEqual([`${join(folder(), "accounts.ts")} (outside the repository)`]);
  });
});

describe("is an error, and not a clean checkout or none:", () => {
  const object = (name: string) => {
    const hash = repository.git("rev-parse", name);
    return at(".git/objects", hash.slice(0, 2), hash.slice(2));
  };
  const damages: Readonly<Record<string, [() => void, RegExp]>> = {
    "a missing commit": [
      () => {
        rmSync(object("HEAD"));
      },
      /missing object [0-9a-f]{40} for refs\/heads\/main/,
    ],
    "a missing tree": [
      () => {
        rmSync(object("HEAD:modules"));
      },
      /[0-9a-f]{40} missing/,
    ],
    "a tree with another content": [
      () => {
        const content = inflateSync(readFileSync(object("HEAD:modules"))).toString("latin1");
        chmodSync(object("HEAD:modules"), 0o644);
        writeFileSync(object("HEAD:modules"), deflateSync(Buffer.from(content.replace("trust", "other"), "latin1")));
        cpSync(at("modules/trust.ts"), at("modules/other.ts"));
        rmSync(at("modules/trust.ts"));
      },
      /the content of tree [0-9a-f]{40} has another hash/,
    ],
    "a damaged branch": [
      () => {
        repository.write({ ".git/refs/heads/main": "damaged" });
      },
      /ignoring broken ref refs\/heads\/main/,
    ],
    "an empty branch": [
      () => {
        repository.write({ ".git/refs/heads/main": "" });
      },
      /ignoring broken ref refs\/heads\/main/,
    ],
    "a repository that git does not recognize": [
      () => {
        rmSync(at(".git/HEAD"));
      },
      /not a git repository/,
    ],
    "no git": [
      () => {
        process.env["PATH"] = "";
      },
      /git is not on PATH/,
    ],
  };

  test.each(Object.keys(damages))("%s", (damage) => {
    const [inflict, complaint] = damages[damage] ?? [() => undefined, /^$/];
    inflict();
    const compare = () => checkoutOf(repository.directory);
    expect(compare).toThrow(UserError);
    expect(compare).toThrow(
      /^git cannot read the repository .*: .*\. Check it with git fsck --full, or clone it again\.$/,
    );
    expect(compare).toThrow(complaint);
  });
});

test("content is compared without any object of the commit's files", () => {
  const files = [{ path: "main.ts", mode: "100644", hash: repository.git("rev-parse", "HEAD:main.ts") }];
  expect(changedFiles(repository.directory, files)).toEqual([]);
  repository.write({ "main.ts": "other" });
  expect(changedFiles(repository.directory, files)).toEqual(["main.ts"]);
});
