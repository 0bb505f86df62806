import { problemsWith } from "../estate-fixture";

const network = "environments.dev.network";

describe("zones", () => {
  test("must be zones of the environment's own region", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1a", "eu-central-1b"] })).toEqual([
      `${network}.zones[1]: got "eu-central-1b", expected a zone of eu-west-1: eu-west-1a, eu-west-1b, eu-west-1c`,
    ]);
    expect(
      problemsWith({
        "environments.dev.region": "eu-central-1",
        [`${network}.zones`]: ["eu-central-1a", "eu-west-1b"],
      }),
    ).toEqual([
      `${network}.zones[1]: got "eu-west-1b", expected a zone of eu-central-1: eu-central-1a, eu-central-1b, eu-central-1c`,
    ]);
  });

  test("must be given in full: a letter is no zone", () => {
    expect(problemsWith({ [`${network}.zones`]: ["a", "b"] })).toHaveLength(2);
  });

  test("must differ", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1a", "eu-west-1a"] })).toEqual([
      `${network}.zones[1]: got "eu-west-1a" a second time, expected each zone once`,
    ]);
  });

  test("are not judged where the region is no region", () => {
    expect(problemsWith({ defaultRegion: "mars-1", [`${network}.zones`]: ["mars-1a", "mars-1b"] })).toEqual([
      'defaultRegion: got "mars-1", expected the code of an AWS region, for example eu-west-1',
    ]);
  });
});

describe("subnets", () => {
  test("must lie in the network", () => {
    expect(problemsWith({ [`${network}.privateSubnetCidrBlocks`]: ["10.0.8.0/24", "10.1.0.0/24"] })).toEqual([
      `${network}.privateSubnetCidrBlocks[1]: got "10.1.0.0/24", expected a part of the network 10.0.0.0/20`,
    ]);
  });

  test("must not be larger than the network", () => {
    expect(
      problemsWith({
        [`${network}.publicSubnets`]: false,
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.0.0/19", "10.0.8.0/24"],
      }),
    ).toEqual([
      `${network}.privateSubnetCidrBlocks[0]: got "10.0.0.0/19", expected a part of the network 10.0.0.0/20`,
      `${network}.privateSubnetCidrBlocks[1]: got "10.0.8.0/24", which overlaps "10.0.0.0/19" of ${network}.privateSubnetCidrBlocks[0], expected one of its own`,
    ]);
  });

  test("must not overlap in one tier", () => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: ["10.0.0.0/23", "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[1]: got "10.0.1.0/24", which overlaps "10.0.0.0/23" of ${network}.publicSubnetCidrBlocks[0], expected one of its own`,
    ]);
  });

  test("must not overlap the default subnets of the other tier", () => {
    expect(problemsWith({ [`${network}.privateSubnetCidrBlocks`]: ["10.0.1.0/24", "10.0.8.0/24"] })).toEqual([
      `${network}.privateSubnetCidrBlocks[0]: got "10.0.1.0/24", which overlaps "10.0.1.0/24" of ${network}.publicSubnetCidrBlocks[1], expected one of its own`,
    ]);
  });

  test("may take the public tier's place where there is none", () => {
    expect(
      problemsWith({
        [`${network}.publicSubnets`]: false,
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.0.0/24", "10.0.1.0/24"],
      }),
    ).toEqual([]);
  });

  test("must be aligned to their size", () => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: ["10.0.0.128/24", "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[0]: got "10.0.0.128/24", expected 10.0.0.0/24 (it has host bits set)`,
    ]);
  });

  test.each([
    ["/29, smaller than AWS allows", "10.0.0.0/29"],
    ["/15, larger than AWS allows", "10.0.0.0/15"],
  ])("must not be %s", (_what, cidr) => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: [cidr, "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[0]: got "${cidr}", expected a prefix length from /16 to /28`,
    ]);
  });

  test("must be as many as there are zones", () => {
    expect(
      problemsWith({
        [`${network}.zones`]: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.8.0/24", "10.0.9.0/24"],
      }),
    ).toEqual([`${network}.privateSubnetCidrBlocks: got 2, expected 3: one for each zone`]);
  });
});
