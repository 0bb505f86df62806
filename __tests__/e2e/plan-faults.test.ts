import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { OWN_TYPESCRIPT, startProcess, type Clone } from "./support/clone";
import { ACCOUNTS, bucketOf, FaultyClone, keyOf, sigkill } from "./support/faults";
import type { Wire } from "./support/wire";

/* Faults in a plan, and before an apply changes anything: what is left, how to continue, and that nothing is lost. */

let faulty: FaultyClone;
let clone: Clone;
let wire: Wire;

beforeAll(async () => {
  faulty = await FaultyClone.start("plan-faults", ["dev"]);
  ({ clone, wire } = faulty);
});

afterAll(() => faulty.stop());

/** Puts the lock of another run on dev-network. */
async function hold(lock: {
  readonly Who: string;
  readonly Operation: string;
  readonly Created: string;
}): Promise<void> {
  const Body = JSON.stringify({ ID: "0b8ddc92-0000-4000-8000-000000000000", ...lock });
  await clone
    .clients(ACCOUNTS.dev)
    .s3.send(new PutObjectCommand({ Bucket: bucketOf("dev"), Key: `${keyOf("dev")}.tflock`, Body }));
}

describe("during a plan", () => {
  test("SIGKILL of the command leaves no incomplete plan, no lock after Terraform ends, and nothing in AWS", async () => {
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    await faulty.terraformStarts("plan", "dev-network");
    await sigkill(planning);
    expect(faulty.plansThere()).toEqual([]);
    await faulty.terraformGone("dev-network");
    expect(await faulty.keys()).toEqual([]);
  });

  test("SIGKILL of Terraform is reported; it names the command that removes its lock, which the next plan names", async () => {
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    while (!(await faulty.keys()).includes(`${keyOf("dev")}.tflock`)) await sleep(50);
    await faulty.killTerraform("plan", "dev-network");
    const killed = await planning.ended;
    expect(killed).toExitWith(1);
    expect(killed.output).toMatch(/terraform plan was killed[^]*npm run unlock -- dev-network/);
    expect(await faulty.keys()).toEqual([`${keyOf("dev")}.tflock`]);

    const locked = await clone.run("plan", "dev-network", "--lock-timeout", "0");
    expect(locked).toExitWith(1);
    expect(locked.output).toMatch(/dev-network is locked\. Wait for that run: it ends by .* UTC at the latest\./);
    const [, id = ""] = /ID:\s+([0-9a-f-]{36})/.exec(locked.output) ?? [];
    expect(await clone.run("unlock", "dev-network", "--lock-id", id)).toExitWith(0);
    expect(await faulty.keys()).toEqual([]);
  });

  test("two plans at once wait for a lock, print who holds it, and then for each other", async () => {
    const Created = new Date().toISOString();
    await hold({ Who: "somebody@else", Operation: "OperationTypePlan", Created });
    const both = [clone.start("plan", "dev-network"), clone.start("plan", "dev-network")];
    for (const planning of both)
      await planning.says("dev-network  waiting for lock (held by somebody@else, for plan, since ");
    await faulty.unlock();
    for (const { ended } of both) expect(await ended).toExitWith(2);
    expect(await faulty.keys()).toEqual([]);
  });

  test("an unreachable AWS is a failure that leaves nothing incomplete, and the same command works later", async () => {
    const before = faulty.plansThere();
    const planning = clone.start("plan", "dev-network");
    await planning.says("planning");
    wire.cut();
    const { code, output } = await planning.ended;
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/connection refused|EOF|connection reset/);
    // Its log stays where the output says.
    const [, log = ""] = /log: <plan folder>\/(\S+)/.exec(output) ?? [];
    const [, logs = ""] = /logs: (plans\/\S+)/.exec(output) ?? [];
    expect(existsSync(join(clone.directory, logs, "..", log))).toBe(true);
    expect(output).toMatch(/the planning of dev-network failed. Fix the cause, then run npm run plan -- dev-network\b/);
    await wire.restore();
    await faulty.unlock(); // which could not be given back: `npm run unlock` is tested above
    const failed = faulty.plansThere().filter((name) => !before.includes(name));
    for (const name of failed) {
      const refused = await clone.run("apply", join("plans", name));
      expect(refused.output).toMatch(/dev-network: its planning failed: the plan is incomplete. Plan again./);
    }
    await faulty.freshPlan();
  });

  test("a full disk is reported and leaves nothing in the plans folder", async () => {
    // A file system of 40 kB in place of the folder, visible to this process only.
    const script = 'mount -t tmpfs -o size=40k tmpfs plans && "$@"; code=$?; ls -A plans; exit $code';
    const command = [process.execPath, "--require", OWN_TYPESCRIPT, "tools/cli/plan.ts", "dev-network"];
    const { code, output } = await startProcess("unshare", ["-rm", "sh", "-c", script, "sh", ...command], clone).ended;
    expect(output).toMatch(/no space left|ENOSPC/i);
    expect({ code, output }).toExitWith(1);
    expect(output).not.toMatch(/\n {4}at /);
    expect(output).not.toMatch(/^\.unfinished/m);
    expect(await faulty.keys()).toEqual([]);
  });
});

test("a plan for one account is refused with another's credentials before anything is written", async () => {
  const plan = await faulty.freshPlan();
  const { code, output } = await clone.run("apply", plan, "--profile", "prod");
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/the credentials must be of account 222222222222, got account 555555555555/);
  expect(await faulty.vpcs()).toBe(0);
  expect(await faulty.keys()).toEqual([]);
});

describe("when an apply starts", () => {
  test("a lock of a killed run stops it before any change; after the release the same plan continues", async () => {
    await hold({ Who: "somebody@else", Operation: "OperationTypeApply", Created: "2026-01-01T10:00:00Z" });
    const plan = clone.lastPlan();
    const refused = await clone.run("apply", plan);
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(/somebody@else/);
    expect(refused.output).toMatch(/npm run unlock -- dev-network/);
    expect(refused.output).toMatch(/Fix the cause, then apply the remaining stacks: npm run apply -- \S+/);
    expect(await faulty.vpcs()).toBe(0);
    await faulty.unlock();
  });

  test("of two at once one applies, the other is refused, no resource exists twice, and a plan waits for the apply", async () => {
    const plan = clone.lastPlan();
    const applying = [clone.start("apply", plan), clone.start("apply", plan)];
    while (!(await faulty.keys()).includes(`${keyOf("dev")}.tflock`)) await sleep(50);
    const planned = await clone.run("plan", "dev-network");
    expect(planned.output).toMatch(/waiting for lock \(held by \S+@\S+, for apply, since /);
    expect(planned).toExitWith(0);
    const both = await Promise.all(applying.map(({ ended }) => ended));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.find(({ code }) => code === 1)?.output).toMatch(
      /Error acquiring the state lock|its state has changed|Saved plan is stale/,
    );
    expect(await faulty.vpcs()).toBe(1);
    expect(await faulty.keys()).toEqual(["dev/network.applied.json", keyOf("dev")]);
    expect(await clone.run("plan", "dev-network")).toExitWith(0);
  });
});

test("a damaged state fails the plan, which names the command that lists versions; restored, nothing is to do", async () => {
  await clone
    .clients(ACCOUNTS.dev)
    .s3.send(new PutObjectCommand({ Bucket: bucketOf("dev"), Key: keyOf("dev"), Body: '{"version":4,"ser' }));
  const { code, output } = await clone.run("plan", "dev-network");
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/npm run state -- history dev-network/);
});

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
});

test("no credential is in a plan, a log or a file name", () => {
  expect(faulty.credentialsFound()).toEqual({ files: "", names: [] });
});
