import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeAccountCommand } from "@aws-sdk/client-organizations";
import { loadEstate } from "../../config/load";
import type { EstateFile } from "../../config/schema";
import { clientsFor } from "../../tools/rehearsal/clients";
import { startWorkplace, type Workplace } from "./support/workplace";

/*
 * A new member account: it is added to the estate without an id, the organization creates it, `npm run accounts` writes
 * its id into the file, and its stacks are applied through OrganizationAccountAccessRole.
 */

const ROOT = join(__dirname, "../..");
const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
// Without lifecycle rules of buckets: the provider waits a minute for each.
const team = { operators: people, admins: people, monthlyBudgetUsd: 20, oldVersionDays: false } as const;

const ESTATE: EstateFile = {
  solution: "young",
  defaultRegion: "eu-west-1",
  chargeCode: "young-1",
  accounts: {
    master: { kind: "master", id: "111111111111", email: "aws@example.com", ...team },
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", ...team },
    analytics: { kind: "member", membership: "created", email: "aws-analytics@example.com", ...team },
  },
  environments: { dev: { account: "dev", profile: "hardened", members: { lab: { account: "analytics" } } } },
};

const text = `${JSON.stringify(ESTATE, null, 2)}\n`;
let directory: string;
let file: string;
let workplace: Workplace;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "accounts-e2e-"));
  file = join(directory, "estate.json");
  writeFileSync(file, text);
  process.env["ESTATE"] = file;
  expect(npmRun("accounts", "--record").status).toBe(0);
  workplace = await startWorkplace("accounts");
  await workplace.apply("master-bootstrap");
});

afterAll(async () => {
  await workplace.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a command as npm does, with the environment `env`. */
function npmRun(script: "accounts" | "start", flag?: string, env: NodeJS.ProcessEnv = process.env) {
  const args = ["--import", "tsx", join(ROOT, `tools/cli/${script}.ts`), ...(flag === undefined ? [] : [flag])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, ESTATE: file },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Runs `npm run accounts` with the master account's credentials. */
const accounts = () => npmRun("accounts", undefined, workplace.environment(workplace.stack("master-organization")));

test("before the organization is applied, the command names the stack to apply and writes nothing", () => {
  const { status, stderr } = accounts();
  expect(stderr).toMatch(
    /^analytics: master-organization has no output account-id-analytics: .*Run npm run plan -- master-organization, apply that plan, then run npm run accounts\.\n$/,
  );
  expect(status).toBe(1);
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(npmRun("start", "--synth-only").stderr).toMatch(
    /^note: waiting for the account analytics .*: analytics-bootstrap, analytics-iam, dev-member-lab; /,
  );
});

test("after the apply, the command writes the id of the created account and lists the stacks to apply", async () => {
  await workplace.apply("master-organization");
  const { status, stdout, stderr } = accounts();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const id = /: analytics is (\d{12})$/m.exec(stdout)?.[1] ?? "none";
  expect(stdout).toContain("these stacks can be applied now: analytics-bootstrap, analytics-iam, dev-member-lab\n");
  const line = '      "membership": "created",\n';
  expect(readFileSync(file, "utf8")).toBe(text.replace(line, `${line}      "id": "${id}",\n`));

  const { organizations } = clientsFor(workplace.url, "111111111111", "us-east-1");
  const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId: id }));
  expect(Account).toMatchObject({ Name: "analytics", Email: "aws-analytics@example.com" });
});

test("a second run finds no waiting account", () => {
  const { status, stdout } = accounts();
  expect(status).toBe(0);
  expect(stdout).toMatch(/no account waits for its id\n$/);
});

test("the member's stacks are synthesized and applied through the role in the member account", async () => {
  const { stdout, stderr } = npmRun("start", "--synth-only");
  expect(stderr).toBe("");
  expect(stdout.match(/^(analytics-bootstrap|analytics-iam|dev-member-lab) /gm)).toHaveLength(3);

  process.env["EMULATOR_URL"] = workplace.url;
  const later = await startWorkplace("accounts-later");
  try {
    const { id } = loadEstate().accounts.find(({ name }) => name === "analytics") ?? { id: "none" };
    expect(later.stack("dev-member-lab").accessRoleArn).toBe(`arn:aws:iam::${id}:role/OrganizationAccountAccessRole`);
    await later.apply("master-organization", "analytics-bootstrap", "analytics-iam", "dev-member-lab");
    expect((await later.terraform(later.stack("dev-member-lab")).stateList()).length).toBeGreaterThan(5);
  } finally {
    await later.stop();
  }
});
