import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneAtATime } from "../../../tools/accounts/one-at-a-time";
import { UserError } from "../../../config/user-error";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();
const file = () => join(folder(), "births", "x.running");

test("holds the file while it works, and no longer, whatever becomes of the work", async () => {
  await expect(oneAtATime(file(), "x", () => Promise.resolve(readFileSync(file(), "utf8")))).resolves.toBe(
    String(process.pid),
  );
  expect(existsSync(file())).toBe(false);
  await expect(oneAtATime(file(), "x", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(existsSync(file())).toBe(false);
});

test("refuses a second one, which leaves the first one's file alone", async () => {
  await oneAtATime(file(), "x", async () => {
    const second = oneAtATime(file(), "dev-bootstrap", () => Promise.resolve());
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow(
      `dev-bootstrap: process ${process.pid} is at it: wait for it; where that is another program, rm ${file()}`,
    );
    expect(existsSync(file())).toBe(true);
  });
});

test.each([
  ["died", () => String(spawnSync(process.execPath, ["--eval", ""]).pid)],
  ["died before it wrote its number", () => ""],
  ["is none", () => "-1"],
])("takes the place of a process that %s", async (_, holder) => {
  await oneAtATime(file(), "x", () => Promise.resolve());
  writeFileSync(file(), holder());
  await expect(oneAtATime(file(), "x", () => Promise.resolve("done"))).resolves.toBe("done");
});
