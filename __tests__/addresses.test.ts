import { join } from "node:path";
import { addressesIn, addressesOf, expectAddresses, explained } from "./support/addresses";
import { example } from "./support/estates";
import { synthesize } from "./support/synthesize";

const GOLDEN = join(__dirname, "addresses.golden.txt");
const UPDATE = "UPDATE_ADDRESSES=1 npm test -- --testPathPatterns addresses";

/** Former addresses of the shipped estate. Their stacks remove them from the state, and the resources stay in AWS. */
const FORGOTTEN = [
  "ci-database aws_vpc_security_group_ingress_rule.database_security-group_from_10-0-8-0-23_5F2C0B02",
  "dev-database aws_vpc_security_group_ingress_rule.database_security-group_from_10-0-8-0-23_5F2C0B02",
  "dev-database aws_vpc_security_group_ingress_rule.database_security-group_from_web_A957833C",
  "dev-network aws_vpc_security_group_ingress_rule.security-group_web_ingress_tcp-443-from-10-0-0-0-20_969C59F0",
  "prod-database aws_vpc_security_group_ingress_rule.database_security-group_from_10-0-8-0-23_5F2C0B02",
  "prod-database aws_vpc_security_group_ingress_rule.database_security-group_from_web_A957833C",
  "prod-network aws_vpc_security_group_ingress_rule.security-group_web_ingress_tcp-443-from-0-0-0-0-0_DC9242DC",
  "staging-database aws_vpc_security_group_ingress_rule.database_security-group_from_10-0-8-0-23_5F2C0B02",
];

test("every resource of the shipped estate has the same address as in applied estates", () => {
  expectAddresses(GOLDEN, addressesOf(synthesize(example())), UPDATE);
});

test("former resources are removed from the state at their former address", () => {
  const forgotten = synthesize(example()).stacks.flatMap(({ id, json: { removed = [] } }) =>
    removed.map(({ from }) => `${id} ${from}`),
  );
  expect(forgotten.sort()).toEqual(FORGOTTEN);
});

test("the list of addresses is sorted and has no duplicates", () => {
  const golden = addressesIn(GOLDEN);
  expect(golden).toEqual([...new Set(golden)].sort());
});

describe("a difference", () => {
  const before = ["dev-network aws_subnet.kept", "dev-network aws_vpc.old"];

  test("is reported by address, with its meaning and the remedy", () => {
    const text = explained(before, ["dev-network aws_subnet.kept", "dev-network aws_vpc.renamed"], UPDATE);
    expect(text).toMatch(/^ {2}- dev-network aws_vpc\.old\n {2}\+ dev-network aws_vpc\.renamed\n/);
    expect(text).not.toContain("kept");
    expect(text).toContain("DESTROY");
    expect(text).toContain('this.addOverride("moved", [{ from: "<old>", to: "<new>" }])');
    expect(text).toContain(UPDATE);
  });

  test("does not warn of destruction if resources are only added", () => {
    const text = explained(before, [...before, "dev-network aws_vpc.second"], UPDATE);
    expect(text).toMatch(/^ {2}\+ dev-network aws_vpc\.second\n/);
    expect(text).not.toContain("DESTROY");
    expect(text).toContain(UPDATE);
  });

  test("is an empty text for equal lists", () => {
    expect(explained(before, [...before], UPDATE)).toBe("");
  });
});
