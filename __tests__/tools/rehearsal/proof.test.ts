import { expectDefined, expectEqual, expectOne, tryProofs, type Proof } from "../../../tools/rehearsal/proof";

const proof = (claim: string, check: () => void): Proof => ({
  account: "dev",
  claim,
  check: () => Promise.resolve().then(check),
});

test("expectEqual reports the expected value and the actual value", () => {
  expect(() => {
    expectEqual("NAT gateways", 1, 0);
  }).toThrow("NAT gateways must be 0, got 1");
  expect(() => {
    expectEqual("subnets", ["10.0.0.0/24"], ["10.0.0.0/24", "10.0.1.0/24"]);
  }).toThrow('subnets must be ["10.0.0.0/24","10.0.1.0/24"], got ["10.0.0.0/24"]');
});

test("expectEqual compares lists and objects by their content", () => {
  expect(() => {
    expectEqual("list", [{ a: 1 }], [{ a: 1 }]);
  }).not.toThrow();
});

test("expectDefined and expectOne fail for a missing value and for a list without exactly one element", () => {
  expect(expectDefined("id of the VPC", "vpc-1")).toBe("vpc-1");
  expect(() => {
    expectDefined("id of the VPC", undefined);
  }).toThrow("id of the VPC must be defined, got nothing");
  expect(expectOne("VPCs", ["vpc-1"])).toBe("vpc-1");
  for (const vpcs of [[], ["vpc-1", "vpc-2"]])
    expect(() => {
      expectOne("VPCs", vpcs);
    }).toThrow(`number of VPCs must be 1, got ${vpcs.length}`);
});

test("tryProofs checks every proof after a failure and returns the results in order", async () => {
  const results = await tryProofs([
    proof("holds", () => undefined),
    proof("does not", () => {
      throw new Error("it does not");
    }),
    proof("holds too", () => undefined),
  ]);
  expect(results.map(({ proof: { claim }, error }) => [claim, error?.message])).toEqual([
    ["holds", undefined],
    ["does not", "it does not"],
    ["holds too", undefined],
  ]);
});
