import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { example } from "./support/estates";
import { synthesize } from "./support/synthesize";

const GOLDEN = join(__dirname, "addresses.golden.txt");
const UPDATE = "UPDATE_ADDRESSES=1 npm test -- --testPathPatterns addresses";

/**
 * The addresses of every resource of the shipped estate, a line each: the stack, and what Terraform calls the resource
 * in its state.
 */
function addresses(): string[] {
  return synthesize(example())
    .stacks.flatMap(({ id, resources }) => resources.map(({ address }) => `${id} ${address}`))
    .sort();
}

/** What a difference means and what to do about it; nothing where there is none. */
function explained(before: readonly string[], after: readonly string[]): string {
  const [old, now] = [new Set(before), new Set(after)];
  const vanished = before.filter((address) => !now.has(address)).map((address) => `  - ${address}`);
  const appeared = after.filter((address) => !old.has(address)).map((address) => `  + ${address}`);
  if (vanished.length + appeared.length === 0) return "";
  const what =
    vanished.length === 0
      ? "Resources are new. Terraform would create them, and leave all others alone."
      : [
          "Addresses vanished. Terraform would DESTROY what is there in every estate that was applied, and create what appeared.",
          "If a resource was only renamed or moved (an id or a scope changed), give it back its id, or tell Terraform in its stack where it went:",
          '  this.addOverride("moved", [{ from: "<old>", to: "<new>" }]);',
          "and keep that for as long as there are estates that know the old address. (moveFromId() would make every synth need Terraform.)",
          "If it is to stay in AWS without an address, forget() it where it was (modules/forget.ts), and keep that likewise.",
          "If it is to go, say so in the commit.",
        ].join("\n");
  return [
    ...vanished,
    ...appeared,
    "",
    what,
    `Then write the list anew, and commit it with the change: ${UPDATE}`,
  ].join("\n");
}

/** Addresses that the shipped estate had: what applied estates have there stays in AWS, and its stack forgets it. */
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

test("every resource of the shipped estate has the address that applied estates know it by", () => {
  if (process.env["UPDATE_ADDRESSES"]) writeFileSync(GOLDEN, `${addresses().join("\n")}\n`);
  const difference = explained(golden(), addresses());
  if (difference !== "") throw new Error(`the addresses differ from __tests__/addresses.golden.txt:\n${difference}`);
});

test("what is no resource any longer is forgotten under the address that it had", () => {
  const forgotten = synthesize(example()).stacks.flatMap(({ id, json: { removed = [] } }) =>
    removed.map(({ from }) => `${id} ${from}`),
  );
  expect(forgotten.sort()).toEqual(FORGOTTEN);
});

test("the list is sorted, and names every address once", () => {
  expect(golden()).toEqual([...new Set(golden())].sort());
});

describe("a difference", () => {
  const before = ["dev-network aws_subnet.kept", "dev-network aws_vpc.old"];

  test("is told address by address, with what it means and what to do", () => {
    const text = explained(before, ["dev-network aws_subnet.kept", "dev-network aws_vpc.renamed"]);
    expect(text).toMatch(/^ {2}- dev-network aws_vpc\.old\n {2}\+ dev-network aws_vpc\.renamed\n/);
    expect(text).not.toContain("kept");
    expect(text).toContain("DESTROY");
    expect(text).toContain('this.addOverride("moved", [{ from: "<old>", to: "<new>" }])');
    expect(text).toContain(UPDATE);
  });

  test("does not alarm where resources are only added", () => {
    const text = explained(before, [...before, "dev-network aws_vpc.second"]);
    expect(text).toMatch(/^ {2}\+ dev-network aws_vpc\.second\n/);
    expect(text).not.toContain("DESTROY");
    expect(text).toContain(UPDATE);
  });

  test("is nothing where nothing differs", () => {
    expect(explained(before, [...before])).toBe("");
  });
});
