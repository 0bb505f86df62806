import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateUserCommand, DeleteUserCommand } from "@aws-sdk/client-iam";
import type { Clone } from "./support/clone";
import { ACCOUNTS, bucketOf, FaultyClone, keyOf, sideBySide, sigkill } from "./support/faults";

/* Faults in an apply: what is left, how to continue, and that nothing is lost. */

/** Promotion is not tested here: later environments would wait for dev. */
const AHEAD = ["--skip-promotion", "--reason", "a fault is tried out"];

let faulty: FaultyClone;
let clone: Clone;

beforeAll(async () => {
  faulty = await FaultyClone.start("apply-faults", ["dev", "ci", "staging"]);
  ({ clone } = faulty);
});

afterAll(() => faulty.stop());

/** How many resources of a stack the newest apply has created. */
function createdBy(stackId: string): number {
  const runs = join(clone.directory, ".cache/applies");
  const log = join(runs, readdirSync(runs).sort().at(-1) ?? "", "logs", `${stackId}.log`);
  return existsSync(log) ? readFileSync(log, "utf8").split("Creation complete").length - 1 : 0;
}

/** What `--result` has written. */
const resultIn = (file: string): unknown => JSON.parse(readFileSync(join(clone.directory, file), "utf8"));

/** In accounts of their own, at the same time: an apply mostly waits for a VPC. */
const inNetworks = sideBySide({
  async interrupt() {
    const applying = clone.start("apply", await faulty.freshPlan("ci"), "--result", ".cache/ci.json", ...AHEAD);
    while ((await faulty.vpcs("ci")) === 0) await sleep(50);
    applying.process.kill("SIGINT");
    const { code, output } = await applying.ended;
    expect({ code, output }).toExitWith(130);
    expect(output).toMatch(/partly applied: this plan no longer fits ci-network\. .*npm run plan -- ci-network/);
    expect(await faulty.keys("ci")).toEqual([keyOf("ci")]);
    expect(resultIn(".cache/ci.json")).toMatchObject({
      ...{ command: "apply", status: "interrupted", exitCode: 130 },
      stacks: [
        { id: "ci-network", account: "ci", status: "failed", phases: { applying: expect.any(Number) as number } },
      ],
    });
    expect(await clone.run("apply", await faulty.freshPlan("ci"), "--result", ".cache/ci.json", ...AHEAD)).toExitWith(
      0,
    );
    expect(resultIn(".cache/ci.json")).toMatchObject({
      status: "succeeded",
      exitCode: 0,
      stacks: [{ status: "applied" }],
    });
    expect(await faulty.vpcs("ci")).toBe(1);
    expect(await clone.run("plan", "ci-network")).toExitWith(0);
  },
  async kill() {
    const plan = await faulty.freshPlan("staging");
    const applying = clone.start("apply", plan, "--result", ".cache/staging.json", ...AHEAD);
    await applying.says(/applying/);
    await faulty.terraformStarts("apply", "staging-network");
    await sigkill(applying);
    await faulty.terraformGone("staging-network");
    expect(resultIn(".cache/staging.json")).toMatchObject({ status: "running", stacks: [] });
    expect(await faulty.keys("staging")).toEqual([keyOf("staging")]);
    const again = await clone.run("apply", plan, ...AHEAD);
    expect(again).toExitWith(1);
    expect(again.output).toMatch(/staging-network: its state has changed since it was planned/);
    expect(await clone.run("plan", "staging-network")).toExitWith(0);
    expect(await faulty.vpcs("staging")).toBe(1);
  },
});

test("Ctrl-C is passed on once: Terraform writes its state, releases the lock, and a new plan continues", () =>
  inNetworks.interrupt());

test("SIGKILL of the command lets Terraform finish; the plan is then stale and nothing is left to do", () =>
  inNetworks.kill());

const inPermissions = sideBySide({
  async kill() {
    const applying = clone.start("apply", await faulty.freshPlan("ci", "iam"), ...AHEAD);
    while (!(await faulty.keys("ci")).includes("ci/iam.tfstate.tflock")) await sleep(50);
    await faulty.killTerraform("apply", "ci-iam");
    const { code, output } = await applying.ended;
    expect({ code, output }).toExitWith(1);
    expect(output).toMatch(/terraform apply was killed/);
    expect(output).toMatch(
      /Terraform was killed while it applied ci-iam\. The last resources may exist in AWS but in no state/,
    );
    expect(output).not.toMatch(/apply the remaining stacks/);
    const locked = await clone.run("plan", "ci-iam", "--lock-timeout", "0");
    const [, id = ""] = /ID:\s+([0-9a-f-]{36})/.exec(locked.output) ?? [];
    expect(await clone.run("unlock", "ci-iam", "--lock-id", id)).toExitWith(0);
    expect(await clone.run("plan", "ci-iam")).toExitWith(2);
  },
  async exists() {
    const { iam } = clone.clients(ACCOUNTS.staging);
    const byHand = { UserName: "elastic-container-registry-user" };
    const plan = await faulty.freshPlan("staging", "iam");
    await iam.send(new CreateUserCommand(byHand));
    const refused = await clone.run("apply", plan, ...AHEAD);
    expect(refused).toExitWith(1);
    expect(refused.output).toMatch(/already exists/);
    expect(refused.output).toMatch(
      /staging-iam: the resource exists in AWS, but not in this stack's state: .*docs\/applying\.md, "What exists already"/,
    );
    expect(refused.output).toMatch(
      /partly applied: this plan no longer fits staging-iam\. .*npm run plan -- staging-iam/,
    );
    await iam.send(new DeleteUserCommand(byHand));
    expect(await clone.run("apply", await faulty.freshPlan("staging", "iam"), ...AHEAD)).toExitWith(0);
  },
});

test("SIGKILL of Terraform is reported with what may be missing from the state; after unlock a new plan works", () =>
  inPermissions.kill());

test("a resource in AWS and in no state is reported with a remedy; after its removal a new plan works", () =>
  inPermissions.exists());

test("a state that Terraform cannot write is kept, and written when AWS is reachable again", async () => {
  const { code: planned } = await clone.run("plan", "dev-iam");
  expect(planned).toBe(2);
  const plan = clone.lastPlan();
  const applying = clone.start("apply", plan);
  await applying.says(/dev-iam +applying/);
  while (!(await faulty.keys()).includes("dev/iam.tfstate.tflock")) await sleep(50);
  // In the middle: some resources exist, and others are still to be created.
  while (createdBy("dev-iam") < 22) await sleep(50);
  await faulty.wire.breakAndRefuse(`/${bucketOf("dev")}`);
  const { code, output } = await applying.ended;
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/nothing of it is lost: it is stored in .*errored\/[^/]+\/dev-iam.tfstate/);
  expect(output).toMatch(/The state lacks what AWS created without being able to answer/);
  await faulty.wire.restore();
  await faulty.unlock("dev/iam.tfstate");
  const again = await clone.run("apply", plan);
  expect(again).toExitWith(1);
  expect(again.output).toMatch(/dev-iam: the state that the last run could not write is written now\. Plan again\./);
  expect(existsSync(join(clone.directory, "errored", basename(plan), "dev-iam.tfstate"))).toBe(false);
  expect(await clone.run("plan", "dev-iam")).toExitWith(2);
  expect(await clone.run("apply", clone.lastPlan())).toExitWith(0);
  expect(await clone.run("plan", "dev-iam")).toExitWith(0);
});

test("no credential is in a plan, a log or a file name", () => {
  expect(faulty.credentialsFound()).toEqual({ files: "", names: [] });
});
