import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { applyStacks } from "../../../tools/rehearsal/apply-stacks";
import { UnexpectedChanges } from "../../../tools/rehearsal/stack-run";
import { readStacks } from "../../../tools/synth/read-stacks";
import { FakeProvider } from "../terraform/support/fake-provider";
import { FakeTerraform, NO_SCHEMA } from "../terraform/support/fake-terraform";
import { isAlive } from "../terraform/support/process-table";
import { RecordingView } from "../terraform/support/recording-view";
import { writeOutput, type SynthesizedStack } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";

test("UnexpectedChanges shows the changes of the plan, without the lines about reading", () => {
  const output = `data.aws_region.r: Reading...
data.aws_region.r: Read complete after 0s [id=eu-west-1]
aws_iam_role.r: Refreshing state... [id=r1]

Terraform will perform the following actions:

  # aws_iam_role.r will be updated in-place
`;
  const error = new UnexpectedChanges("dev-iam", output, "/logs/dev-iam.log");
  expect(error.message).toBe(
    "dev-iam: the plan after the apply must be empty, got changes:\n  Terraform will perform the following actions:\n\n" +
      "    # aws_iam_role.r will be updated in-place\n  log: /logs/dev-iam.log",
  );
});

describe("an apply attaches to a provider", () => {
  const folder = temporaryFolder();
  let fake: FakeTerraform;
  let provider: FakeProvider;

  beforeEach(() => {
    fake = new FakeTerraform(folder());
    provider = new FakeProvider(folder());
  });

  const apply = (stacks: Record<string, SynthesizedStack> = { a: {} }) =>
    applyStacks(readStacks(writeOutput(join(folder(), "out"), stacks)), {
      env: () => ({
        PATH: process.env.PATH,
        TF_CLI_CONFIG_FILE: provider.cliConfig,
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      }),
      logDir: join(folder(), "logs"),
      view: new RecordingView(),
      binary: fake.binary,
      providerLock: provider.lockFile,
    });

  test("that all its commands share, and the check to another", async () => {
    expect(await apply()).toMatchObject({ ok: true });
    const [first, second] = provider.pids;
    expect(fake.attachments).toEqual([`init a ${first}`, `apply a ${first}`, `plan a ${second}`]);
    expect(second).not.toBe(first);
    expect(provider.pids.filter(isAlive)).toEqual([]);
  });

  describe("that starts while the stack before it is applied", () => {
    const chain = { first: {}, next: { dependencies: ["first"] } };
    const untilBothStarted = async (): Promise<void> => {
      while (provider.pids.length < 2 || !fake.commands.includes("apply first")) await delay(10);
    };

    test("and to no other", async () => {
      fake.answer("apply", { milliseconds: 300 }, "first");
      const applying = apply(chain);
      await untilBothStarted();
      expect(fake.commands).not.toContain("init next");
      const started = provider.pids.map(String).sort();
      expect(await applying).toMatchObject({ ok: true });
      const applies = fake.attachments.filter((each) => each.startsWith("apply "));
      expect(applies.map((each) => each.split(" ").at(-1)).sort()).toEqual(started);
      expect(provider.pids).toHaveLength(4);
    });

    test("and is stopped if its stack is not applied", async () => {
      fake.answer("apply", { exitCode: 1, stderr: "Error: no\n", milliseconds: 300 }, "first");
      const applying = apply(chain);
      await untilBothStarted();
      expect(await applying).toMatchObject({ stacks: [{ status: "failed" }, { status: "not started" }] });
      expect(fake.attachments.filter((each) => each.includes(" next "))).toEqual([]);
      expect(provider.pids.filter(isAlive)).toEqual([]);
    });
  });

  test("and fails if that ends: it is not repeated", async () => {
    fake.answer("apply", { exitCode: 1, stderr: "Error: Plugin did not respond\n", milliseconds: 300 });
    const applying = apply();
    while (!fake.commands.includes("apply a")) await delay(10);
    provider.makeIt("dies");
    const { stacks } = await applying;
    expect(stacks).toMatchObject([{ status: "failed", error: { errors: ["Error: Plugin did not respond"] } }]);
    expect(fake.commands).toEqual(["init a", "apply a"]);
  });

  test("and is made again by Terraform alone if the state has a type that Terraform got no schema of", async () => {
    fake.answer("apply", NO_SCHEMA);
    expect(await apply()).toMatchObject({ ok: false });
    const [first] = provider.pids;
    expect(fake.attachments).toEqual([`init a ${first}`, `apply a ${first}`, "init a none", "apply a none"]);
  });

  test("and the check, if it must do without one, initializes the folder: the apply has installed no provider", async () => {
    fake.answer("apply", { writes: { [join(folder(), "mirror/exits")]: "" } });
    expect(await apply()).toMatchObject({ ok: true });
    const [first] = provider.pids;
    expect(fake.attachments).toEqual([`init a ${first}`, `apply a ${first}`, "init a none", "plan a none"]);
  });
});
