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

/** Keys that GitLab reads as settings of the whole pipeline, not as jobs. */
const GLOBAL = ["default", "stages", "variables", "workflow", "include"];

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

test("every job of the GitLab pipeline has an existing stage and a script, and needs or extends existing jobs", () => {
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

test("the GitLab pipeline plans merge requests, and applies a deployment with its role, from main and a protected environment", () => {
  const [text = ""] = blocksOf("docs/other-pipelines.md", "yaml");
  interface Job {
    readonly extends?: string;
    readonly environment?: string;
    readonly id_tokens?: object;
    readonly rules?: readonly { readonly if: string }[];
    readonly script?: readonly string[];
  }
  const pipeline = parse(text) as Record<string, Job>;
  const jobs = Object.entries(pipeline).map(([name, job]) => ({ ...pipeline[job.extends ?? ""], ...job, name }));
  const withRoles = jobs.filter(({ script = [] }) => script.some((line) => line.includes("pipeline -- profiles")));
  expect(withRoles.map(({ name }) => name)).toEqual(["plan", "plan dev", "apply dev"]);
  for (const { name, script = [], ...job } of withRoles) {
    const [, deployment] = /--deployment (\S+)/.exec(script.join("\n")) ?? [];
    expect([name, job.environment]).toEqual([name, deployment]);
    expect(job.id_tokens).toEqual({ ESTATE_ID_TOKEN: { aud: "sts.amazonaws.com" } });
    const [rule] = job.rules ?? [];
    if (name === "plan") expect(rule?.if).toBe('$CI_PIPELINE_SOURCE == "merge_request_event"');
    else expect(rule?.if).toBe("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH");
    expect(script.some((line) => line.includes("npm run apply"))).toBe(deployment !== undefined);
  }
});

test("the estate of the GitLab page is accepted, and the page sets the same subject on GitLab", () => {
  const [text = ""] = blocksOf("docs/other-pipelines.md", "ts");
  const { repository } = parse(`{${text.replaceAll(/ \/\/.*/g, "")}}`) as {
    repository: { gitlab: { subject: string[] } };
  };
  expect(problemsWith({ repository })).toEqual([]);
  const [set] = blocksOf("docs/other-pipelines.md", "sh");
  const [, list = "[]"] = /"ci_id_token_sub_claim_components": (\[.*\]) /.exec(set ?? "") ?? [];
  expect(JSON.parse(list)).toEqual(repository.gitlab.subject);
});
