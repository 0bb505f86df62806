import { problemsWith, PROD } from "../estate-fixture";

describe("the account of an environment", () => {
  test.each(["production", "Dev", "constructor", "toString", "hasOwnProperty", ""])("must exist, unlike %p", (name) => {
    expect(problemsWith({ "environments.dev.account": name })).toEqual([
      `environments.dev.account must be the name of an account (master, dev, lab), got ${JSON.stringify(name)}`,
    ]);
  });

  test("must not be a member account", () => {
    expect(problemsWith({ "environments.dev.account": "lab" })).toEqual([
      'environments.dev.account must be an account of kind main or master, got "lab" of kind member',
    ]);
  });

  test("may be the master account", () => {
    expect(problemsWith({ "environments.dev.account": "master" })).toEqual([]);
  });

  test("may be the account of another environment", () => {
    expect(problemsWith({ ...PROD, "environments.prod.account": "dev" })).toEqual([]);
  });

  test("must not be called constructor, a property of every JavaScript object", () => {
    expect(
      problemsWith({
        "accounts.constructor": {
          kind: "main",
          id: "444444444444",
          email: "c@example.com",
          operators: [arn],
          admins: [arn],
          monthlyBudgetUsd: 1,
        },
        "environments.dev.account": "constructor",
      }),
    ).toEqual(['accounts.constructor must be a name that is not reserved, got "constructor"']);
  });

  test("is not reported missing if only its own values are wrong", () => {
    expect(problemsWith({ "accounts.dev": null })).toEqual([
      "accounts.dev must be an account: { kind, id, … }, got null",
    ]);
    expect(problemsWith({ accounts: undefined })).toEqual([
      "accounts must be an object with accounts by name, got nothing",
    ]);
  });
});

const arn = "arn:aws:iam::111111111111:user/operator";

describe("the promotion order", () => {
  test("must not name an unknown environment", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["dev", "staging", "prod"] })).toEqual([
      'promotionOrder[1] must be the name of an environment (dev, prod), got "staging"',
    ]);
  });

  test("must not name an environment twice", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["dev", "prod", "dev"] })).toEqual([
      'promotionOrder[2] must be an environment that is not listed before, got "dev"',
    ]);
  });

  test("must not leave an environment out", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["prod"] })).toEqual([
      'promotionOrder must be a list of every environment, got ["prod"] (without dev)',
    ]);
  });

  test("may differ from the order in the file", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["prod", "dev"] })).toEqual([]);
  });
});

describe("production", () => {
  test("refuses the default ExternalId, written out", () => {
    expect(problemsWith({ ...PROD, "environments.prod.externalId": "galileo" })).toEqual([
      'environments.prod.externalId must be your own in production, because the default is public, got "galileo"',
    ]);
  });

  const missing =
    'environments.prod.externalId must be your own in production, because the default is public, got nothing (the default is "galileo")';

  test("refuses the default ExternalId, left out", () => {
    expect(problemsWith({ ...PROD, "environments.prod.externalId": undefined })).toEqual([missing]);
  });

  test("refuses the default ExternalId if the file's value is undefined, like an unset variable", () => {
    const environment = { account: "prod", production: true, profile: "hardened", externalId: undefined };
    expect(problemsWith({ ...PROD, "environments.prod": environment })).toEqual([missing]);
  });

  test("is the condition: elsewhere these are allowed", () => {
    expect(
      problemsWith({
        "environments.dev.externalId": "galileo",
        "environments.dev.database": { deletionProtection: false, backupRetentionDays: 0, finalSnapshot: false },
      }),
    ).toEqual([]);
  });
});
