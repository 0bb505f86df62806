import { createdMember, estateOf, named, NO_MASTER, problemsWith, type Changes } from "../estate-fixture";

/** The member account of the fixture as the security account. */
const WATCH: Changes = { "accounts.lab.kind": "security" };
const INVITED: Changes = { ...WATCH, "accounts.lab.membership": "invited" };

test("a security account is a member of the organization, created or invited to join", () => {
  expect(problemsWith(WATCH)).toEqual([]);
  expect(problemsWith({ ...INVITED, "accounts.lab.joins": true })).toEqual([]);
  expect(problemsWith(INVITED)).toEqual([
    "accounts.lab.joins must be true for an invited account of kind security, which is in the organization, got false",
  ]);
  expect(problemsWith({ ...WATCH, "accounts.lab.membership": undefined })).toEqual([
    "accounts.lab.membership must be created (in the organization) or invited, got nothing",
  ]);
});

test("a security account requires the master account whose organization it is in", () => {
  expect(problemsWith({ ...NO_MASTER, ...WATCH })).toEqual([
    'accounts.lab.kind must be another kind in an estate without a master account, got "security". Add the account of kind master whose organization it is in.',
  ]);
});

test("there is at most one security account, which runs no environment and no analytics", () => {
  const second = { ...createdMember("second@example.com", { id: "777777777777" }), kind: "security" };
  expect(problemsWith({ ...WATCH, "accounts.second": second })).toEqual([
    'accounts.second.kind must be member, got "security" (accounts.lab is the security account)',
  ]);
  expect(problemsWith({ ...WATCH, "environments.dev.account": "lab" })).toEqual([
    'environments.dev.account must be an account of kind main or master, got "lab" of kind security',
  ]);
  expect(problemsWith({ ...WATCH, "environments.dev.members.lab": { account: "lab" } })).toEqual([
    'environments.dev.members.lab.account must be the name of a member account (there are none), got "lab" of kind security',
  ]);
});

test("a security account is recorded like a created member, and may become one", () => {
  const record = (...members: string[]) => ({ file: "test.members.json", members });
  expect(problemsWith(WATCH, record("lab"))).toEqual([]);
  expect(problemsWith(WATCH, record())).toHaveLength(1);
});

test("a security account is in the unit Security, and has settings in each region of the organization's members", () => {
  const { accounts, organization } = estateOf({ ...WATCH, "accounts.dev.region": "eu-central-1" });
  expect(organization?.members).toMatchObject([{ name: "lab", unit: "Security" }]);
  expect(named(accounts, "lab").regions).toEqual(["eu-west-1", "eu-central-1"]);
  expect(organization?.delegations).toEqual([
    { service: "access-analyzer.amazonaws.com", account: "lab", accountId: "333333333333" },
  ]);
});

test("another account than the master account administers IAM Identity Center as a delegated administrator", () => {
  const delegations = (account?: string) =>
    estateOf({ identityCenter: { account } }).organization?.delegations.map(({ account: name }) => name);
  expect(delegations()).toEqual([]);
  expect(delegations("master")).toEqual([]);
  expect(delegations("lab")).toEqual(["lab"]);
});
