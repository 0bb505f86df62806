import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { requestedActions } from "../../tools/emulator/requested-actions";
import { startClone, type Clone } from "./support/clone";
import { adoptOrphans, killAfterWrite, useProxy } from "./support/killed-apply";
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
  useProxy(clone, proxy);
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

/** Undefined if there is nothing to do, or the apply ended before this write. */
async function killAfter(stack: string, nth: number): Promise<string | undefined> {
  const applying = await startApply(stack);
  return applying && killAfterWrite(clone, proxy, { stack, nth, applying });
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
  expect(await adoptOrphans(clone, stack)).toMatch(/aws_vpc\.network_vpc_\w+ +vpc-\w+ +will be imported/);
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
    await adoptOrphans(clone, stack);
  }
  expect(writes.length).toBeGreaterThan(5);
  expectOnce(stack, before);
  expect(await clone.run("plan", stack)).toExitWith(0);
};

if (LONG) {
  test.each(["dev-iam", "dev-application"])("%s survives a kill after each of its writes", every, 4 * 3600_000);
}
