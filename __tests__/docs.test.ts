import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const ROOT = join(__dirname, "..");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Record<string, string>;
};
const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true }).map((name) => join("docs", String(name))),
].filter((name) => name.endsWith(".md"));

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
const blocksOf = (page: string, language: string) =>
  [...textOf(page).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, text = ""]) =>
    of === language ? [text] : [],
  );

/** What GitLab takes for a setting of the whole pipeline, and not for a job. */
const GLOBAL = ["default", "stages", "variables", "workflow", "include"];

test.each(PAGES)("%s names commands that there are, and leads to pages that there are", (page) => {
  const commands = [...textOf(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^https?:/.test(link));
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

test("there are pages, commands and links, or the cases above stand for nothing", () => {
  expect(PAGES.length).toBeGreaterThan(15);
  expect(PAGES.flatMap((page) => [...textOf(page).matchAll(/npm run /g)]).length).toBeGreaterThan(50);
});

test("the pipeline for GitLab is one: every job has a stage that there is, and a script; what another one needs or extends is there", () => {
  const [text = ""] = blocksOf("docs/other-pipelines.md", "yaml");
  const pipeline = parse(text) as Record<
    string,
    { stage?: string; script?: string[]; extends?: string; needs?: string[] }
  >;
  const stages = pipeline["stages"] as unknown as string[];
  const jobs = Object.entries(pipeline).filter(([name]) => !GLOBAL.includes(name) && !name.startsWith("."));
  expect(jobs.length).toBeGreaterThan(3);
  for (const [, { stage, script = [], extends: base, needs = [] }] of jobs) {
    expect(stages).toContain(stage);
    expect(script.length).toBeGreaterThan(0);
    for (const name of [...(base === undefined ? [] : [base]), ...needs]) expect(Object.keys(pipeline)).toContain(name);
  }
});
