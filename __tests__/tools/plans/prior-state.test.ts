import { priorStateProblems } from "../../../tools/plans/prior-state";
import type { PlanJson, PlannedChange, ResourceChange } from "../../../tools/review/plan-json";
import type { StateDocument } from "../../../tools/terraform/terraform";

type State = Pick<StateDocument, "resources" | "outputs">;

describe("the state inside a plan file", () => {
  const held = (name: string, attributes: object, others: object = {}): State["resources"][number] => ({
    ...{ mode: "managed", type: "aws_iam_role", name },
    instances: [{ schema_version: 0, attributes: { ...attributes }, ...others }],
  });
  const shown = (name: string, values: object, others: object = {}) => ({
    ...{ address: `aws_iam_role.${name}`, mode: "managed", type: "aws_iam_role", name, schema_version: 0, values },
    ...others,
  });
  const changeOf = (
    name: string,
    others: Partial<ResourceChange> = {},
    actions: PlannedChange["actions"] = ["no-op"],
  ): ResourceChange => ({
    ...{ address: `aws_iam_role.${name}`, mode: "managed", type: "aws_iam_role", name, change: { actions } },
    ...others,
  });

  const ROLE = { id: "app", arn: "arn:aws:iam::222222222222:role/app", description: null, tags: { a: "b" } };
  const NOW: State = { resources: [held("app", ROLE)], outputs: { arn: { value: ROLE.arn } } };

  function problems(resources: readonly object[], plan: Partial<PlanJson> = {}, { now = NOW, destroy = false } = {}) {
    const prior_state = { values: { root_module: { resources } } };
    return priorStateProblems(
      { format_version: "1.2", terraform_version: "1.11.4", prior_state, ...plan },
      now,
      destroy,
    );
  }

  test("the state in AWS is no problem, as Terraform shows it", () => {
    expect(problems([shown("app", { ...ROLE, tags_all: null, inline: [] })])).toEqual([]);
    expect(problems([], {}, { now: { resources: [] } })).toEqual([]);
    const open = { resources: [held("open", { id: "1", input: { value: ["a"], type: ["list", "string"] } })] };
    expect(problems([shown("open", { id: "1", input: ["a"] })], {}, { now: open })).toEqual([]);
    expect(problems([shown("open", { id: "1", input: ["b"] })], {}, { now: open })).toEqual(["aws_iam_role.open"]);
  });

  test.each<[string, object[]]>([
    ["lacks a resource", []],
    ["has another id", [shown("app", { ...ROLE, id: "Admin" })]],
    ["has another attribute", [shown("app", { ...ROLE, arn: "arn:aws:iam::999999999999:role/app" })]],
    ["has no value for an attribute", [shown("app", { ...ROLE, arn: null })]],
    ["has one attribute more", [shown("app", { ...ROLE, path: "/x/" })]],
    ["has a tainted resource", [shown("app", ROLE, { tainted: true })]],
  ])("is one if the plan file %s", (_, resources) => {
    expect(problems(resources)).toEqual(["aws_iam_role.app"]);
  });

  test("a resource that AWS does not have is one, in a module too, unless it is imported", () => {
    const more = [shown("app", ROLE), shown("b", { id: "b" })];
    expect(problems(more)).toEqual(["aws_iam_role.b"]);
    const importing = changeOf("b", { change: { actions: ["no-op"], importing: { id: "b" } } });
    expect(problems(more, { resource_changes: [importing] })).toEqual([]);
    const child = { address: "module.m", resources: [shown("b", {}, { address: "module.m.aws_iam_role.b" })] };
    const root_module = { resources: [shown("app", ROLE)], child_modules: [child] };
    expect(problems([], { prior_state: { values: { root_module } } })).toEqual(["module.m.aws_iam_role.b"]);
  });

  test("what the plan shows as changed outside of Terraform may differ, but not its id", () => {
    const plan = { resource_drift: [changeOf("app", {}, ["update"])] };
    expect(problems([shown("app", { ...ROLE, description: "x" })], plan)).toEqual([]);
    expect(problems([], plan)).toEqual([]);
    expect(problems([shown("app", { ...ROLE, id: "Admin" })], plan)).toEqual(["aws_iam_role.app"]);
  });

  test("a moved resource is compared with what it was", () => {
    const plan = { resource_changes: [changeOf("new", { previous_address: "aws_iam_role.app" })] };
    expect(problems([shown("new", ROLE)], plan)).toEqual([]);
    expect(problems([shown("new", { ...ROLE, id: "Admin" })], plan)).toEqual(["aws_iam_role.new"]);
  });

  test("of a plan to destroy, which shows nothing that was changed outside of Terraform, only ids are compared", () => {
    const destroy = { now: NOW, destroy: true };
    expect(problems([shown("app", { ...ROLE, description: "x" })], {}, destroy)).toEqual([]);
    expect(problems([], {}, destroy)).toEqual([]);
    expect(problems([shown("app", { ...ROLE, id: "Admin" })], {}, destroy)).toEqual(["aws_iam_role.app"]);
  });

  test("what Terraform converts after an upgrade of the provider is not compared", () => {
    const converted = { ...ROLE, description: "converted" };
    expect(problems([shown("app", converted, { schema_version: 1 })])).toEqual([]);
  });

  test("resources of count and for_each are distinguished, and deposed objects are left out", () => {
    const instance = (index_key: string | number, id: string) => ({ index_key, schema_version: 0, attributes: { id } });
    const instances = [instance(0, "a"), instance("k", "b"), { ...instance(1, "c"), deposed: "12345678" }];
    const now: State = { resources: [{ mode: "managed", type: "aws_iam_role", name: "x", instances }] };
    const one = (address: string, id: string) => shown("x", { id }, { address: `aws_iam_role.x${address}` });
    expect(problems([one("[0]", "a"), one('["k"]', "b")], {}, { now })).toEqual([]);
    expect(problems([one("[0]", "b"), one('["k"]', "a")], {}, { now })).toEqual([
      'aws_iam_role.x["k"]',
      "aws_iam_role.x[0]",
    ]);
  });

  test("an output that the plan shows as unchanged must have its value in AWS", () => {
    const output = (actions: PlannedChange["actions"], after: string) => ({
      output_changes: { arn: { actions, after } },
    });
    const resources = [shown("app", ROLE)];
    expect(problems(resources, output(["no-op"], ROLE.arn))).toEqual([]);
    expect(problems(resources, output(["update"], "arn:aws:iam::999999999999:root"))).toEqual([]);
    expect(problems(resources, output(["no-op"], "arn:aws:iam::999999999999:root"))).toEqual(["output.arn"]);
  });

  describe("and a change in it", () => {
    const BUCKET = { id: "uploads", bucket: "uploads", force_destroy: false, region: "eu-west-1" };
    const type = { type: "aws_s3_bucket", address: "aws_s3_bucket.app" };
    const now: State = { resources: [{ ...held("app", BUCKET), type: "aws_s3_bucket" }] };
    const found = (values: object, before: object, others: Partial<ResourceChange> = {}) =>
      problems(
        [shown("app", values, type)],
        { resource_changes: [changeOf("app", { ...type, change: { actions: ["delete"], before }, ...others })] },
        { now, destroy: true },
      );

    test.each([
      { what: "id", other: { id: "states" } },
      { what: "name", other: { bucket: "states" } },
      { what: "order to delete all objects", other: { force_destroy: true } },
    ])("must have the same $what: Terraform and apply delete what the change contains", ({ other }) => {
      expect(found(BUCKET, BUCKET)).toEqual([]);
      expect(found(BUCKET, { ...BUCKET, ...other })).toEqual(["aws_s3_bucket.app"]);
      expect(found({ ...BUCKET, ...other }, { ...BUCKET, ...other })).toEqual(["aws_s3_bucket.app"]);
    });

    test("may have what was changed outside of Terraform, and objects that wait for their deletion", () => {
      expect(found({ ...BUCKET, region: "eu-west-2" }, { ...BUCKET, region: "eu-west-2" })).toEqual([]);
      expect(found(BUCKET, { ...BUCKET, id: "old" }, { deposed: "12345678" })).toEqual([]);
    });

    test("must begin with a resource of the state", () => {
      const resource_changes = [changeOf("app", { change: { actions: ["delete"], before: ROLE } })];
      expect(problems([], { resource_changes }, { destroy: true })).toEqual(["aws_iam_role.app"]);
    });
  });
});
