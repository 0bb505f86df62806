import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exitOnUserError } from "../../../config/user-error";
import { main } from "../../../main";
import { ROOT } from "../../../tools/support/project";
import { estateWith, type Changes } from "../../config/estate-fixture";
import type { FakeTerraform } from "../terraform/support/fake-terraform";
import { type Ended, inProcess } from "../../support/in-process";
import { callCommand } from "./support/call-command";
import { folderWithNode, supportedTerraform } from "./support/run-command";

/** A folder with an estate file, and a PATH with only Node. */
const folder = folderWithNode();

const WAITING: Changes = { "accounts.lab.id": undefined, "environments.dev.members.lab": { account: "lab" } };

/** Writes an estate file and returns its text. */
function write(name: string, changes: Changes): string {
  const json = JSON.stringify(estateWith(changes), null, 2);
  const text = name.endsWith(".ts") ? `export default ${json};\n` : `${json}\n`;
  writeFileSync(join(folder(), name), text);
  return text;
}

const read = (name: string) => readFileSync(join(folder(), name), "utf8");

const variables = (estate: string, path = folder()): NodeJS.ProcessEnv => ({
  ...{ PATH: path, HOME: folder(), TMPDIR: folder(), ESTATE: join(folder(), estate) },
  ...{ AWS_PROFILE: "master", AWS_ROLE_SESSION_NAME: "the user's" },
});

const withoutFolder = ({ status, stdout, stderr }: Ended): Ended => ({
  status,
  stdout: stdout.replaceAll(`${folder()}/`, ""),
  stderr: stderr.replaceAll(`${folder()}/`, ""),
});

const call = async (command: string, args: readonly string[], estate: string, path?: string) =>
  withoutFolder(await callCommand(command, args, variables(estate, path)));

const accounts = (args: readonly string[] = [], estate = "estate.json", path?: string) =>
  call("accounts", args, estate, path);

/** A fake Terraform whose organization stack has these outputs. */
function terraform(outputs: Readonly<Record<string, unknown>>): FakeTerraform {
  const fake = supportedTerraform(folder());
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, { sensitive: false, type: "string", value }]),
  );
  fake.answer("state pull", { stdout: '{"lineage":"l","serial":3,"resources":[]}' });
  fake.answer("output", { stdout: JSON.stringify(values) });
  return fake;
}

describe("--record needs only Node", () => {
  test("and lists the created members, including one that waits, without changing the estate", async () => {
    const text = write("estate.json", WAITING);
    expect(await accounts(["--record"])).toEqual({
      status: 0,
      stdout: "wrote estate.members.json: added lab\n",
      stderr: "",
    });
    expect(read("estate.members.json")).toBe('["lab"]\n');
    expect(read("estate.json")).toBe(text);
  });

  test("and reports if nothing is missing", async () => {
    write("estate.json", WAITING);
    writeFileSync(join(folder(), "estate.members.json"), '["lab"]');
    const stdout = "estate.members.json lists every created member\n";
    expect(await accounts(["--record"])).toEqual({ status: 0, stdout, stderr: "" });
    expect(read("estate.members.json")).toBe('["lab"]');
  });

  test("and names no file without created members", async () => {
    write("estate.json", { "accounts.lab.membership": "invited" });
    expect(await accounts(["--record"])).toEqual({
      status: 0,
      stdout: "the estate has no created member to record\n",
      stderr: "",
    });
    expect(existsSync(join(folder(), "estate.members.json"))).toBe(false);
  });

  test("and reports an invalid estate", async () => {
    write("estate.json", { ...WAITING, "accounts.dev.id": "2222" });
    const { status, stdout, stderr } = await accounts(["--record"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^the estate is not valid \(.*estate\.json\):\n {2}accounts\.dev\.id +must be 12 digits in quotes, got "2222"\n$/,
    );
    expect(existsSync(join(folder(), "estate.members.json"))).toBe(false);
  });
});

test.each([
  ["every account has its id", {}, "no account waits for its id"],
  [
    "there is no master account",
    { "accounts.master": undefined, "accounts.lab": undefined },
    "no account of kind master, which creates members; no account waits for its id",
  ],
])("if %s, nothing else is done, and Terraform is not needed", async (_what, changes, says) => {
  const text = write("estate.json", changes);
  const { status, stdout, stderr } = await accounts();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.trim().split("\n").slice(1)).toEqual([says]);
  expect(read("estate.json")).toBe(text);
});

describe("an account that waits", () => {
  let fake: FakeTerraform;
  const ok = { "account-id-lab": "333333333333", "organization-id": "o-1" };

  test("gets its id in a JSON file, and the stacks that can be applied are listed", async () => {
    fake = terraform(ok);
    const text = write("estate.json", WAITING);
    const { status, stdout, stderr } = await accounts([], "estate.json", fake.folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(
      [
        "wrote estate.members.json: added lab",
        "wrote estate.json: lab is 333333333333",
        "",
        "these stacks can be applied now: lab-bootstrap, lab-iam, dev-member-lab",
        "next: commit estate.json and estate.members.json, then run",
        "  npm run bootstrap -- lab",
        "  npm run plan -- lab-iam dev-member-lab",
        "a member's stack trusts roles of the application: apply dev-application first",
        "",
      ].join("\n"),
    );
    const line = '      "membership": "created",\n';
    expect(read("estate.json")).toBe(text.replace(line, `${line}      "id": "333333333333",\n`));
    expect(fake.commands.slice(1)).toEqual([
      "init master-organization",
      "state pull master-organization",
      "output master-organization",
    ]);
    expect(fake.events.at(-1)?.env).toMatchObject({ AWS_ROLE_SESSION_NAME: "the user's" });
    expect(fake.events.at(-1)?.env["TF_CLI_CONFIG_FILE"]).toMatch(/\.cache\/terraform\/.*\.tfrc$/);
  });

  test("gets lines to add for a TypeScript file, which is not changed", async () => {
    fake = terraform(ok);
    const text = write("estate.ts", WAITING);
    const { status, stdout, stderr } = await accounts([], "estate.ts", fake.folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(
      'add to the accounts of estate.ts:\n  lab  id: "333333333333",\n\nthen these stacks can be applied: lab-bootstrap, ',
    );
    expect(read("estate.ts")).toBe(text);
    expect(read("estate.members.json")).toBe('["lab"]\n');
  });

  test("is reported with the command to run if the stack was never applied", async () => {
    fake = terraform(ok);
    fake.answer("state pull", { stdout: "" });
    const text = write("estate.json", WAITING);
    expect(await accounts([], "estate.json", fake.folder)).toMatchObject({
      status: 1,
      stderr:
        "lab: master-organization has no output account-id-lab: it was not applied after the account was added. Run npm run plan -- master-organization, apply that plan, then run npm run accounts.\n",
    });
    expect(read("estate.json")).toBe(text);
  });

  test("does not block another one that has its id", async () => {
    fake = terraform(ok);
    write("estate.json", {
      ...WAITING,
      "accounts.desk": { ...estateWith().accounts["lab"], id: undefined, email: "desk@example.com" },
    });
    const { status, stdout, stderr } = await accounts([], "estate.json", fake.folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^desk: master-organization has no output account-id-desk: it was not applied after the account was added\. .*\n$/,
    );
    expect(stdout).toMatch(/these stacks can be applied now: lab-bootstrap, lab-iam, dev-member-lab\n/);
    expect(read("estate.json").match(/"333333333333"/g)).toHaveLength(1);
  });

  test("does not get the id of another account", async () => {
    fake = terraform({ "account-id-lab": "222222222222" });
    const text = write("estate.json", WAITING);
    const stderr =
      'the output account-id-lab must be different from the id of dev, got "222222222222"\nNo id was written into estate.json.\n';
    const stdout = "wrote estate.members.json: added lab\n";
    expect(await accounts([], "estate.json", fake.folder)).toMatchObject({ status: 1, stdout, stderr });
    expect(read("estate.json")).toBe(text);
    expect(readdirSync(folder()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.each([
    [
      'Error: Error: S3 bucket "111111111111-demo-terraform-state" does not exist.',
      /^there is no state bucket 111111111111-demo-terraform-state in the account 111111111111\. Run npm run bootstrap -- master, then npm run plan -- master-organization, apply that plan, then run npm run accounts\.\n$/,
    ],
    [
      "Error: No valid credential sources found",
      /^master-organization: terraform init failed \(exit code 1\)\n {2}Error: No valid credential sources found\n {2}log: .*\n\(this reads the state of master-organization, with the master account's credentials\)\n$/,
    ],
  ])("is reported with Terraform's error: %s", async (says, expected) => {
    fake = terraform(ok);
    fake.answer("init", { stderr: `\n${says}\n`, exitCode: 1 });
    const text = write("estate.json", WAITING);
    const { status, stderr } = await accounts([], "estate.json", fake.folder);
    expect(stderr).toMatch(expected);
    expect(status).toBe(1);
    expect(read("estate.json")).toBe(text);
  });

  test("is recorded even without Terraform", async () => {
    write("estate.json", WAITING);
    const { status, stderr } = await accounts();
    expect(stderr).toMatch(/^terraform is not on PATH: install Terraform 1\.11\.0 or newer/);
    expect(status).toBe(1);
    expect(read("estate.members.json")).toBe('["lab"]\n');
  });
});

describe("waiting accounts are reported on standard error by", () => {
  const says =
    "note: waiting for the account lab (its id is not in the estate file yet): lab-bootstrap, lab-iam, dev-member-lab; apply master-organization (npm run plan -- master-organization), then run npm run accounts\n";

  beforeEach(() => {
    write("estate.json", {
      ...WAITING,
      "accounts.ci": { ...estateWith().accounts["dev"], id: "555555555555", email: "ci@example.com" },
      "environments.ci": { account: "ci", profile: "documented" },
    });
    writeFileSync(join(folder(), "estate.members.json"), '["lab"]');
  });

  test("npm start -- --synth-only, with the list of stacks", async () => {
    const { status, stdout, stderr } = await call("start", ["--synth-only"], "estate.json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: says });
    expect(stdout).toMatch(/^master-organization /m);
    expect(stdout).not.toMatch(/lab/);
  });

  test("npm start, before it starts, and not for an environment that does not wait", async () => {
    const { stderr } = await call("start", [], "estate.json");
    expect(stderr.slice(0, says.length)).toBe(says);
    expect(stderr.slice(says.length)).toMatch(/^terraform is not on PATH/);
    expect((await call("start", ["ci"], "estate.json")).stderr).toMatch(/^terraform is not on PATH/);
  });

  test("main.ts", async () => {
    const own = { PATH: folder(), HOME: folder(), ESTATE: join(folder(), "estate.json") };
    const ended = await inProcess(() => exitOnUserError(main), { ...own, CDKTF_OUTDIR: join(folder(), "out") }, ROOT);
    expect(ended).toEqual({ status: 0, stdout: "", stderr: says });
    expect(readdirSync(join(folder(), "out/stacks"))).not.toContain("lab-iam");
  });
});

test("an unknown option is refused", async () => {
  write("estate.json", WAITING);
  const { status, stderr } = await accounts(["--recrod"]);
  expect(stderr).toContain("error: unknown option '--recrod'");
  expect(status).toBe(1);
});
