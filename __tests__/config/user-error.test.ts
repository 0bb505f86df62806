import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPESCRIPT } from "../../tools/support/project";

const ROOT = join(__dirname, "../..");
let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "user-error-"))));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program that throws in its fourth line, as main.ts is run. */
function failing(thrown: string): { status: number | null; stderr: string } {
  const file = join(folder, "program.ts");
  const from = JSON.stringify(join(ROOT, "config/user-error"));
  writeFileSync(
    file,
    `import { exitOnUserError, UserError } from ${from};\nvoid UserError;\nvoid exitOnUserError(() => {\n  throw ${thrown};\n});\n`,
  );
  return spawnSync(process.execPath, ["--require", TYPESCRIPT, file], { cwd: ROOT, encoding: "utf8" });
}

test("a user error is printed without a stack trace, with exit code 1", () => {
  expect(failing('new UserError("accounts.dev.id must be 12 digits")')).toMatchObject({
    status: 1,
    stderr: "accounts.dev.id must be 12 digits\n",
  });
});

test("any other error keeps its stack trace, in lines of the TypeScript", () => {
  const { status, stderr } = failing('new TypeError("a fault")');
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/^TypeError: a fault\n\s+at .*program\.ts:4:\d+\)?$/m);
});
