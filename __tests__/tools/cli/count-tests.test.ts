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

function results(name: string, counts: Partial<Record<string, number>>, rest: object = {}): string {
  const file = join(directory, name);
  const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  writeFileSync(file, JSON.stringify({ ...none, numRuntimeErrorTestSuites: 0, testResults: [], ...counts, ...rest }));
  return file;
}

function count(failedSteps: number, ...files: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, String(failedSteps), ...files], { encoding: "utf8" });
  return { status, line: stdout.trim().split("\n").at(-1) };
}

/** What Jest writes of a file whose tests take these seconds each. */
const timed = (file: string, ...seconds: number[]) => ({
  name: join(process.cwd(), file),
  startTime: 1000,
  endTime: 1000 + seconds.reduce((sum, each) => sum + each * 1000, 500),
  assertionResults: seconds.map((each, index) => ({ fullName: `test ${index + 1}`, duration: each * 1000 })),
});

test("lists the ten slowest files and tests of all runs, the slowest first", () => {
  const fast = Array.from({ length: 12 }, (_, index) => timed(`fast-${String(index).padStart(2, "0")}.test.ts`, 1));
  const unit = results("unit.json", { numPassedTests: 13 }, { testResults: [...fast, timed("slow.test.ts", 2, 9)] });
  const e2e = results("e2e.json", { numPassedTests: 1 }, { testResults: [timed("e2e.test.ts", 61.04)] });
  const { stdout } = spawnSync(process.execPath, [SCRIPT, "0", unit, e2e], { encoding: "utf8" });
  const eight = (line: (index: number) => string) => Array.from({ length: 8 }, (_, index) => line(index));
  expect(stdout.trimEnd().split("\n")).toEqual([
    "The slowest test files:",
    "    61.5 s  e2e.test.ts",
    "    11.5 s  slow.test.ts",
    ...eight((index) => `     1.5 s  fast-0${index}.test.ts`),
    "The slowest tests:",
    "    61.0 s  e2e.test.ts: test 1",
    "     9.0 s  slow.test.ts: test 2",
    "     2.0 s  slow.test.ts: test 1",
    ...eight((index) => `     1.0 s  fast-0${index}.test.ts: test 1`).slice(0, 7),
    "14 passed, 0 failed, 0 skipped",
  ]);
});

test("a test that did not run has no time", () => {
  const skipped = { ...timed("a.test.ts"), assertionResults: [{ fullName: "later", duration: null }] };
  const { line, status } = count(0, results("unit.json", { numPassedTests: 1, numPendingTests: 1 }, { testResults: [skipped] })); // prettier-ignore
  expect({ line, status }).toEqual({ line: "1 passed, 0 failed, 1 skipped", status: 1 });
});

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
