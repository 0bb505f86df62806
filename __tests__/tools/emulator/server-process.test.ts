import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServerProcess, type ServerProcessProps } from "../../../tools/emulator/server-process";
import { isRunning } from "./is-running";
import { TYPESCRIPT } from "../../../tools/support/project";

const folder = mkdtempSync(join(tmpdir(), "server-process-"));
const logFile = join(folder, "logs", "server.log");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Starts a small shell program as the server. */
function start(program: string, props: Partial<ServerProcessProps> = {}): Promise<ServerProcess> {
  const settings = { environment: process.env, logFile, startLimitSeconds: 10, stopGraceSeconds: 10 };
  return ServerProcess.start({
    name: "the server",
    command: "/bin/sh",
    args: ["-c", program],
    ...settings,
    ...props,
  });
}

const announcePid = "echo $$;";
const runForever = "exec sleep 60";

test("returns the line that the server announces itself with", async () => {
  const server = await start(`echo first; echo second; ${runForever}`);
  expect(server.announcement).toBe("first");
  await server.stop();
});

test("has ended once stop resolves, also when stop is called several times", async () => {
  const server = await start(announcePid + runForever);
  const pid = Number(server.announcement);
  expect(await isRunning(pid)).toBe(true);
  await Promise.all([server.stop(), server.stop()]);
  expect(await isRunning(pid)).toBe(false);
  await server.stop();
});

test("has a process group of its own, so that Ctrl-C in the terminal leaves it running", async () => {
  const server = await start(announcePid + runForever);
  const pid = server.announcement;
  expect(execFileSync("ps", ["-o", "pgid=", "-p", pid], { encoding: "utf8" }).trim()).toBe(pid);
  await server.stop();
});

test("does not keep alive a program that forgets to stop it, and ends when its stdin closes", async () => {
  const server = `${announcePid} exec cat >/dev/null`;
  const props = {
    name: "the server",
    command: "/bin/sh",
    args: ["-c", server],
    environment: {},
    logFile,
    startLimitSeconds: 10,
    stopGraceSeconds: 10,
  };
  const program = `
    const { ServerProcess } = require("./tools/emulator/server-process");
    void ServerProcess.start(${JSON.stringify(props)}).then(({ announcement }) => console.log(announcement));`;
  const node = ["--require", TYPESCRIPT, "--input-type=commonjs", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, node, {
    cwd: join(__dirname, "..", "..", ".."),
    timeout: 20_000,
  });
  const deadline = Date.now() + 5000;
  while ((await isRunning(Number(stdout))) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await isRunning(Number(stdout))).toBe(false);
}, 30_000);

test("sends SIGTERM first", async () => {
  const marker = join(folder, "terminated");
  const server = await start(`trap 'touch ${marker}; exit' TERM; ${announcePid} while :; do sleep 0.02; done`);
  await server.stop();
  expect(() => {
    rmSync(marker);
  }).not.toThrow();
});

test("kills a server that ignores SIGTERM", async () => {
  const server = await start(`trap "" TERM; ${announcePid} ${runForever}`, {
    stopGraceSeconds: 0.1,
  });
  const pid = Number(server.announcement);
  await server.stop();
  expect(await isRunning(pid)).toBe(false);
});

test("accepts stop after the server has ended by itself", async () => {
  const server = await start(`${announcePid} sleep 0.05; exit 3`);
  const pid = Number(server.announcement);
  while (await isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  await server.stop();
});

test("reports how the server ended, with the end of its log, when it dies before it listens", async () => {
  await expect(start("echo line 1 >&2; echo port is taken >&2; exit 7")).rejects.toThrow(
    `the server ended before it listened (exit code 7); its log (${logFile}) ends:\n  line 1\n  port is taken`,
  );
});

test("prints only the part of the log that this start wrote", async () => {
  writeFileSync(logFile, "an earlier run\n");
  const failure = await start("echo this run >&2; kill -9 $$").catch((error: unknown) => error);
  expect((failure as Error).message).toBe(
    `the server ended before it listened (SIGKILL); its log (${logFile}) ends:\n  this run`,
  );
});

test("fails after the time limit and leaves no process", async () => {
  const failure = await start(`echo $$ >&2; ${runForever}`, { startLimitSeconds: 0.5 }).catch(
    (error: unknown) => error,
  );
  const { message } = failure as Error;
  expect(message).toContain(`the server did not listen within 0.5 s; its log (${logFile}) ends:`);
  expect(await isRunning(Number(message.split("\n").at(-1)))).toBe(false);
});

test("reports which program could not be started", async () => {
  await expect(start("", { command: join(folder, "no-such-program") })).rejects.toThrow(
    /^the server could not be started: .*no-such-program ENOENT/,
  );
});
