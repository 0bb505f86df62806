import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runParts, type Part } from "../../../tools/cli/run-parts";

let folder: string;
let printed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parts-"));
  printed = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const shell = (name: string, script: string): Part => ({ name, command: "sh", args: ["-c", script, folder] });
const run = (parts: readonly Part[], parallel = 2) => runParts(parts, parallel, (text) => void printed.push(text));
const untilThere = (name: string) => `while [ ! -e "$0/${name}" ]; do sleep 0.02; done`;

test("parts run at the same time, and the output of each is printed whole when it ends", async () => {
  const first = shell("first", `echo one; touch "$0/started"; ${untilThere("ended")}; echo two >&2`);
  const second = shell("second", `${untilThere("started")}; echo three; touch "$0/ended"`);
  expect(await run([first, second])).toEqual([]);
  const output = printed.sort().map((text) => text.replace(/\d+\.\d s/, "N s"));
  expect(output).toEqual(["== first passed after N s\none\ntwo\n", "== second passed after N s\nthree\n"]);
});

test("at most the given number of parts runs at once, in their order", async () => {
  const parts = [1, 2, 3].map((part) => {
    const before = Array.from({ length: part - 1 }, (_, index) => `[ -e "$0/${index + 1}" ]`);
    return shell(`part ${part}`, [...before, `sleep 0.05`, `touch "$0/${part}"`].join(" && "));
  });
  expect(await run(parts, 1)).toEqual([]);
  expect(existsSync(join(folder, "3"))).toBe(true);
});

test("names every part that failed, and runs the others to their end", async () => {
  const missing = { name: "missing", command: join(folder, "nowhere"), args: [] };
  const parts = [shell("failed", "echo no; exit 3"), missing, shell("killed", "kill -9 $$"), shell("fine", "echo yes")];
  expect((await run(parts)).sort()).toEqual(["failed", "killed", "missing"]);
  expect(printed.join("")).toMatch(/== failed failed after \d+\.\d s\nno\n/);
  expect(printed.join("")).toMatch(/== missing failed after .*\n.*ENOENT\n/);
  expect(printed.join("")).toMatch(/== killed failed after .*\nended by SIGKILL\n/);
  expect(printed.join("")).toMatch(/== fine passed after .*\nyes\n/);
});

test("a part finds the project's own programs", async () => {
  expect(await run([{ name: "prettier", command: "prettier", args: ["--version"] }])).toEqual([]);
});
