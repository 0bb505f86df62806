import { createdMember, NO_MASTER, problemsWith, type Changes } from "../estate-fixture";

const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };

test("accepts an invited member that joins the organization, and one that may be retired then", () => {
  expect(problemsWith(JOINING)).toEqual([]);
  expect(problemsWith({ ...JOINING, "accounts.lab.retired": true })).toEqual([]);
});

test.each<{ readonly of: string; readonly changes: Changes; readonly path: string }>([
  { of: "a created member", changes: { "accounts.lab.joins": true }, path: "lab" },
  { of: "a main account", changes: { "accounts.dev.joins": true }, path: "dev" },
  { of: "the master account", changes: { "accounts.master.joins": true }, path: "master" },
])("rejects joins of $of", ({ changes, path }) => {
  expect(problemsWith(changes)).toEqual([
    `accounts.${path}.joins must be left out for an account that is not an invited member, got true`,
  ]);
});

test("does not check joins of an account of unknown kind or membership", () => {
  expect(problemsWith({ ...JOINING, "accounts.lab.membership": undefined })).toEqual([
    "accounts.lab.membership must be created (in the organization) or invited, got nothing",
  ]);
});

test("rejects joins in an estate without a master account, which hosts the organization", () => {
  expect(problemsWith({ ...NO_MASTER, "accounts.lab.joins": true })).toEqual([
    "accounts.lab.joins must be left out in an estate without a master account, got true. Add the account of kind master whose organization it joins.",
  ]);
});

test("rejects a value that is not true or false", () => {
  expect(problemsWith({ ...JOINING, "accounts.lab.joins": "yes" })).toEqual([
    'accounts.lab.joins must be true or false, got "yes"',
  ]);
});

test("rejects an address and a name that Terraform cannot give an account", () => {
  const [name, email] = ["a".repeat(51), `${"x".repeat(53)}@example.com`];
  const lab = createdMember(email, { membership: "invited", id: "555555555555", alias: false });
  expect(problemsWith({ [`accounts.${name}`]: { ...lab, joins: true } })).toEqual([
    `accounts.${name}.email must be at most 64 characters long, because Terraform manages no account with a longer address, got 65 characters`,
    expect.stringMatching(/^accounts\.a{51} must be short enough for the account name "a{51}" .*, got 51 /),
  ]);
  expect(problemsWith({ [`accounts.${name}`]: lab })).toEqual([]);
});

test("rejects a region that the organization does not allow, once the account joins", () => {
  const changes: Changes = { "organization.allowedRegions": ["eu-west-1"], "accounts.lab.region": "us-east-1" };
  expect(problemsWith({ ...JOINING, ...changes })).toEqual([
    'organization.allowedRegions must be a list with us-east-1, where accounts.lab has stacks, got ["eu-west-1"]',
  ]);
  expect(problemsWith({ ...JOINING, ...changes, "accounts.lab.joins": false })).toEqual([]);
});
