import { contains, isOpen, overlaps, placeTiers, wizardSubnets } from "../../config/cidr";

test.each([
  ["10.0.0.0/20", "10.0.0.0/20", true],
  ["10.0.0.0/20", "10.0.15.240/28", true],
  ["10.0.0.0/20", "10.0.16.0/28", false],
  ["10.0.16.0/20", "10.0.15.240/28", false],
  ["10.0.0.0/20", "10.0.0.0/19", false],
  ["0.0.0.0/0", "255.255.255.255/32", true],
])("%s contains %s: %p", (outer, inner, expected) => {
  expect(contains(outer, inner)).toBe(expected);
});

test.each([
  ["10.0.0.0/24", "10.0.0.0/24", true],
  ["10.0.0.0/24", "10.0.0.128/25", true],
  ["10.0.0.128/25", "10.0.0.0/24", true],
  ["10.0.0.0/24", "10.0.1.0/24", false],
  ["10.0.1.0/24", "10.0.0.0/24", false],
  ["128.0.0.0/1", "127.0.0.0/8", false],
])("%s overlaps %s: %p", (one, other, expected) => {
  expect(overlaps(one, other)).toBe(expected);
});

test.each([
  ["everybody", "0.0.0.0/0", true],
  ["half of everybody", "128.0.0.0/1", true],
  ["a /8", "8.0.0.0/8", true],
  ["a /15", "198.50.0.0/15", true],
  ["a /16", "198.51.0.0/16", false],
  ["an address", "198.51.100.7/32", false],
  ["the private 10.0.0.0/8", "10.0.0.0/8", false],
  ["more than the private 10.0.0.0/8", "10.0.0.0/7", true],
  ["a part of the private 10.0.0.0/8", "10.2.0.0/15", false],
  ["the private 172.16.0.0/12", "172.16.0.0/12", false],
  ["more than the private 172.16.0.0/12", "172.0.0.0/11", true],
  ["the network before the private 172.16.0.0/12", "172.14.0.0/15", true],
  ["the network after the private 172.16.0.0/12", "172.32.0.0/12", true],
  ["the private 192.168.0.0/16", "192.168.0.0/16", false],
  ["more than the private 192.168.0.0/16", "192.168.0.0/15", true],
  ["the shared 100.64.0.0/10", "100.64.0.0/10", false],
  ["more than the shared 100.64.0.0/10", "100.0.0.0/9", true],
])("whether the internet is in %s: %s: %p", (_what, cidrBlock, expected) => {
  expect(isOpen(cidrBlock)).toBe(expected);
});

test.each([
  ["10.0.0.0/16", ["10.0.0.0/20", "10.0.16.0/20"], ["10.0.128.0/20", "10.0.144.0/20"]],
  ["10.0.0.0/20", ["10.0.0.0/24", "10.0.1.0/24"], ["10.0.8.0/24", "10.0.9.0/24"]],
  ["192.168.5.0/24", ["192.168.5.0/28", "192.168.5.16/28"], ["192.168.5.128/28", "192.168.5.144/28"]],
  ["255.255.240.0/20", ["255.255.240.0/24", "255.255.241.0/24"], ["255.255.248.0/24", "255.255.249.0/24"]],
])("lays out %s as the VPC wizard of the AWS console does", (cidrBlock, publicCidrBlocks, privateCidrBlocks) => {
  expect(wizardSubnets(cidrBlock, 2)).toEqual({ publicCidrBlocks, privateCidrBlocks });
});

test("lays out a third zone without moving the first two", () => {
  expect(wizardSubnets("10.0.0.0/20", 3)).toEqual({
    publicCidrBlocks: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
    privateCidrBlocks: ["10.0.8.0/24", "10.0.9.0/24", "10.0.10.0/24"],
  });
});

test("keeps the wizard's subnets inside the network and apart, for every size and number of zones", () => {
  for (let prefix = 16; prefix <= 24; prefix++) {
    for (const zones of [1, 2, 3]) {
      const network = `172.16.0.0/${prefix}`;
      const { publicCidrBlocks, privateCidrBlocks } = wizardSubnets(network, zones);
      const subnets = [...publicCidrBlocks, ...privateCidrBlocks];
      expect(subnets).toHaveLength(2 * zones);
      for (const [index, subnet] of subnets.entries()) {
        expect(contains(network, subnet)).toBe(true);
        for (const other of subnets.slice(index + 1)) expect(overlaps(subnet, other)).toBe(false);
      }
    }
  }
});

describe("tiers", () => {
  const place = (tiers: Parameters<typeof placeTiers>[2], zones = 2, taken: readonly string[] = []) =>
    placeTiers("10.0.0.0/20", taken, tiers, zones).map(({ cidrBlocks }) => cidrBlocks);

  test("are placed after each other in what the subnets of three zones leave free", () => {
    expect(
      place([
        { name: "a", prefixLength: 24 },
        { name: "b", prefixLength: 26 },
        { name: "c", prefixLength: 24 },
      ]),
    ).toEqual([
      ["10.0.3.0/24", "10.0.4.0/24"],
      ["10.0.6.0/26", "10.0.6.64/26"],
      ["10.0.11.0/24", "10.0.12.0/24"],
    ]);
  });

  test("stay where they are when a tier follows, a zone is added, or those before get fixed networks", () => {
    const [a, b] = [
      { name: "a", prefixLength: 25 },
      { name: "b", prefixLength: 27 },
    ];
    const [ofA, ofB] = place([a, b]);
    expect(place([a, b, { name: "c", prefixLength: 24 }]).slice(0, 2)).toEqual([ofA, ofB]);
    expect(place([a, b], 3).map((blocks) => blocks?.slice(0, 2))).toEqual([ofA, ofB]);
    expect(place([{ name: "b", cidrBlocks: ofB }])).toEqual([ofB]);
    expect(
      place([
        { name: "c", prefixLength: 25 },
        { name: "b", cidrBlocks: ofB },
      ])[1],
    ).toEqual(ofB);
  });

  test("never overlap each other, given subnets, or those that the wizard creates", () => {
    const taken = ["10.0.4.0/24"];
    const [sized = [], given = []] = place(
      [
        { name: "a", prefixLength: 25 },
        { name: "b", cidrBlocks: ["10.0.5.0/25", "10.0.5.128/25"] },
      ],
      2,
      taken,
    );
    const { publicCidrBlocks, privateCidrBlocks } = wizardSubnets("10.0.0.0/20", 3);
    const others = [...taken, ...given, ...publicCidrBlocks, ...privateCidrBlocks];
    expect(sized).toEqual(["10.0.6.0/25", "10.0.6.128/25"]);
    expect(sized.filter((one) => others.some((other) => overlaps(one, other)))).toEqual([]);
  });

  test("have no place where the network has no room, and say what is free", () => {
    expect(
      placeTiers(
        "10.0.0.0/24",
        [],
        [
          { name: "a", prefixLength: 24 },
          { name: "b", prefixLength: 28 },
        ],
        1,
      ),
    ).toEqual([
      { name: "a", free: ["10.0.0.48 to 10.0.0.127", "10.0.0.176 to 10.0.0.255"] },
      { name: "b", cidrBlocks: ["10.0.0.48/28"], free: ["10.0.0.48 to 10.0.0.127", "10.0.0.176 to 10.0.0.255"] },
    ]);
    expect(place([{ name: "a", prefixLength: 22 }])).toEqual([undefined]);
  });
});
