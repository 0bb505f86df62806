import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callCommand } from "./support/call-command";
import { ALONE, expectRefusal, runCommand } from "./support/run-command";

const parent = mkdtempSync(join(tmpdir(), "export-command-"));
const out = join(parent, "plain");

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

test("a selection is exported, and the command says what to read", async () => {
  const { status, stdout } = await callCommand("export", ["dev-network", "account:ci", "--out", out], {
    ...ALONE,
    PATH: process.env["PATH"], // with git: the page names the commit
  });
  expect(stdout).toMatch(/^6 stacks in .*plain\. Read .*plain\/README\.md first\.\n$/);
  expect(status).toBe(0);
  const stacks = ["application", "bootstrap", "database", "iam", "network"].map((name) => `ci-${name}`);
  expect(readdirSync(out).sort()).toEqual([".tool-versions", "README.md", ...stacks, "dev-network"]);
});

test.each<[readonly string[], RegExp]>([
  [["nothing", "--out", join(parent, "new")], /^no stack is selected by "nothing", expected an environment/],
  [["--out", parent], /^--out must be a folder that is empty or does not exist, got /],
])("%j is refused in one line, and nothing is written", async (args, says) => {
  const before = readdirSync(parent);
  expectRefusal(await callCommand("export", args, ALONE), says);
  expect(readdirSync(parent)).toEqual(before);
});

test("its process ends with exit code 1 and one line, without a stack trace", () => {
  const args = ["nothing", "--out", join(parent, "new")];
  expectRefusal(runCommand("tools/cli/export.ts", args, ALONE), /^no stack is selected by "nothing"/);
  expect(existsSync(join(parent, "new"))).toBe(false);
});
