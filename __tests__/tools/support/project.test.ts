import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../config/user-error";
import { runCommand } from "../../../tools/cli/run-command";
import { newRunDirectory } from "../../../tools/support/project";

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "runs-"));
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** No process has this id. */
const ENDED = 2 ** 30;

const nameOn = (day: number) => `202601${String(day).padStart(2, "0")}T000000-${ENDED}`;

/** A folder of an ended run, which succeeded or was refused, or failed. */
function ended(day: number, isFinished: boolean): string {
  mkdirSync(join(parent, nameOn(day)));
  if (isFinished) writeFileSync(join(parent, nameOn(day), ".finished"), "");
  return nameOn(day);
}

test("keeps the folders of the last three runs that failed, and of the last three others", () => {
  const failed = [1, 2, 3, 4].map((day) => ended(day, false));
  const finished = [5, 6, 7, 8].map((day) => ended(day, true));
  const made = newRunDirectory(parent);
  expect(readdirSync(parent).map((name) => join(parent, name))).toEqual(
    [...failed.slice(1), ...finished.slice(1)]
      .map((name) => join(parent, name))
      .concat(made)
      .sort(),
  );
});

test.each([
  ["are refused", () => Promise.reject(new UserError("the plan must be applied from its commit"))],
  ["succeed", () => Promise.resolve(0)],
  ["have changes", () => Promise.resolve(2)],
])("runs that %s remove no folder of a run that failed", async (_what, command) => {
  jest.spyOn(console, "error").mockImplementation();
  const logs = ended(1, false);
  for (let run = 2; run < 9; run += 1) {
    const directory = newRunDirectory(parent);
    await runCommand(command);
    renameSync(directory, join(parent, nameOn(run)));
  }
  newRunDirectory(parent);
  process.exitCode = 0;
  expect(readdirSync(parent).slice(0, -1)).toEqual([logs, nameOn(6), nameOn(7), nameOn(8)]);
});

test.each([
  ["fails", () => Promise.resolve(1)],
  ["fails with an error of Terraform", () => Promise.reject(new UserError("init failed", { cause: new Error() }))],
  ["is interrupted", (): Promise<number> => (process.emit("SIGINT"), Promise.resolve(2))],
])("the folder of a run that %s counts as failed", async (_what, command) => {
  jest.spyOn(console, "error").mockImplementation();
  const directory = newRunDirectory(parent);
  await runCommand(command);
  process.exitCode = 0;
  expect(readdirSync(directory)).toEqual([]);
});

test("removes the secret folder of every ended run, and keeps its logs", () => {
  const killed = join(parent, ended(1, false));
  for (const name of ["cdktf.out", "logs"]) mkdirSync(join(killed, name));
  newRunDirectory(parent, "cdktf.out");
  expect(readdirSync(killed)).toEqual(["logs"]);
});

test("leaves alone what is no folder of a run, such as a file of macOS", () => {
  writeFileSync(join(parent, ".DS_Store"), "");
  newRunDirectory(parent, "cdktf.out");
  expect(readdirSync(parent)).toContain(".DS_Store");
});

test("keeps the folder of a running run, however old", () => {
  const running = `20200101T000000-${process.ppid}`;
  mkdirSync(join(parent, running));
  for (const day of [1, 2, 3, 4]) ended(day, false);
  newRunDirectory(parent);
  expect(readdirSync(parent)).toContain(running);
});

test("creates the cache folder if it is missing", () => {
  const made = newRunDirectory(join(parent, "not/yet"));
  expect(readdirSync(made)).toEqual([]);
});
