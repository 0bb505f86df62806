import { account, createdMember, NO_MASTER, PROD, problemsWith, type Changes } from "../estate-fixture";

const LEADS = ["group:leads"];
const withCenter = (changes: Changes = {}) => problemsWith({ identityCenter: {}, ...changes });

test("people may be groups and users of an account in the organization", () => {
  const mixed = ["group:leads", "arn:aws:iam::111111111111:user/admin"];
  for (const name of ["master", "dev", "lab"])
    expect(withCenter({ [`accounts.${name}.admins`]: mixed, [`accounts.${name}.operators`]: LEADS })).toEqual([]);
});

test("a group needs IAM Identity Center", () => {
  expect(problemsWith({ "accounts.dev.admins": LEADS, "accounts.lab.operators": LEADS })).toEqual(
    ["accounts.dev.admins[0]", "accounts.lab.operators[0]"].map(
      (path) =>
        `${path} must be the ARN of an IAM user in an estate without identityCenter, got "group:leads". Name users, or add identityCenter: {}.`,
    ),
  );
});

test("a group is refused in an account outside the organization", () => {
  const invited = { "accounts.lab.membership": "invited", "accounts.lab.admins": LEADS };
  expect(withCenter(invited)).toEqual([
    'accounts.lab.admins[0] must be the ARN of an IAM user, because the account is outside the organization, got "group:leads"',
  ]);
});

test("a delegated administrator cannot assign people to the master account", () => {
  const changes = { "identityCenter.account": "lab", "accounts.dev.admins": LEADS };
  expect(withCenter(changes)).toEqual([]);
  expect(withCenter({ ...changes, "accounts.master.operators": LEADS })).toEqual([
    'accounts.master.operators[0] must be the ARN of an IAM user, because lab manages IAM Identity Center, and a delegated administrator cannot assign people to the master account, got "group:leads"',
  ]);
});

describe("the account that manages it", () => {
  test("must be named in an estate without a master account", () => {
    expect(withCenter(NO_MASTER)).toEqual([
      "identityCenter.account must be the name of the account that manages IAM Identity Center (dev, lab), got nothing (there is no account of kind master)",
    ]);
    expect(withCenter({ ...NO_MASTER, "identityCenter.account": "dev" })).toEqual([]);
  });

  test("must be an account of the estate", () => {
    expect(withCenter({ "identityCenter.account": "other" })).toEqual([
      'identityCenter.account must be the name of the account that manages IAM Identity Center (master, dev, lab), got "other"',
    ]);
  });

  test.each([
    ["invited", { "accounts.lab.membership": "invited" }, "(invited)"],
    ["retired", { "accounts.lab.retired": true }, "(retired)"],
    ["without an id", { "accounts.lab.id": undefined }, "(id: nothing)"],
  ])("must not be %s", (_what, changes, got) => {
    expect(withCenter({ "identityCenter.account": "lab", ...changes })).toEqual([
      `identityCenter.account must be an account of the organization that has an id and is not retired, got "lab" ${got}`,
    ]);
  });

  test("has a stack of its own, whose id no other stack has", () => {
    const changes = {
      "accounts.dev-member": account("main", "444444444444", "four@example.com"),
      "environments.dev.members.identity": { account: "lab" },
    };
    expect(withCenter(changes)).toEqual([]);
    expect(withCenter({ ...changes, "identityCenter.account": "dev-member" })).toEqual([
      "environments.dev.members.identity must be a name whose stacks have ids of their own, got dev-member-identity (also a stack of accounts.dev-member)",
    ]);
  });
});

describe("production", () => {
  const changes = { ...PROD, "accounts.prod.admins": LEADS };

  test("needs a user for emergencies where Admin has groups only", () => {
    expect(withCenter(changes)).toEqual([
      "accounts.prod.breakGlass must be a list of at least one IAM user, because environments.prod is production and admins names groups only, got nothing",
    ]);
    expect(withCenter({ ...changes, "accounts.prod.breakGlass": ["arn:aws:iam::111111111111:user/on-call"] })).toEqual(
      [],
    );
  });

  test.each([
    ["admins names a user", { "accounts.prod.admins": [...LEADS, "arn:aws:iam::111111111111:user/admin"] }],
    ["the environment is not production", { "environments.prod.production": false }],
  ])("needs none where %s", (_what, rest) => {
    expect(withCenter({ ...changes, ...rest })).toEqual([]);
  });

  test("refuses a group for emergencies, which come when groups fail", () => {
    expect(withCenter({ ...changes, "accounts.prod.breakGlass": LEADS })).toEqual([
      'accounts.prod.breakGlass[0] must be the ARN of an IAM user, for example arn:aws:iam::111111111111:user/name, got "group:leads"',
    ]);
  });
});

describe("the name of an account's own permission set", () => {
  const name = `a${"b".repeat(23)}`; // Operator- and 24 characters
  const long = {
    [`accounts.${name}`]: { ...createdMember("long@example.com", { id: "444444444444" }), operators: LEADS },
  };
  const own = { [`accounts.${name}.operatorSessionSeconds`]: 3600 };

  test("has at most 32 characters", () => {
    expect(withCenter({ ...long, ...own })).toEqual([
      `accounts.${name} must be a name for which "Operator-${name}" has at most 32 characters, got 33 characters. ` +
        "Leave out operatorSessionSeconds and sourceIps, or choose a shorter name before the first apply.",
    ]);
  });

  test("does not matter where the account uses the set of all accounts, or no group", () => {
    expect(withCenter(long)).toEqual([]);
    const users = { [`accounts.${name}.operators`]: ["arn:aws:iam::111111111111:user/operator"] };
    expect(withCenter({ ...long, ...own, ...users })).toEqual([]);
  });
});
