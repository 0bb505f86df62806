import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnablePolicyTypeCommand, ListRootsCommand } from "@aws-sdk/client-organizations";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { findOrphans } from "../../tools/adopt/orphans";
import { awsClients } from "../../tools/terraform/aws/aws-clients";
import { startProvider } from "../../tools/terraform/attached-provider";
import { type RunOptions, terraformFor } from "../../tools/terraform/run-options";
import { deleteLock, readLock } from "../../tools/terraform/state/state-lock";
import type { Stack } from "../../tools/synth/stacks";
import { readStacks } from "../../tools/synth/read-stacks";
import { clientsFor } from "../../tools/rehearsal/clients";
import { stackEnvironment } from "../../tools/rehearsal/rehearse";
import { terraformEnvironment } from "../../tools/terraform/preflight";
import { startClone, type Clone } from "./support/clone";
import { adoptOrphans, killAfterWrite, killTerraform, useProxy } from "./support/killed-apply";
import { startWorkplace, type Workplace } from "./support/workplace";
import { startWriteProxy, type WriteProxy } from "./support/write-proxy";

/*
 * SIGKILL of an apply after a write that AWS carried out and that no state has. What was created is found, and is in AWS
 * once: the next apply imports it.
 */

const LONG = process.env["LONG_TESTS"] !== undefined;
/** Repeat a run with ORPHANS_SEED: another seed is other writes. */
const SEED = Number(process.env["ORPHANS_SEED"] ?? Date.now() % 2 ** 31);
const estate = structuredClone<EstateFile>(exampleFile);

beforeAll(() => {
  process.stdout.write(`killed applies: ORPHANS_SEED=${SEED}\n`);
});

/** Creations that AWS has carried out more than once, but of settings. */
function createdTwice(writes: readonly string[]): readonly string[] {
  const created = writes.filter((write) => /^Create(?!Tags|NetworkAclEntry)/.test(write));
  return created.filter((write, index) => created.indexOf(write) !== index);
}

describe("the commands", () => {
  const stack = "dev-network";
  const nth = 2 + (SEED % 12);
  let clone: Clone;
  let proxy: WriteProxy;

  beforeAll(async () => {
    clone = await startClone("orphans", { estate });
    proxy = await startWriteProxy(clone.url);
    useProxy(clone, proxy);
    await clone.makeStateBucket("dev");
  });

  afterAll(async () => {
    proxy.stop();
    await clone.stop();
  });

  async function startApply() {
    expect(await clone.run("plan", stack)).toExitWith(2);
    return clone.start("apply", clone.lastPlan(), "--skip-promotion", "--reason", "an apply is killed");
  }

  test(`after a kill at write ${nth} of ${stack}, what exists is imported, and nothing is created twice`, async () => {
    const applying = await startApply();
    expect(await killAfterWrite(clone, proxy, { stack, nth, applying })).toEqual(expect.any(String));
    expect(await adoptOrphans(clone, stack)).toMatch(/aws_vpc\.network_vpc_\w+ +vpc-\w+ +will be imported/);
    const again = await startApply();
    expect(clone.read(join(clone.lastPlan(), "summary.md"))).toMatch(/\d+ to import/);
    expect(await again.ended).toExitWith(0);
    expect(createdTwice(proxy.carriedOut)).toEqual([]);
    expect(await clone.run("plan", stack)).toExitWith(0);
  });
});

/*
 * Each apply is killed after a write that no apply before it was killed after, and the next one continues. Terraform is
 * run without the commands: a kill takes 4 to 12 seconds then, a plan and an apply by the commands a minute.
 * `npm run test:long` kills after every write of one stack of each kind but
 * - the database, whose creation takes minutes: faults.test.ts kills it once;
 * - bootstrap, which looks for what exists by itself: bootstrap.test.ts;
 * - the bucket of the trail, stacks of other providers and own ones, which the example does not have.
 */
const KINDS = LONG
  ? [
      "dev-network",
      "dev-iam",
      "dev-application",
      "dev-master-role",
      "dev-member-analytics",
      "master-organization",
      "master-identity",
    ]
  : ["dev-network"];
/** At most. A kill of the network takes 6 seconds on 2 busy cores: CI steps by 1 to 4 of its 31 writes. */
const KILLS = LONG ? Infinity : 10;

describe("applies that are killed again and again", () => {
  let place: Workplace;
  let proxy: WriteProxy;
  let run: RunOptions;

  beforeAll(async () => {
    const stateBuckets = LONG ? ["dev", "master", "dev-analytics"] : ["dev"];
    place = await startWorkplace("orphans", { estate, stateBuckets });
    proxy = await startWriteProxy(place.url);
    const environment = stackEnvironment(proxy.url, place.estate, place.tools);
    run = { ...place.run, env: (stack) => terraformEnvironment(environment(stack)) };
  });

  afterAll(async () => {
    proxy.stop();
    await place.stop();
  });

  /** Applies a stack, and kills Terraform after a write. Undefined if it ended before. */
  async function applyUntil(
    stack: Stack,
    point: { readonly nth: number; readonly except: ReadonlySet<string> },
    orphans: readonly object[],
  ): Promise<string | undefined> {
    const imports = join(stack.directory, "imports.tf.json");
    rmSync(imports, { force: true });
    const provider = await startProvider(stack, run);
    writeFileSync(imports, JSON.stringify({ import: orphans }));
    const ended = terraformFor(stack, run, provider?.reattach).apply();
    ended.catch(() => undefined);
    try {
      const written = await killTerraform(place, proxy, { stack: stack.id, ...point, ended });
      if (written === undefined) await ended;
      else await expect(ended).rejects.toThrow();
      return written;
    } finally {
      await provider?.stop(); // Jest would wait for it
      rmSync(imports);
    }
  }

  /** Removes the lock, and looks for what is to be imported. */
  async function orphansOf(stack: Stack): Promise<readonly object[]> {
    const env = (each: Stack) => place.environment(each);
    const { s3 } = awsClients(stack, env(stack));
    const lock = await readLock(s3, stack);
    expect(lock && (await deleteLock(s3, stack, lock))).toBe("deleted");
    const stacks = readStacks(join(place.directory, "cdktf.out"));
    const { found, others, ambiguous } = await findOrphans([stack.id], stacks, { env });
    expect({ others, ambiguous }).toEqual({ others: [], ambiguous: [] });
    return found.map(({ address: to, candidate: { id } }) => ({ to, id }));
  }

  /** What the error of the next plan asks for: an import does not change the policy types of an organization. */
  async function enablePolicies(): Promise<void> {
    const { organizations } = clientsFor(place.url, "111111111111", "eu-west-1");
    const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
    const PolicyType = "SERVICE_CONTROL_POLICY";
    await organizations.send(new EnablePolicyTypeCommand({ RootId: root?.Id, PolicyType }));
  }

  test.each(KINDS)(
    "%s is created once",
    async (id) => {
      const stack = place.stack(id);
      const terraform = terraformFor(stack, run);
      await terraform.init();
      const before = proxy.carriedOut.length;
      const killed = new Set<string>();
      let orphans: readonly object[] = [];
      for (;;) {
        const step = LONG ? 1 : 1 + ((SEED >> killed.size) % 4);
        const nth = killed.size < KILLS ? step : Infinity;
        const written = await applyUntil(stack, { nth, except: killed }, orphans);
        if (written === undefined) break;
        killed.add(written);
        if (written.startsWith("CreateOrganization ")) await enablePolicies();
        orphans = await orphansOf(stack);
      }
      expect(killed.size).toBeGreaterThan(2);
      expect(createdTwice(proxy.carriedOut.slice(before))).toEqual([]);
      const held = (await terraform.stateList()).filter((address) => !address.startsWith("data."));
      expect(held).toHaveLength(stack.resourceCount);
      expect((await terraform.plan()).outcome).toBe("empty");
      const operations = [...killed].map((write) => write.split(" ")[0]);
      process.stdout.write(`${id} was killed ${killed.size} times: ${operations.join(" ")}\n`);
    },
    3600_000,
  );
});
