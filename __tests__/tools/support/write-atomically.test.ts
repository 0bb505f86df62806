import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../../tools/support/write-atomically";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();

test("makes the folder, replaces the file, and leaves nothing else", () => {
  const file = join(folder(), "new", "a.txt");
  writeAtomically(file, "one");
  writeAtomically(file, "two");
  expect(readFileSync(file, "utf8")).toBe("two");
  expect(readdirSync(join(folder(), "new"))).toEqual(["a.txt"]);
});

test("leaves no temporary file where it fails", () => {
  mkdirSync(join(folder(), "taken"));
  expect(() => {
    writeAtomically(join(folder(), "taken"), "text");
  }).toThrow();
  expect(readdirSync(folder())).toEqual(["taken"]);
});
