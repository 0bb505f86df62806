import { readFileSync } from "node:fs";
import { join } from "node:path";
import { optInRegions, REGIONS, zonesOf } from "../../config/regions";
import { parseEstate } from "../../config/load";
import { estateWith } from "./estate-fixture";

const regions = Object.entries(REGIONS);

test("gives every region a unique code", () => {
  const codes = regions.map(([, { code }]) => code);
  expect(new Set(codes).size).toBe(regions.length);
  expect(regions.length).toBeGreaterThanOrEqual(34);
});

test("uses only lower-case letters in codes, so that a namespace can be split", () => {
  for (const [, { code }] of regions) expect(code).toMatch(/^[a-z]{2,3}$/);
});

test.each([
  ["us-east-1", "va"],
  ["us-east-2", "oh"],
  ["us-west-1", "ca"],
  ["us-west-2", "or"],
  ["eu-west-1", "irl"],
  ["eu-west-2", "ldn"],
  ["eu-central-1", "fr"],
])("keeps the code of %s in running estates: %s", (region, code) => {
  expect(REGIONS[region]?.code).toBe(code);
});

test("names only regions of the aws partition", () => {
  for (const [region] of regions) expect(region).toMatch(/^(af|ap|ca|eu|il|me|mx|sa|us)-(?!gov-|iso)[a-z]+-\d$/);
});

test("gives every region at least two distinct zones that begin with its name", () => {
  for (const [region] of regions) {
    const zones = zonesOf(region);
    expect(zones.length).toBeGreaterThanOrEqual(2);
    expect(new Set(zones).size).toBe(zones.length);
    for (const zone of zones) expect(zone).toMatch(new RegExp(`^${region}[a-f]$`));
  }
});

test("puts the default subnets of every region into its zones", () => {
  for (const [region] of regions) {
    const [environment] = parseEstate(estateWith({ defaultRegion: region }), "test").environments;
    const zones = [...(environment?.network.publicSubnets ?? []), ...(environment?.network.privateSubnets ?? [])].map(
      ({ zone }) => zone,
    );
    expect(zones).toHaveLength(4);
    expect(zonesOf(region)).toEqual(expect.arrayContaining(zones));
  }
});

test("offers the zone of old accounts last, so that no default is in it", () => {
  expect(zonesOf("ap-northeast-1")).toEqual(["a", "c", "d", "b"].map((letter) => `ap-northeast-1${letter}`));
});

test.each(["eu-west-9", "toString", "constructor", "__proto__", ""])(
  "knows no zones of the unknown region %p",
  (region) => {
    expect(zonesOf(region)).toEqual([]);
  },
);

test("knows the same regions that every account has as the emulator", () => {
  const emulator = readFileSync(join(__dirname, "../../tools/emulator/account_regions.py"), "utf8");
  const enabled = /frozenset\(\s*"([^"]*)"\s*"([^"]*)"/.exec(emulator)?.slice(1).join("").trim().split(/\s+/) ?? [];
  const optIn = optInRegions(Object.keys(REGIONS));
  expect(
    Object.keys(REGIONS)
      .filter((region) => !optIn.includes(region))
      .sort(),
  ).toEqual([...enabled].sort());
  expect(optIn).toEqual(expect.arrayContaining(["af-south-1", "ap-east-1", "me-south-1", "ca-west-1"]));
  expect(optIn).toHaveLength(17);
});
