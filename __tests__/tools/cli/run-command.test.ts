import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../config/user-error";
import { runCommand } from "../../../tools/cli/run-command";
import { ROOT, TYPESCRIPT } from "../../../tools/support/project";
import { inProcess } from "../../support/in-process";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "run-command-"))));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command with this body, which may use `signal`, in a process of its own. `read: false` closes its output at once, as `head` does. */
async function run(body: string, { read = true } = {}): Promise<{ status: number | null; stderr: string }> {
  const file = join(mkdtempSync(join(folder, "program-")), "program.ts");
  writeFileSync(
    file,
    `import { writeFileSync } from "node:fs";\nimport { runCommand } from ${JSON.stringify(join(ROOT, "tools/cli/run-command"))};\n` +
      `void writeFileSync;\nvoid runCommand(async (signal) => {\nvoid signal;\n${body}\n}, { usesEstate: false });\n`,
  );
  const child = spawn(process.execPath, ["--require", TYPESCRIPT, file], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  if (read) child.stdout.resume();
  else child.stdout.destroy();
  return new Promise((resolve) => {
    child.on("close", (status) => {
      resolve({ status, stderr });
    });
  });
}

test.concurrent(
  "a command finishes although nobody reads its output any more",
  async () => {
    const done = join(folder, "done");
    const body = `for (let line = 0; line < 50; line++) {
    console.log("x".repeat(10_000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  writeFileSync(${JSON.stringify(done)}, "");
  return 0;`;
    expect(await run(body, { read: false })).toEqual({ status: 0, stderr: "" });
    expect(existsSync(done)).toBe(true);
  },
  30_000,
);

test.concurrent(
  "a command that runs thirty programs at once prints no warning of a leak, and its signal keeps none of them",
  async () => {
    const program = JSON.stringify({
      ...{ command: "true", args: [], cwd: folder, env: { PATH: process.env["PATH"] }, logFile: join(folder, "log") },
      ...{ timeLimitSeconds: 60, graceSeconds: 1 },
    });
    const body = `const { runProcess } = await import(${JSON.stringify(join(ROOT, "tools/support/process"))});
  const { getEventListeners } = await import("node:events");
  const one = () => runProcess({ ...${program}, signal });
  const all = Promise.all(Array.from({ length: 30 }, one));
  const during = getEventListeners(signal, "abort").length;
  await all;
  console.error(during + " " + getEventListeners(signal, "abort").length);
  return 0;`;
    expect(await run(body)).toEqual({ status: 0, stderr: "30 0\n" });
  },
  60_000,
);

describe("in this process", () => {
  const call = (command: () => number, { usesEstate = false } = {}) =>
    inProcess(() => runCommand(command, { usesEstate }), process.env, ROOT);

  test("a full disk ends a command with its message, exit code 1 and no stack trace", async () => {
    const full = () => {
      writeFileSync("/dev/full", "x");
      return 0;
    };
    const stderr = "ENOSPC: no space left on device, write\n";
    expect(await call(full)).toEqual({ status: 1, stdout: "", stderr });
  });

  test("a name in an error cannot move the cursor or hide text", async () => {
    const failing = () => {
      throw new UserError("no stack \u001b[2J\u202e\nnext");
    };
    expect(await call(failing)).toEqual({ status: 1, stdout: "", stderr: "no stack \\u001b[2J\\u202e\nnext\n" });
  });

  test("the first line of a command names its estate, on standard error: a program may read standard output", async () => {
    const next = () => {
      console.error("next");
      return 0;
    };
    const { status, stdout, stderr } = await call(next, { usesEstate: true });
    expect(stderr).toMatch(/^estate: config\/example\.ts, the example.*\nnext\n$/);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});
