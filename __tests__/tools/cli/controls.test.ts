import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callCommand } from "./support/call-command";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "controls-"));
  copyFileSync(join(__dirname, "../../../examples/one-account.ts"), join(folder, "estate.ts"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const controls = (...args: readonly string[]) =>
  callCommand("controls", args, { ESTATE: join(folder, "estate.ts"), HOME: folder, TMPDIR: folder });

test("a new failure fails the check, until it is accepted with a reason", async () => {
  const failing = await controls("--check");
  expect(failing.status).toBe(1);
  expect(failing.stderr).toMatch(/GuardDuty\.1: \S+-iam aws_guardduty_detector is missing in account \d{12}, /);
  expect(failing.stderr).toContain("npm run controls -- --accept <reason>");

  for (const unreadable of [" ", "two\nlines", "a".repeat(501)])
    expect(await controls("--accept", unreadable)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("must be a reason") as string,
    });
  expect(existsSync(join(folder, "estate.controls.json"))).toBe(false);

  expect(await controls("--accept", "a small estate")).toMatchObject({ status: 0 });
  expect(readFileSync(join(folder, "estate.controls.json"), "utf8")).toContain('"reason": "a small estate"');
  expect(await controls("--check")).toMatchObject({ status: 0, stderr: "" });
}, 60_000);
