import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { CreateUserCommand, DeleteUserCommand } from "@aws-sdk/client-iam";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { found } from "../support/estates";
import { startClone, startProcess, type Clone, type Running } from "./support/clone";
import { Wire } from "./support/wire";

/* Faults between a plan and its apply: what is left, how to continue, and that nothing is lost. */

/** Each fault has its own environment and account. */
const ACCOUNTS = { dev: "222222222222", ci: "333333333333", staging: "444444444444" } as const;
type Environment = keyof typeof ACCOUNTS;

const bucketOf = (name: Environment) => `${ACCOUNTS[name]}-galileo-terraform-state`;
const keyOf = (name: Environment) => `${name}/network.tfstate`;

let clone: Clone;
let wire: Wire;

beforeAll(async () => {
  const estate = structuredClone<EstateFile>(exampleFile);
  // A cut may leave a bucket tainted. Without a trail, dev-iam has no protected bucket that could not be replaced then.
  Object.assign(found(estate.accounts, "dev"), { trail: false });
  clone = await startClone("plan-faults", { estate });
  wire = await Wire.to(clone.url);
  // All traffic of the commands and Terraform passes the proxy.
  for (const [name, value] of Object.entries(clone.environment))
    if (value === clone.url) clone.environment[name] = wire.url;
  await Promise.all(Object.keys(ACCOUNTS).map((name) => clone.makeStateBucket(name)));
}, 120_000);

afterAll(() => {
  wire.cut();
  return clone.stop();
});

/** Promotion is not tested here: later environments would wait for dev. */
const AHEAD = ["--skip-promotion", "--reason", "a fault is tried out"];

const keys = async (name: Environment = "dev"): Promise<string[]> => {
  const { Contents = [] } = await clone
    .clients(ACCOUNTS[name])
    .s3.send(new ListObjectsV2Command({ Bucket: bucketOf(name) }));
  return Contents.map(({ Key = "" }) => Key);
};
/** Does what `npm run unlock` does; the command has its own test. */
const unlock = (name: Environment = "dev") =>
  clone
    .clients(ACCOUNTS[name])
    .s3.send(new DeleteObjectCommand({ Bucket: bucketOf(name), Key: `${keyOf(name)}.tflock` }));
const vpcs = async (name: Environment = "dev"): Promise<number> => {
  const Filters = [{ Name: "tag:Stack", Values: [`${name}-network`] }];
  return ((await clone.clients(ACCOUNTS[name]).ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs ?? []).length;
};
const plansThere = () => readdirSync(join(clone.directory, "plans")).filter((name) => !name.startsWith("."));

/** The Terraform processes in the clone that run this subcommand. */
function terraforms(command: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const args = readFileSync(join("/proc", pid, "cmdline"), "utf8").split("\0");
        const cwd = execFileSync("readlink", [join("/proc", pid, "cwd")], { encoding: "utf8" }).trim();
        return (args[0] ?? "").endsWith("terraform") && args[1] === command && cwd.startsWith(clone.directory);
      } catch {
        return false; // it has ended meanwhile
      }
    })
    .map(Number);
}

async function terraformGone(): Promise<void> {
  while (terraforms("plan").length + terraforms("apply").length > 0) await sleep(100);
}

async function killTerraform(command: "plan" | "apply"): Promise<void> {
  while (terraforms(command).length === 0) await sleep(20);
  for (const pid of terraforms(command)) process.kill(pid, "SIGKILL");
}

async function sigkill(running: Running): Promise<void> {
  running.process.kill("SIGKILL");
  await running.ended;
}

async function freshPlan(name: Environment = "dev"): Promise<string> {
  const { code, output } = await clone.run("plan", `${name}-network`);
  if (code !== 2) throw new Error(output);
  return clone.lastPlan();
}

describe("during a plan", () => {
  test("SIGKILL of the command leaves no incomplete plan, no lock after Terraform ends, and nothing in AWS", async () => {
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    while (terraforms("plan").length === 0) await sleep(20);
    await sigkill(planning);
    expect(plansThere()).toEqual([]);
    await terraformGone();
    expect(await keys()).toEqual([]);
  }, 120_000);

  test("SIGKILL of Terraform is reported; it leaves a lock, which the next plan names with the command that shows it", async () => {
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    while (!(await keys()).includes(`${keyOf("dev")}.tflock`)) await sleep(50);
    await killTerraform("plan");
    const killed = await planning.ended;
    expect(killed).toExitWith(1);
    expect(killed.output).toMatch(/terraform plan was killed/);
    expect(await keys()).toEqual([`${keyOf("dev")}.tflock`]);

    const locked = await clone.run("plan", "dev-network");
    expect(locked).toExitWith(1);
    expect(locked.output).toMatch(/npm run unlock -- dev-network/);
    const [, id = ""] = /ID:\s+([0-9a-f-]{36})/.exec(locked.output) ?? [];
    expect(await clone.run("unlock", "dev-network", "--lock-id", id)).toExitWith(0);
    expect(await keys()).toEqual([]);
  }, 120_000);

  test("an unreachable AWS is a failure that leaves nothing incomplete, and the same command works later", async () => {
    const before = plansThere();
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    wire.cut();
    const { code, output } = await planning.ended;
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/connection refused|EOF|connection reset/);
    await wire.mend();
    await unlock(); // which could not be given back: `npm run unlock` is tested above
    const failed = plansThere().filter((name) => !before.includes(name));
    for (const name of failed) {
      const refused = await clone.run("apply", join("plans", name));
      expect(refused.output).toMatch(/dev-network: its planning failed: the plan is incomplete. Plan again./);
    }
    await freshPlan();
  }, 240_000);

  test("a full disk is reported and leaves nothing in the plans folder", async () => {
    // A file system of 40 kB in place of the folder, visible to this process only.
    const script = 'mount -t tmpfs -o size=40k tmpfs plans && "$@"; code=$?; ls -A plans; exit $code';
    const command = [process.execPath, "--import", "tsx", "tools/cli/plan.ts", "dev-network"];
    const { code, output } = await startProcess("unshare", ["-rm", "sh", "-c", script, "sh", ...command], clone).ended;
    expect(output).toMatch(/no space left|ENOSPC/i);
    expect({ code, output }).toExitWith(1);
    expect(output).not.toMatch(/\n {4}at /);
    expect(output).not.toMatch(/^\.unfinished/m);
    expect(await keys()).toEqual([]);
  }, 120_000);
});

test("a plan for one account is refused with another's credentials before anything is written", async () => {
  const plan = await freshPlan();
  const { code, output } = await clone.run("apply", plan, "--profile", "prod");
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/the credentials must be of account 222222222222, got account 555555555555/);
  expect(await vpcs()).toBe(0);
  expect(await keys()).toEqual([]);
}, 120_000);

/** How many resources of a stack the newest apply has created. */
function createdBy(stackId: string): number {
  const runs = join(clone.directory, ".cache/applies");
  const log = join(runs, readdirSync(runs).sort().at(-1) ?? "", "logs", `${stackId}.log`);
  return existsSync(log) ? readFileSync(log, "utf8").split("Creation complete").length - 1 : 0;
}

describe("during an apply", () => {
  test("a held lock stops it before any change; after the release the same plan continues", async () => {
    const Body = JSON.stringify({
      ID: "0b8ddc92-0000-4000-8000-000000000000",
      Operation: "OperationTypeApply",
      Who: "somebody@else",
    });
    await clone
      .clients(ACCOUNTS.dev)
      .s3.send(new PutObjectCommand({ Bucket: bucketOf("dev"), Key: `${keyOf("dev")}.tflock`, Body }));
    const plan = clone.lastPlan();
    const refused = await clone.run("apply", plan);
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(/somebody@else/);
    expect(refused.output).toMatch(/npm run unlock -- dev-network/);
    expect(refused.output).toMatch(/Fix the cause, then apply the remaining stacks: npm run apply -- \S+/);
    expect(await vpcs()).toBe(0);
    await unlock();
  }, 120_000);

  test("of two at once one applies, the other is refused, and no resource exists twice", async () => {
    const plan = clone.lastPlan();
    const both = await Promise.all([clone.run("apply", plan), clone.run("apply", plan)]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.find(({ code }) => code === 1)?.output).toMatch(
      /Error acquiring the state lock|its state has changed|Saved plan is stale/,
    );
    expect(await vpcs()).toBe(1);
    expect(await keys()).toEqual(["dev/network.applied.json", keyOf("dev")]);
    expect(await clone.run("plan", "dev-network")).toExitWith(0);
  }, 180_000);

  test("Ctrl-C is passed on once: Terraform writes its state, releases the lock, and a new plan continues", async () => {
    const applying = clone.start("apply", await freshPlan("ci"), ...AHEAD);
    while ((await vpcs("ci")) === 0) await sleep(50);
    applying.process.kill("SIGINT");
    const { code, output } = await applying.ended;
    expect({ code, output }).toExitWith(130);
    expect(output).toMatch(/partly applied: this plan no longer fits ci-network\. .*npm run plan -- ci-network/);
    expect(await keys("ci")).toEqual([keyOf("ci")]);
    expect(await clone.run("apply", await freshPlan("ci"), ...AHEAD)).toExitWith(0);
    expect(await vpcs("ci")).toBe(1);
    expect(await clone.run("plan", "ci-network")).toExitWith(0);
  }, 240_000);

  test("SIGKILL of the command lets Terraform finish; the plan is then stale and nothing is left to do", async () => {
    const plan = await freshPlan("staging");
    const applying = clone.start("apply", plan, ...AHEAD);
    await applying.says(/applying/);
    while (terraforms("apply").length === 0) await sleep(20);
    await sigkill(applying);
    await terraformGone();
    expect(await keys("staging")).toEqual([keyOf("staging")]);
    const again = await clone.run("apply", plan, ...AHEAD);
    expect(again).toExitWith(1);
    expect(again.output).toMatch(/staging-network: its state has changed since it was planned/);
    expect(await clone.run("plan", "staging-network")).toExitWith(0);
    expect(await vpcs("staging")).toBe(1);
  }, 240_000);

  test("SIGKILL of Terraform is reported with what may be missing from the state; after unlock a new plan works", async () => {
    expect(await clone.run("plan", "ci-iam")).toExitWith(2);
    const applying = clone.start("apply", clone.lastPlan(), ...AHEAD);
    while (!(await keys("ci")).includes("ci/iam.tfstate.tflock")) await sleep(50);
    await killTerraform("apply");
    const { code, output } = await applying.ended;
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/terraform apply was killed/);
    expect(output).toMatch(
      /Terraform was killed while it applied ci-iam\. The last resources may exist in AWS but in no state/,
    );
    expect(output).not.toMatch(/apply the remaining stacks/);
    const locked = await clone.run("plan", "ci-iam");
    const [, id = ""] = /ID:\s+([0-9a-f-]{36})/.exec(locked.output) ?? [];
    expect(await clone.run("unlock", "ci-iam", "--lock-id", id)).toExitWith(0);
    expect(await clone.run("plan", "ci-iam")).toExitWith(2);
  }, 240_000);

  test("a state that Terraform cannot write is kept, and written when AWS is reachable again", async () => {
    const { code: planned } = await clone.run("plan", "dev-iam");
    expect(planned).toBe(2);
    const plan = clone.lastPlan();
    const applying = clone.start("apply", plan);
    await applying.says(/dev-iam +applying/);
    while (!(await keys()).includes("dev/iam.tfstate.tflock")) await sleep(50);
    // Late: the provider tries the rest for two minutes each, ten at once.
    while (createdBy("dev-iam") < 22) await sleep(50);
    await wire.cutWhenAnswered();
    const { code, output } = await applying.ended;
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/nothing of it is lost: it is stored in .*errored\/[^/]+\/dev-iam.tfstate/);
    expect(output).toMatch(/The state lacks what AWS created without being able to answer/);
    await wire.mend();
    await clone
      .clients(ACCOUNTS.dev)
      .s3.send(new DeleteObjectCommand({ Bucket: bucketOf("dev"), Key: "dev/iam.tfstate.tflock" }));
    const again = await clone.run("apply", plan);
    expect(again).toExitWith(1);
    expect(again.output).toMatch(/dev-iam: the state that the last run could not write is written now\. Plan again\./);
    expect(existsSync(join(clone.directory, "errored", basename(plan), "dev-iam.tfstate"))).toBe(false);
    expect(await clone.run("plan", "dev-iam")).toExitWith(2);
    expect(await clone.run("apply", clone.lastPlan())).toExitWith(0);
    expect(await clone.run("plan", "dev-iam")).toExitWith(0);
  }, 480_000);

  test("a resource in AWS and in no state is reported with a remedy; after its removal a new plan works", async () => {
    const { iam } = clone.clients(ACCOUNTS.staging);
    const byHand = { UserName: "elastic-container-registry-user" };
    expect(await clone.run("plan", "staging-iam")).toExitWith(2);
    await iam.send(new CreateUserCommand(byHand));
    const refused = await clone.run("apply", clone.lastPlan(), ...AHEAD);
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(/already exists/);
    expect(refused.output).toMatch(
      /staging-iam: the resource exists in AWS, but not in this stack's state: .*docs\/applying\.md, "What exists already"/,
    );
    expect(refused.output).toMatch(
      /partly applied: this plan no longer fits staging-iam\. .*npm run plan -- staging-iam/,
    );
    await iam.send(new DeleteUserCommand(byHand));
    expect(await clone.run("plan", "staging-iam")).toExitWith(2);
    expect(await clone.run("apply", clone.lastPlan(), ...AHEAD)).toExitWith(0);
  }, 180_000);
});

test("a damaged state fails the plan, which names the command that lists versions; restored, nothing is to do", async () => {
  await clone
    .clients(ACCOUNTS.dev)
    .s3.send(new PutObjectCommand({ Bucket: bucketOf("dev"), Key: keyOf("dev"), Body: '{"version":4,"ser' }));
  const { code, output } = await clone.run("plan", "dev-network");
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/npm run state -- history dev-network/);
}, 120_000);

test("a deleted state is not mistaken for a stack that was never applied; restored, nothing is to do", async () => {
  const { s3 } = clone.clients(ACCOUNTS.dev);
  const lost = /dev-network has no state, but was applied at .* its state is lost/;
  await s3.send(new DeleteObjectCommand({ Bucket: bucketOf("dev"), Key: keyOf("dev") }));
  const planned = await clone.run("plan", "dev-network");
  expect(planned).toExitWith(1);
  expect(planned.output).toMatch(lost);
  const looked = await clone.run("drift", "dev-network");
  expect(looked).toExitWith(1);
  expect(looked.output).toMatch(lost);
  const { output } = await clone.run("state", "restore", "dev-network"); // which asks, and here nobody answers
  const [, newest = ""] = /dev-network: version (\S+) of /.exec(output) ?? [];
  expect(await clone.run("state", "restore", "dev-network", "--yes", newest)).toExitWith(0);
  expect(await clone.run("plan", "dev-network")).toExitWith(0);
}, 180_000);

test("no credential is in a plan, a log or a file name", () => {
  const secret =
    /aws_secret_access_key = (.+)/.exec(readFileSync(clone.environment["AWS_CONFIG_FILE"] ?? "", "utf8"))?.[1] ?? "";
  expect(secret.length).toBeGreaterThan(8);
  for (const folder of ["plans", ".cache"]) {
    const { stdout } = spawnSync("grep", ["-rlaF", secret, folder], { cwd: clone.directory, encoding: "utf8" });
    expect(stdout).toBe("");
    expect(
      readdirSync(join(clone.directory, folder), { recursive: true, encoding: "utf8" }).filter((name) =>
        name.includes(secret),
      ),
    ).toEqual([]);
  }
});
