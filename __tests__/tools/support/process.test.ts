import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProcess } from "../../../tools/support/process";
import { FakeTerraform } from "../terraform/support/fake-terraform";
import { isAlive } from "../terraform/support/process-table";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { TYPESCRIPT } from "../../../tools/support/project";

const folder = temporaryFolder();

/**
 * Runs `terraform apply` from a process of its own, which then does what `script` says 300 ms after the start. Resolves
 * with its end.
 */
function runner(fake: FakeTerraform, script: string): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const file = join(folder(), "runner.ts");
  const source = join(__dirname, "..", "..", "..", "tools", "support", "process.ts");
  const options = {
    command: fake.binary,
    args: ["apply"],
    cwd: folder(),
    logFile: join(folder(), "log"),
    timeLimitSeconds: 30,
    graceSeconds: 30,
  };
  writeFileSync(
    file,
    `import { existsSync } from "node:fs";
    import { runProcess } from ${JSON.stringify(source)};
    void runProcess({ ...${JSON.stringify(options)}, env: process.env });
    const wait = setInterval(() => {
      if (!existsSync(${JSON.stringify(join(fake.folder, "events"))})) return;
      clearInterval(wait);
      ${script}
    }, 20);`,
  );
  const root = join(__dirname, "..", "..", "..");
  const child = spawn(process.execPath, ["--require", TYPESCRIPT, file], { cwd: root, stdio: "ignore" });
  return new Promise((resolve) =>
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    }),
  );
}
async function ended(fake: FakeTerraform): Promise<string[]> {
  for (let i = 0; i < 200 && !fake.events.some(({ event }) => event === "end"); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return fake.events.map(({ event }) => event);
}

test.each([
  ["process.exit", "process.exit(3);", { code: 3, signal: null }],
  ["an uncaught error", 'throw new Error("x");', { code: 1, signal: null }],
])("ending the process by %s interrupts Terraform once", async (_, script, end) => {
  const fake = new FakeTerraform(folder());
  fake.answer("apply", { milliseconds: 20_000 });
  await expect(runner(fake, script)).resolves.toEqual(end);
  await expect(ended(fake)).resolves.toEqual(["start", "interrupt", "end"]);
});

test("Terraform finishes with a complete log if the process is killed", async () => {
  const fake = new FakeTerraform(folder());
  fake.answer("apply", { stdout: "Creating...\n", milliseconds: 500, stderr: "saved\n" });
  await expect(runner(fake, 'process.kill(process.pid, "SIGKILL");')).resolves.toEqual({
    code: null,
    signal: "SIGKILL",
  });
  await expect(ended(fake)).resolves.toEqual(["start", "end"]);
  expect(readFileSync(join(folder(), "log"), "utf8")).toContain("Creating...\nsaved\n");
});

test("a provider does not outlive a killed Terraform", async () => {
  const fake = new FakeTerraform(folder());
  fake.answer("apply", { milliseconds: 20_000, provider: true });
  const options = {
    command: fake.binary,
    args: ["apply"],
    cwd: folder(),
    logFile: join(folder(), "log"),
    env: process.env,
  };
  const running = runProcess({ ...options, timeLimitSeconds: 30, graceSeconds: 30 });
  while (fake.events.length === 0) await sleep(20);
  const { pid = 0, providerPid = 0 } = fake.events[0] ?? {};
  expect(isAlive(providerPid)).toBe(true);
  process.kill(pid, "SIGKILL");
  await expect(running).resolves.toMatchObject({ exitCode: null });
  for (let i = 0; i < 100 && isAlive(providerPid); i++) await sleep(20);
  expect(isAlive(providerPid)).toBe(false);
});
