import { estateOf, named, problemsWith } from "../estate-fixture";

const network = "environments.dev.network";

describe("zones", () => {
  test("must be zones of the environment's own region", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1a", "eu-central-1b"] })).toEqual([
      `${network}.zones[1] must be a zone of eu-west-1 (eu-west-1a, eu-west-1b, eu-west-1c), got "eu-central-1b"`,
    ]);
    expect(
      problemsWith({
        "environments.dev.region": "eu-central-1",
        [`${network}.zones`]: ["eu-central-1a", "eu-west-1b"],
      }),
    ).toEqual([
      `${network}.zones[1] must be a zone of eu-central-1 (eu-central-1a, eu-central-1b, eu-central-1c), got "eu-west-1b"`,
    ]);
  });

  test("must be given in full, not as a letter", () => {
    expect(problemsWith({ [`${network}.zones`]: ["a", "b"] })).toHaveLength(2);
  });

  test("must differ", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1a", "eu-west-1a"] })).toEqual([
      `${network}.zones[1] must be a zone that is not listed before, got "eu-west-1a"`,
    ]);
  });

  test("are not checked if the region was refused", () => {
    expect(problemsWith({ defaultRegion: "mars-1", [`${network}.zones`]: ["mars-1a", "mars-1b"] })).toEqual([
      'defaultRegion must be the code of an AWS region, for example eu-west-1, got "mars-1"',
    ]);
  });
});

describe("one zone", () => {
  test("is enough without a database", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1b"] })).toEqual([]);
    expect(named(estateOf({ [`${network}.zones`]: ["eu-west-1b"] }).environments, "dev").network).toMatchObject({
      publicSubnets: [{ zone: "eu-west-1b", cidrBlock: "10.0.0.0/24" }],
      privateSubnets: [{ zone: "eu-west-1b", cidrBlock: "10.0.8.0/24" }],
    });
  });

  test("is not enough with one: RDS needs two", () => {
    expect(problemsWith({ [`${network}.zones`]: ["eu-west-1b"], "environments.dev.database": {} })).toEqual([
      `${network}.zones must be two or three availability zones with a database, got ["eu-west-1b"]`,
    ]);
  });
});

describe("the subnets of a VPC that exists", () => {
  const kept = "environments.dev.existing.network";
  const [a, b] = [
    { zone: "eu-west-1a", cidrBlock: "10.0.0.0/25" },
    { zone: "eu-west-1b", cidrBlock: "10.0.1.0/24" },
  ];

  test("replace those of the settings: any number in each tier, in any of its zones", () => {
    const subnets = { publicSubnets: [b], privateSubnets: [a, { ...b, cidrBlock: "10.0.2.0/24" }] };
    expect(named(estateOf({ [kept]: subnets }).environments, "dev").network).toMatchObject(subnets);
  });

  test.each([
    {
      subnet: { zone: "eu-west-1a", cidrBlock: "10.0.2.0/24" },
      problem: '[1].zone must be a zone that is not listed before, got "eu-west-1a"',
    },
    {
      subnet: { zone: "eu-west-2a", cidrBlock: "10.0.2.0/24" },
      problem: '[1].zone must be a zone of eu-west-1 (eu-west-1a, eu-west-1b, eu-west-1c), got "eu-west-2a"',
    },
    {
      subnet: { zone: "eu-west-1b", cidrBlock: "10.1.0.0/24" },
      problem: '[1].cidrBlock must be part of the network 10.0.0.0/20, got "10.1.0.0/24"',
    },
    {
      subnet: { zone: "eu-west-1b", cidrBlock: "10.0.0.0/24" },
      problem: `[1].cidrBlock must be a network that overlaps no other subnet, got "10.0.0.0/24" (overlaps "10.0.0.0/25" of ${kept}.publicSubnets[0].cidrBlock)`,
    },
  ])("must fit together: $subnet", ({ subnet, problem }) => {
    expect(problemsWith({ [kept]: { publicSubnets: [a, subnet], privateSubnets: [] } })).toEqual([
      `${kept}.publicSubnets${problem}`,
    ]);
  });

  test("leave no room for settings that decide the same", () => {
    const changes = { [kept]: { publicSubnets: [], privateSubnets: [a, b] }, [`${network}.publicSubnets`]: false };
    expect(problemsWith(changes)).toEqual([
      `${network}.publicSubnets must be left out, because existing.network lists the subnets, got false`,
    ]);
  });
});

describe("subnets", () => {
  test("must be part of the network", () => {
    expect(problemsWith({ [`${network}.privateSubnetCidrBlocks`]: ["10.0.8.0/24", "10.1.0.0/24"] })).toEqual([
      `${network}.privateSubnetCidrBlocks[1] must be part of the network 10.0.0.0/20, got "10.1.0.0/24"`,
    ]);
  });

  test("must not be larger than the network", () => {
    expect(
      problemsWith({
        [`${network}.publicSubnets`]: false,
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.0.0/19", "10.0.8.0/24"],
      }),
    ).toEqual([
      `${network}.privateSubnetCidrBlocks[0] must be part of the network 10.0.0.0/20, got "10.0.0.0/19"`,
      `${network}.privateSubnetCidrBlocks[1] must be a network that overlaps no other subnet, got "10.0.8.0/24" (overlaps "10.0.0.0/19" of ${network}.privateSubnetCidrBlocks[0])`,
    ]);
  });

  test("must not overlap in one tier", () => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: ["10.0.0.0/23", "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[1] must be a network that overlaps no other subnet, got "10.0.1.0/24" (overlaps "10.0.0.0/23" of ${network}.publicSubnetCidrBlocks[0])`,
    ]);
  });

  test("must not overlap the default subnets of the other tier", () => {
    expect(problemsWith({ [`${network}.privateSubnetCidrBlocks`]: ["10.0.1.0/24", "10.0.8.0/24"] })).toEqual([
      `${network}.privateSubnetCidrBlocks[0] must be a network that overlaps no other subnet, got "10.0.1.0/24" (overlaps "10.0.1.0/24" of ${network}.publicSubnetCidrBlocks[1])`,
    ]);
  });

  test("may use the public tier's addresses if there is no public tier", () => {
    expect(
      problemsWith({
        [`${network}.publicSubnets`]: false,
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.0.0/24", "10.0.1.0/24"],
      }),
    ).toEqual([]);
  });

  test("must be aligned to their size", () => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: ["10.0.0.128/24", "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[0] must be an IPv4 network such as 10.0.0.0/20, got "10.0.0.128/24" (host bits are set: the network is 10.0.0.0/24)`,
    ]);
  });

  test.each([
    ["/29, smaller than AWS allows", "10.0.0.0/29"],
    ["/15, larger than AWS allows", "10.0.0.0/15"],
  ])("must not be %s", (_what, cidr) => {
    expect(problemsWith({ [`${network}.publicSubnetCidrBlocks`]: [cidr, "10.0.1.0/24"] })).toEqual([
      `${network}.publicSubnetCidrBlocks[0] must be a network with a prefix length from /16 to /28, got "${cidr}"`,
    ]);
  });

  test("must be as many as there are zones", () => {
    expect(
      problemsWith({
        [`${network}.zones`]: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        [`${network}.privateSubnetCidrBlocks`]: ["10.0.8.0/24", "10.0.9.0/24"],
      }),
    ).toEqual([`${network}.privateSubnetCidrBlocks must be a list of 3 networks, one for each zone, got 2 of them`]);
  });
});

describe("further tiers", () => {
  const tiers = `${network}.tiers`;

  test("have either a size or subnets, one for each zone", () => {
    expect(
      problemsWith({
        [tiers]: {
          none: {},
          both: { prefixLength: 28, cidrBlocks: ["10.0.3.0/28", "10.0.3.16/28"] },
          few: { cidrBlocks: ["10.0.4.0/28"] },
        },
      }),
    ).toEqual([
      `${tiers}.none must be a tier with either prefixLength or cidrBlocks, got neither`,
      `${tiers}.both must be a tier with either prefixLength or cidrBlocks, got both`,
      `${tiers}.few.cidrBlocks must be a list of 2 networks, one for each zone, got 1 of them`,
    ]);
  });

  test("fit into the free space, which the error names", () => {
    expect(problemsWith({ [tiers]: { data: { prefixLength: 24 }, large: { prefixLength: 23 } } })).toEqual([
      `${tiers}.large.prefixLength must be a size of which three subnets have room in a row in the free space of 10.0.0.0/20 (10.0.6.0 to 10.0.7.255, 10.0.11.0 to 10.0.15.255), got 23`,
    ]);
  });

  test("overlap no other subnet, and are part of the network", () => {
    expect(problemsWith({ [tiers]: { data: { cidrBlocks: ["10.0.8.0/25", "10.1.0.0/25"] } } })).toEqual([
      `${tiers}.data.cidrBlocks[0] must be a network that overlaps no other subnet, got "10.0.8.0/25" (overlaps "10.0.8.0/24" of ${network}.privateSubnetCidrBlocks[0])`,
      `${tiers}.data.cidrBlocks[1] must be part of the network 10.0.0.0/20, got "10.1.0.0/25"`,
    ]);
  });

  test("leave every other subnet where it is", () => {
    const before = named(estateOf().environments, "dev").network;
    const after = named(estateOf({ [tiers]: { data: { prefixLength: 26 } } }).environments, "dev").network;
    expect(after).toEqual({ ...before, tiers: after.tiers });
    expect(after.tiers).toEqual([
      {
        name: "data",
        subnets: [
          { zone: "eu-west-1a", cidrBlock: "10.0.3.0/26" },
          { zone: "eu-west-1b", cidrBlock: "10.0.3.64/26" },
        ],
      },
    ]);
  });

  test("are in the zones of a VPC that exists", () => {
    const subnets = [
      { zone: "eu-west-1a", cidrBlock: "10.0.3.0/26" },
      { zone: "eu-west-1c", cidrBlock: "10.0.3.64/26" },
    ];
    const changes = {
      "environments.dev.existing.network": { publicSubnets: [], privateSubnets: subnets },
      [tiers]: { data: { prefixLength: 26 } },
    };
    expect(named(estateOf(changes).environments, "dev").network.tiers[0]?.subnets).toEqual([
      { zone: "eu-west-1a", cidrBlock: "10.0.3.128/26" },
      { zone: "eu-west-1c", cidrBlock: "10.0.3.192/26" },
    ]);
  });
});
