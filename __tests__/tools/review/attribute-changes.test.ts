import { attributeChanges } from "../../../tools/review/attribute-changes";
import { created, destroyed, type Planned, replaced, resourcesOf, updated } from "./support/plans";

const changes = (resource: Planned) => resourcesOf(resource).flatMap((each) => attributeChanges(each));
/** `path: before → after`. */
const linesOf = (resource: Planned): string[] =>
  changes(resource).map(({ path, before, after }) => `${path}: ${before} → ${after}`);

const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });

describe("an update", () => {
  test("lists differences at their exact depth", () => {
    const before = { name: "a", size: 1, on: true, block: [{ port: 1, kept: "x" }], same: [1, 2] };
    const after = { name: "b", size: 2, on: false, block: [{ port: 2, kept: "x" }], same: [1, 2] };
    expect(linesOf(updated("aws_x.a", before, after))).toEqual([
      "block[0].port: 1 → 2",
      "name: a → b",
      "on: true → false",
      "size: 1 → 2",
    ]);
  });

  test("lists values that appear and disappear, but not empty ones", () => {
    expect(
      linesOf(updated("aws_x.a", { gone: "x", empty: null, list: [] }, { come: "y", empty: "", list: null })),
    ).toEqual(["come: (absent) → y", "gone: x → (absent)"]);
  });

  test("leaves out elements that both lists have, at any position", () => {
    const [one, two, three] = [{ port: 1 }, { port: 2 }, { port: 3 }];
    expect(linesOf(updated("aws_x.a", { rule: [one, two] }, { rule: [two, one, three] }))).toEqual([
      'rule[2]: (absent) → {"port":3}',
    ]);
    expect(linesOf(updated("aws_x.a", { rule: [one, two] }, { rule: [two] }))).toEqual([
      'rule[0]: {"port":1} → (absent)',
    ]);
  });

  test("names an element that appears or disappears by its id, and shows what is in it alone", () => {
    const [kept, removed] = [
      { id: "kept", days: 1 },
      { id: "old-versions", days: 90, prefix: "", and: [], tag: null },
    ];
    expect(linesOf(updated("aws_x.a", { rule: [kept, removed] }, { rule: [kept] }))).toEqual([
      'rule[old-versions]: {"days":90,"id":"old-versions"} → (absent)',
    ]);
  });

  test("leaves out values that only the provider fills in", () => {
    const resource = updated("aws_x.a", { arn: "x", key: "y", size: 1 }, { size: 2 }, { after_unknown: { arn: true, key: true }, written: { key: true, size: true } }); // prettier-ignore
    expect(linesOf(resource)).toEqual(["key: y → (known after apply)", "size: 1 → 2"]);
  });

  test("lists unknown values inside a list", () => {
    const resource = updated(
      "aws_x.a",
      { arns: ["a"] },
      { arns: ["a", null] },
      { after_unknown: { arns: [false, true] } },
    );
    expect(linesOf(resource)).toEqual(['arns: ["a"] → ["a","(known after apply)"]']);
  });

  test("lists tags once, with the provider's default tags", () => {
    const before = { tags: { a: "1" }, tags_all: { a: "1", Env: "x" } };
    expect(linesOf(updated("aws_x.a", before, { tags: { a: "2" }, tags_all: { a: "2", Env: "x" } }))).toEqual([
      "tags.a: 1 → 2",
    ]);
    expect(linesOf(updated("aws_x.a", before, { tags: { a: "1" }, tags_all: { a: "1", Env: "y" } }))).toEqual([
      "tags_all.Env: x → y",
    ]);
  });

  test("of a default tag that changes, lists what AWS will have: the provider reads the old one as a tag of the resource", () => {
    const tags = { Name: "n", Env: "x" };
    const change = (after: object) => linesOf(updated("aws_x.a", { tags, tags_all: tags }, { tags: { Name: "n" }, ...after })); // prettier-ignore
    expect(change({ tags_all: { Name: "n", Env: "y" } })).toEqual(["tags.Env: x → y"]);
    expect(change({ tags_all: { Name: "n" } })).toEqual(["tags.Env: x → (absent)"]);
  });
});

describe("a replacement", () => {
  test("lists the forcing attributes first, and no values that the provider fills in", () => {
    const resource = replaced(
      "aws_x.a",
      { id: "i", name: "a", zone: "z", block: [{ size: 1 }] },
      { name: "b", zone: "y", block: [{ size: 2 }] },
      {
        after_unknown: { id: true },
        replace_paths: [["zone"], ["block", 0, "size"]],
        written: { name: true, zone: true, block: true },
      },
    );
    expect(changes(resource).map(({ path, forcesReplacement }) => [path, forcesReplacement])).toEqual([
      ["block[0].size", true],
      ["zone", true],
      ["name", false],
    ]);
  });

  test("lists a forcing attribute that the code does not set", () => {
    const resource = replaced(
      "aws_x.a",
      { vpc: "v" },
      {},
      { after_unknown: { vpc: true }, replace_paths: [["vpc"]], written: { name: true } },
    );
    expect(linesOf(resource)).toEqual(["vpc: v → (known after apply)"]);
  });
});

test("a created resource lists the code's attributes, a destroyed one none", () => {
  const wish = { after_unknown: { arn: true, vpc: true }, written: { name: true, vpc: true, off: true } } as const;
  expect(linesOf(created("aws_x.a", { name: "a", off: false, filled: 1, empty: null }, wish))).toEqual([
    "name: (absent) → a",
    "off: (absent) → false",
    "vpc: (absent) → (known after apply)",
  ]);
  expect(linesOf(destroyed("aws_x.a", { name: "a" }))).toEqual([]);
});

describe("secrets", () => {
  const secret = "hunter22hunter22";

  test("that change are listed as changed", () => {
    const marks = {
      before_sensitive: { pin: true, block: [{ key: true }] },
      after_sensitive: { pin: true, block: [{ key: true }] },
    };
    const resource = updated("aws_x.a", { pin: 1, block: [{ key: secret }], password: secret }, { pin: 2, block: [{ key: `${secret}2` }], password: "x" }, marks); // prettier-ignore
    expect(linesOf(resource)).toEqual([
      "block[0].key: (sensitive value 2) → (sensitive value 4)",
      "password: (sensitive value 2) → (sensitive value 5)",
      "pin: (sensitive value 1) → (sensitive value 3)",
    ]);
  });

  test("show no part of their value", () => {
    const marks = { before_sensitive: { map: true, list: true }, after_sensitive: { map: true, list: true } };
    const resource = updated(
      "aws_x.a",
      { map: { one: 1 }, list: [{ a: 1 }] },
      { map: { two: 2 }, list: [{ b: 1 }, { c: 1 }] },
      marks,
    );
    expect(linesOf(resource)).toEqual([
      "list: (sensitive value 2) → (sensitive value 4)",
      "map: (sensitive value 1) → (sensitive value 3)",
    ]);
  });

  test("in JSON and lists are hidden, too", () => {
    const resource = updated("aws_x.a", { doc: JSON.stringify({ password: "old", a: 1 }), list: [{ token: "old" }] }, { doc: JSON.stringify({ password: secret, a: 2 }), list: [] }); // prettier-ignore
    expect(linesOf(resource)).toEqual([
      "doc.a: 1 → 2",
      "doc.password: (sensitive value 1) → (sensitive value 2)",
      'list[0]: {"token":"(sensitive value 1)"} → (absent)',
    ]);
  });
});

describe("policies", () => {
  const read = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" };

  test("are compared by statement", () => {
    const more = { ...read, Action: ["s3:GetObject", "s3:PutObject"] };
    const other = {
      Effect: "Deny",
      Action: "s3:*",
      Resource: ["a", "b"],
      Principal: { AWS: "x" },
      Condition: { Bool: { "aws:x": "y" } },
    };
    expect(linesOf(updated("aws_x.a", { policy: policy(read) }, { policy: policy(more, other) }))).toEqual([
      'policy.Statement[Read].Action: s3:GetObject → ["s3:GetObject","s3:PutObject"]',
      'policy.Statement[1]: (absent) → Deny to {"AWS":"x"} s3:* on a, b if {"Bool":{"aws:x":"y"}}',
    ]);
    expect(linesOf(updated("aws_x.a", { policy: policy(read) }, { policy: "" }))).toEqual([
      "policy.Statement[Read]: Allow s3:GetObject on * → (absent)",
    ]);
    expect(linesOf(created("aws_x.a", { policy: policy(read) }))).toEqual([
      "policy.Statement[Read]: (absent) → Allow s3:GetObject on *",
    ]);
  });

  test("in another order are equal", () => {
    const [one, other] = [policy({ ...read, Action: ["a", "b"] }), policy({ ...read, Action: ["b", "a"] })];
    expect(changes(updated("aws_x.a", { policy: one }, { policy: other })).map(({ path }) => path)).toEqual(["policy"]);
  });
});

describe("long values", () => {
  test("are cut so that the difference is visible", () => {
    const start = "x".repeat(200);
    const [change] = changes(updated("aws_x.a", { script: `${start} one` }, { script: `${start} two` }));
    expect([change?.before, change?.after]).toEqual(["…xxxxxxxxxxx one", "…xxxxxxxxxxx two"]);
    expect(changes(updated("aws_x.a", { a: "b" }, { a: start }))[0]?.after).toHaveLength(80);
  });

  test("lists show only the elements that differ", () => {
    const list = Array.from({ length: 30 }, (_, index) => `element-${index}`);
    expect(linesOf(updated("aws_x.a", { list }, { list: [...list.slice(1), "new"] }))).toEqual([
      "list: [element-0, … 29 more] → [new, … 29 more]",
    ]);
  });

  test("control characters in them are escaped", () => {
    expect(linesOf(updated("aws_x.a", { a: "one\n\u001b[2Jtwo" }, { a: "\u202eowt" }))).toEqual([
      String.raw`a: one\n\u001b[2Jtwo → \u202eowt`,
    ]);
  });
});
