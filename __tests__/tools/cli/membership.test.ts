import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as accountClients from "../../../tools/accounts/account-clients";
import type { AccountClients } from "../../../tools/accounts/account-clients";
import { estateWith, type Changes } from "../../config/estate-fixture";
import { fakeOrganization, handshake, inFakeAccounts, listed } from "../accounts/support/fake-organization";
import { FakeS3 } from "../terraform/support/fake-s3";
import { TestRepository } from "../plans/support/test-repository";
import { callCommand } from "./support/call-command";
import { temporaryFolder } from "../terraform/support/temporary-folder";

/** The clients of this test, by the account's name. */
let mockClients: Readonly<Record<string, Partial<AccountClients>>> = {};
const mockAccountClients = () => ({
  ...jest.requireActual<typeof accountClients>("../../../tools/accounts/account-clients"),
  accountsOf: () => inFakeAccounts(mockClients),
});
jest.mock("../../../tools/accounts/account-clients", () => mockAccountClients());
// The command imports these lazily, by the name that Node knows.
jest.mock("../../../tools/accounts/account-clients.js", () => mockAccountClients(), { virtual: true });
jest.mock("../../../tools/cli/membership.js", () => jest.requireActual<object>("../../../tools/cli/membership"), { virtual: true }); // prettier-ignore

const folder = temporaryFolder();
const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };
const MASTER = listed({ id: "111111111111", name: "master" });
const FUTURE = handshake({ days: 36500 });

/** Runs `npm run accounts` with these options on an estate with these changes. */
async function accounts(changes: Changes, ...flags: string[]) {
  writeFileSync(join(folder(), "estate.json"), JSON.stringify(estateWith(changes)));
  const env = { PATH: process.env["PATH"], HOME: folder(), ESTATE: join(folder(), "estate.json") };
  const { status, stdout, stderr } = await callCommand("accounts", flags, env);
  return { status, stdout: stdout.replaceAll(`${folder()}/`, ""), stderr: stderr.replaceAll(`${folder()}/`, "") };
}

beforeEach(() => {
  mockClients = {};
  writeFileSync(join(folder(), "estate.members.json"), "[]");
});

test.each([
  { flags: ["--status", "--record"], one: "--status", other: "--record" },
  { flags: ["--invite", "lab", "--close", "lab"], one: "--invite <account>", other: "--close <account>" },
])("takes one step at a time: $flags is refused", async ({ flags, one, other }) => {
  const { status, stderr } = await accounts(JOINING, ...flags);
  expect(status).toBe(1);
  expect(stderr).toBe(`error: option '${one}' cannot be used with option '${other}'\n`);
});

test.each([[], ["--status"], ["--record"]])(
  "takes --yes with --accept or --close only, not with %j",
  async (...flags) => {
    expect(await accounts(JOINING, "--yes", "lab", ...flags)).toEqual({
      status: 1,
      stdout: "",
      stderr: "--yes must come with --accept or --close, got neither. Remove it.\n",
    });
  },
);

test.each(["--status", "--invite", "--accept", "--close"])("needs a master account: %s", async (flag) => {
  const changes = { "accounts.master": undefined, "accounts.lab": undefined };
  expect(await accounts(changes, ...(flag === "--status" ? [flag] : [flag, "lab"]))).toEqual({
    status: 1,
    stdout: "",
    stderr: "the estate must have an account of kind master, which hosts the organization, got none.\n",
  });
});

describe("--invite", () => {
  test("sends an invitation and names the next step", async () => {
    const answers = { ListAccounts: { Accounts: [MASTER] }, InviteAccountToOrganization: { Handshake: FUTURE } };
    mockClients = { master: { organizations: fakeOrganization(answers).calls } };
    const { status, stdout } = await accounts(JOINING, "--invite", "lab");
    expect(stdout).toMatch(
      /^invited lab \(333333333333\) to the organization of master, until 2\d{3}-\d\d-\d\d\nnext: npm run accounts -- --accept lab, with credentials of lab\n$/,
    );
    expect(status).toBe(0);
  });

  test("is refused for an account that does not join", async () => {
    expect(await accounts({ "accounts.lab.membership": "invited" }, "--invite", "lab")).toMatchObject({
      status: 1,
      stderr: "accounts.lab.joins must be true, got false. Set it in the estate file, then run the command again.\n",
    });
  });
});

describe("--accept", () => {
  const answers = {
    ListHandshakesForAccount: { Handshakes: [FUTURE] },
    AcceptHandshake: { Handshake: { ...FUTURE, State: "ACCEPTED" } },
  };

  test.each([
    {
      of: "without a confirmation",
      flags: [],
      error: "confirmation needs a terminal. To confirm without one, use --yes lab.\n",
    },
    {
      of: "with another account's name",
      flags: ["--yes", "dev"],
      error: "nothing was changed: --yes must be lab, got dev. Correct it.\n",
    },
  ])("says what it means and accepts nothing $of", async ({ flags, error }) => {
    const organization = fakeOrganization(answers);
    mockClients = { lab: { organizations: organization.calls } };
    const { status, stdout, stderr } = await accounts(JOINING, "--accept", "lab", ...flags);
    expect(status).toBe(1);
    expect(stderr).toContain(error);
    expect(stdout).toContain("- master (111111111111) pays its bill and sees its costs.\n");
    expect(organization.requests.filter((request) => request.startsWith("Accept"))).toEqual([]);
  });

  test("accepts with the account's own credentials", async () => {
    const organization = fakeOrganization(answers);
    mockClients = { lab: { organizations: organization.calls } };
    const { status, stdout } = await accounts(JOINING, "--accept", "lab", "--yes", "lab");
    expect(stdout).toMatch(/\nlab \(333333333333\) has joined the organization\nnext: npm run accounts, with credentials of the master account/); // prettier-ignore
    expect(status).toBe(0);
    expect(organization.requests.at(-1)).toBe('AcceptHandshake {"HandshakeId":"h-1"}');
  });
});

describe("without options", () => {
  const list = (...accounts: object[]) => {
    const organizations = fakeOrganization({ ListAccounts: { Accounts: [MASTER, ...accounts] } }).calls;
    mockClients = { master: { organizations } };
  };

  test("records a member that has joined, and names the stack that imports it", async () => {
    list(listed({ joinedMethod: "INVITED" }));
    const { status, stdout, stderr } = await accounts(JOINING);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(
      "wrote estate.members.json: added lab\nnext: commit estate.members.json, then run npm run plan -- master-organization, which imports lab\n",
    );
    expect(readFileSync(join(folder(), "estate.members.json"), "utf8")).toBe('["lab"]\n');
  });

  test("records no member that has not joined", async () => {
    list();
    expect((await accounts(JOINING)).stdout).toContain(
      "lab has not joined the organization: npm run accounts -- --status\n",
    );
    expect(readFileSync(join(folder(), "estate.members.json"), "utf8")).toBe("[]");
  });

  test("records no member that Terraform would replace", async () => {
    list(listed({ name: "Jones Lab" }));
    const { status, stderr } = await accounts(JOINING);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^accounts\.lab must be the name of the account 333333333333 in AWS, "Jones Lab", got "lab"\. .*\nNothing was recorded\.\n$/); // prettier-ignore
    expect(readFileSync(join(folder(), "estate.members.json"), "utf8")).toBe("[]");
  });
});

test("--status prints a line for each member account", async () => {
  mockClients = { master: { organizations: fakeOrganization({ ListAccounts: { Accounts: [MASTER] } }).calls } };
  const { status, stdout } = await accounts(JOINING, "--status");
  expect(stdout.replaceAll(/ {2,}/g, " | ")).toBe(
    "account | in the estate | in AWS | in the state | next\nlab | joins | not invited | no | npm run accounts -- --invite lab\n",
  );
  expect(status).toBe(0);
});

describe("--close", () => {
  const RETIRED: Changes = { "accounts.lab.retired": true };

  /** Runs it in a committed estate. Returns the account that AWS was asked to close too. */
  async function close(...flags: string[]) {
    writeFileSync(join(folder(), "estate.members.json"), '["lab"]');
    writeFileSync(join(folder(), "estate.json"), JSON.stringify(estateWith(RETIRED)));
    new TestRepository(folder()).commit();
    const s3 = new FakeS3();
    s3.put("master/organization.tfstate", JSON.stringify({ version: 4, lineage: "l", serial: 1, resources: [] }));
    const organization = fakeOrganization({ ListAccounts: { Accounts: [MASTER, listed()] }, CloseAccount: {} });
    mockClients = { master: { organizations: organization.calls, s3: s3.client }, lab: {} };
    const ended = await accounts(RETIRED, "--close", "lab", ...flags);
    return { ...ended, closed: organization.requests.filter((request) => request.startsWith("Close")) };
  }

  test("closes nothing without the account's name", async () => {
    for (const flags of [[], ["--yes", "master"]]) {
      const { status, stderr, closed } = await close(...flags);
      expect({ status, closed }).toEqual({ status: 1, closed: [] });
      expect(stderr).toMatch(/^nothing was changed: /);
    }
  });

  test("says what closing means, and closes that account only", async () => {
    const { status, stdout, stderr, closed } = await close("--yes", "lab");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^This closes the account lab \(333333333333, lab@example\.com\):\n/);
    expect(stdout).toContain("For 90 days AWS Support can reopen it.");
    expect(stdout).toContain("AWS closes 10 % of the member accounts of an organization within 30 days");
    expect(closed).toEqual(['CloseAccount {"AccountId":"333333333333"}']);
  });

  test("prints everything that forbids it", async () => {
    writeFileSync(join(folder(), "estate.members.json"), '["lab"]');
    const { status, stdout, stderr } = await accounts({}, "--close", "lab", "--yes", "lab");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^lab cannot be closed:\n {2}accounts\.lab\.retired must be true, got false\./);
  });
});
