import { problemsWith, PROD } from "../estate-fixture";

describe("the account of an environment", () => {
  test.each(["production", "Dev", "constructor", "toString", "hasOwnProperty", ""])(
    "must be one that there is, not %p",
    (name) => {
      expect(problemsWith({ "environments.dev.account": name })).toEqual([
        `environments.dev.account: no account ${JSON.stringify(name)}; known: master, dev, lab`,
      ]);
    },
  );

  test("must not be a member account", () => {
    expect(problemsWith({ "environments.dev.account": "lab" })).toEqual([
      'environments.dev.account: got "lab" of kind member, expected an account of kind main or master',
    ]);
  });

  test("may be the master account", () => {
    expect(problemsWith({ "environments.dev.account": "master" })).toEqual([]);
  });

  test("may be that of another environment", () => {
    expect(problemsWith({ ...PROD, "environments.prod.account": "dev" })).toEqual([]);
  });

  test("cannot have the name that every object has, by which constructs would be confused", () => {
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
    ).toEqual(["accounts.constructor: is no name, expected another"]);
  });

  test("is not reported missing where only its own values are wrong", () => {
    expect(problemsWith({ "accounts.dev": null })).toEqual([
      "accounts.dev: got null, expected an account: { kind, id, … }",
    ]);
    expect(problemsWith({ accounts: undefined })).toEqual(["accounts: is missing, expected accounts by name"]);
  });
});

const arn = "arn:aws:iam::111111111111:user/operator";

describe("the promotion order", () => {
  test("must not name an environment that there is not", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["dev", "staging", "prod"] })).toEqual([
      'promotionOrder[1]: no environment "staging"; known: dev, prod',
    ]);
  });

  test("must not name an environment twice", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["dev", "prod", "dev"] })).toEqual([
      'promotionOrder[2]: got "dev" a second time, expected each environment once',
    ]);
  });

  test("must not leave an environment out", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["prod"] })).toEqual([
      "promotionOrder: lacks dev, expected every environment once",
    ]);
  });

  test("may differ from the order in the file", () => {
    expect(problemsWith({ ...PROD, promotionOrder: ["prod", "dev"] })).toEqual([]);
  });
});

describe("production", () => {
  test("refuses the default ExternalId, written out", () => {
    expect(problemsWith({ ...PROD, "environments.prod.externalId": "galileo" })).toEqual([
      'environments.prod.externalId: got "galileo", expected one of your own: everybody knows the default',
    ]);
  });

  const missing =
    'environments.prod.externalId: is missing (the default is "galileo"), expected one of your own: everybody knows the default';

  test("refuses the default ExternalId, left out", () => {
    expect(problemsWith({ ...PROD, "environments.prod.externalId": undefined })).toEqual([missing]);
  });

  test("refuses the default ExternalId where the file's own comes out undefined, as an unset variable does", () => {
    const environment = { account: "prod", production: true, profile: "hardened", externalId: undefined };
    expect(problemsWith({ ...PROD, "environments.prod": environment })).toEqual([missing]);
  });

  test("refuses a database without deletion protection or without backups", () => {
    expect(
      problemsWith({ ...PROD, "environments.prod.database": { deletionProtection: false, backupRetentionDays: 0 } }),
    ).toEqual([
      "environments.prod.database.deletionProtection: got false, expected true in production",
      "environments.prod.database.backupRetentionDays: got 0, expected 1 to 35 days in production",
    ]);
  });

  test("is what these are refused for: elsewhere they are allowed", () => {
    expect(
      problemsWith({
        "environments.dev.externalId": "galileo",
        "environments.dev.database": { deletionProtection: false, backupRetentionDays: 0 },
      }),
    ).toEqual([]);
  });
});
