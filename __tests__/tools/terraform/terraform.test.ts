import fc from "fast-check";
import { SECRETS } from "../../support/secrets";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AWS_PROVIDER, NO_PROVIDER } from "../../../tools/terraform/provider-mirror";
import { Terraform, type TerraformOptions } from "../../../tools/terraform/terraform";
import { TerraformError } from "../../../tools/terraform/terraform-error";
import { FakeTerraform } from "./support/fake-terraform";
import { groupOf, isAlive } from "./support/process-table";
import { temporaryFolder } from "./support/temporary-folder";
import { UserError } from "../../../config/user-error";
import { MissingTool } from "../../../tools/support/errors";

const folder = temporaryFolder();
let fake: FakeTerraform;
let logFile: string;

beforeEach(() => {
  fake = new FakeTerraform(folder());
  logFile = join(folder(), "logs", "dev-iam.log");
});

function terraform(options: Partial<TerraformOptions> = {}): Terraform {
  const directory = join(folder(), options.stackId ?? "dev-iam");
  mkdirSync(directory, { recursive: true });
  const env = { PATH: `${fake.folder}:${process.env.PATH}`, AWS_ROLE_SESSION_NAME: "of this stack" };
  return new Terraform({ stackId: "dev-iam", directory, env, logFile, ...options });
}
async function failureOf(promise: Promise<unknown>): Promise<TerraformError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof TerraformError) return error;
  throw new Error(`expected a TerraformError, got ${String(error)}`);
}
async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("commands", () => {
  test("runs each command in the stack's folder, without a prompt, with the given environment, and tries to lock at once", async () => {
    const tf = terraform({ lockTimeoutSeconds: 5 });
    await tf.init();
    await tf.plan({ out: "x.plan", destroy: true });
    await tf.apply();
    await tf.apply({ planFile: "x.plan" });
    await tf.destroy();
    await tf.statePush("x.tfstate");
    await tf.untaint("aws_s3_bucket.b");
    await tf.plan({ lock: false });
    await tf.statePush("x.tfstate", { lock: false });
    expect(fake.events.filter(({ event }) => event === "start").map(({ args }) => args.join(" "))).toEqual([
      "init -no-color -input=false -reconfigure -lockfile=readonly",
      "plan -no-color -input=false -detailed-exitcode -lock-timeout=0s -destroy -out=x.plan",
      "apply -no-color -input=false -lock-timeout=0s -auto-approve",
      "apply -no-color -input=false -lock-timeout=0s x.plan",
      "destroy -no-color -input=false -auto-approve -lock-timeout=0s",
      "state push -lock-timeout=0s x.tfstate",
      "untaint -no-color -lock-timeout=0s aws_s3_bucket.b",
      "plan -no-color -input=false -detailed-exitcode -lock=false",
      "state push -lock=false x.tfstate",
    ]);
    expect(fake.events[0]).toMatchObject({
      folder: "dev-iam",
      env: { AWS_ROLE_SESSION_NAME: "of this stack", TF_INPUT: "0", GOGC: "800" },
    });
  });

  test.each([undefined, "https://rds.eu-west-1.amazonaws.com", "http://127.0.0.1.example.com:1"])(
    "neither applies nor destroys through an attached provider where the endpoint is %s, and starts nothing",
    async (AWS_ENDPOINT_URL) => {
      const at = (endpoint?: string) =>
        terraform({ reattach: "{}", env: { PATH: `${fake.folder}:${process.env.PATH}`, AWS_ENDPOINT_URL: endpoint } });
      const refusal = /^dev-iam: to attach, \w+ must have an emulator as AWS_ENDPOINT_URL, got /;
      await expect(at(AWS_ENDPOINT_URL).apply()).rejects.toThrow(refusal);
      await expect(at(AWS_ENDPOINT_URL).apply({ planFile: "x.plan" })).rejects.toThrow(refusal);
      await expect(at(AWS_ENDPOINT_URL).destroy()).rejects.toThrow(refusal);
      expect(fake.commands).toEqual([]);
      await at(AWS_ENDPOINT_URL).plan();
      await at("http://127.0.0.1:5000").apply();
      expect(fake.commands).toEqual(["plan dev-iam", "apply dev-iam"]);
    },
  );

  test("starts no provider to read or write a state, and attaches to a given one", async () => {
    const commands = async (reattach?: string) => {
      const tf = terraform({ reattach });
      await tf.statePull();
      await tf.statePush("x.tfstate");
      await tf.stateList();
      await tf.output();
      await tf.untaint("aws_s3_bucket.b");
      await tf.forceUnlock("id");
      await tf.init();
      await tf.plan();
      await tf.showState();
      const started = fake.events.filter(({ event }) => event === "start").slice(-9);
      return started.map(({ env }) => env["TF_REATTACH_PROVIDERS"]);
    };
    fake.answer("output", { stdout: "{}" });
    const none = undefined;
    expect(await commands()).toEqual([...Array<string>(6).fill(NO_PROVIDER), none, none, none]);
    expect(await commands('{"a":{}}')).toEqual(Array(9).fill('{"a":{}}'));
    expect(Object.keys(JSON.parse(NO_PROVIDER) as object)).toEqual([AWS_PROVIDER]);
  });

  test("distinguishes an empty plan from one with changes, and returns its text", async () => {
    fake.answer("plan", { stdout: "No changes.\n" });
    await expect(terraform().plan()).resolves.toEqual({ outcome: "empty", text: "No changes.\n" });
    fake.answer("plan", { stdout: "1 to add\n", exitCode: 2 });
    await expect(terraform().plan()).resolves.toEqual({ outcome: "changes", text: "1 to add\n" });
    fake.answer("plan", { stderr: "Error: no\n", exitCode: 1 });
    await expect(terraform().plan()).rejects.toThrow("dev-iam: terraform plan failed (exit code 1)\n  Error: no");
  });

  test("treats an apply's exit code 2 as a failure", async () => {
    fake.answer("apply", { exitCode: 2 });
    await expect(terraform().apply()).rejects.toThrow("failed (exit code 2)");
  });

  test("reads outputs, addresses, states and plans, and logs none of their content", async () => {
    fake.answer("output", { stdout: '{"password":{"sensitive":true,"value":"hunter2"}}' });
    fake.answer("state list", { stdout: "aws_vpc.v\naws_subnet.a\n" });
    fake.answer("show", { stdout: '{"secret":"hunter2"}' });
    fake.answer("state pull", { stdout: '{"lineage":"l","serial":3,"resources":[]}' });
    const tf = terraform();
    await expect(tf.output()).resolves.toEqual({ password: "hunter2" });
    await expect(tf.stateList()).resolves.toEqual(["aws_vpc.v", "aws_subnet.a"]);
    await expect(tf.showPlan("x.plan")).resolves.toEqual({ secret: "hunter2" });
    await expect(tf.showState()).resolves.toEqual({ secret: "hunter2" });
    await expect(tf.statePull()).resolves.toMatchObject({ serial: 3 });
    expect(readFileSync(logFile, "utf8")).not.toContain("hunter2");
  });

  test.each([
    ["nothing, as a local backend", ""],
    ["a state without lineage, as the S3 backend", '{"version":4,"serial":0,"lineage":"","outputs":{},"resources":[]}'],
  ])("finds no state where Terraform prints %s does without one", async (_, stdout) => {
    fake.answer("state pull", { stdout });
    await expect(terraform().statePull()).resolves.toBeUndefined();
  });

  test.each([
    ["nested too deeply", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "more than 100 levels of objects and lists"],
    ["other text", "hunter2", "other text"],
  ])("refuses JSON that is %s, without a part of it", async (_, stdout, got) => {
    fake.answer("show", { stdout });
    const refusal = new UserError(`dev-iam: terraform show must print JSON, got ${got}`);
    await expect(terraform().showPlan("x.plan")).rejects.toEqual(refusal);
    await expect(terraform().showState()).rejects.toEqual(refusal);
  });

  test("runs init one at a time with a shared plugin cache, also after a failure, and in parallel without one", async () => {
    fake.answer("init", { milliseconds: 50 });
    fake.answer("init", { milliseconds: 50, exitCode: 1 }, "a");
    const overlaps = async (env: NodeJS.ProcessEnv): Promise<boolean> => {
      const before = fake.events.length;
      const ids = ["a", "b", "c"];
      const inits = ids.map((stackId) =>
        terraform({ stackId, env: { PATH: fake.folder, ...env }, logFile: join(folder(), `${stackId}.log`) }).init(),
      );
      await Promise.allSettled(inits);
      const events = fake.events.slice(before).map(({ event }) => event);
      expect(events).toHaveLength(6);
      return events.join() !== "start,end,start,end,start,end";
    };
    await expect(overlaps({ TF_PLUGIN_CACHE_DIR: join(folder(), "plugins") })).resolves.toBe(false);
    await expect(overlaps({})).resolves.toBe(true);
  });
});

describe("failures and logs", () => {
  test("an error contains stack, command, exit code, Terraform's errors and the log file", async () => {
    fake.answer("apply", {
      stdout: "Creating...\n",
      stderr: "\nError: no such role\n\n  with aws_iam_role.r,\n",
      exitCode: 1,
    });
    const error = await failureOf(terraform().apply());
    expect(error).toBeInstanceOf(TerraformError);
    expect(error).toMatchObject({
      stackId: "dev-iam",
      command: "apply",
      exitCode: 1,
      logFile,
      interruptedBy: undefined,
    });
    expect(error.errors).toEqual(["Error: no such role\n\n  with aws_iam_role.r,"]);
  });

  test.each(Object.keys(SECRETS))(
    "neither the log nor the error contains a secret that Terraform printed: %s",
    async (kind) => {
      for (const { text, secrets } of fc.sample(SECRETS[kind] ?? fc.constant(undefined as never), 2)) {
        const printed = text.replace(/\n(?=.)/g, "\n  ");
        fake.answer("apply", { stdout: `  + note = "x"\n  ${printed}\n`, stderr: `\nError: no such role\n\n  ${printed}\n`, exitCode: 1 }); // prettier-ignore
        const error = await failureOf(terraform().apply());
        const log = readFileSync(logFile, "utf8");
        expect(log).toMatch(/^\$ .* apply[^]*note = "x"[^]*Error: no such role[^]*exit code 1/m);
        expect(error.message).toContain("Error: no such role");
        for (const secret of secrets)
          expect(`${log}\n${error.message}\n${error.errors.join("\n")}`).not.toContain(secret);
      }
    },
  );

  test("an error contains the errors of a command with captured output", async () => {
    fake.answer("state pull", { stdout: "half a state", stderr: "Error: access denied\n", exitCode: 1 });
    const error = await failureOf(terraform().statePull());
    expect(error.errors).toEqual(["Error: access denied"]);
  });

  test("appends every command with its start and end to the stack's log, readable only by its owner", async () => {
    fake.answer("init", { stdout: "initialized\n" });
    fake.answer("apply", { stderr: "Error: no\n", exitCode: 1 });
    const tf = terraform();
    await tf.init();
    await tf.apply().catch(() => undefined);
    expect(readFileSync(logFile, "utf8")).toMatch(
      /\n\$ terraform init .*# \d{4}-\S+Z, .*dev-iam\ninitialized\n# exit code 0\n\n\$ terraform apply .*\nError: no\n# exit code 1\n$/,
    );
    expect(statSync(logFile).mode & 0o777).toBe(0o600);
  });

  test("reports output while the command runs", async () => {
    fake.answer("apply", { stdout: "aws_vpc.v: Creating...\n", milliseconds: 500 });
    const seen: { readonly lines: string; readonly events: readonly string[] }[] = [];
    const events = () => fake.events.map(({ event }) => event);
    await terraform().apply({ onOutput: (lines) => lines && seen.push({ lines, events: events() }) });
    expect(seen).toEqual([{ lines: "aws_vpc.v: Creating...\n", events: ["start"] }]);
    expect(events()).toEqual(["start", "end"]);
  });

  test("reports a missing program", async () => {
    const missing = terraform({ binary: join(folder(), "nowhere") }).init();
    await expect(missing).rejects.toThrow(MissingTool);
    await expect(missing).rejects.toThrow("can't be started: found ENOENT");
  });
});

describe("interrupts", () => {
  test("interrupts a command that exceeds its time limit, and reports it", async () => {
    fake.answer("apply", { milliseconds: 20_000 });
    const error = await failureOf(terraform({ timeLimits: { apply: 0.3 } }).apply());
    expect(error).toMatchObject({ interruptedBy: "time limit", exitCode: 1, errors: ["Error: execution halted"] });
    expect(error.message).toContain("it took longer than 0.3 s");
    expect(fake.events.map(({ event }) => event)).toEqual(["start", "interrupt", "end"]);
    expect(readFileSync(logFile, "utf8")).toContain("# stopped by time limit, exit code 1");
  });

  test("interrupts only once, even after several signals", async () => {
    fake.answer("apply", { milliseconds: 700, onInterrupt: "ignore", exitCode: 1 });
    const abort = new AbortController();
    const run = failureOf(terraform({ signal: abort.signal, timeLimits: { apply: 0.3 } }).apply());
    await eventually(() => fake.events.length > 0);
    abort.abort();
    abort.abort();
    await expect(run).resolves.toMatchObject({ interruptedBy: "abort" });
    expect(fake.events.map(({ event }) => event)).toEqual(["start", "interrupt", "end"]);
  });

  test("kills a command that does not end within the grace period, with its providers", async () => {
    fake.answer("apply", { milliseconds: 20_000, onInterrupt: "ignore", provider: true });
    const error = await failureOf(terraform({ timeLimits: { apply: 0.3 }, graceSeconds: 0.3 }).apply());
    expect(error).toMatchObject({ interruptedBy: "time limit", exitCode: null });
    const { pid, providerPid } = fake.events[0] as { pid: number; providerPid: number };
    await eventually(() => !isAlive(providerPid));
    expect([isAlive(pid), isAlive(providerPid)]).toEqual([false, false]);
  });

  test("leaves no provider behind when Terraform ended after the interrupt", async () => {
    fake.answer("apply", { milliseconds: 20_000, provider: true });
    await failureOf(terraform({ timeLimits: { apply: 0.3 } }).apply());
    const { providerPid } = fake.events[0] as { providerPid: number };
    await eventually(() => !isAlive(providerPid));
    expect(isAlive(providerPid)).toBe(false);
  });

  test("a command that succeeded despite the interrupt counts as succeeded", async () => {
    fake.answer("apply", { milliseconds: 500, onInterrupt: "ignore" });
    await expect(terraform({ timeLimits: { apply: 0.2 } }).apply()).resolves.toBeUndefined();
    expect(fake.events.map(({ event }) => event)).toEqual(["start", "interrupt", "end"]);
  });

  test("starts no command after an interrupt", async () => {
    const run = failureOf(terraform({ signal: AbortSignal.abort() }).apply());
    await expect(run).resolves.toMatchObject({ interruptedBy: "abort" });
    expect(fake.events).toEqual([]);
  });

  test("gives each command its own process group, which a terminal's Ctrl-C does not reach", async () => {
    fake.answer("apply", { milliseconds: 300 });
    const run = terraform().apply();
    await eventually(() => fake.events.length > 0);
    const { pid } = fake.events[0] as { pid: number };
    expect(groupOf(pid)).toBe(pid);
    await run;
  });
});
