import { account, createdMember, NO_MASTER, problemsWith, type Changes } from "../estate-fixture";

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
  expect(problemsWith({ "accounts.lab.kind": "sandbox" })).toEqual([
    'accounts.lab.kind: got "sandbox", expected master, main or member',
  ]);
});

test("rejects a created member in an estate without a master account whose organization creates it", () => {
  expect(problemsWith({ "accounts.master": undefined })).toEqual([
    'accounts.lab.membership: got "created", expected an account of kind master beside it, whose organization creates it',
  ]);
  expect(problemsWith(NO_MASTER)).toEqual([]);
});

test.each([
  [
    "refused",
    { "accounts.master.kind": "payer" },
    'accounts.master.kind: got "payer", expected master, main or member',
  ],
  [
    "missing",
    { "accounts.master.kind": undefined },
    "accounts.master.kind: is missing, expected master, main or member",
  ],
  [
    "that of an account that is none",
    { "accounts.master": 7 },
    "accounts.master: got 7, expected an account: { kind, id, … }",
  ],
])("does not miss the master account where a kind is %s, and may be it", (_what, changes: Changes, problem) => {
  expect(problemsWith({ ...changes, organization: {} })).toEqual([problem]);
});

describe("what only a created member has", () => {
  test("is a time without an id", () => {
    expect(problemsWith({ "accounts.lab.id": undefined })).toEqual([]);
    expect(
      problemsWith({
        "accounts.lab.id": undefined,
        "accounts.lab.membership": "invited",
        "accounts.master.id": undefined,
      }),
    ).toEqual([
      "accounts.master.id: is missing, expected 12 digits, in quotes",
      "accounts.lab.id: is missing, expected 12 digits, in quotes",
    ]);
  });

  test("is an end", () => {
    expect(problemsWith({ "accounts.lab.retired": true })).toEqual([]);
    const retired = "got true, expected none: only a created member is forgotten without being destroyed";
    expect(
      problemsWith({
        "accounts.master.retired": true,
        "accounts.dev.retired": true,
        "accounts.lab.membership": "invited",
        "accounts.lab.retired": true,
      }),
    ).toEqual([
      `accounts.master.retired: ${retired}`,
      `accounts.dev.retired: ${retired}`,
      `accounts.lab.retired: ${retired}`,
    ]);
  });

  test("is both: one that AWS never made may be retired", () => {
    expect(problemsWith({ "accounts.lab.id": undefined, "accounts.lab.retired": true })).toEqual([]);
  });

  test("is not judged where nobody knows whether it is one", () => {
    const bare = { "accounts.lab.id": undefined, "accounts.lab.retired": true };
    expect(problemsWith({ ...bare, "accounts.lab.kind": "sandbox" })).toEqual([
      'accounts.lab.kind: got "sandbox", expected master, main or member',
    ]);
    expect(problemsWith({ ...bare, "accounts.lab.membership": "borrowed" })).toEqual([
      'accounts.lab.membership: got "borrowed", expected created (in the organization) or invited',
    ]);
  });

  test("may not be denied of others in words: false is what they are", () => {
    expect(problemsWith({ "accounts.dev.retired": false })).toEqual([]);
  });
});

test("rejects an e-mail that AWS makes no account with", () => {
  const of = (length: number) => `${"x".repeat(length - "@example.com".length)}@example.com`;
  expect(problemsWith({ "accounts.lab.email": of(64) })).toEqual([]);
  expect(problemsWith({ "accounts.lab.email": of(65) })).toEqual([
    "accounts.lab.email: got one of 65 characters, expected at most 64: AWS creates no account with a longer one",
  ]);
  expect(problemsWith({ "accounts.dev.email": of(65) })).toEqual([]);
});

describe("an alarm without a trail", () => {
  const production = { "environments.dev.production": true, "environments.dev.externalId": "own" };
  const deaf = (account: string, got: string) =>
    `accounts.${account}.trail: ${got}, expected true: environments.dev is production, and its alarm hears nothing without`;

  test("is refused in a main account that runs production", () => {
    expect(problemsWith({ ...production, "accounts.dev.trail": false })).toEqual([deaf("dev", "got false")]);
    expect(problemsWith({ ...production, ...NO_MASTER, "accounts.dev.trail": false })).toEqual([
      deaf("dev", "got false"),
    ]);
  });

  test("is refused in a master account that runs production, where the organization has no trail either", () => {
    const inMaster = { ...production, "environments.dev.account": "master" };
    expect(problemsWith(inMaster)).toEqual([]);
    expect(problemsWith({ ...inMaster, "organization.trail": false })).toEqual([
      deaf("master", "is missing (the default is false, and organization.trail is false)"),
    ]);
    expect(problemsWith({ ...inMaster, "organization.trail": false, "accounts.master.trail": true })).toEqual([]);
  });

  test("is not taken for one where nothing is production, or where an organization that exists may cover the account", () => {
    expect(problemsWith({ "accounts.dev.trail": false })).toEqual([]);
    expect(problemsWith({ ...production, "accounts.dev.trail": false, "organization.existing": true })).toEqual([]);
  });
});

describe("the organization", () => {
  test("may be left out, be empty, or exist already", () => {
    for (const organization of [undefined, {}, { existing: true, trail: false }])
      expect(problemsWith({ organization })).toEqual([]);
  });

  test("names the services that it trusts, unless it exists already and is only read", () => {
    const trustedServices = ["sso.amazonaws.com"];
    expect(problemsWith({ organization: { trustedServices } })).toEqual([]);
    expect(problemsWith({ organization: { trustedServices, existing: true } })).toEqual([
      'organization.trustedServices: got ["sso.amazonaws.com"], expected none: an organization that exists is only read',
    ]);
    expect(problemsWith({ organization: { trustedServices: ["sso"] } })).toEqual([
      'organization.trustedServices[0]: got "sso", expected a service principal such as lambda.amazonaws.com',
    ]);
  });

  test("needs a master account that hosts it", () => {
    expect(problemsWith({ ...NO_MASTER, organization: {} })).toEqual([
      "organization: is given, expected an account of kind master that hosts it",
    ]);
  });

  test("has a trail in the master account, which needs none of its own", () => {
    const own = { "accounts.master.trail": true };
    const problem =
      "accounts.master.trail: got true, expected none: the organization has a trail there, which covers it";
    expect(problemsWith(own)).toEqual([problem]);
    expect(problemsWith({ ...own, organization: { trail: true } })).toEqual([problem]);
    expect(problemsWith({ ...own, organization: { trail: false } })).toEqual([]);
    expect(
      problemsWith({ "accounts.master.trail": false, "accounts.dev.trail": true, "accounts.lab.trail": true }),
    ).toEqual([]);
  });

  test("is not judged by its defaults where it was refused", () => {
    expect(problemsWith({ "accounts.master.trail": true, organization: null })).toEqual([
      "organization: got null, expected an organization, or {} for the defaults",
    ]);
    expect(problemsWith({ "accounts.master.trail": true, organization: { trail: "no" } })).toEqual([
      'organization.trail: got "no", expected true or false',
    ]);
  });

  describe("allows the regions", () => {
    const allowed = (...allowedRegions: string[]): Changes => ({ "organization.allowedRegions": allowedRegions });

    test("that its members have account-wide stacks in", () => {
      expect(problemsWith({ ...allowed("us-east-1"), "accounts.lab.region": "us-east-1" })).toEqual([]);
      expect(problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "us-east-1" })).toEqual([
        "organization.allowedRegions: lacks us-east-1, where accounts.lab has stacks",
      ]);
    });

    test("that the environments are in where they are members, each told once", () => {
      const changes = {
        "accounts.new": createdMember("new@example.com"),
        "environments.dev.region": "eu-central-1",
        "environments.dev.members": { lab: { account: "lab" }, fresh: { account: "new" } },
      };
      expect(problemsWith({ ...changes, ...allowed("us-east-1") })).toEqual([
        "organization.allowedRegions: lacks eu-west-1, where accounts.lab has stacks",
        "organization.allowedRegions: lacks eu-central-1, where environments.dev.members.lab has stacks",
      ]);
      expect(problemsWith({ ...changes, ...allowed("eu-central-1", "eu-west-1") })).toEqual([]);
    });

    test("and none that only others are in: its policies are on its members alone", () => {
      const elsewhere = {
        "environments.dev.region": "us-east-1",
        "accounts.dev.region": "us-east-1",
        "accounts.master.region": "us-east-1",
      };
      expect(problemsWith({ ...allowed("eu-west-1"), ...elsewhere })).toEqual([]);
      const brought = { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" };
      const invited = {
        "accounts.lab.membership": "invited",
        "environments.dev.members.lab": { account: "lab", ...brought },
      };
      expect(problemsWith({ ...allowed("eu-west-1"), ...elsewhere, ...invited })).toEqual([]);
    });

    test("and none of a member that is retired, and has no stacks", () => {
      expect(
        problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "us-east-1", "accounts.lab.retired": true }),
      ).toEqual([]);
    });

    test("and is not judged where a region was refused", () => {
      expect(problemsWith({ ...allowed("eu-west-1"), "accounts.lab.region": "mars-1" })).toHaveLength(1);
      expect(problemsWith({ ...allowed("mars-1"), "accounts.lab.region": "us-east-1" })).toHaveLength(1);
      expect(problemsWith({ ...allowed("eu-west-1"), defaultRegion: "mars-1" })).toHaveLength(1);
    });
  });
});

describe("the record of created members", () => {
  const file = "config/estate.members.json";
  const record = (...members: string[]) => ({ file, members });
  const unlisted = (name: string) =>
    `accounts.${name}: is a created member that ${file} does not list; \`npm run accounts -- --record\` adds it, and commit the file`;
  const gone = (name: string) =>
    `accounts.${name}: is gone, but ${file} lists it as a created member, expected it under this name, with retired: true ` +
    "if Terraform is to forget the account and leave it as it is (only where it was never applied: take it off that list)";
  const changed = (name: string) =>
    `accounts.${name}: was a created member (${file} lists it), expected that still, with retired: true if Terraform is to forget it`;

  test("lists every created member, with an id or without, retired or not", () => {
    const changes = {
      "accounts.new": createdMember("new@example.com"),
      "accounts.old": createdMember("old@example.com", { retired: true }),
    };
    expect(problemsWith(changes, record("lab", "new", "old"))).toEqual([]);
    expect(problemsWith(changes, record())).toEqual([unlisted("lab"), unlisted("new"), unlisted("old")]);
  });

  test("lists no others", () => {
    expect(problemsWith(NO_MASTER, record())).toEqual([]);
  });

  test("misses a member that disappeared, which Terraform would take out of the organization", () => {
    expect(problemsWith({ "accounts.lab": undefined }, record("lab"))).toEqual([gone("lab")]);
  });

  test("misses a member that has another name now: to Terraform it is another account", () => {
    const renamed = {
      "accounts.lab": undefined,
      "accounts.laboratory": createdMember("lab@example.com", { id: "333333333333" }),
    };
    expect(problemsWith(renamed, record("lab"))).toEqual([
      gone("lab"),
      `accounts.laboratory: is a created member that ${file} does not list, while lab is gone: a created member keeps its name (docs/organization.md)`,
    ]);
  });

  test.each(["constructor", "toString", "__proto__"])(
    "misses a member called %s, which JavaScript's objects have",
    (name) => {
      expect(problemsWith({}, record("lab", name))).toEqual([gone(name)]);
    },
  );

  test("accepts a member that is retired", () => {
    expect(problemsWith({ "accounts.lab.retired": true }, record("lab"))).toEqual([]);
  });

  test("rejects a member that is said to be invited now", () => {
    expect(problemsWith({ "accounts.lab.membership": "invited" }, record("lab"))).toEqual([changed("lab")]);
  });

  test("rejects a member that is of another kind now", () => {
    expect(problemsWith({ "accounts.lab.membership": undefined, "accounts.lab.kind": "main" }, record("lab"))).toEqual([
      changed("lab"),
    ]);
  });

  test("does not judge a member whose values were refused", () => {
    expect(problemsWith({ "accounts.lab": null }, record("lab"))).toEqual([
      "accounts.lab: got null, expected an account: { kind, id, … }",
    ]);
    for (const [path, value] of [
      ["accounts.lab.kind", "sandbox"],
      ["accounts.lab.membership", "borrowed"],
      ["accounts.lab.membership", undefined],
      ["accounts", null],
    ] as const) {
      expect(problemsWith({ [path]: value, environments: {} }, record("lab"))).toHaveLength(1);
    }
  });

  test("is asked beside everything else that is wrong", () => {
    expect(problemsWith({ "accounts.lab": undefined, "environments.dev.account": "nobody" }, record("lab"))).toEqual([
      'environments.dev.account: no account "nobody"; known: master, dev',
      gone("lab"),
    ]);
  });

  test("is not missed where an estate has none, as those of tests", () => {
    expect(problemsWith({ "accounts.new": createdMember("new@example.com") })).toEqual([]);
  });
});
