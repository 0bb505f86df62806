import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeAccountCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { loadEstate } from "../../config/load";
import type { EstateFile } from "../../config/schema";
import { clientsFor } from "../../tools/rehearsal/clients";
import { withoutEstateLine } from "../support/in-process";
import { PLAN_FILE, plannedChanges } from "./support/planned-changes";
import { startWorkplace, type Workplace } from "./support/workplace";
import { TYPESCRIPT } from "../../tools/support/project";

/*
 * The life of member accounts. A new one is added to the estate without an id, the organization creates it, `npm run
 * accounts` writes its id into the file, and its stacks are applied through OrganizationAccountAccessRole. An invited one
 * joins the organization and is imported. A retired one is closed.
 */

const ROOT = join(__dirname, "../..");
const [MASTER, PARTNER, OLD] = ["111111111111", "666666666666", "777777777777"];
const people = ["arn:aws:iam::111111111111:user/platform-engineer"];
// Without lifecycle rules of buckets: the provider waits a minute for each.
const team = { operators: people, admins: people, monthlyBudgetUsd: 20, oldVersionDays: false } as const;

const ESTATE: EstateFile = {
  solution: "young",
  defaultRegion: "eu-west-1",
  chargeCode: "young-1",
  accounts: {
    master: { kind: "master", id: MASTER, email: "aws@example.com", ...team },
    dev: { kind: "main", id: "222222222222", email: "aws-dev@example.com", ...team },
    analytics: { kind: "member", membership: "created", email: "aws-analytics@example.com", ...team },
    partner: {
      kind: "member",
      membership: "invited",
      joins: true,
      id: PARTNER,
      email: "aws@partner.example.com",
      ...team,
    },
    old: { kind: "member", membership: "created", id: OLD, email: "aws-old@example.com", ...team },
  },
  environments: {
    dev: {
      account: "dev",
      profile: "hardened",
      members: {
        lab: { account: "analytics" },
        partner: { account: "partner", vpcId: "vpc-0a1b2c3d4e5f60718", subnetId: "subnet-0a1b2c3d4e5f60718" },
      },
    },
  },
};

const text = `${JSON.stringify(ESTATE, null, 2)}\n`;
let directory: string;
let file: string;
let workplace: Workplace;
/** With the estate as it is later. */
let later: Workplace;

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
  for (const each of [later, workplace] as (Workplace | undefined)[]) await each?.stop(); // none if the first test failed
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a command as npm does, with the environment `env`. */
function npmRun(script: "accounts" | "start", flags: string | readonly string[] = [], env = process.env) {
  const args = ["--require", TYPESCRIPT, join(ROOT, `tools/cli/${script}.ts`), ...[flags].flat()];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    env: { ...env, ESTATE: file },
    encoding: "utf8",
  });
  return withoutEstateLine({ status, stdout, stderr });
}

/** Runs `npm run accounts` with the credentials of an account. */
const accountsAs = (account: string, ...flags: string[]) =>
  npmRun("accounts", flags, workplace.environment(workplace.stack(`${account}-bootstrap`)));
const accounts = (...flags: string[]) => accountsAs("master", ...flags);

/** The lines of `npm run accounts -- --status`, by account. */
const statusOf = (account: string) =>
  accounts("--status")
    .stdout.split("\n")
    .find((line) => line.startsWith(account))
    ?.replaceAll(/ {2,}/g, " | ");

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
  later = await startWorkplace("accounts-later");
  const { id } = loadEstate().accounts.find(({ name }) => name === "analytics") ?? { id: "none" };
  expect(later.stack("dev-member-lab").accessRoleArn).toBe(`arn:aws:iam::${id}:role/OrganizationAccountAccessRole`);
  await later.apply("master-organization", "analytics-bootstrap", "analytics-iam", "dev-member-lab");
  expect((await later.terraform(later.stack("dev-member-lab")).stateList()).length).toBeGreaterThan(5);
});

describe("an invited member that joins", () => {
  test("is invited by the master account, once", () => {
    expect(statusOf("partner")).toBe("partner | joins | not invited | no | npm run accounts -- --invite partner");
    expect(accounts("--invite", "partner")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /^invited partner \(666666666666\) to the organization of master, until 20/,
      ) as string,
    });
    expect(accounts("--invite", "partner")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^partner \(666666666666\) is invited already, until 20/) as string,
    });
    expect(statusOf("partner")).toMatch(
      /^partner \| joins \| invited until 20\S+ \| no \| npm run accounts -- --accept partner$/,
    );
  });

  test("accepts with its own credentials only, after a confirmation", async () => {
    await putAccountName(PARTNER, "partner");
    expect(accounts("--accept", "partner", "--yes", "partner")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("the credentials for partner must be of the account 666666666666") as string,
    });
    const { status, stdout, stderr } = accountsAs("partner", "--accept", "partner");
    expect(stdout).toContain("Its unit allows eu-west-1.");
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "nothing was changed: confirmation needs a terminal. To confirm without one, use --yes partner.\n",
    });
    expect(accountsAs("partner", "--accept", "partner", "--yes", "partner")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("partner (666666666666) has joined the organization\n") as string,
    });
    expect(statusOf("partner")).toBe("partner | joins | joined | no | npm run accounts");
  });

  test("is recorded, imported and moved to its unit, while a retired member is forgotten", async () => {
    const { stdout } = accounts();
    expect(stdout).toContain("next: commit ");
    expect(stdout).toContain(", then run npm run plan -- master-organization, which imports partner\n");
    expect(JSON.parse(readFileSync(file.replace(".json", ".members.json"), "utf8"))).toContain("partner");
    const estate = JSON.parse(readFileSync(file, "utf8")) as EstateFile;
    Object.assign(estate.accounts["old"] ?? {}, { retired: true });
    writeFileSync(file, JSON.stringify(estate));

    await later.stop();
    later = await startWorkplace("accounts-joined");
    await later.attach("master-organization");
    const terraform = later.terraform(later.stack("master-organization"));
    await terraform.init();
    const accountOf = (name: string) => `aws_organizations_account.organization_member_${name}_account`;
    expect(await plannedChanges(terraform)).toEqual({ [accountOf("partner")]: "update", [accountOf("old")]: "forget" });
    expect(accounts("--close", "old").stderr).toContain(
      "got aws_organizations_account.organization_member_old_account_",
    );
    await terraform.apply({ planFile: PLAN_FILE });
    expect((await terraform.plan()).text).toContain("No changes.");

    const { organizations } = clientsFor(workplace.url, MASTER, "us-east-1");
    const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
    const { OrganizationalUnits: units = [] } = await organizations.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId: root?.Id }),
    );
    const ParentId = units.find(({ Name }) => Name === "dev")?.Id;
    const { Accounts: inUnit = [] } = await organizations.send(new ListAccountsForParentCommand({ ParentId }));
    expect(inUnit.map(({ Name }) => Name).sort()).toEqual(["analytics", "partner"]);
    expect(statusOf("partner")).toBe("partner | joins | joined | yes");
  });

  test("is never created anew: the plan fails once it has left the organization", async () => {
    const { organizations } = clientsFor(workplace.url, MASTER, "us-east-1");
    await organizations.send(new RemoveAccountFromOrganizationCommand({ AccountId: PARTNER }));
    const plan = later.terraform(later.stack("master-organization")).plan();
    await expect(plan).rejects.toThrow(/The member partner \(666666666666\) must be in the\s+organization/);
    expect(statusOf("partner")).toBe("partner | joins | not invited | yes | npm run accounts -- --invite partner");
  });
});

describe("a retired member", () => {
  const git = (...args: string[]) => spawnSync("git", ["-C", directory, ...args], { encoding: "utf8" });

  test("is closed once its retirement is committed and applied, and its states are empty", async () => {
    expect(accounts("--close", "old", "--yes", "old")).toMatchObject({
      status: 1,
      stderr: `old cannot be closed:\n  ${file} must be committed, got no commit. Commit it.\n`,
    });
    git("init", "--quiet");
    git("add", ".");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "retire old");
    expect(accounts("--close", "old").stderr).toContain("use --yes old.\n");
    const { status, stdout } = accounts("--close", "old", "--yes", "old");
    expect(stdout).toContain("AWS is closing old (777777777777)\n");
    expect(status).toBe(0);
    const { organizations } = clientsFor(workplace.url, MASTER, "us-east-1");
    const { Accounts = [] } = await organizations.send(new ListAccountsCommand({}));
    expect(Object.fromEntries(Accounts.map(({ Id = "", Status }) => [Id, Status]))).toMatchObject({
      [MASTER]: "ACTIVE",
      [OLD]: expect.stringMatching(/^(PENDING_CLOSURE|SUSPENDED)$/) as string,
    });
    expect(Accounts.filter(({ Status }) => Status !== "ACTIVE")).toHaveLength(1);
  });

  test("only: every other account is refused", () => {
    expect(accounts("--close", "analytics", "--yes", "analytics").stderr).toContain(
      "accounts.analytics.retired must be true, got false.",
    );
  });
});

/** Names an account, with credentials of the account that the emulator does not check. */
async function putAccountName(id: string, name: string): Promise<void> {
  const Authorization = `AWS4-HMAC-SHA256 Credential=${id}/20260101/us-east-1/account/aws4_request, SignedHeaders=host, Signature=0`;
  const request = { method: "POST", headers: { Authorization }, body: JSON.stringify({ AccountName: name }) };
  expect((await fetch(`${workplace.url}/putAccountName`, request)).status).toBe(200);
}
