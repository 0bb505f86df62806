import { resourceCount, stateDifference } from "../../../../tools/terraform/state/state-difference";
import type { StateDocument } from "../../../../tools/terraform/terraform";

type Resource = StateDocument["resources"][number];
const state = (...resources: Resource[]): StateDocument => ({ lineage: "l", serial: 1, resources });
const role = (name: string, attributes: Record<string, unknown>, more: Partial<Resource> = {}): Resource => ({
  ...{ mode: "managed", type: "aws_iam_role", name },
  instances: [{ attributes }],
  ...more,
});

test("tells by address what only one state has, what is another thing, what has other values, and what is the same", () => {
  const current = state(
    role("gone", { id: "G" }),
    role("other", { id: "1" }),
    role("changed", { id: "C", x: 1 }),
    role("same", { id: "S" }),
  );
  const version = state(
    role("back", { id: "B" }),
    role("other", { id: "2" }),
    role("changed", { id: "C", x: 2 }),
    role("same", { id: "S" }),
  );
  expect(stateDifference(current, version)).toEqual({
    onlyInCurrent: ["aws_iam_role.gone"],
    onlyInVersion: ["aws_iam_role.back"],
    otherId: ["aws_iam_role.other"],
    otherValues: ["aws_iam_role.changed"],
    same: 1,
  });
});

test("holds no value of any attribute", () => {
  const told = stateDifference(
    state(role("a", { id: "hunter2", password: "hunter3" })),
    state(role("a", { id: "hunter4" })),
  );
  expect(JSON.stringify(told)).not.toMatch(/hunter/);
});

test("takes a current state that can't be read for an empty one", () => {
  expect(stateDifference(undefined, state(role("a", { id: "A" }), role("b", { id: "B" }))).onlyInVersion).toHaveLength(
    2,
  );
});

test("does not take the order of attributes for a difference", () => {
  const told = stateDifference(
    state(role("a", { id: "A", x: [{ b: 1, c: 2 }] })),
    state(role("a", { x: [{ c: 2, b: 1 }], id: "A" })),
  );
  expect(told).toMatchObject({ same: 1, otherValues: [] });
});

test("writes addresses as Terraform does, and passes over data sources", () => {
  const instances = [
    { index_key: "x", attributes: { id: "1" } },
    { index_key: 0, attributes: { id: "2" } },
    { deposed: "1a2b", attributes: { id: "3" } },
  ];
  const some = state(role("n", {}, { module: "module.m", instances }), role("d", { id: "D" }, { mode: "data" }));
  expect(resourceCount(some)).toBe(3);
  expect(stateDifference(some, state()).onlyInCurrent).toEqual([
    'module.m.aws_iam_role.n["x"]',
    "module.m.aws_iam_role.n[0]",
    "module.m.aws_iam_role.n (deposed 1a2b)",
  ]);
});
