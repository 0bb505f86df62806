import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { EstateFile } from "../../config/schema";
import { emulatorEnvironment } from "../../tools/emulator/environment";
import { clientsFor } from "../../tools/rehearsal/clients";
import type { Stack } from "../../tools/synth/stacks";
import { readLock } from "../../tools/terraform/state/state-lock";
import { listVersions, readVersions } from "../../tools/terraform/state/state-versions";
import { startHoldingProxy, type HoldingProxy } from "./support/holding-proxy";
import { onTerminal } from "./support/terminal";
import { startWorkplace, type Workplace } from "./support/workplace";
import { TYPESCRIPT } from "../../tools/support/project";

/* `npm run unlock` and `npm run state` on locks and states of the real Terraform. */

const ROOT = join(__dirname, "../..");
const MASTER = "111111111111";
const DEV = "222222222222";
const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
const team = { operators: people, admins: people };

const estate = (monthlyBudgetUsd: number): EstateFile => ({
  solution: "states",
  defaultRegion: "eu-west-1",
  chargeCode: "states-1",
  accounts: {
    master: { kind: "master", id: MASTER, email: "aws@example.com", ...team, monthlyBudgetUsd: 20 },
    dev: { kind: "main", id: DEV, email: "aws-dev@example.com", ...team, monthlyBudgetUsd },
  },
  environments: { dev: { account: "dev", profile: "hardened" } },
});

let workplace: Workplace;
let proxy: HoldingProxy;
let folder: string;
let stack: Stack;
const s3 = () => clientsFor(workplace.url, DEV, "eu-west-1").s3;

beforeAll(async () => {
  workplace = await startWorkplace("state-commands", { estate: estate(20) });
  proxy = await startHoldingProxy(workplace.url);
  folder = mkdtempSync(join(tmpdir(), "state-commands-profiles-"));
  const profiles = Object.entries({ master: MASTER, dev: DEV });
  writeFileSync(join(folder, "config"), profiles.map(([name]) => `[profile ${name}]\nregion = eu-west-1\n`).join("\n"));
  const key = ([name, id]: [string, string]) =>
    `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = emulator\n`;
  writeFileSync(join(folder, "credentials"), profiles.map(key).join("\n"));

  stack = workplace.stack("dev-iam");
  await workplace.makeStateBucket("dev");
  const VersioningConfiguration = { Status: "Enabled" } as const;
  await s3().send(new PutBucketVersioningCommand({ Bucket: stack.state.bucket, VersioningConfiguration }));
  // Two applies: the second one changes the budget.
  const terraform = workplace.terraform(stack);
  await terraform.init();
  await terraform.apply();
  workplace.synthesize(estate(30));
  await terraform.apply();
});

afterAll(async () => {
  proxy.stop();
  await workplace.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The environment of a person: profiles in files, and access to the emulator only. */
function person(url: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = emulatorEnvironment(url, { accountId: MASTER, region: "us-east-1" });
  delete env["AWS_ACCESS_KEY_ID"];
  delete env["AWS_SECRET_ACCESS_KEY"];
  const files = { AWS_CONFIG_FILE: join(folder, "config"), AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") };
  return { ...env, ...files, ESTATE: process.env["ESTATE"], ESTATE_PROFILE: "{account}", NO_COLOR: "1" };
}

interface Start {
  /** The answer typed at the prompt. @default no terminal */
  readonly typed?: string;
  /** @default the emulator's */
  readonly url?: string;
  readonly profile?: string;
}

/** A command as npm runs it. */
function start(
  command: "state" | "unlock",
  args: readonly string[],
  { typed, url = workplace.url, profile }: Start = {},
) {
  const node = ["--require", TYPESCRIPT, join(ROOT, `tools/cli/${command}.ts`), ...args];
  const [program, ...all] =
    typed === undefined ? [process.execPath, ...node] : onTerminal(typed, [process.execPath, ...node]);
  const env = { ...person(url), ...(profile === undefined ? {} : { ESTATE_PROFILE: profile }) };
  const child = spawn(program, all, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    output: stripVTControlCharacters(output).replaceAll(/\r+\n/g, "\n"),
  }));
  return { child, ended };
}

const run = (command: "state" | "unlock", args: readonly string[], options?: Start) =>
  start(command, args, options).ended;

/** Every version, with what it holds. */
const versions = async () => readVersions(s3(), stack.state, await listVersions(s3(), stack.state));
const lockHeld = () => readLock(s3(), stack);
const put = (Key: string, Body: string) => s3().send(new PutObjectCommand({ Bucket: stack.state.bucket, Key, Body }));
const plan = async () => (await workplace.terraform(stack).plan()).outcome;

/** A plan that is killed. Its lock stays. */
async function killedPlan(): Promise<string> {
  const { path } = workplace.tools.terraform;
  const child = spawn(path, ["plan", "-input=false"], {
    cwd: stack.directory,
    env: workplace.environment(stack),
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (!(await lockHeld())) await sleep(50);
  child.kill("SIGKILL");
  await ended;
  return (await lockHeld())?.info?.ID ?? "none";
}

describe("npm run unlock", () => {
  test("reports that nobody holds the lock", async () => {
    expect(await run("unlock", ["dev-iam"])).toEqual({
      code: 0,
      output: expect.stringMatching(/^estate: .*\ndev-iam is not locked\n$/) as string,
    });
  });

  test("shows who holds the lock of a dead run, and removes it only after confirmation", async () => {
    const id = await killedPlan();
    const [alone, other, mistyped, interrupted] = await Promise.all([
      run("unlock", ["dev-iam"]),
      run("unlock", ["dev-iam", "--lock-id", "00000000-0000"]),
      run("unlock", ["dev-iam"], { typed: "yes\n" }),
      run("unlock", ["dev-iam"], { typed: "\u0003" }),
    ]);
    expect(alone.output).toMatch(
      /dev-iam is locked:\n {2}held by \S+@\S+\n {2}for plan\n {2}since \d{4}-.* UTC \(.*(ago|now)\)\n {2}Terraform \d/,
    );
    expect(alone.output).toContain(`confirmation needs a terminal. To confirm without one, use --lock-id ${id}.\n`);
    expect(other.output).toContain(`nothing was changed: --lock-id must be ${id}, got 00000000-0000. Correct it.\n`);
    expect(mistyped.output).toMatch(/type dev-iam to continue: yes\nnothing was changed: not confirmed\n$/);
    expect(interrupted.output).toMatch(/type dev-iam to continue: .*\n+nothing was changed: not confirmed\n$/);
    expect([alone, other, mistyped, interrupted].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    expect((await lockHeld())?.info?.ID).toBe(id);

    const removed = await run("unlock", ["dev-iam"], { typed: "dev-iam\n" });
    expect(removed).toEqual({ code: 0, output: expect.stringMatching(/unlocked dev-iam\n$/) as string });
    expect(await lockHeld()).toBeUndefined();
    expect(await plan()).toBe("empty");
  });

  test("removes a damaged lock and prints what to check", async () => {
    await put(`${stack.state.key}.tflock`, "half a l");
    const alone = await run("unlock", ["dev-iam"]);
    expect(alone.output).toMatch(/the lock object is damaged, it holds "half a l"\n[^]*use --lock-id damaged\.\n$/);
    const removed = await run("unlock", ["dev-iam", "--lock-id", "damaged"]);
    expect(removed.output).toMatch(
      /unlocked dev-iam\n.*\n {2}npm run orphans -- dev-iam\n {2}npm run plan -- dev-iam\n/,
    );
    expect(await lockHeld()).toBeUndefined();
  });
});

describe("npm run state", () => {
  test("refuses another account's credentials", async () => {
    const { code, output } = await run("state", ["history", "dev-iam"], { profile: "master" });
    expect(output).toMatch(
      /^estate: .*\nthe credentials for dev-iam must be of the account 222222222222, got 111111111111 .*--profile <name>; .*\n$/,
    );
    expect({ code, output }).toExitWith(1);
  });

  test("restores a damaged state: the plan is empty afterwards, and no version is lost", async () => {
    const before = await versions();
    const [current] = before;
    await killedPlan();
    await put(stack.state.key, "not a state");
    await expect(workplace.terraform(stack).init()).rejects.toThrow(/could not be parsed as JSON/);

    const [locked, history] = await Promise.all([
      run("state", ["restore", "dev-iam", "--lock-timeout", "0"]),
      run("state", ["history", "dev-iam"]),
    ]);
    expect(locked).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^estate: .*\ndev-iam is locked: held by .*\. Wait for that run: it ends by .* at the latest\.\n$/,
      ) as string,
    });
    const id = (await lockHeld())?.info?.ID ?? "none";
    const unlocked = await run("unlock", ["dev-iam", "--lock-id", id]);
    expect(unlocked.output).toMatch(/Terraform cannot run here, so the lock object is deleted:\n[^]*unlocked dev-iam/);

    const [estateLine, ...lines] = history.output.trimEnd().split("\n");
    expect(estateLine).toMatch(/^estate: /);
    expect(lines).toHaveLength(1 + before.length + 1);
    expect(lines[1]).toMatch(/ 11 +- +- +- +current, damaged: not JSON$/);
    expect(lines[2]).toMatch(
      new RegExp(
        `^${current?.versionId.slice(0, 8) ?? ""} .* ${current?.summary?.serial ?? 0} +1\\.\\d+\\.\\d+ +\\d+$`,
      ),
    );

    const [alone, wrong] = await Promise.all([
      run("state", ["restore", "dev-iam"]),
      run("state", ["restore", "dev-iam", "--yes", before[1]?.versionId ?? ""]),
    ]);
    expect(alone.output).toContain(
      `confirmation needs a terminal. To confirm without one, use --yes ${current?.versionId ?? ""}.\n`,
    );
    expect(wrong.output).toContain(
      `nothing was changed: --yes must be ${current?.versionId ?? ""}, the version to restore, got `,
    );
    expect([alone.code, wrong.code, (await versions()).length]).toEqual([1, 1, before.length + 1]);

    const restored = await run("state", ["restore", "dev-iam"], { typed: "dev-iam\n" });
    expect(restored.output).toMatch(
      /restored dev-iam: .*\nnext: run npm run plan -- dev-iam to see where AWS differs from this state\n$/,
    );
    expect(restored).toExitWith(0);
    expect(await plan()).toBe("empty");
    const after = await versions();
    expect(after.slice(1).map(({ versionId, damage }) => ({ versionId, damage }))).toEqual([
      expect.objectContaining({ damage: "not JSON" }),
      ...before.map(({ versionId }) => ({ versionId, damage: undefined })),
    ]);
    expect(after[0]?.summary).toEqual({ ...current?.summary, serial: (current?.summary?.serial ?? 0) + 1 });
    expect(await lockHeld()).toBeUndefined();
    const { ServerSideEncryption: encryption } = await s3().send(
      new GetObjectCommand({ Bucket: stack.state.bucket, Key: stack.state.key }),
    );
    expect(encryption).toBe("AES256");
  });

  test("restores an older version, whose plan shows what AWS has beyond it, and a deleted state", async () => {
    const all = await versions();
    const older = all.filter(({ summary }) => summary).at(-1);
    await s3().send(new DeleteObjectCommand({ Bucket: stack.state.bucket, Key: stack.state.key }));
    const undeleted = await run("state", ["restore", "dev-iam", "--yes", all[0]?.versionId ?? ""]);
    expect(undeleted).toEqual({
      code: 0,
      output: expect.stringMatching(/the current one, of .* UTC, is deleted\n/) as string,
    });
    expect(await plan()).toBe("empty");

    const prefix = older?.versionId.slice(0, 12) ?? "";
    const restored = await run("state", ["restore", "dev-iam", "--version", prefix, "--yes", older?.versionId ?? ""]);
    expect(restored.output).toMatch(/ {2}(removed from the state, still in AWS|the same resource with other values)/);
    const [current] = await versions();
    expect(current?.summary).toEqual({ ...older?.summary, serial: (all[0]?.summary?.serial ?? 0) + 2 });
    expect((await versions()).length).toBe(all.length + 3);
  });

  test("locks Terraform out while it writes; Ctrl-C releases the lock, and SIGKILL leaves only the lock", async () => {
    const before = await versions();
    const wanted = before.find(({ isCurrent, summary }) => !isCurrent && summary)?.versionId ?? "";
    const restore = () =>
      start("state", ["restore", "dev-iam", "--version", wanted, "--yes", wanted], { url: proxy.url });

    const beforeLook = proxy.hold(/^PUT .*\.tflock/);
    const interrupted = restore();
    await beforeLook.arrived;
    interrupted.child.kill("SIGINT");
    await sleep(200);
    beforeLook.release();
    expect(await interrupted.ended).toEqual({
      code: 130,
      output: expect.stringContaining("interrupted before the state was written") as string,
    });
    expect(await lockHeld()).toBeUndefined();

    const writing = proxy.hold(/^PUT .*\/iam\.tfstate(\?|$)/);
    const killed = restore();
    await writing.arrived;
    await expect(workplace.terraform(stack).plan()).rejects.toThrow(
      /Error acquiring the state lock[^]*Operation: +state restore/,
    );
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect((await versions()).map(({ versionId }) => versionId)).toEqual(before.map(({ versionId }) => versionId));
    const { output } = await run("unlock", ["dev-iam", "--lock-id", (await lockHeld())?.info?.ID ?? "none"]);
    expect(output).toContain(`for state restore (version ${wanted})\n`);
    expect(await lockHeld()).toBeUndefined();
  });
});
