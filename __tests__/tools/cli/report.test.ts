import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EstateFile } from "../../../config/schema";
import { copyProject } from "../../../tools/bench/affected";
import { estateOfSize } from "../../../tools/bench/estate-of-size";
import { found } from "../../support/estates";
import { SAFE, writeWholePlan } from "../report/support/plans";
import { TestRepository } from "../plans/support/test-repository";
import { callCommand } from "./support/call-command";
import { expectRefusal } from "./support/run-command";

/* Runs the command in a copy of the project with two commits, with only git and Node: no Terraform, no AWS. */

const parent = realpathSync(mkdtempSync(join(tmpdir(), "report-command-")));
const bin = join(parent, "bin");
const page = join(parent, "page.html");
let project: TestRepository;

const ESTATE = "config/team.json";
const estate = (change: (file: EstateFile) => void = () => undefined) => {
  const file = estateOfSize(1);
  change(file);
  return { [ESTATE]: JSON.stringify(file) };
};
const environment = (): NodeJS.ProcessEnv => ({ PATH: bin, HOME: parent, TMPDIR: parent, ESTATE, CI: "true" });
const report = (...args: readonly string[]) =>
  callCommand("report", ["--out", page, ...args], environment(), { project: project.directory });

beforeAll(() => {
  mkdirSync(bin);
  symlinkSync(execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim(), join(bin, "git"));
  symlinkSync(process.execPath, join(bin, "node"));
  copyProject(join(parent, "project"), ["__tests__", "docs"]);
  project = new TestRepository(join(parent, "project"));
  project.commit(estate());
  project.git("tag", "before");
  project.commit(
    estate((file) => {
      found(file.accounts, "main-1").admins = ["arn:aws:iam::100000000000:user/second-engineer"];
    }),
  );
}, 60_000);
afterEach(() => {
  rmSync(page, { force: true });
});
afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** What the page says of the difference in access. */
function compared(): string {
  const html = readFileSync(page, "utf8");
  const from = html.indexOf("What has changed, compared with");
  return html.slice(from, html.indexOf("1. Who can become administrator", from));
}

test("--base compares access with a commit: who gains, and who loses, by name", async () => {
  const { status, stdout } = await report("--base", "before");
  expect({ status, stdout }).toEqual({ status: 0, stdout: `wrote ${page}: open it in a browser\n` });
  expect(compared()).toContain(`compared with before, commit ${project.git("rev-parse", "--short=12", "before")}`);
  expect(compared()).toMatch(/<summary><strong>[^<]*user second-engineer in master/);
  expect(compared()).toMatch(/<li class="gained">.*can now become administrator of main-1/s);
  expect(compared()).toMatch(/<li class="lost">.*can no longer become administrator of main-1/s);
  expect(project.worktrees).toEqual([project.directory]);
  expect(readdirSync(join(project.directory, ".cache/report"))).toEqual([]);
});

test("--base with the same access says that nobody gains or loses", async () => {
  expect(await report("--base", "HEAD")).toMatchObject({ status: 0 });
  expect(compared()).toContain("Nobody gains or loses access.");
});

test("without --base, an estate without an accepted baseline says what is missing, and the page is written", async () => {
  expect(await report()).toMatchObject({ status: 0 });
  expect(compared()).toMatch(
    /the accepted baseline config\/team\.access\/baseline\.json<\/h3><p>.*npm run access -- --accept/s,
  );
});

test("an earlier page is overwritten", async () => {
  expect(await report("--base", "HEAD")).toMatchObject({ status: 0 });
  expect(await report("--base", "before")).toMatchObject({ status: 0 });
  expect(compared()).not.toContain("Nobody gains");
});

test("all wrong options are refused at once, and nothing is written", async () => {
  const { status, stdout, stderr } = await report("--base", "nothing", "--plan", "plans/none", "--out", ESTATE);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr.trim().split("\n")).toEqual([
    "plans/none is not a plan folder: it has no manifest.json. npm run plan creates one and prints its path.",
    '--base must be a commit, a branch or a tag, got "nothing". Correct it, or fetch it first: git fetch --all --tags.',
    `--out must be a new file, or an earlier page, got ${ESTATE}, which is something else. Name another file, or delete it.`,
  ]);
  expect(existsSync(page)).toBe(false);
  expect(project.git("status", "--porcelain")).toBe("");
});

test.each([
  { out: "/dev/null", says: /^\/dev\/null must be a file, got a device/ },
  { out: "config", says: /^config must be a file, got a directory/ },
])("--out $out is refused", async ({ out, says }) => {
  expectRefusal(await report("--out", out), says);
});

test("a plan folder gets no further file, which would refuse the plan", async () => {
  const plan = await writeWholePlan(parent, SAFE);
  const before = readdirSync(plan);
  expectRefusal(
    await report("--plan", plan, "--out", join(plan, "report.html")),
    /^--out must be a file outside of plan folders/,
  );
  expect(readdirSync(plan)).toEqual(before);
});

test("a plan that was changed after it was made is refused", async () => {
  const plan = await writeWholePlan(join(parent, "changed"), SAFE);
  writeFileSync(join(plan, "summary.json"), "{}");
  const { status, stderr } = await report("--plan", plan);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /must hold exactly the files of its manifest:\n {2}summary\.json has changed since the plan was made\. Plan again\.\n$/,
  );
});

test("a base that is no commit is refused with exit code 1 and one line", async () => {
  expectRefusal(await report("--base", "nothing", "--out", page), /^--base must be a commit/);
});
