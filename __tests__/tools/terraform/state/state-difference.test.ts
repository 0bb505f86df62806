import { resourceCount, stateDifference, missingFrom } from "../../../../tools/terraform/state/state-difference";
import type { StateDocument } from "../../../../tools/terraform/terraform";

describe("stateDifference", () => {
  type Resource = StateDocument["resources"][number];
  const state = (...resources: Resource[]): StateDocument => ({ lineage: "l", serial: 1, resources });
  const role = (name: string, attributes: Record<string, unknown>, more: Partial<Resource> = {}): Resource => ({
    ...{ mode: "managed", type: "aws_iam_role", name },
    instances: [{ attributes }],
    ...more,
  });

  test("lists addresses of one state only, with another id, with other values, and counts equal resources", () => {
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

  test("contains no attribute values", () => {
    const differences = stateDifference(
      state(role("a", { id: "hunter2", password: "hunter3" })),
      state(role("a", { id: "hunter4" })),
    );
    expect(JSON.stringify(differences)).not.toMatch(/hunter/);
  });

  test("treats an unreadable current state as empty", () => {
    expect(
      stateDifference(undefined, state(role("a", { id: "A" }), role("b", { id: "B" }))).onlyInVersion,
    ).toHaveLength(2);
  });

  test("ignores the order of attributes", () => {
    const differences = stateDifference(
      state(role("a", { id: "A", x: [{ b: 1, c: 2 }] })),
      state(role("a", { x: [{ c: 2, b: 1 }], id: "A" })),
    );
    expect(differences).toMatchObject({ same: 1, otherValues: [] });
  });

  test("uses Terraform's addresses, and ignores data sources", () => {
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
});

describe("missingFrom", () => {
  type Resource = StateDocument["resources"][number];
  const state = (...resources: Resource[]): StateDocument => ({ lineage: "l", serial: 1, resources });
  const resource = (name: string, id?: string, more: Partial<Resource> = {}): Resource => ({
    mode: "managed",
    type: "aws_iam_role",
    name,
    instances: [{ attributes: id === undefined ? {} : { id } }],
    ...more,
  });

  test("finds nothing missing in a copy with another lineage or more resources", () => {
    const one = state(resource("a", "A"), resource("b"));
    expect(missingFrom({ ...one, lineage: "other", serial: 9 }, one)).toEqual([]);
    expect(missingFrom(state(resource("c", "C"), ...one.resources), one)).toEqual([]);
  });

  test("lists missing resources by address and id", () => {
    const nested = resource("n", "N", { module: "module.m", instances: [{ index_key: "x", attributes: { id: "N" } }] });
    expect(missingFrom(state(), state(resource("a", "A"), resource("b"), nested))).toEqual([
      "aws_iam_role.a (A)",
      "aws_iam_role.b (no id)",
      'module.m.aws_iam_role.n["x"] (N)',
    ]);
  });

  test("treats the same address with another id as missing, and ignores data sources", () => {
    const data = resource("d", "D", { mode: "data" });
    expect(missingFrom(state(resource("a", "other")), state(resource("a", "A"), data))).toEqual(["aws_iam_role.a (A)"]);
  });
});
