import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { requestedActions } from "../../tools/emulator/requested-actions";
import { startClone, type Clone } from "./support/clone";
import { startWriteProxy, type WriteProxy } from "./support/write-proxy";

/*
 * SIGKILL of an apply after a write that AWS carried out and that no state has. What was created is found, and is in AWS
 * once: the next plan imports it. `npm run test:long` kills after each write of one stack of each kind but the database.
 */

const LONG = process.env["LONG_TESTS"] !== undefined;
const AHEAD = ["--skip-promotion", "--reason", "an apply is killed"];
/** The seed of the run: another one is another write. */
const SEED = Number(process.env["SEED"] ?? "11");

let clone: Clone;
let proxy: WriteProxy;

beforeAll(async () => {
  clone = await startClone("orphans", { estate: structuredClone<EstateFile>(exampleFile) });
  proxy = await startWriteProxy(clone.url);
  for (const [variable, value] of Object.entries(clone.environment))
    if (value === clone.url) clone.environment[variable] = proxy.url;
  await clone.makeStateBucket("dev");
});

afterAll(async () => {
  proxy.stop();
  await clone.stop();
});

/** Plans, and starts the apply. Undefined if there is nothing to do. */
async function startApply(stack: string) {
  const planned = await clone.run("plan", stack);
  if (planned.code === 0) return undefined;
  expect(planned).toExitWith(2);
  return clone.start("apply", clone.lastPlan(), ...AHEAD);
}

/** Kills Terraform after the n-th write of an apply. Undefined if the apply ended before it: with nothing left to do. */
async function killAfter(stack: string, nth: number): Promise<string | undefined> {
  const applying = await startApply(stack);
  if (!applying) return undefined;
  const written = await Promise.race([proxy.withhold(nth), applying.ended.then(() => undefined)]);
  if (written !== undefined) {
    for (const pid of terraforms(stack)) process.kill(pid, "SIGKILL");
    const ended = applying.ended;
    await sleep(100);
    proxy.restore();
    expect(await ended).toExitWith(1);
    await unlock(stack);
    return written;
  }
  proxy.restore();
  expect(await applying.ended).toExitWith(0);
  return undefined;
}

function terraforms(stack: string): number[] {
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return found.map(Number).filter((pid) => {
    try {
      const args = readFileSync(join("/proc", String(pid), "cmdline"), "utf8").split("\0");
      const cwd = execFileSync("readlink", [join("/proc", String(pid), "cwd")], { encoding: "utf8" }).trim();
      return args[1] === "apply" && cwd.startsWith(clone.directory) && cwd.endsWith(`/${stack}`);
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

async function unlock(stack: string): Promise<void> {
  const locked = await clone.run("orphans", stack);
  expect(locked).toExitWith(1);
  expect(locked.output).toMatch(new RegExp(`${stack} is locked: `));
  const [, id = ""] = /lock id ([0-9a-f-]{36})/.exec(locked.output) ?? [];
  expect(await clone.run("unlock", stack, "--lock-id", id)).toExitWith(0);
}

/** Looks for orphans, and commits what is to be imported. */
async function adoptOrphans(stack: string): Promise<string> {
  const looked = await clone.run("orphans", stack);
  expect(looked).toExitWith(0);
  clone.git("add", "--all");
  clone.git("commit", "--quiet", "--allow-empty", "--message", "import what the killed apply created");
  return looked.output;
}

/** Calls that create, by operation: how many of them AWS carried out. */
function creations(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of readFileSync(join(dirname(clone.directory), "emulator.log"), "utf8").split("\n")) {
    const { action = "" } = (/ 2\d\d$/.test(line) ? requestedActions(line)[0] : undefined) ?? {};
    if (action.includes(":Create")) counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/** The number of resources of a type in a stack's JSON. */
function inCode(stack: string, type: string): number {
  const file = join(clone.directory, clone.lastPlan(), "stacks", stack, "cdk.tf.json");
  const { resource } = JSON.parse(readFileSync(file, "utf8")) as { resource: Record<string, object> };
  return Object.keys(resource[type] ?? {}).length;
}

/** Creations that AWS would carry out twice. */
const ONCE = {
  "ec2:CreateVpc": "aws_vpc",
  "ec2:CreateSubnet": "aws_subnet",
  "ec2:CreateRouteTable": "aws_route_table",
  "ec2:CreateInternetGateway": "aws_internet_gateway",
  "ec2:CreateVpcEndpoint": "aws_vpc_endpoint",
  "iam:CreateRole": "aws_iam_role",
  "iam:CreateUser": "aws_iam_user",
  "iam:CreatePolicy": "aws_iam_policy",
  "kms:CreateKey": "aws_kms_key",
};

function expectOnce(stack: string, before: Readonly<Record<string, number>>): void {
  const now = creations();
  const made = Object.keys(ONCE).map((action) => [action, (now[action] ?? 0) - (before[action] ?? 0)]);
  expect(Object.fromEntries(made)).toEqual(
    Object.fromEntries(Object.entries(ONCE).map(([action, type]) => [action, inCode(stack, type)])),
  );
}

const SEEDED = { stack: "dev-network", nth: 2 + (SEED % 12) };

test(`after a kill at write ${SEEDED.nth} of ${SEEDED.stack}, what exists is imported, and nothing is created twice`, async () => {
  const { stack, nth } = SEEDED;
  const before = creations();
  expect(await killAfter(stack, nth)).toEqual(expect.any(String));
  expect(await adoptOrphans(stack)).toMatch(/aws_vpc\.network_vpc_\w+ +vpc-\w+ +will be imported/);
  const applying = await startApply(stack);
  expect(clone.read(join(clone.lastPlan(), "summary.md"))).toMatch(/\d+ to import/);
  expect(await applying?.ended).toExitWith(0);
  expectOnce(stack, before);
  expect(await clone.run("plan", stack)).toExitWith(0);
});

/** Each apply is killed after its first write, and the next one continues: so every write of the stack is the last one once. */
const every = async (stack: string): Promise<void> => {
  const before = creations();
  const writes: string[] = [];
  for (let written = await killAfter(stack, 1); written !== undefined; written = await killAfter(stack, 1)) {
    writes.push(written);
    await adoptOrphans(stack);
  }
  expect(writes.length).toBeGreaterThan(5);
  expectOnce(stack, before);
  expect(await clone.run("plan", stack)).toExitWith(0);
};

if (LONG) {
  test.each(["dev-iam", "dev-application"])("%s survives a kill after each of its writes", every, 4 * 3600_000);
}
