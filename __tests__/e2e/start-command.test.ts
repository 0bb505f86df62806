import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EstateFile } from "../../config/schema";
import { TYPESCRIPT } from "../../tools/support/project";

/* The command on an estate of one account with own stacks: what it prints, what --destroy leaves, and what Ctrl-C leaves. */

const ROOT = join(__dirname, "../..");
const person = ["arn:aws:iam::999999999999:user/platform-engineer"];

const ESTATE: EstateFile = {
  solution: "solo",
  defaultRegion: "us-east-2",
  chargeCode: "solo-1",
  accounts: {
    only: {
      kind: "master",
      id: "999999999999",
      email: "aws@example.com",
      operators: person,
      admins: person,
      monthlyBudgetUsd: 20,
    },
  },
  environments: { live: { account: "only", production: true, profile: "hardened", externalId: "solo-live-77" } },
};

let directory: string;
let file: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "start-command-"));
  file = join(directory, "estate.json");
  writeFileSync(file, JSON.stringify(ESTATE));
  addOwnStacks();
});

/** The own stacks of the examples, next to the estate file. */
function addOwnStacks(): void {
  const custom = (example: string) => join(ROOT, `examples/custom-${example}/custom`);
  const code = `
    import { bucket, module, queue } from "./examples";
    const everywhere = (each: object) => ({ ...each, environments: undefined });
    const [events] = module.stacks ?? [];
    export default { ...queue, stacks: [...(queue.stacks ?? []), ...(bucket.stacks ?? []), everywhere(events ?? {})] };
  `;
  const imports = ["bucket", "module", "queue"].map(
    (example) => `export { default as ${example} } from ${JSON.stringify(join(custom(example), "index"))};`,
  );
  mkdirSync(join(directory, "custom"));
  writeFileSync(join(directory, "custom/index.ts"), code);
  writeFileSync(join(directory, "custom/examples.ts"), imports.join("\n"));
  cpSync(join(custom("module"), "modules"), join(directory, "custom/modules"), { recursive: true });
}

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, ["--require", TYPESCRIPT, "tools/cli/start.ts", ...args], {
    cwd: ROOT,
    env: { ...process.env, ESTATE: file, CI: "true", NO_COLOR: "1" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, ended, output: () => output };
}

test("--destroy destroys what is not protected and lists what is kept", async () => {
  const run = start("--all", "--destroy");
  const code = await run.ended;
  const output = run.output();
  expect({ code, output }).toExitWith(0);
  expect(output).toMatch(/✓ live: the VPC is 10\.0\.0\.0\/20, with 2 public and 2 private subnets/);
  expect(output).toMatch(/^ *\d+ s {2}live-network +destroyed/m);
  expect(output).toMatch(/^ *\d+ s {2}only-iam +destroyed/m);
  expect(output).toMatch(/^ {2}live-application: kept \(.*prevent_destroy/m);
  expect(output).toMatch(/^ {4}still exists: aws_s3_bucket\./m);
  expect(output).toMatch(/^ {2}only-organization: kept \(.*prevent_destroy/m);
  expect(output).toMatch(
    /^ {2}only-bootstrap: kept \(still used by live-application; .*still used by only-organization\)/m,
  );
  // The own stacks were applied, a second plan was empty, and they are destroyed like others.
  for (const stack of ["live-queue", "live-events"])
    expect(output).toMatch(new RegExp(`^ *\\d+ s {2}${stack} +destroyed`, "m"));
  expect(output).toMatch(/^ {2}live-archive-eu-central-1: kept \(.*prevent_destroy/m);
  for (const stack of ["live-queue", "live-events", "live-archive-eu-central-1"])
    expect(output).toMatch(new RegExp(`^ *\\d+ s {2}${stack} +checked`, "m"));
  expect(output).toMatch(/^stack +account +resources +state key +seconds$/m);
  expect(output).toMatch(/^live-network +999999999999 +\d+ +live\/network\.tfstate +\d+\.\d$/m);
  expect(output).toMatch(/rehearsed in \d+ s: all checks passed/);
});

test("Ctrl-C ends the command with exit code 130 and leaves no Terraform and no emulator", async () => {
  const run = start("--all");
  while (!/ applying$/m.test(run.output())) {
    if (run.child.exitCode !== null) throw new Error(run.output());
    await sleep(100);
  }
  const runs = join(ROOT, ".cache/rehearsals");
  const own = join(runs, readdirSync(runs).find((name) => name.endsWith(`-${String(run.child.pid)}`)) ?? "none");
  expect(processesIn(own)).not.toEqual([]);
  run.child.kill("SIGINT");
  run.child.kill("SIGINT");
  expect(await run.ended).toBe(130);
  expect(run.output().match(/interrupted: finishing cleanly/g)).toHaveLength(1);
  expect(processesIn(own)).toEqual([]);
});

/**
 * Processes that use a folder: Terraform and its providers by their working directory, the emulator by its log.
 */
function processesIn(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const links = [`/proc/${pid}/cwd`, ...[1, 2].map((descriptor) => `/proc/${pid}/fd/${descriptor}`)];
      return links.some((link) => {
        try {
          return readlinkSync(link).startsWith(folder);
        } catch {
          return false; // It ended meanwhile.
        }
      });
    });
}
