import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogTail } from "../../../tools/support/log-tail";
import { temporaryFolder } from "../terraform/support/temporary-folder";

const folder = temporaryFolder();

test("gives whole new lines only, each once, and everything of this command", () => {
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
