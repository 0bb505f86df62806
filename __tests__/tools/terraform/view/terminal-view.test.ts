import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPESCRIPT } from "../../../../tools/support/project";

jest.setTimeout(30_000); // for all processes together

const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";

const folder = mkdtempSync(join(tmpdir(), "terminal-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

let scripts = 0;

/** Runs a script with a view in a separate process with a simulated terminal. The tests run at once: most of it waits. */
function onTerminal(script: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const file = join(folder, `script-${scripts++}.ts`);
  const root = join(__dirname, "../../../..");
  writeFileSync(
    file,
    `import { TerminalView } from ${JSON.stringify(join(root, "tools/terraform/view/terminal-view.ts"))};
    for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { isTTY: true, columns: 100, rows: 30 });
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const write = process.stdout.write;
    /** Waits until the view draws; loading it is slow on a busy machine. */
    async function drawn() { while (process.stdout.write === write) await pause(10); await pause(250); }
    async function main() { const view = new TerminalView(); ${script} }
    void main();`,
  );
  const options = { cwd: root, env: { ...process.env, ...env }, timeout: 20_000 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--require", TYPESCRIPT, file], options, (_error, stdout, stderr) => {
      resolve({ stdout, stderr, status: child.exitCode });
    });
  });
}

/** The screen's text without escape sequences. */
const plain = (text: string): string => text.replace(/\u001B\[[0-9;?]*[a-zA-Z]/g, ""); // eslint-disable-line no-control-regex -- escape sequences are control characters

test.concurrent(
  "prints a line per stack with its last phase, then every complete error, and never hides the cursor",
  async () => {
    const { stdout, stderr, status } = await onTerminal(
      `view.start(["dev-network", "iam", "database"]);
    view.phase("dev-network", "planning");
    view.phase("iam", "applying", "1 of 3");
    await drawn();
    view.phase("dev-network", "checked");
    view.fail("iam", new Error("iam: terraform apply failed\\n  Error: no such role"));
    view.phase("database", "not started", "iam failed");
    await view.stop();
    await view.stop();
    console.log("after");`,
      { NO_COLOR: "1" },
    );
    expect(status).toBe(0);
    expect(plain(stdout)).toContain("planning");
    const last = plain(stdout).slice(plain(stdout).lastIndexOf("dev-network "));
    expect(last).toMatch(
      /^dev-network {2}checked +\d+ s\n.*iam +failed +\d+ s.*\n.*database +not started +iam failed.*\nafter\n$/,
    );
    expect(plain(stderr)).toBe("\niam: terraform apply failed\n  Error: no such role\n");
    expect(stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(stdout.lastIndexOf(HIDE_CURSOR));
    expect(stdout).not.toMatch(/\u001B\[3\dm/); // eslint-disable-line no-control-regex -- no colours
  },
);

test.concurrent("counts the seconds of a phase, and prints other output at the end", async () => {
  const { stdout } = await onTerminal(
    `view.start(["iam"]);
    view.phase("iam", "planning");
    await drawn();
    await pause(1300);
    console.log("from elsewhere");
    await view.stop();`,
  );
  expect(plain(stdout)).toMatch(/iam {2}planning +[1-9]\d* s/);
  expect(plain(stdout)).toContain("from elsewhere");
});

test.concurrent.each([
  ["is ended in the middle", "process.exit(3);", 3],
  ["ends with an error in the middle", 'setTimeout(() => { throw new Error("uncaught"); }); await pause(1000);', 1],
])("loses no error and no other output when the process %s", async (_, end, code) => {
  const { stdout, stderr, status } = await onTerminal(
    `view.start(["iam"]);
    await drawn();
    console.log("from elsewhere");
    view.fail("iam", new Error("iam: Error: no such role"));
    ${end}`,
  );
  expect(status).toBe(code);
  expect(stderr).toContain("iam: Error: no such role");
  if (code === 1) expect(stderr).toContain("uncaught");
  expect(plain(stdout)).toContain("from elsewhere");
  expect(stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(stdout.lastIndexOf(HIDE_CURSOR));
});

test.concurrent("keeps the cursor visible all the time, so that a killed process leaves it visible", async () => {
  const { stdout } = await onTerminal(`view.start(["iam"]); await drawn(); process.kill(process.pid, "SIGKILL");`);
  expect(stdout).toContain(SHOW_CURSOR);
  expect(stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(stdout.lastIndexOf(HIDE_CURSOR));
});
