import { createdMember, estateOf, named, NO_MASTER, PROD, problemsWith, type Changes } from "../estate-fixture";

const member = "environments.dev.members.lab";
const created = { [member]: { account: "lab" } };
const invited = {
  "accounts.lab.membership": "invited",
  [member]: { account: "lab", vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" },
};

test("accepts a created member without a network, and an invited one with its own", () => {
  expect(problemsWith(created)).toEqual([]);
  expect(problemsWith(invited)).toEqual([]);
});

test.each(["lib", "constructor", "__proto__"])("rejects a member whose account %p there is not", (name) => {
  expect(problemsWith({ [member]: { account: name } })).toEqual([
    `${member}.account must be the name of a member account (lab), got "${name}"`,
  ]);
});

test("rejects a member in an unknown account", () => {
  expect(problemsWith({ [member]: { account: "dev" } })).toEqual([
    `${member}.account must be the name of a member account (lab), got "dev" of kind main`,
  ]);
});

test("does not check a member whose account has no valid kind", () => {
  expect(problemsWith({ ...created, "accounts.lab.kind": "sandbox" })).toEqual([
    'accounts.lab.kind must be master, main, member or security, got "sandbox"',
  ]);
});

test("rejects two members of one environment in one account, since their roles share a name", () => {
  expect(problemsWith({ ...created, "environments.dev.members.lab-two": { account: "lab" } })).toEqual([
    'environments.dev.members.lab-two.account must be different from that of member lab, because their roles would have the same name, got "lab"',
  ]);
});

test("rejects an invited member that does not bring its VPC and subnet", () => {
  expect(problemsWith({ ...invited, [member]: { account: "lab" } })).toEqual([
    `${member}.vpcId must be the id of the VPC, vpc-…, that the invited member brings, got nothing`,
    `${member}.subnetId must be the id of the subnet, subnet-…, that the invited member brings, got nothing`,
  ]);
});

test("rejects a network of the project for an invited member", () => {
  expect(
    problemsWith({ ...invited, [`${member}.cidrBlock`]: "10.0.0.0/16", [`${member}.mapPublicAddresses`]: true }),
  ).toEqual([
    `${member}.cidrBlock must be left out for an invited member, which brings its own network, got "10.0.0.0/16"`,
    `${member}.mapPublicAddresses must be left out for an invited member, which brings its own network, got true`,
  ]);
});

test("accepts a zone of the region for a created member, and no other", () => {
  expect(problemsWith({ ...created, [`${member}.zone`]: "eu-west-1b" })).toEqual([]);
  expect(problemsWith({ ...created, [`${member}.zone`]: "us-east-1a" })).toEqual([
    `${member}.zone must be a zone of eu-west-1 (eu-west-1a, eu-west-1b, eu-west-1c), got "us-east-1a"`,
  ]);
  expect(problemsWith({ ...invited, [`${member}.zone`]: "eu-west-1b" })).toEqual([
    `${member}.zone must be left out for an invited member, which brings its own network, got "eu-west-1b"`,
  ]);
});

test("rejects a VPC of its own for a created member", () => {
  expect(problemsWith({ ...created, [`${member}.vpcId`]: "vpc-0123456789abcdef0" })).toEqual([
    `${member}.vpcId must be left out for a created member, whose network the project creates, got "vpc-0123456789abcdef0"`,
  ]);
});

test("rejects a member whose account is retired and has no stacks", () => {
  expect(problemsWith({ ...created, "accounts.lab.retired": true })).toEqual([
    `${member}.account must be an account that is not retired, got "lab". Remove the member or name another account.`,
  ]);
  expect(problemsWith({ ...created, "accounts.lab.retired": false })).toEqual([]);
});

test("accepts a created member whose id is not known yet", () => {
  expect(problemsWith({ ...created, "accounts.lab.id": undefined })).toEqual([]);
});

test("rejects a subnet outside the member's network, the default one too", () => {
  expect(problemsWith({ ...created, [`${member}.subnetCidrBlock`]: "10.1.0.0/20" })).toEqual([
    `${member}.subnetCidrBlock must be part of the network 10.0.0.0/16, got "10.1.0.0/20"`,
  ]);
  expect(
    problemsWith({ ...created, [`${member}.cidrBlock`]: "10.1.0.0/16", [`${member}.subnetCidrBlock`]: "10.1.0.0/20" }),
  ).toEqual([]);
});

describe("a member account that two environments use", () => {
  const other = "environments.other";
  const shared = (profile: string) => ({
    ...created,
    [other]: { account: "dev", profile, members: { lab: { account: "lab" } } },
  });

  test("is accepted if both have the same profile", () => {
    expect(problemsWith(shared("documented"))).toEqual([]);
  });

  test("is refused if only one profile is documented, since its role can create resources next to the hardened one's", () => {
    expect(problemsWith(shared("hardened"))).toEqual([
      `${other}.members.lab.account must be an account of environments with the profile hardened only, got "lab" (also the account of environments.dev.members.lab, whose environment is documented). Use another account, or one profile for both environments.`,
    ]);
  });
});

describe("an account that joins the organization", () => {
  const JOINING: Changes = { "accounts.lab.membership": "invited", "accounts.lab.joins": true };

  test("accepts an invited member that joins the organization, and one that may be retired then", () => {
    expect(problemsWith(JOINING)).toEqual([]);
    expect(problemsWith({ ...JOINING, "accounts.lab.retired": true })).toEqual([]);
  });

  test.each<{ readonly of: string; readonly changes: Changes; readonly path: string }>([
    { of: "a created member", changes: { "accounts.lab.joins": true }, path: "lab" },
    { of: "the master account", changes: { "accounts.master.joins": true }, path: "master" },
  ])("rejects joins of $of", ({ changes, path }) => {
    expect(problemsWith(changes)).toEqual([
      `accounts.${path}.joins must be left out for an account that is neither of kind main nor an invited member, got true`,
    ]);
  });

  test("accepts a main account that joins, which is never retired, in allowed regions", () => {
    const joining = { "accounts.dev.joins": true };
    expect(problemsWith(joining)).toEqual([]);
    expect(problemsWith({ ...joining, "accounts.dev.retired": true, "environments.dev": undefined })).toEqual([
      "accounts.dev.retired must be left out for an account that is neither a created member nor a member that joins, got true",
    ]);
    const elsewhere = { "environments.dev.region": "eu-west-2", organization: { allowedRegions: ["eu-west-1"] } };
    expect(problemsWith(elsewhere)).toEqual([]);
    expect(problemsWith({ ...joining, ...elsewhere })).toEqual([
      'organization.allowedRegions must be a list with eu-west-2, where environments.dev has stacks, got ["eu-west-1"]',
    ]);
  });

  test("a main account with production that joins needs the region in which the alarm on its Admin has a key", () => {
    const joining = { ...PROD, "accounts.prod.joins": true };
    expect(estateOf(joining).organization?.allowedRegions).toEqual(["eu-west-1", "us-east-1"]);
    expect(problemsWith({ ...joining, organization: { allowedRegions: ["eu-west-1"] } })).toEqual([
      'organization.allowedRegions must be a list with us-east-1, where environments.prod has stacks, got ["eu-west-1"]',
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

  test("must allow the home region of IAM Identity Center, where the alarm is on groups that work as Admin in production", () => {
    const changes: Changes = {
      ...{
        "accounts.dev.joins": true,
        "environments.dev.production": true,
        "environments.dev.externalId": "demo-77aa",
      },
      ...{ "accounts.dev.admins": ["group:leads"], "accounts.dev.breakGlass": ["arn:aws:iam::111111111111:user/a"] },
      identityCenter: { region: "eu-central-1" },
    };
    const problems = (...allowedRegions: string[]) => problemsWith({ ...changes, organization: { allowedRegions } });
    expect(problems("eu-west-1", "us-east-1", "eu-central-1")).toEqual([]);
    expect(problems("eu-west-1", "us-east-1")).toEqual([
      'organization.allowedRegions must be a list with eu-central-1, where environments.dev has stacks, got ["eu-west-1","us-east-1"]',
    ]);
    expect(estateOf(changes).organization?.allowedRegions).toEqual(["eu-central-1", "eu-west-1", "us-east-1"]);
  });

  test("rejects a region that the organization does not allow, once the account joins", () => {
    const changes: Changes = { "organization.allowedRegions": ["eu-west-1"], "accounts.lab.region": "us-east-1" };
    expect(problemsWith({ ...JOINING, ...changes })).toEqual([
      'organization.allowedRegions must be a list with us-east-1, where accounts.lab has stacks, got ["eu-west-1"]',
    ]);
    expect(problemsWith({ ...JOINING, ...changes, "accounts.lab.joins": false })).toEqual([]);
  });
});

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
