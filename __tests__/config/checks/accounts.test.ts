import { account, problemsWith } from "../estate-fixture";

test("rejects an account id that stands under two names", () => {
  expect(problemsWith({ "accounts.lab.id": "222222222222" })).toEqual([
    'accounts.lab.id: "222222222222" is also that of accounts.dev, expected another: an account has one name',
  ]);
});

test.each(["dev@example.com", "DEV@Example.COM"])("rejects an e-mail used twice, whatever its case: %s", (email) => {
  expect(problemsWith({ "accounts.lab.email": email })).toEqual([
    `accounts.lab.email: "${email}" is also that of accounts.dev, expected another: AWS wants a different one for each account`,
  ]);
});

test("tells of every further use, and names the first", () => {
  expect(problemsWith({ "accounts.dev.id": "111111111111", "accounts.lab.id": "111111111111" })).toEqual([
    'accounts.dev.id: "111111111111" is also that of accounts.master, expected another: an account has one name',
    'accounts.lab.id: "111111111111" is also that of accounts.master, expected another: an account has one name',
  ]);
});

test("rejects a second master account", () => {
  expect(problemsWith({ "accounts.payer": account("master", "444444444444", "payer@example.com") })).toEqual([
    'accounts.payer.kind: got "master" a second time, expected one master account; accounts.master is it',
  ]);
});

test("rejects a member account that does not say how it came to be", () => {
  expect(problemsWith({ "accounts.lab.membership": undefined })).toEqual([
    "accounts.lab.membership: is missing, expected created (in the organization) or invited",
  ]);
});

test("rejects a membership of an account that is no member", () => {
  expect(problemsWith({ "accounts.dev.membership": "created" })).toEqual([
    'accounts.dev.membership: got "created", expected none: the account is of kind "main"',
  ]);
});

test("says nothing of the membership of an account whose kind it does not know", () => {
  expect(problemsWith({ "accounts.lab.kind": "sandbox" })).toEqual(['accounts.lab.kind: got "sandbox", expected master, main or member']);
});
