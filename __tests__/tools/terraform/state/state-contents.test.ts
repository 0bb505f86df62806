import { missingFrom } from "../../../../tools/terraform/state/state-difference";
import type { StateDocument } from "../../../../tools/terraform/terraform";

type Resource = StateDocument["resources"][number];
const state = (...resources: Resource[]): StateDocument => ({ lineage: "l", serial: 1, resources });
const resource = (name: string, id?: string, more: Partial<Resource> = {}): Resource => ({
  mode: "managed",
  type: "aws_iam_role",
  name,
  instances: [{ attributes: id === undefined ? {} : { id } }],
  ...more,
});

test("finds nothing missing in a copy with another lineage, or in one that holds more", () => {
  const one = state(resource("a", "A"), resource("b"));
  expect(missingFrom({ ...one, lineage: "other", serial: 9 }, one)).toEqual([]);
  expect(missingFrom(state(resource("c", "C"), ...one.resources), one)).toEqual([]);
});

test("names what is missing by address and id", () => {
  const nested = resource("n", "N", { module: "module.m", instances: [{ index_key: "x", attributes: { id: "N" } }] });
  expect(missingFrom(state(), state(resource("a", "A"), resource("b"), nested))).toEqual([
    "aws_iam_role.a (A)",
    "aws_iam_role.b (no id)",
    'module.m.aws_iam_role.n["x"] (N)',
  ]);
});

test("takes the same address with another id for missing, and passes over data sources", () => {
  const data = resource("d", "D", { mode: "data" });
  expect(missingFrom(state(resource("a", "other")), state(resource("a", "A"), data))).toEqual(["aws_iam_role.a (A)"]);
});
