import { differingResources } from "../../../tools/bench/hcl";

const planOf = (...names: string[]) =>
  JSON.stringify({
    resource_changes: names.map((name, index) => ({
      address: `aws_subnet.${index}`,
      type: "aws_subnet",
      change: { actions: ["create"], after: { name }, after_unknown: { id: true } },
    })),
  });

test("plans with the same resources at other addresses, in another order, do not differ", () => {
  expect(differingResources(planOf("a", "b", "b"), planOf("b", "a", "b"))).toBe(0);
});

test("a resource with another value differs in both plans", () => {
  expect(differingResources(planOf("a", "b"), planOf("a", "c"))).toBe(2);
});

test("a resource that one plan has twice and the other once differs", () => {
  expect(differingResources(planOf("a", "a"), planOf("a"))).toBe(1);
  expect(differingResources(planOf("a"), planOf("a", "a"))).toBe(1);
});
