import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { copyProject } from "../../tools/bench/affected";
import { gitEnvironment } from "../tools/plans/support/test-repository";

/** What a team commits, as docs/upgrading.md lists it. All other files are the project's. */
export const THEIRS =
  /^(custom\/|config\/estate\.(ts|json|members\.json|adopt\.json|moves\.json|unmanaged\.json|controls\.json|addresses\.txt|access\/)|config\/allowed_signers$|\.github\/CODEOWNERS$)/;

/** Where a team describes its estate in README.md. */
const README_MARK = "<!-- A team's own text goes below this line. New versions do not change it. -->\n";

/** The project's repository, and a team's clone of it, each on `main`. */
export class TeamClone {
  readonly upstream: string;
  readonly directory: string;

  /** @param parent an empty folder */
  constructor(parent: string) {
    this.upstream = join(parent, "upstream");
    this.directory = join(parent, "team");
    copyProject(this.upstream);
    git(this.upstream, "init", "--quiet", "--initial-branch=main");
    git(this.upstream, "add", "--all");
    for (const file of this.files(this.upstream).filter((name) => THEIRS.test(name)))
      git(this.upstream, "rm", "--quiet", "--force", file); // our own folder may be the clone of a team
    git(this.upstream, "commit", "--quiet", "--message", "the version that the team begins with");
    // It reads objects where they are: neither the clone nor a fetch copies them.
    git(parent, "clone", "--quiet", "--shared", "--origin", "upstream", this.upstream, this.directory);
  }

  /** Writes files and commits them. */
  commit(message: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true });
      writeFileSync(join(this.directory, name), text);
    }
    git(this.directory, "add", "--", ...Object.keys(files));
    git(this.directory, "commit", "--quiet", "--message", message);
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  /** README.md with a paragraph of the team. */
  readme(paragraph: string): string {
    const text = this.read("README.md");
    if (!text.includes(README_MARK)) throw new Error("README.md must have the place for a team's own text");
    return text.replace(README_MARK, `${README_MARK}\n${paragraph}\n`);
  }

  /**
   * Commits a version of the project that changes files at their beginning and end.
   *
   * @param files default: every file of the project
   */
  release(files = this.files(this.upstream)): void {
    for (const file of files) {
      const path = join(this.upstream, file);
      writeFileSync(path, laterVersion(file, readFileSync(path, "utf8")));
    }
    git(this.upstream, "add", "--all");
    git(this.upstream, "commit", "--quiet", "--message", "a later version");
  }

  /** The paths that git knows. */
  files(directory = this.directory): string[] {
    const names = git(directory, "ls-files", "-z").split("\0");
    return names.filter((name) => name !== "");
  }

  /** As docs/upgrading.md does it. Returns the files in conflict, and leaves the merge to the caller if there are any. */
  merge(): string[] {
    git(this.directory, "fetch", "--quiet", "upstream");
    const merged = spawnSync("git", ["merge", "--quiet", "--no-edit", "upstream/main"], {
      cwd: this.directory,
      env: gitEnvironment(),
      encoding: "utf8",
    });
    const conflicts = git(this.directory, "diff", "--name-only", "--diff-filter=U").split("\n").filter(Boolean);
    if (merged.status !== 0 && conflicts.length === 0) throw new Error(merged.stdout + merged.stderr);
    return conflicts;
  }
}

function git(directory: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: directory, env: gitEnvironment(), encoding: "utf8", maxBuffer: 2 ** 26 });
}

/** The comment of a kind of file, as text before and after the words. */
const COMMENTS: Readonly<Record<string, readonly [string, string]>> = {
  ...Object.fromEntries([".ts", ".tsx", ".mjs", ".cjs", ".js"].map((ending) => [ending, ["// ", ""] as const])),
  ".md": ["<!-- ", " -->"],
  ...Object.fromEntries([".yml", ".yaml", ".py", ".sh"].map((ending) => [ending, ["# ", ""] as const])),
};

/** A file with other content of the same meaning: a comment at both ends, or where there are none, white space. */
function laterVersion(file: string, text: string): string {
  const comment = COMMENTS[extname(file)];
  if (!comment) return /\.(json|txt)$/.test(file) ? `${text}\n` : `${text}# the next version\n`;
  const line = `${comment.join("the next version")}\n`;
  const [shebang = ""] = /^#!.*\n/.exec(text) ?? [];
  return shebang + line + text.slice(shebang.length) + line;
}

/** The estate file of a small team. */
export const TEAM_ESTATE = (budget: number) => `import type { EstateFile } from "./schema";

const people = ["arn:aws:iam::123412341234:user/engineer"];

const estate: EstateFile = {
  solution: "kepler",
  defaultRegion: "eu-central-1",
  chargeCode: "kepler-0001",
  accounts: {
    shop: {
      kind: "main",
      id: "123412341234",
      email: "aws@shop.example",
      operators: people,
      admins: people,
      monthlyBudgetUsd: ${budget},
    },
  },
  environments: { live: { account: "shop", profile: "hardened", database: { allowedCidrBlocks: ["10.0.8.0/23"] } } },
};

export default estate;
`;

/** A law of the team's own. */
const TEAM_LAW = `interface Stack {
  readonly id: string;
  readonly resources: readonly { readonly type: string }[];
  readonly provider: Readonly<Record<string, unknown>>;
}

const hasDatabase = ({ resources }: Stack) => resources.some(({ type }) => type === "aws_db_instance");

export default {
  name: "every database is in eu-central-1",
  violations: ({ stacks }: { readonly stacks: readonly Stack[] }) =>
    stacks
      .filter((stack) => hasDatabase(stack) && stack.provider["region"] !== "eu-central-1")
      .map(({ id }) => id + " is elsewhere"),
};
`;

/** The example of own stacks, from two folders further up. */
function ownStacks(clone: TeamClone): Record<string, string> {
  const files = ["custom/index.ts", "custom/queue.ts", "custom/laws/encrypted-queues.ts"];
  const moved = (file: string) => clone.read(`examples/custom-queue/${file}`).replaceAll('"../../../', '"../');
  return Object.fromEntries(files.map((file) => [file, moved(file)]));
}

/** Twenty commits of a team: its estate, its records, own laws, a dependency, a code owner and a paragraph in README.md. */
export function teamCommits(clone: TeamClone): void {
  const lock = (version: string) =>
    `${JSON.stringify({ name: "custom", lockfileVersion: 3, requires: true, packages: { "": { dependencies: { "is-odd": version } } } }, undefined, 2)}\n`;
  clone.commit("our estate", { "config/estate.ts": TEAM_ESTATE(50) });
  clone.commit("its members", { "config/estate.members.json": "[]\n" });
  clone.commit("who reviews what", { ".github/CODEOWNERS": "* @shop/platform\n" });
  clone.commit("another code owner", { ".github/CODEOWNERS": "* @shop/platform\n/custom/ @shop/orders\n" });
  clone.commit("what this is", { "README.md": clone.readme("This is the estate of the shop.\n\nAsk #platform.") });
  clone.commit("a law", { "custom/laws/region.ts": TEAM_LAW });
  clone.commit("own stacks", ownStacks(clone));
  clone.commit("a page", { "custom/README.md": "# The shop's own stacks\n" });
  clone.commit("a dependency", {
    "custom/package.json": '{ "dependencies": { "is-odd": "3.0.0" } }\n',
    "custom/package-lock.json": lock("3.0.0"),
  });
  clone.commit("a newer dependency", {
    "custom/package.json": '{ "dependencies": { "is-odd": "3.0.1" } }\n',
    "custom/package-lock.json": lock("3.0.1"),
  });
  clone.commit("without the dependency", { "custom/package.json": "{}\n", "custom/package-lock.json": "{}\n" });
  clone.commit("what exists", { "config/estate.adopt.json": "{}\n" });
  clone.commit("what moves", { "config/estate.moves.json": "{}\n" });
  clone.commit("who signs", { "config/allowed_signers": "" });
  for (let budget = 51; budget <= 56; budget += 1)
    clone.commit(`a budget of ${budget}`, { "config/estate.ts": TEAM_ESTATE(budget) });
}
