import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { example } from "./support/estates";
import { synthesize } from "./support/synthesize";

const GOLDEN = join(__dirname, "addresses.golden.txt");
const UPDATE = "UPDATE_ADDRESSES=1 npm test -- --testPathPatterns addresses";

/**
 * The addresses of every resource of the shipped estate, one per line: the stack and the resource's address
 * in the state.
 */
function addresses(): string[] {
  return synthesize(example())
    .stacks.flatMap(({ id, resources }) => resources.map(({ address }) => `${id} ${address}`))
    .sort();
}

/** The meaning and the remedy of a difference. Empty if there is none. */
function explained(before: readonly string[], after: readonly string[]): string {
  const [old, now] = [new Set(before), new Set(after)];
  const vanished = before.filter((address) => !now.has(address)).map((address) => `  - ${address}`);
  const appeared = after.filter((address) => !old.has(address)).map((address) => `  + ${address}`);
  if (vanished.length + appeared.length === 0) return "";
  const what =
    vanished.length === 0
      ? "Terraform would create new resources, and change no others."
      : [
          "Addresses were removed. Terraform would DESTROY their resources in every applied estate, and create the added ones.",
          "If a resource was only renamed or moved (an id or a scope changed), restore its id, or declare the move in its stack:",
          '  this.addOverride("moved", [{ from: "<old>", to: "<new>" }]);',
          "Keep that as long as estates with the old address exist. (With moveFromId(), every synth would need Terraform.)",
          "To keep it in AWS without an address, call forget() in its old place (modules/terraform-syntax.ts), and keep that too.",
          "If it should be destroyed, write that in the commit message.",
        ].join("\n");
  return [...vanished, ...appeared, "", what, `Then update the list, and commit it with the change: ${UPDATE}`].join(
    "\n",
  );
}

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

const golden = () => readFileSync(GOLDEN, "utf8").trimEnd().split("\n");

test("every resource of the shipped estate has the same address as in applied estates", () => {
  if (process.env["UPDATE_ADDRESSES"]) writeFileSync(GOLDEN, `${addresses().join("\n")}\n`);
  const difference = explained(golden(), addresses());
  if (difference !== "") throw new Error(`the addresses differ from __tests__/addresses.golden.txt:\n${difference}`);
});

test("former resources are removed from the state at their former address", () => {
  const forgotten = synthesize(example()).stacks.flatMap(({ id, json: { removed = [] } }) =>
    removed.map(({ from }) => `${id} ${from}`),
  );
  expect(forgotten.sort()).toEqual(FORGOTTEN);
});

test("the list of addresses is sorted and has no duplicates", () => {
  expect(golden()).toEqual([...new Set(golden())].sort());
});

describe("a difference", () => {
  const before = ["dev-network aws_subnet.kept", "dev-network aws_vpc.old"];

  test("is reported by address, with its meaning and the remedy", () => {
    const text = explained(before, ["dev-network aws_subnet.kept", "dev-network aws_vpc.renamed"]);
    expect(text).toMatch(/^ {2}- dev-network aws_vpc\.old\n {2}\+ dev-network aws_vpc\.renamed\n/);
    expect(text).not.toContain("kept");
    expect(text).toContain("DESTROY");
    expect(text).toContain('this.addOverride("moved", [{ from: "<old>", to: "<new>" }])');
    expect(text).toContain(UPDATE);
  });

  test("does not warn of destruction if resources are only added", () => {
    const text = explained(before, [...before, "dev-network aws_vpc.second"]);
    expect(text).toMatch(/^ {2}\+ dev-network aws_vpc\.second\n/);
    expect(text).not.toContain("DESTROY");
    expect(text).toContain(UPDATE);
  });

  test("is an empty text for equal lists", () => {
    expect(explained(before, [...before])).toBe("");
  });
});
