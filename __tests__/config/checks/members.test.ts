import { problemsWith } from "../estate-fixture";

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
    `${member}.account: no account "${name}", expected a member account; known: lab`,
  ]);
});

test("rejects a member in an account that is none", () => {
  expect(problemsWith({ [member]: { account: "dev" } })).toEqual([
    `${member}.account: got "dev", an account of kind "main", expected a member account; known: lab`,
  ]);
});

test("does not judge a member whose account has no valid kind", () => {
  expect(problemsWith({ ...created, "accounts.lab.kind": "sandbox" })).toEqual([
    'accounts.lab.kind: got "sandbox", expected master, main or member',
  ]);
});

test("rejects two members of one environment in one account, since their roles share a name", () => {
  expect(problemsWith({ ...created, "environments.dev.members.lab-two": { account: "lab" } })).toEqual([
    'environments.dev.members.lab-two.account: "lab" is also that of member lab, expected another: the role\'s name is taken',
  ]);
});

test("rejects an invited member that does not bring its VPC and subnet", () => {
  expect(problemsWith({ ...invited, [member]: { account: "lab" } })).toEqual([
    `${member}.vpcId: is missing, expected the id of its VPC, vpc-…: an invited member brings its own`,
    `${member}.subnetId: is missing, expected the id of its subnet, subnet-…: an invited member brings its own`,
  ]);
});

test("rejects a network of ours for an invited member", () => {
  expect(
    problemsWith({ ...invited, [`${member}.cidrBlock`]: "10.0.0.0/16", [`${member}.mapPublicAddresses`]: true }),
  ).toEqual([
    `${member}.cidrBlock: got "10.0.0.0/16", expected none: an invited member brings its network`,
    `${member}.mapPublicAddresses: got true, expected none: an invited member brings its network`,
  ]);
});

test("rejects a VPC of its own for a created member", () => {
  expect(problemsWith({ ...created, [`${member}.vpcId`]: "vpc-0123456789abcdef0" })).toEqual([
    `${member}.vpcId: got "vpc-0123456789abcdef0", expected none: a created member gets its network`,
  ]);
});

test("rejects a member whose account is retired, and so has no stacks", () => {
  expect(problemsWith({ ...created, "accounts.lab.retired": true })).toEqual([
    `${member}.account: got "lab", which is retired, expected another, or no such member`,
  ]);
  expect(problemsWith({ ...created, "accounts.lab.retired": false })).toEqual([]);
});

test("accepts a created member whose id is not known yet", () => {
  expect(problemsWith({ ...created, "accounts.lab.id": undefined })).toEqual([]);
});

test("rejects a subnet outside the member's network, the default one too", () => {
  expect(problemsWith({ ...created, [`${member}.subnetCidrBlock`]: "10.1.0.0/20" })).toEqual([
    `${member}.subnetCidrBlock: got "10.1.0.0/20", expected a part of the network 10.0.0.0/16`,
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

  test("is accepted where both have one profile", () => {
    expect(problemsWith(shared("documented"))).toEqual([]);
  });

  test("is refused where one profile is documented: what it can make there, the hardened one would stand beside", () => {
    expect(problemsWith(shared("hardened"))).toEqual([
      `${other}.members.lab.account: "lab" is also that of environments.dev.members.lab, whose environment is documented, expected another account, or one profile for both`,
    ]);
  });
});
