import { mkdirSync, readFileSync, readdirSync, appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically, LogTail } from "../../../tools/support/files";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();

test("creates the folder, replaces the file, and leaves nothing else", () => {
  const file = join(folder(), "new", "a.txt");
  writeAtomically(file, "one");
  writeAtomically(file, "two");
  expect(readFileSync(file, "utf8")).toBe("two");
  expect(readdirSync(join(folder(), "new"))).toEqual(["a.txt"]);
});

test("leaves no temporary file after a failure", () => {
  mkdirSync(join(folder(), "taken"));
  expect(() => {
    writeAtomically(join(folder(), "taken"), "text");
  }).toThrow();
  expect(readdirSync(folder())).toEqual(["taken"]);
});

test("returns complete new lines once each, and all output of this command", () => {
  const file = join(folder(), "log");
  writeFileSync(file, "an earlier command\n");
  const tail = new LogTail(file, "$ header\n");
  expect(tail.newLines()).toBe("");
  appendFileSync(file, "one\ntwo é");
  expect(tail.newLines()).toBe("one\n");
  appendFileSync(file, " end\n");
  expect(tail.newLines()).toBe("two é end\n");
  expect(tail.newLines()).toBe("");
  expect(tail.all()).toBe("one\ntwo é end\n");
  expect(readFileSync(file, "utf8")).toBe("an earlier command\n$ header\none\ntwo é end\n");
});
