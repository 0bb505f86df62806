import { App, TerraformHclModule } from "cdktf";
import { accountStack } from "../../config/layout";
import type { Estate } from "../../config/model";
import { BaseStack } from "../../stacks/base-stack";
import { groupsOf, inputDigests } from "../../stacks/groups";
import { contentOf } from "../../tools/plans/promotion/content";
import { found, smallWith } from "../support/estates";
import { synthesize } from "../support/synthesize";

const small = smallWith(() => undefined);
const withFiles = (files: Pick<Estate, "adoptions" | "moves">): Estate => ({ ...small, ...files });

const STACK = "ci-network";
const plain = synthesize(small).stack(STACK);
const address = (type: string): string => `${type}.${Object.keys(plain.json.resource?.[type] ?? {})[0] ?? "missing"}`;
const [vpc, gateway] = [address("aws_vpc"), address("aws_internet_gateway")];

test("a stack imports what <estate>.adopt.json names, and moves what <estate>.moves.json names", () => {
  const moves = [
    { from: "aws_vpc.first", to: "aws_vpc.second" },
    { from: "aws_vpc.second", to: vpc },
  ];
  const estate = withFiles({ adoptions: { [STACK]: { [gateway]: "igw-1" } }, moves: { [STACK]: moves } });
  const { json } = synthesize(estate).stack(STACK);
  expect(json).toEqual({ ...plain.json, import: [{ to: gateway, id: "igw-1" }], moved: moves });
});

test("only the group of a named stack is made of other input, and no other stack changes", () => {
  const estate = withFiles({ adoptions: { [STACK]: { [vpc]: "vpc-1" } } });
  const [before, after] = [inputDigests(groupsOf(small)), inputDigests(groupsOf(estate))];
  const changed = [...before].filter(([id, digest]) => after.get(id) !== digest).map(([id]) => id);
  expect(changed).toEqual(groupsOf(small).find(({ specs }) => specs.some(({ id }) => id === STACK))?.specs.map(({ id }) => id)); // prettier-ignore
  const [one, other] = [synthesize(small), synthesize(estate)];
  const differing = one.stacks.filter(({ id }) => one.texts.get(id) !== other.texts.get(id)).map(({ id }) => id);
  expect(differing).toEqual([STACK]);
});

test("imports and moves are no part of the content that is recorded for promotion", () => {
  const files = {
    adoptions: { [STACK]: { [vpc]: "vpc-1" } },
    moves: { [STACK]: [{ from: "aws_vpc.first", to: vpc }] },
  };
  const spec = found(Object.fromEntries(groupsOf(small).flatMap(({ specs }) => specs.map((each) => [each.id, each]))), STACK); // prettier-ignore
  expect(contentOf(synthesize(withFiles(files)).stack(STACK).json, spec, small)).toBe(
    contentOf(plain.json, spec, small),
  );
});

test("addresses that a stack does not have are all reported, with the file", () => {
  const estate = withFiles({
    adoptions: { [STACK]: { "aws_vpc.unknown": "vpc-1", "module.unknown.aws_vpc.v": "vpc-2" } },
    moves: {
      [STACK]: [
        { from: "aws_vpc.a", to: "aws_vpc.b" },
        { from: gateway, to: "aws_internet_gateway.b" },
      ],
    },
  });
  const synthesized = () => synthesize(estate);
  expect(synthesized).toThrow(/^AWS or Terraform would refuse what this estate asks for:\n/);
  for (const expected of [
    `${STACK}: aws_vpc.unknown of <estate>.adopt.json must be the address of a resource of the stack, got an unknown one. Correct it, or remove the entry.`,
    `${STACK}: module.unknown.aws_vpc.v of <estate>.adopt.json`,
    `${STACK}: to: aws_vpc.b of <estate>.moves.json must be the address of a resource of the stack`,
    `${STACK}: from: ${gateway} of <estate>.moves.json must be an address that the stack no longer has`,
  ])
    expect(synthesized).toThrow(expected);
});

class Own extends BaseStack {}

test("a resource inside a module of the stack can be imported", () => {
  const account = found(Object.fromEntries(small.accounts.map((each) => [each.name, each])), "ci");
  const stack = new Own(new App(), accountStack(account, "own"), small.solution);
  new TerraformHclModule(stack, "vpc", { source: "terraform-aws-modules/vpc/aws" });
  stack.setAddresses({ adoptions: { "module.vpc.aws_vpc.v": "vpc-1" }, moves: [] });
  expect(stack.node.validate()).toEqual([]);
  expect(stack.toTerraform()).toMatchObject({ import: [{ to: "module.vpc.aws_vpc.v", id: "vpc-1" }] });
});
