import { expectDefined, expectEqual, expectOne, tryProofs, type Proof } from "../../../tools/rehearsal/proof";

const proof = (claim: string, check: () => void): Proof => ({
  account: "dev",
  claim,
  check: () => Promise.resolve().then(check),
});

test("a difference is told with what was got and what was expected", () => {
  expect(() => {
    expectEqual("NAT gateways", 1, 0);
  }).toThrow("NAT gateways: got 1, expected 0");
  expect(() => {
    expectEqual("subnets", ["10.0.0.0/24"], ["10.0.0.0/24", "10.0.1.0/24"]);
  }).toThrow('subnets: got ["10.0.0.0/24"], expected ["10.0.0.0/24","10.0.1.0/24"]');
});

test("what is equal passes, lists and objects by their content", () => {
  expect(() => {
    expectEqual("list", [{ a: 1 }], [{ a: 1 }]);
  }).not.toThrow();
});

test("a value that AWS did not give fails the proof, and so does a list without exactly one element", () => {
  expect(expectDefined("id of the VPC", "vpc-1")).toBe("vpc-1");
  expect(() => {
    expectDefined("id of the VPC", undefined);
  }).toThrow("id of the VPC: got nothing, expected a value");
  expect(expectOne("VPCs", ["vpc-1"])).toBe("vpc-1");
  for (const vpcs of [[], ["vpc-1", "vpc-2"]])
    expect(() => {
      expectOne("VPCs", vpcs);
    }).toThrow(`number of VPCs: got ${vpcs.length}, expected 1`);
});

test("one that fails does not keep the others from being tried, and each is reported in its place", async () => {
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
