import fc from "fast-check";
import { SUPPORTED_TYPES } from "../../../tools/access/read/unsupported-resources";
import { maskPlan } from "../../../tools/review/mask";
import { reviewPlan } from "../../../tools/review/review-plan";
import { awkward, example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";
import { withGroups } from "./support/identity-plans";
import { created, destroyed, forgotten, type Planned, planOf, replaced, unchanged, updated } from "./support/plans";

const review = (...args: Parameters<typeof planOf>) => reviewPlan(planOf(...args));

test("an empty plan has an empty review", () => {
  expect(reviewPlan({ format_version: "1.2", terraform_version: "1.11.4" })).toEqual({
    counts: { create: 0, update: 0, replace: 0, destroy: 0, forget: 0, import: 0, move: 0 },
    ...{
      destroysState: [],
      refused: [],
      pending: [],
      networkOpened: [],
      protectionLowered: [],
      accessLost: [],
      networkLost: [],
      replaced: [],
      changes: [],
      outputChanges: [],
      drifted: [],
      imported: [],
      moved: [],
    },
  });
});

test("counts actions, imports and moves separately, and sorts changes by address", () => {
  const { counts, changes, imported, moved } = review([
    updated("aws_x.update", { a: 1 }, { a: 2 }, { importing: { id: "i" } }),
    replaced("aws_x.first", { a: 1 }, { a: 2 }, { actions: ["create", "delete"] }),
    replaced("aws_x.last", { a: 1 }, { a: 2 }),
    created("aws_x.create", {}),
    destroyed("aws_x.destroy", {}),
    forgotten("aws_x.forget", {}),
    unchanged("aws_x.moved", {}, { previous_address: "aws_x.old" }),
    unchanged("aws_x.imported", {}, { importing: { id: "i" } }),
    unchanged("aws_x.same", {}),
    created("data.aws_x.read", {}, { mode: "data", actions: ["read"] }),
  ]);
  expect(counts).toEqual({ create: 1, update: 1, replace: 2, destroy: 1, forget: 1, import: 2, move: 1 });
  expect(changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
    "create aws_x.create",
    "destroy aws_x.destroy",
    "replace aws_x.first",
    "forget aws_x.forget",
    "replace aws_x.last",
    "update aws_x.update",
  ]);
  expect(imported).toEqual(["aws_x.update", "aws_x.imported"]);
  expect(moved).toEqual([{ from: "aws_x.old", to: "aws_x.moved" }]);
});

test("names outputs that are created, changed or removed", () => {
  const output = (...actions: ("no-op" | "create" | "update" | "delete")[]) => ({ actions });
  const output_changes = {
    same: output("no-op"),
    made: output("create"),
    gone: output("delete"),
    changed: output("update"),
  };
  expect(review([], { output_changes }).outputChanges).toEqual(["changed", "gone", "made"]);
});

describe("drift", () => {
  const driftIn = (before: object, after: object | null, written: Record<string, true>, ...planned: Planned[]) => {
    const change = { actions: [after === null ? ("delete" as const) : ("update" as const)], before, after };
    return review([unchanged("aws_x.other", {}, { written }), ...planned], {
      resource_drift: [{ address: "aws_x.a", mode: "managed", type: "aws_x", name: "a", change }],
    }).drifted;
  };
  const drifted = (before: object, after: object | null, written: Record<string, true>) =>
    driftIn(before, after, written, unchanged("aws_x.a", {}, { written })).map(({ address }) => address);

  test("is a change of an attribute that the code sets, or a deleted resource", () => {
    expect(drifted({ size: 1 }, { size: 2 }, { size: true })).toEqual(["aws_x.a"]);
    expect(drifted({ size: 1 }, null, {})).toEqual(["aws_x.a"]);
  });

  const written = { size: true, tags: true } as const;
  const IN_AWS = { size: 2 };
  const says = "size is 2 in AWS, was 1 in the state: this plan ";
  test.each([
    { planned: updated("aws_x.a", IN_AWS, { size: 1 }, { written }), effect: "sets it back" },
    { planned: updated("aws_x.a", IN_AWS, { size: 3 }, { written }), effect: "sets it to 3" },
    { planned: updated("aws_x.a", { ...IN_AWS, tags: { a: "b" } }, { ...IN_AWS, tags: {} }, { written }), effect: "leaves it as it is in AWS" }, // prettier-ignore
    { planned: updated("aws_x.a", IN_AWS, {}, { written, after_unknown: { size: true } }), effect: "changes it" },
    { planned: unchanged("aws_x.a", IN_AWS, { written }), effect: "leaves it as it is in AWS" },
    { planned: replaced("aws_x.a", IN_AWS, { size: 1 }, { written }), effect: "replaces the resource" },
    { planned: destroyed("aws_x.a", IN_AWS, { written }), effect: "destroys the resource" },
  ])("says what the state had, what AWS has, and that the plan $effect", ({ planned, effect }) => {
    expect(driftIn({ size: 1 }, IN_AWS, written, planned)).toEqual([{ address: "aws_x.a", message: says + effect }]);
  });

  test("of tags names each, with the first of many", () => {
    const [state, aws] = [
      { A: "1", B: "1", C: "1", D: "1" },
      { A: "2", B: "1" },
    ];
    const back = updated("aws_x.a", { tags: aws }, { tags: state }, { written });
    expect(driftIn({ tags: state }, { tags: aws }, written, back)[0]?.message).toBe(
      "tags.A is 2 in AWS, was 1 in the state, tags.C is (absent) in AWS, was 1 in the state, " +
        "tags.D is (absent) in AWS, was 1 in the state: this plan sets it back",
    );
    const none = driftIn({ tags: state }, { tags: { B: "1", E: "1" } }, written, back)[0]?.message;
    expect(none).toContain(", and 1 more difference: this plan sets it back");
  });

  test("of a deleted resource says whether the plan creates it again", () => {
    expect(driftIn({}, null, written, created("aws_x.a", {}))[0]?.message).toBe("deleted in AWS: this plan creates it again"); // prettier-ignore
    expect(driftIn({}, null, written)[0]?.message).toBe("deleted in AWS: this plan removes it from the state");
  });

  test("shows no secret", () => {
    const secret = { before_sensitive: { size: true }, after_sensitive: { size: true } };
    const change = { actions: ["update" as const], before: { size: "hunter2" }, after: { size: "hunter3" }, ...secret };
    const { drifted: found } = review([unchanged("aws_x.a", {}, { written })], {
      resource_drift: [{ address: "aws_x.a", mode: "managed", type: "aws_x", name: "a", change }],
    });
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain("hunter");
  });

  test("is not a value that the provider fills in, nor an empty one", () => {
    expect(drifted({ ingress: [], at: "1" }, { ingress: [{ port: 1 }], at: "2" }, { size: true })).toEqual([]);
    expect(drifted({ tags: null }, { tags: {} }, { tags: true })).toEqual([]);
    const rule = { rule_no: 100, icmp_code: null };
    expect(drifted({ egress: [rule] }, { egress: [{ ...rule, icmp_code: 0 }] }, { egress: true })).toEqual([]);
    expect(drifted({ egress: [rule] }, { egress: [{ ...rule, rule_no: 0 }] }, { egress: true })).toEqual(["aws_x.a"]);
  });

  test("of tags is what AWS has: a changed default tag, which the provider reads as one of the resource, is none", () => {
    const [was, read] = [{ Name: "a" }, { Name: "a", ChargeCode: "old" }];
    expect(drifted({ tags: was, tags_all: read }, { tags: read, tags_all: read }, { tags: true })).toEqual([]);
    expect(drifted({ tags: was, tags_all: was }, { tags: read, tags_all: read }, { tags: true })).toEqual(["aws_x.a"]);
    expect(drifted({ tags: was }, { tags: read }, { tags: true })).toEqual(["aws_x.a"]);
  });
});

test("collects findings of data loss, network and protection by address", () => {
  const database = replaced(
    "aws_db_instance.a",
    { deletion_protection: true },
    { deletion_protection: false, publicly_accessible: true },
  );
  const { destroysState, networkOpened, protectionLowered } = review([database]);
  expect([destroysState, networkOpened, protectionLowered].map(([matter]) => matter?.address)).toEqual(
    Array(3).fill("aws_db_instance.a"),
  );
});

describe("laws", () => {
  const SECRET = "correct horse battery staple";
  const word = fc.constantFrom(
    "a",
    "10.0.0.0/8",
    "sg-1",
    SECRET,
    `x ${SECRET} y`,
    JSON.stringify({ Statement: [{ Sid: SECRET, Effect: "Allow" }] }),
  );
  const leaf = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null));
  const value = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.array(fc.dictionary(fc.constantFrom("cidr_blocks", "description", "protocol", "self"), leaf), { maxLength: 2 }),
  );
  const attributes = [
    "ingress",
    "cidr_ipv4",
    "security_group_id",
    "policy",
    "tags",
    "retention_in_days",
    "route",
    "bucket",
    "vpc_security_group_ids",
  ];
  const values = fc.dictionary(fc.constantFrom(...attributes), value);
  const types = [
    "aws_security_group",
    "aws_vpc_security_group_ingress_rule",
    "aws_route_table",
    "aws_route",
    "aws_db_instance",
    "aws_internet_gateway",
    "aws_network_acl",
    "aws_s3_bucket_lifecycle_configuration",
  ];
  const resource = fc.tuple(fc.constantFrom(...types), fc.constantFrom(created, updated, replaced, destroyed), values, values).map(([type, make, before, after]) => {
    // Every value with the secret is marked.
    const marks = (all: object) => Object.fromEntries(Object.entries(all).map(([key, each]) => [key, JSON.stringify(each).includes(SECRET)]));
    const wish = { before_sensitive: marks(before), after_sensitive: marks(after) };
    if (make === updated || make === replaced) return make(`${type}.a`, before, after, wish);
    return make === created ? created(`${type}.a`, after, wish) : destroyed(`${type}.a`, before, wish);
  }); // prettier-ignore
  const plans = fc.array(resource, { minLength: 1, maxLength: 4 }).map((all) => planOf(all));

  test("no review contains a secret", () => {
    fc.assert(fc.property(plans, (plan) => { expect(JSON.stringify(reviewPlan(plan))).not.toContain(SECRET); }), { numRuns: 300 }); // prettier-ignore
  });

  test("a masked plan has the same data loss, so --allow-destroy is valid for both", () => {
    fc.assert(fc.property(plans, (plan) => { expect(reviewPlan(maskPlan(plan)).destroysState).toEqual(reviewPlan(plan).destroysState); })); // prettier-ignore
  });

  test("a plan without changes has an empty review", () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), values, (type, all) => {
        const { networkOpened, protectionLowered, destroysState, changes } = review([unchanged(`${type}.a`, all)]);
        expect([networkOpened, protectionLowered, destroysState, changes]).toEqual([[], [], [], []]);
      }),
    );
  });
});

/** Types of this project whose destruction alone needs no finding, and why. */
const SILENT: Readonly<Record<string, string>> = {
  aws_db_parameter_group: "RDS refuses while a database uses it",
  aws_db_subnet_group: "RDS refuses while a database uses it",
  aws_ecr_lifecycle_policy: "images are kept for longer",
  aws_guardduty_detector_feature: "AWS leaves the protection plan as it is",
  aws_iam_service_linked_role: "IAM refuses while its service uses it",
  aws_s3_bucket_lifecycle_configuration: "objects and old versions are kept for longer",
  aws_route_table: "its routes and subnets are listed",
  aws_security_group: "EC2 refuses while it has members",
};

describe("every type that this project creates", () => {
  const estates = [example(), awkward()];
  const stacks = [...estates.flatMap((estate) => synthesize(estate).stacks), withGroups()];
  const resources = stacks.flatMap(({ json }) => Object.entries(json.resource ?? {})); // prettier-ignore
  const types = new Map(resources.map(([type, named]) => [type, Object.values(named)[0] ?? {}]));
  const lists = ["destroysState", "networkOpened", "protectionLowered", "accessLost", "networkLost"] as const;

  test.each([...types].filter(([type]) => !SUPPORTED_TYPES.has(type) && !(type in SILENT)))(
    "has a finding when a %s is destroyed",
    (type, values) => {
      const found = review([destroyed(`${type}.a`, values)]);
      expect(lists.flatMap((list) => found[list])).not.toEqual([]);
    },
  );

  test("is in the list without findings only while the project creates it", () => {
    expect(Object.keys(SILENT).filter((type) => !types.has(type))).toEqual([]);
  });
});
