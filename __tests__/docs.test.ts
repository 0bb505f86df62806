import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { problemsWith } from "./config/estate-fixture";

const ROOT = join(__dirname, "..");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Record<string, string>;
};
const PAGES = [
  ...readdirSync(ROOT),
  ...["docs", "examples", "tools"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  ),
].filter((name) => name.endsWith(".md") && !name.includes("node_modules"));

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
const blocksOf = (page: string, language: string) =>
  [...textOf(page).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, text = ""]) =>
    of === language ? [text] : [],
  );

test.each(PAGES)("%s names existing commands and links to existing pages", (page) => {
  const commands = [...textOf(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^https?:/.test(link));
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(PAGES)("%s links to existing headings", (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)];
  const missing = links.filter(([, target = "", anchor = ""]) => {
    const linked = target === "" ? page : join(dirname(page), target);
    return linked.endsWith(".md") && !anchorsOf(linked).includes(anchor);
  });
  expect(missing.map(([link]) => link)).toEqual([]);
});

test("the cases above cover many pages and commands", () => {
  expect(PAGES.length).toBeGreaterThan(15);
  expect(PAGES.flatMap((page) => [...textOf(page).matchAll(/npm run /g)]).length).toBeGreaterThan(50);
});

test("docs/rehearsal.md lists what the emulator refuses, in the words of the patches", () => {
  const launcher = join(ROOT, "tools/emulator/launcher.py");
  const patches = execFileSync("python3", [launcher, "--list-refusals"], { encoding: "utf8" }).trim().split("\n");
  const [, section = ""] = textOf("docs/rehearsal.md").split("## What the emulator refuses, as AWS does\n");
  const rows = [...section.matchAll(/^\| `(.*)` \| (.*) \| (.*) \|$/gm)].map((row) => row.slice(1).join("\t"));
  expect(rows).toEqual(patches);
  expect(patches.length).toBeGreaterThan(20);
});

test("the estates of the page about other services are accepted, and it sets the same subject on GitLab", () => {
  const blocks = blocksOf("docs/other-pipelines.md", "ts").map(
    (text) => parse(`{${text.replaceAll(/ \/\/.*/g, "")}}`) as { repository: { gitlab?: { subject?: string[] } } },
  );
  expect(blocks.map(({ repository }) => Object.keys(repository))).toEqual([
    ["github", "gitlab", "azureDevOps"],
    ["gitlab"],
    ["azureDevOps"],
  ]);
  for (const { repository } of blocks) expect(problemsWith({ repository })).toEqual([]);
  const [set] = blocksOf("docs/other-pipelines.md", "sh");
  const [, list = "[]"] = /"ci_id_token_sub_claim_components": (\[.*\]) /.exec(set ?? "") ?? [];
  expect(JSON.parse(list)).toEqual(blocks[1]?.repository.gitlab?.subject);
});
