import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { planStacks } from "../../../tools/terraform/plan-stacks";
import { readStacks } from "../../../tools/synth/read-stacks";
import { ROOT, TYPESCRIPT } from "../../../tools/support/project";
import { FakeProvider } from "./support/fake-provider";
import { FakeTerraform, NO_SCHEMA } from "./support/fake-terraform";
import { isAlive } from "./support/process-table";
import { RecordingView } from "./support/recording-view";
import { writeOutput, type SynthesizedStack } from "./support/synthesized-output";
import { temporaryFolder } from "./support/temporary-folder";

const folder = temporaryFolder();
let fake: FakeTerraform;
let provider: FakeProvider;

beforeEach(() => {
  fake = new FakeTerraform(folder());
  provider = new FakeProvider(folder());
  fake.answer("plan", { exitCode: 2, writes: { "plan.tfplan": "" } });
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":4,"resources":[]}' });
  fake.answer("show", { stdout: '{"format_version":"1.2"}' });
});

function plan(
  stacks: Record<string, SynthesizedStack>,
  { env = {}, signal }: { env?: Record<string, string>; signal?: AbortSignal } = {},
) {
  const PATH = process.env.PATH;
  return planStacks(readStacks(writeOutput(join(folder(), "out"), stacks)), {
    env: ({ id }) => ({ PATH, TF_CLI_CONFIG_FILE: provider.cliConfig, AWS_ROLE_SESSION_NAME: id, ...env }),
    logDir: join(folder(), "logs"),
    view: new RecordingView(),
    binary: fake.binary,
    providerLock: provider.lockFile,
    parallel: 2,
    signal,
    noteOf: () => "",
  });
}

const socketFolders = (): string[] =>
  fake.events.flatMap(({ env }) => /"String":"([^"]+)"/.exec(env["TF_REATTACH_PROVIDERS"] ?? "")?.[1] ?? []);

const PLAIN = ["init a none", "plan a none", "state pull a none", "show a none"];

test("all commands of a stack attach to one process, which ends with its folder when the stack is planned", async () => {
  const planned = await plan({ a: {}, b: {} });
  expect(planned).toMatchObject([{ status: "changes" }, { status: "changes" }]);
  expect(provider.pids).toHaveLength(2);
  for (const id of ["a", "b"]) {
    const pids = fake.attachments.filter((each) => each.includes(` ${id} `)).map((each) => each.split(" ").at(-1)); // prettier-ignore
    expect(pids).toHaveLength(4);
    expect(new Set(pids).size).toBe(1);
  }
  expect(new Set(fake.attachments.map((each) => Number(each.split(" ").at(-1))))).toEqual(new Set(provider.pids));
  expect(provider.pids.filter(isAlive)).toEqual([]);
  expect(socketFolders()).toHaveLength(8 * 2); // start and end of each command
  expect(socketFolders().map(dirname).filter(existsSync)).toEqual([]);
});

const aws = { region: "eu-west-1", allowed_account_ids: ["111111111111"] };

test.each([
  { what: "two configurations", configurations: [aws, { ...aws, alias: "us" }] },
  { what: "one configuration, with an alias: a resource without it has another one", configurations: [{ ...aws, alias: "us" }] }, // prettier-ignore
])("Terraform attaches to no process itself for a stack with $what", async ({ configurations }) => {
  await plan({ a: { json: { provider: { aws: configurations } } } });
  expect(fake.attachments).toHaveLength(4);
  expect(new Set(socketFolders().map((path) => basename(path)))).toEqual(new Set(["all"]));
  expect(provider.pids.filter(isAlive)).toEqual([]);
  expect(socketFolders().map(dirname).filter(existsSync)).toEqual([]);
});

describe("Terraform starts the provider itself", () => {
  const terraform = { backend: { s3: { bucket: "states-111111111111", key: "a.tfstate", region: "eu-west-1" } } };

  test.each<{ what: string; json?: Record<string, unknown>; env?: Record<string, string> }>([
    { what: "of a stack with a module, which may configure providers", json: { module: { x: { source: "./x" } } } },
    {
      what: "of a stack that does not pin it",
      json: { terraform: { ...terraform, required_providers: { aws: { source: "aws", version: ">= 5.0.0" } } } },
    },
    { what: "where its log is asked for", env: { TF_LOG: "TRACE" } },
  ])("$what", async ({ json, env }) => {
    await plan({ a: { json } }, { env });
    expect(fake.attachments).toEqual(PLAIN);
    expect(provider.pids).toEqual([]);
  });

  test("whose package has no hash of the lock file", async () => {
    appendFileSync(provider.executable, "# changed\n");
    await plan({ a: {} });
    expect(fake.attachments).toEqual(PLAIN);
    expect(provider.pids).toEqual([]);
  });

  test("whose package was changed since it was hashed", async () => {
    await plan({ a: {} });
    expect(provider.pids).toHaveLength(1);
    const text = readFileSync(provider.executable, "utf8");
    writeFileSync(provider.executable, text.replace("started", "STARTED"));
    await plan({ a: {} });
    expect(fake.attachments.slice(4)).toEqual(PLAIN);
    expect(provider.pids).toHaveLength(1);
  });

  test("that ends before it prints an address", async () => {
    provider.makeIt("exits");
    await plan({ a: {} });
    expect(fake.attachments).toEqual(PLAIN);
  });

  test("that prints the address of another process's socket", async () => {
    provider.makeIt("socket", "/tmp/plugin1");
    await plan({ a: {} });
    expect(fake.attachments).toEqual(PLAIN);
    expect(provider.pids.filter(isAlive)).toEqual([]);
  });
});

test("a plan that fails because its provider ended is made again by Terraform alone, which reports why", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: Plugin did not respond\n", milliseconds: 300 });
  const planning = plan({ a: {} });
  while (!fake.events.some(({ command }) => command === "plan")) await delay(10);
  provider.makeIt("dies");
  expect(await planning).toMatchObject([{ status: "failed" }]);
  const [pid] = provider.pids;
  expect(fake.attachments).toEqual([`init a ${pid ?? ""}`, `plan a ${pid ?? ""}`, "init a none", "plan a none"]);
});

test("a plan of a state with a type that Terraform got no schema of is made again by Terraform alone", async () => {
  fake.answer("plan", NO_SCHEMA);
  expect(await plan({ a: {} })).toMatchObject([{ status: "failed" }]);
  const [pid] = provider.pids;
  expect(fake.attachments).toEqual([`init a ${pid ?? ""}`, `plan a ${pid ?? ""}`, "init a none", "plan a none"]);
  expect(provider.pids.filter(isAlive)).toEqual([]);
});

test("a plan that fails while its provider runs is made once", async () => {
  fake.answer("plan", { exitCode: 1, stderr: "Error: AccessDenied\n" });
  expect(await plan({ a: {} })).toMatchObject([{ status: "failed" }]);
  expect(fake.attachments).toHaveLength(2);
  expect(provider.pids.filter(isAlive)).toEqual([]);
});

test("an interrupt leaves no provider", async () => {
  fake.answer("plan", { milliseconds: 20_000 });
  const controller = new AbortController();
  const planning = plan({ a: {} }, { signal: controller.signal });
  while (!fake.events.some(({ command }) => command === "plan")) await delay(10);
  controller.abort();
  expect(await planning).toMatchObject([{ status: "failed" }]);
  expect(fake.attachments).toHaveLength(2);
  expect(provider.pids.filter(isAlive)).toEqual([]);
});

test("a provider and the folder of its socket end with the command, even if that is killed", async () => {
  fake.answer("plan", { milliseconds: 20_000 });
  writeOutput(join(folder(), "out"), { a: {} });
  const given = JSON.stringify({
    env: { PATH: process.env.PATH, TF_CLI_CONFIG_FILE: provider.cliConfig },
    options: { logDir: join(folder(), "logs"), binary: fake.binary, providerLock: provider.lockFile },
  });
  const program = `
    const { planStacks } = require("./tools/terraform/plan-stacks.ts"), { readStacks } = require("./tools/synth/read-stacks.ts");
    const { env, options } = ${given}, nothing = () => undefined, view = { start: nothing, phase: nothing, fail: nothing, stop: nothing };
    void planStacks(readStacks(${JSON.stringify(join(folder(), "out"))}), { ...options, env: () => env, view, noteOf: () => "" });`;
  const command = spawn(process.execPath, ["--require", TYPESCRIPT, "--eval", program], { cwd: ROOT, stdio: "ignore" });
  while (!fake.events.some(({ command: name }) => name === "plan")) await delay(20);
  const terraform = fake.events.find(({ command: name }) => name === "plan");
  command.kill("SIGKILL");
  await once(command, "exit");
  for (let i = 0; i < 200 && provider.pids.some(isAlive); i++) await delay(20);
  expect(provider.pids).toHaveLength(1);
  expect(provider.pids.filter(isAlive)).toEqual([]);
  expect(socketFolders()).toHaveLength(3); // start and end of init, start of plan
  expect(socketFolders().map(dirname).filter(existsSync)).toEqual([]);
  process.kill(terraform?.pid ?? 0, "SIGKILL");
});
