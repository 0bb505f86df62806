import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../../tools/cli/count-tests.mjs");
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "counts-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function results(name: string, counts: Partial<Record<string, number>>): string {
  const file = join(directory, name);
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  writeFileSync(file, JSON.stringify({ ...none, numRuntimeErrorTestSuites: 0, ...counts }));
  return file;
}

function count(failedSteps: number, ...files: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, String(failedSteps), ...files], { encoding: "utf8" });
  return { status, line: stdout.trim().split("\n").at(-1) };
}

test("adds up the tests of all runs", () => {
  const files = [results("unit.json", { numPassedTests: 30 }), results("e2e.json", { numPassedTests: 4 })];
  expect(count(0, ...files)).toEqual({ status: 0, line: "34 passed, 0 failed, 0 skipped" });
});

test.each([
  ["a failed test", { numPassedTests: 3, numFailedTests: 1 }, "3 passed, 1 failed, 0 skipped"],
  [
    "a test file that does not load",
    { numPassedTests: 3, numRuntimeErrorTestSuites: 1 },
    "3 passed, 1 failed, 0 skipped",
  ],
  ["a skipped test", { numPassedTests: 3, numPendingTests: 1 }, "3 passed, 0 failed, 1 skipped"],
  ["a test that is still to be written", { numPassedTests: 3, numTodoTests: 1 }, "3 passed, 0 failed, 1 skipped"],
  ["a run without tests", {}, "0 passed, 1 failed, 0 skipped"],
])("%s is a failure", (_what, counts, line) => {
  expect(count(0, results("unit.json", counts))).toEqual({ status: 1, line });
});

test("a run without results is a failure", () => {
  const there = results("unit.json", { numPassedTests: 3 });
  expect(count(0, there, join(directory, "e2e.json"))).toEqual({ status: 1, line: "3 passed, 1 failed, 0 skipped" });
});

test("a failed step is a failure even if every test passed", () => {
  const passed = results("unit.json", { numPassedTests: 3 });
  expect(count(1, passed)).toEqual({ status: 1, line: "3 passed, 0 failed, 0 skipped" });
});
