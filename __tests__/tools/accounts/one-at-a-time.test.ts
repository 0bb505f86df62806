import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneAtATime } from "../../../tools/accounts/one-at-a-time";
import { UserError } from "../../../config/user-error";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const file = () => join(folder(), "births", "x.running");

test("keeps the file exactly while the work runs, also if the work fails", async () => {
  await expect(oneAtATime(file(), "x", () => Promise.resolve(readFileSync(file(), "utf8")))).resolves.toBe(
    String(process.pid),
  );
  expect(existsSync(file())).toBe(false);
  await expect(oneAtATime(file(), "x", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(existsSync(file())).toBe(false);
});

test("refuses a second run, and keeps the file of the first", async () => {
  await oneAtATime(file(), "x", async () => {
    const second = oneAtATime(file(), "dev-bootstrap", () => Promise.resolve());
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow(
      `dev-bootstrap: Another bootstrap is running (pid ${process.pid}). Wait for it; if that pid is unrelated, delete ${file()}.`,
    );
    expect(existsSync(file())).toBe(true);
  });
});

test.each([
  ["has ended", () => String(spawnSync("true").pid)],
  ["ended before it wrote its id", () => ""],
  ["cannot exist", () => "-1"],
])("replaces the file of a process that %s", async (_, holder) => {
  await oneAtATime(file(), "x", () => Promise.resolve());
  writeFileSync(file(), holder());
  await expect(oneAtATime(file(), "x", () => Promise.resolve("done"))).resolves.toBe("done");
});
