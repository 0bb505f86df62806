import { account, NO_MASTER, problemsWith, type Changes } from "../estate-fixture";

test("rejects an account id that two accounts have", () => {
  expect(problemsWith({ "accounts.lab.id": "222222222222" })).toEqual([
    'accounts.lab.id must be different from accounts.dev.id, got "222222222222". List each account once.',
  ]);
});

test.each(["dev@example.com", "DEV@Example.COM"])("rejects an e-mail used twice, whatever its case: %s", (email) => {
  expect(problemsWith({ "accounts.lab.email": email })).toEqual([
    `accounts.lab.email must be different from accounts.dev.email, got "${email}". Give each account its own address, as AWS requires.`,
  ]);
});

test("reports every further use, and names the first", () => {
  expect(problemsWith({ "accounts.dev.id": "111111111111", "accounts.lab.id": "111111111111" })).toEqual([
    'accounts.dev.id must be different from accounts.master.id, got "111111111111". List each account once.',
    'accounts.lab.id must be different from accounts.master.id, got "111111111111". List each account once.',
  ]);
});

test.each(["a", "-dev", "dev-", "my--alias", "Dev", "111111111111", true, "x".repeat(64)])(
  "refuses the alias %p",
  (alias) => {
    expect(problemsWith({ "accounts.dev.alias": alias })).toEqual([
      `accounts.dev.alias must be false, or an account alias of 3 to 63 lower-case letters, digits and single hyphens, unique in AWS and not like an account id, got ${JSON.stringify(alias)}`,
    ]);
  },
);

test("accepts aliases at the limits, and refuses one twice", () => {
  for (const alias of ["abc", "1a-2b", "x".repeat(63), false])
    expect(problemsWith({ "accounts.dev.alias": alias })).toEqual([]);
  expect(problemsWith({ "accounts.dev.alias": "sign-in", "accounts.lab.alias": "sign-in" })).toEqual([
    'accounts.lab.alias must be different from accounts.dev.alias, got "sign-in". Give each account its own alias, as AWS requires.',
  ]);
});

describe("the default alias of an account", () => {
  const taken = (path: string, other: string, alias: string) =>
    `accounts.${path}.alias must be different from the alias that accounts.${other} has by default, got "${alias}". Choose another, or give accounts.${other} an alias or false.`;

  test.each([
    ["a later account", "dev", "lab"],
    ["an earlier account", "lab", "dev"],
  ])("is not the alias of another one: of %s", (_, path, other) => {
    expect(problemsWith({ [`accounts.${path}.alias`]: `demo-${other}` })).toEqual([
      taken(path, other, `demo-${other}`),
    ]);
  });

  test("is reserved for a created member that has no id yet", () => {
    expect(problemsWith({ "accounts.lab.id": undefined, "accounts.dev.alias": "demo-lab" })).toEqual([
      taken("dev", "lab", "demo-lab"),
    ]);
  });

  test("is free if that account has another alias or none", () => {
    for (const alias of ["sign-in", false])
      expect(problemsWith({ "accounts.dev.alias": "demo-lab", "accounts.lab.alias": alias })).toEqual([]);
    expect(problemsWith({ "accounts.dev.alias": "demo-dev" })).toEqual([]);
  });
});

describe("a user of one name", () => {
  const arn = (principal: string) => `arn:aws:iam::999999999999:${principal}`;

  test.each([
    ["user/Admin", "user/admin"],
    ["user/team/Deploy", "user/team/deploy"],
    ["user/team/someone", "user/someone"],
  ])("is rejected under a second ARN, in whatever list: %s and %s", (one, other) => {
    const problem = (path: string, first: string) =>
      `${path} must be "${arn(one)}" as in ${first}, because an account has only one user of a name, got "${arn(other)}". Write the ARN as AWS shows it, in both places.`;
    expect(problemsWith({ "accounts.dev.operators": [arn(one), arn(other)] })).toEqual([
      problem("accounts.dev.operators[1]", "accounts.dev.operators[0]"),
    ]);
    expect(problemsWith({ "accounts.dev.operators": [arn(one)], "accounts.lab.admins": [arn(other)] })).toEqual([
      problem("accounts.lab.admins[0]", "accounts.dev.operators[0]"),
    ]);
  });

  test("may be named again with the same ARN, and may exist in another account", () => {
    const changes = {
      "accounts.dev.operators": [arn("user/someone"), "arn:aws:iam::888888888888:user/Someone"],
      "accounts.lab.admins": [arn("user/someone")],
    };
    expect(problemsWith(changes)).toEqual([]);
  });
});

test("rejects a second master account", () => {
  expect(problemsWith({ "accounts.payer": account("master", "444444444444", "payer@example.com") })).toEqual([
    'accounts.payer.kind must be main, member or security, got "master" (accounts.master is the master account)',
  ]);
});

test("rejects a member account without a membership", () => {
  expect(problemsWith({ "accounts.lab.membership": undefined })).toEqual([
    "accounts.lab.membership must be created (in the organization) or invited, got nothing",
  ]);
});

test("rejects a membership of an account that is not a member", () => {
  expect(problemsWith({ "accounts.dev.membership": "created" })).toEqual([
    'accounts.dev.membership must be left out for an account of kind main, got "created"',
  ]);
});

test("does not check the membership of an account of unknown kind", () => {
  expect(problemsWith({ "accounts.lab.kind": "sandbox" })).toEqual([
    'accounts.lab.kind must be master, main, member or security, got "sandbox"',
  ]);
});

test("rejects a created member in an estate without a master account whose organization creates it", () => {
  expect(problemsWith({ "accounts.master": undefined })).toEqual([
    'accounts.lab.membership must be invited in an estate without a master account, got "created". Add the account of kind master whose organization creates it.',
  ]);
  expect(problemsWith(NO_MASTER)).toEqual([]);
});

test.each([
  [
    "refused",
    { "accounts.master.kind": "payer" },
    'accounts.master.kind must be master, main, member or security, got "payer"',
  ],
  [
    "absent",
    { "accounts.master.kind": undefined },
    "accounts.master.kind must be master, main, member or security, got nothing",
  ],
  ["of an invalid account", { "accounts.master": 7 }, "accounts.master must be an account: { kind, id, … }, got 7"],
])("does not report a missing master account if a kind is %s", (_what, changes: Changes, problem) => {
  expect(problemsWith({ ...changes, organization: {} })).toEqual([problem]);
});

describe("only a created member", () => {
  test("may lack an id", () => {
    expect(problemsWith({ "accounts.lab.id": undefined })).toEqual([]);
    expect(
      problemsWith({
        "accounts.lab.id": undefined,
        "accounts.lab.membership": "invited",
        "accounts.master.id": undefined,
      }),
    ).toEqual([
      "accounts.master.id must be 12 digits in quotes, got nothing",
      "accounts.lab.id must be 12 digits in quotes, got nothing",
    ]);
  });

  test("may be retired", () => {
    expect(problemsWith({ "accounts.lab.retired": true })).toEqual([]);
    const retired =
      "must be left out for an account that is neither a created member nor a member that joins, got true";
    expect(
      problemsWith({
        "accounts.master.retired": true,
        "accounts.dev.retired": true,
        "accounts.lab.membership": "invited",
        "accounts.lab.retired": true,
      }),
    ).toEqual(["master", "dev", "lab"].map((name) => `accounts.${name}.retired ${retired}`));
  });

  test("may be retired without an id, if AWS never created it", () => {
    expect(problemsWith({ "accounts.lab.id": undefined, "accounts.lab.retired": true })).toEqual([]);
  });

  test("has no address with an apostrophe", () => {
    const email = "it'support@example.com";
    expect(problemsWith({ "accounts.lab.email": email })).toEqual([
      `accounts.lab.email must be an address without ', because AWS creates no account with it, got "${email}"`,
    ]);
    expect(problemsWith({ "accounts.dev.email": email })).toEqual([]);
  });

  test("may have a hyphen before a dot in front of the @", () => {
    for (const email of ["root-.lab@example.com", "a--b-.c-d@ex--ample.com"])
      expect(problemsWith({ "accounts.lab.email": email })).toEqual([]);
  });

  test("has an access role without a path", () => {
    expect(problemsWith({ "accounts.dev.accessRole": "team/Deploy" })).toEqual([]);
    expect(problemsWith({ "accounts.lab.accessRole": "team/Deploy" })).toEqual([
      'accounts.lab.accessRole must be a name without a path, because AWS creates the role in a new account without one, got "team/Deploy"',
    ]);
  });

  test("is not checked if its kind or membership was refused", () => {
    const bare = { "accounts.lab.id": undefined, "accounts.lab.retired": true };
    expect(problemsWith({ ...bare, "accounts.lab.kind": "sandbox" })).toEqual([
      'accounts.lab.kind must be master, main, member or security, got "sandbox"',
    ]);
    expect(problemsWith({ ...bare, "accounts.lab.membership": "borrowed" })).toEqual([
      'accounts.lab.membership must be created (in the organization) or invited, got "borrowed"',
    ]);
  });

  test("is not retired by default: other accounts may have retired: false", () => {
    expect(problemsWith({ "accounts.dev.retired": false })).toEqual([]);
  });
});

test("rejects an e-mail address with which AWS creates no account", () => {
  const of = (length: number) => `${"x".repeat(length - "@example.com".length)}@example.com`;
  expect(problemsWith({ "accounts.lab.email": of(64) })).toEqual([]);
  expect(problemsWith({ "accounts.lab.email": of(65) })).toEqual([
    "accounts.lab.email must be at most 64 characters long, because AWS creates no account with a longer address, got 65 characters",
  ]);
  expect(problemsWith({ "accounts.dev.email": of(65) })).toEqual([]);
});

describe("an alarm without a trail", () => {
  const production = { "environments.dev.production": true, "environments.dev.externalId": "own" };
  const noTrail = (account: string, got: string) =>
    `accounts.${account}.trail must be true, because the alarm for environments.dev (production) receives no events without a trail, got ${got}`;

  test("is refused in a main account that runs production", () => {
    expect(problemsWith({ ...production, "accounts.dev.trail": false })).toEqual([noTrail("dev", "false")]);
    expect(problemsWith({ ...production, ...NO_MASTER, "accounts.dev.trail": false })).toEqual([
      noTrail("dev", "false"),
    ]);
  });

  test("is refused in a master account that runs production if the organization has no trail either", () => {
    const inMaster = { ...production, "environments.dev.account": "master" };
    expect(problemsWith(inMaster)).toEqual([]);
    expect(problemsWith({ ...inMaster, "organization.trail": false })).toEqual([
      noTrail("master", "nothing (the default is false, and organization.trail is false)"),
    ]);
    expect(problemsWith({ ...inMaster, "organization.trail": false, "accounts.master.trail": true })).toEqual([]);
  });

  test("is accepted without production, or if an existing organization may cover the account", () => {
    expect(problemsWith({ "accounts.dev.trail": false })).toEqual([]);
    expect(problemsWith({ ...production, "accounts.dev.trail": false, "organization.existing": true })).toEqual([]);
  });
});

test("data events need a trail of the account's own, and an environment in it", () => {
  const refusal = (account: string) =>
    `accounts.${account}.trailDataEvents must be left out for an account without an environment and a trail of its own, got true`;
  expect(problemsWith({ "accounts.dev.trailDataEvents": true })).toEqual([]);
  expect(problemsWith({ "accounts.dev.trailDataEvents": true, "accounts.dev.trail": false })).toEqual([refusal("dev")]);
  expect(problemsWith({ "accounts.lab.trailDataEvents": true, "accounts.lab.trail": true })).toEqual([refusal("lab")]);
});
