import { canBeAccepted, organizationCalls } from "../../../tools/accounts/organization-calls";
import { awsError } from "../terraform/support/fake-s3";
import { fakeOrganization, handshake, listed, NOW } from "./support/fake-organization";

test("lists the accounts of every page, also after an empty one", async () => {
  const pages = [
    { Accounts: [listed()], NextToken: "1" },
    { Accounts: [], NextToken: "2" },
    { Accounts: [listed({ id: "444444444444" })], NextToken: null },
  ];
  const tokens: unknown[] = [];
  const calls = organizationCalls((_service, { input }) => {
    tokens.push(input?.["NextToken"]);
    return Promise.resolve(pages[tokens.length - 1] ?? {});
  });
  expect((await calls.accounts()).map(({ id }) => id)).toEqual(["333333333333", "444444444444"]);
  expect(tokens).toEqual([undefined, "1", "2"]);
});

test("reads the state of an account from Status where AWS sends no State", async () => {
  const account = { ...listed(), State: undefined, Status: "SUSPENDED" };
  const [found] = await fakeOrganization({ ListAccounts: { Accounts: [account] } }).calls.accounts();
  expect(found?.state).toBe("SUSPENDED");
});

test("knows no accounts, invitations and master outside an organization", async () => {
  const { calls } = fakeOrganization();
  expect([await calls.masterId(), await calls.accounts(), await calls.sent()]).toEqual([undefined, [], []]);
});

test("hides no other error as a missing organization", async () => {
  const denied = awsError("AccessDeniedException", 400);
  const { calls } = fakeOrganization({ ListAccounts: denied, DescribeOrganization: denied });
  await expect(calls.accounts()).rejects.toBe(denied);
  await expect(calls.masterId()).rejects.toBe(denied);
});

test("knows from an invitation's ARN which account sent it", async () => {
  const { calls } = fakeOrganization({ ListHandshakesForAccount: { Handshakes: [handshake({ by: "999999999999" })] } });
  expect(await calls.received()).toEqual([
    {
      id: "h-1",
      masterId: "999999999999",
      state: "OPEN",
      expires: new Date("2026-12-16T12:00:00Z"),
      invited: ["333333333333"],
    },
  ]);
});

test.each([
  { state: "OPEN", days: 1, open: true },
  { state: "REQUESTED", days: 1, open: true },
  { state: "OPEN", days: -1, open: false },
  { state: "DECLINED", days: 1, open: false },
  { state: "CANCELED", days: 1, open: false },
  { state: "ACCEPTED", days: 1, open: false },
])("can accept an invitation that is $state and ends in $days days: $open", async ({ open, ...invitation }) => {
  const { calls } = fakeOrganization({ ListHandshakesForAccount: { Handshakes: [handshake(invitation)] } });
  expect((await calls.received()).map((each) => canBeAccepted(each, NOW))).toEqual([open]);
});
