import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import exampleFile from "../../config/example";
import type { Moves } from "../../config/address-files";
import { withoutResources } from "../../tools/refactor/state-edit";
import { readStatePosition, stateAt } from "../../tools/terraform/state/state-position";
import { readLock } from "../../tools/terraform/state/state-lock";
import { listVersions } from "../../tools/terraform/state/state-versions";
import { SHARED_STACKS } from "./support/applied-estate";
import { OWN_TYPESCRIPT, startClone, startProcess, type Clone, type Running } from "./support/clone";
import { startHoldingProxy } from "./support/holding-proxy";

/* Constructs are renamed in a clone with an applied estate, and a resource moves to another stack. */

/** Whether a move is also killed before its first write, which the unit test does after every request. */
const LONG = process.env["LONG_TESTS"] !== undefined;

const DEV = "222222222222";
let clone: Clone;

beforeAll(async () => {
  clone = await startClone("refactor", { estate: exampleFile, applied: SHARED_STACKS });
});

afterAll(async () => {
  await clone.stop();
});

/** Replaces a text in a file of the clone. */
function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(clone.directory, path), "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(
    join(clone.directory, path),
    text.replace(from, () => to),
  );
}

function commit(): void {
  clone.git("add", "--all");
  clone.git("commit", "--quiet", "--message", "a refactoring");
}

const s3 = () => clone.clients(DEV).s3;
const stack = (name: string) => ({
  id: `dev-${name}`,
  state: { bucket: `${DEV}-galileo-terraform-state`, key: `dev/${name}.tfstate`, region: "eu-west-1" },
});

/** The ids of the resources in a state, by address. */
async function idsIn(name: string): Promise<ReadonlyMap<string, unknown>> {
  const { resources = [] } = (await stateAt(s3(), stack(name))) ?? {};
  const managed = resources.filter(({ mode }) => mode === "managed");
  return new Map(managed.map(({ type, name: id, instances }) => [`${type}.${id}`, instances[0]?.attributes?.["id"]]));
}

test("renamed constructs keep their resources: the plan only moves, and the moves are done then", async () => {
  const before = await idsIn("iam");
  edit("stacks/iam-stack.ts", 'new AccountSettings(this, "settings"', 'new AccountSettings(this, "account"');
  const found = await clone.run("refactor", "--base", "HEAD");
  expect(found).toExitWith(0);
  const moves = JSON.parse(clone.read("config/estate.moves.json")) as Moves;
  const own = moves["dev-iam"] ?? [];
  expect(own.length).toBeGreaterThan(5);
  expect(found.output).toContain(`${own[0]?.from ?? ""} → ${own[0]?.to ?? ""}\n`);
  commit();

  const planned = await clone.run("plan", "dev-iam");
  expect(planned).toExitWith(2);
  expect(planned.output).toContain(`${own.length} to move: only addresses change, nothing in AWS`);
  expect(planned.output).not.toMatch(/\d to (create|update|replace|destroy|forget)/);
  expect(await clone.run("apply", clone.lastPlan())).toExitWith(0);
  const after = await idsIn("iam");
  const moved = (address: string) => own.find(({ from }) => from === address)?.to ?? address;
  expect(new Map([...before].map(([address, id]) => [moved(address), id]))).toEqual(after);

  const done = await clone.run("refactor", "--done");
  expect(done.output).toContain(`dev-iam: ${own.length} moves done`);
  const open = JSON.parse(clone.read("config/estate.moves.json")) as Moves;
  expect(Object.keys(open)).toEqual(Object.keys(moves).filter((id) => id !== "dev-iam"));
  commit();
}, 180_000);

describe("npm run move", () => {
  let places: string[];
  const move = (args: readonly string[] = [], url = clone.url): Running =>
    startProcess(
      process.execPath,
      ["--require", OWN_TYPESCRIPT, "tools/cli/move.ts", ...places, "--yes", "dev-application", ...args],
      {
        directory: clone.directory,
        environment: { ...clone.environment, AWS_ENDPOINT_URL: url },
      },
    );
  const alias = async () =>
    (await Promise.all(["iam", "application"].map((name) => idsIn(name)))).flatMap((ids, index) =>
      [...ids.keys()]
        .filter((address) => address.startsWith("aws_iam_account_alias."))
        .map((address) => [index, address]),
    );

  /** Kills a run at its next request like this. Returns the id of the locks that it leaves. */
  async function killedAt(pattern: RegExp, ...args: string[]): Promise<string> {
    const proxy = await startHoldingProxy(clone.url); // its requests never arrive
    const held = proxy.hold(pattern);
    const running = move(args, proxy.url);
    await Promise.race([held.arrived, running.ended.then(({ output }) => Promise.reject(new Error(output)))]);
    running.process.kill("SIGKILL");
    await running.ended;
    proxy.stop();
    return (await readLock(s3(), stack("iam")))?.info?.ID ?? "none";
  }

  test("leaves a resource in exactly one state, also if it is killed between its writes", async () => {
    rmSync(join(clone.directory, "config/estate.moves.json")); // other accounts were never applied
    edit("stacks/iam-stack.ts", "alias: account.alias", "alias: undefined");
    edit(
      "stacks/application-stack.ts",
      "    const roles =",
      '    new IamAccountAlias(this, "alias", { accountAlias: environment.account.alias ?? "" });\n    const roles =',
    );
    edit("stacks/application-stack.ts", "import", 'import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";\nimport'); // prettier-ignore
    commit();
    const from = String((await alias())[0]?.[1]);
    places = [`dev-iam:${from}`, "dev-application:aws_iam_account_alias.alias"];
    const serial = async (name: string) => (await readStatePosition(s3(), stack(name)))?.serial ?? 0;
    const before = [await serial("iam"), await serial("application")];

    const goingOn: string[] = [];
    if (LONG) {
      goingOn.push("--continue", await killedAt(/^PUT .*\/dev\/application\.tfstate(\?|$)/));
      expect(await alias()).toEqual([[0, from]]);
    }
    const id = await killedAt(/^PUT .*\/dev\/iam\.tfstate(\?|$)/, ...goingOn);
    expect((await alias()).length).toBe(2);
    const [again, plan, unlock] = await Promise.all([
      move().ended,
      clone.run("plan", "dev-iam", "--lock-timeout", "0"),
      clone.run("unlock", "dev-application"),
    ]);
    expect(again.output).toContain(`If that run has certainly ended, add --continue ${id}.`);
    for (const { output } of [plan, unlock])
      expect(output).toContain(
        `if that run has certainly ended, run npm run move -- ${places.join(" ")} --continue ${id}`,
      );
    expect([again, plan, unlock].map(({ code }) => code)).toEqual([1, 1, 1]);
    const finished = await move(["--continue", id]).ended;
    expect(finished).toExitWith(0);
    expect(await alias()).toEqual([[1, "aws_iam_account_alias.alias"]]);
    expect([await serial("iam"), await serial("application")]).toEqual(before.map((each) => each + 1));
    expect(await readLock(s3(), stack("application"))).toBeUndefined();
  }, 300_000);

  test("removes it again from a restored state: both have it, and the plan that would destroy it is blocked", async () => {
    const [, from = ""] = places[0]?.split(":") ?? [];
    const command = `npm run move -- ${places.join(" ")}`;
    const versions = await listVersions(s3(), stack("iam").state);
    const { versionId = "" } = versions[1] ?? {};
    const restored = await clone.run("state", "restore", "dev-iam", "--version", versionId, "--yes", versionId);
    expect(restored).toExitWith(0);
    expect(restored.output).toContain(
      `    ${from} is in the state dev/application.tfstate too. Remove it from this state: ${command}\n`,
    );
    expect(await alias()).toHaveLength(2);

    expect(await clone.run("plan", "dev-iam")).toExitWith(2);
    const refused = await clone.run("apply", clone.lastPlan());
    expect(refused).toExitWith(1);
    expect(refused.output).toContain(
      `dev-iam: blocked: ${from}: is aws_iam_account_alias.alias of the state dev/application.tfstate too, and that stack would lose it. Remove it from this state: ${command}.`,
    );
    expect(await alias()).toHaveLength(2);

    expect(await move().ended).toExitWith(0);
    expect(await alias()).toEqual([[1, "aws_iam_account_alias.alias"]]);
    // Neither the moves within the stack nor this one leave anything to do.
    expect(await clone.run("plan", "dev-iam", "dev-application")).toExitWith(0);
  }, 300_000);

  test("takes it from a stack that the estate no longer has, by the state that is left", async () => {
    const [, to = ""] = places[1]?.split(":") ?? [];
    const text = async (name: string) => (await s3().send(new GetObjectCommand({ Bucket: stack(name).state.bucket, Key: stack(name).state.key }))).Body?.transformToString() ?? ""; // prettier-ignore
    const put = (name: string, Body: string) => s3().send(new PutObjectCommand({ Bucket: stack(name).state.bucket, Key: stack(name).state.key, Body })); // prettier-ignore
    const application = await text("application");
    await put("gone", application.replace(/"lineage": "[^"]+"/, '"lineage": "gone"'));
    await put("application", withoutResources(application, [{ from: to, to }]));
    places = [`dev-gone:${to}`, `dev-application:${to}`];
    const moved = await move().ended;
    expect(moved).toExitWith(0);
    expect(moved.output).toContain("the code no longer has dev-gone: planning dev-application on its new state …");
    expect(moved.output).toContain("next: npm run plan -- dev-application\n");
    expect([(await idsIn("gone")).has(to), (await idsIn("application")).has(to)]).toEqual([false, true]);
    places = [`dev-nothing:${to}`, `dev-application:${to}`];
    expect((await move().ended).output).toContain(
      `dev-nothing must be a stack of the estate or have one state in ${stack("iam").state.bucket}, got neither.`,
    );
    expect(await clone.run("plan", "dev-application")).toExitWith(0);
  }, 300_000);
});
