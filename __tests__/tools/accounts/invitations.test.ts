import { invitationToAccept, invite, joiningAccount, meaningOf } from "../../../tools/accounts/invitations";
import { estateOf, named, type Changes } from "../../config/estate-fixture";
import { fakeOrganization, handshake, listed, NOW } from "./support/fake-organization";

const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };
const estate = estateOf(JOINING);
const joining = { account: named(estate.accounts, "lab"), master: named(estate.accounts, "master") };
const { account, master } = joining;

describe("an account to invite", () => {
  test("is one that joins", () => {
    expect(joiningAccount(estate, "lab")).toBe(account);
  });

  test.each([
    {
      name: "dev",
      problem: "accounts.dev.joins must be true, got false. Set it in the estate file, then run the command again.",
    },
    {
      name: "master",
      problem:
        "accounts.master must be a main account or an invited member, got one of kind master. It is in the organization without an invitation.",
    },
    {
      name: "lap",
      problem:
        'the account must be one that joins the organization (lab), got "lap". Correct the name, or set joins: true in its entry.',
    },
  ])("is not $name", ({ name, problem }) => {
    expect(() => joiningAccount(estate, name)).toThrow(new Error(problem));
  });

  test("does not exist in an estate without one", () => {
    expect(() => joiningAccount(estateOf(), "x")).toThrow("(there is none)");
  });
});

describe("an invitation", () => {
  const organization = { Accounts: [listed({ id: master.id, name: "master" })] };
  const sent = (...handshakes: object[]) => ({
    ListAccounts: organization,
    ListHandshakesForOrganization: { Handshakes: handshakes },
  });
  const answer = { InviteAccountToOrganization: { Handshake: handshake() } };
  const invites = ({ requests }: { readonly requests: readonly string[] }) =>
    requests.filter((request) => request.startsWith("Invite"));

  test("is sent to the account's id", async () => {
    const fake = fakeOrganization({ ...sent(), ...answer });
    expect(await invite(account, fake.calls, NOW)).toEqual({
      status: "sent",
      expires: new Date("2026-12-16T12:00:00Z"),
    });
    expect(invites(fake)).toEqual(['InviteAccountToOrganization {"Target":{"Id":"333333333333","Type":"ACCOUNT"}}']);
  });

  test.each([
    { of: "the account's id", to: account.id },
    { of: "its address, sent by hand", to: "LAB@example.com" },
  ])("is not sent again while one to $of is open", async ({ to }) => {
    const fake = fakeOrganization({ ...sent(handshake({ to, days: 3 })), ...answer });
    expect(await invite(account, fake.calls, NOW)).toEqual({
      status: "open",
      expires: new Date("2026-12-04T12:00:00Z"),
    });
    expect(invites(fake)).toEqual([]);
  });

  test.each([
    { of: "an expired one", other: handshake({ days: -1 }) },
    { of: "a declined one", other: handshake({ state: "DECLINED" }) },
    { of: "one to another account", other: handshake({ to: "444444444444" }) },
  ])("is sent after $of", async ({ other }) => {
    const fake = fakeOrganization({ ...sent(other), ...answer });
    expect((await invite(account, fake.calls, NOW)).status).toBe("sent");
  });

  test("is not sent to an account that has joined", async () => {
    const fake = fakeOrganization({ ...answer, ListAccounts: { Accounts: [listed()] } });
    expect(await invite(account, fake.calls, NOW)).toEqual({ status: "joined" });
    expect(invites(fake)).toEqual([]);
  });
});

describe("an invitation to accept", () => {
  const received = (...handshakes: object[]) =>
    fakeOrganization({ ListHandshakesForAccount: { Handshakes: handshakes } }).calls;
  const refusal = (got: string) =>
    `lab (333333333333) must have an open invitation of master (111111111111), got ${got}. Run npm run accounts -- --invite lab, with the master account's credentials.`;

  test("is the one of the estate's organization, among others", async () => {
    const calls = received(handshake({ by: "999999999999" }), handshake());
    expect(await invitationToAccept(joining, calls, NOW)).toMatchObject({ masterId: "111111111111" });
  });

  test.each([
    { of: "nobody", handshakes: [], got: "none" },
    {
      of: "another organization",
      handshakes: [handshake({ by: "999999999999" })],
      got: "one of the account 999999999999",
    },
    { of: "the estate's organization, expired", handshakes: [handshake({ days: -1 })], got: "none" },
    { of: "the estate's organization, canceled", handshakes: [handshake({ state: "CANCELED" })], got: "none" },
  ])("is refused from $of", async ({ handshakes, got }) => {
    await expect(invitationToAccept(joining, received(...handshakes), NOW)).rejects.toThrow(new Error(refusal(got)));
  });

  test("is not needed once the account has joined", async () => {
    const { calls } = fakeOrganization({ DescribeOrganization: { Organization: { MasterAccountId: master.id } } });
    expect(await invitationToAccept(joining, calls, NOW)).toBeUndefined();
  });

  test("is refused while the account is in another organization", async () => {
    const { calls } = fakeOrganization({ DescribeOrganization: { Organization: { MasterAccountId: "999999999999" } } });
    await expect(invitationToAccept(joining, calls, NOW)).rejects.toThrow(
      "lab (333333333333) must be in no organization, got that of the account 999999999999.",
    );
  });

  test("says what it means: policies, bill, trail, and no access", async () => {
    const invitation = await invitationToAccept(joining, received(handshake()), NOW);
    if (!invitation) throw new Error("there must be an invitation");
    const lines = meaningOf(joining, invitation, estate);
    expect(lines[0]).toBe(
      "The organization of master (111111111111) invites lab (333333333333) until 2026-12-16. Once it has joined:",
    );
    expect(lines).toHaveLength(7);
    expect(lines.join("\n")).toMatch(
      /allows eu-west-1\.\n.*cannot leave by itself.*\n.*pays its bill.*\n.*trail records.*\n.*delete its root credentials.*\n.*no OrganizationAccountAccessRole/,
    );
    const untrailed = meaningOf(
      joining,
      invitation,
      estateOf({ ...JOINING, organization: { trail: false, centralRootAccess: false } }),
    );
    expect(untrailed.join("\n")).not.toMatch(/trail|root credentials/);
  });
});
