import fc from "fast-check";
import type { Moves } from "../../../config/address-files";
import { compareVersions } from "../../../tools/refactor/compare-versions";
import { EstateVersion } from "../../../tools/refactor/estate-version";
import type { JsonObject } from "../../../tools/support/json";

const version = (stacks: Record<string, JsonObject>) => new EstateVersion(new Map(Object.entries(stacks)));
const compare = (before: Record<string, JsonObject>, now: Record<string, JsonObject>, given?: Moves) =>
  compareVersions(version(before), version(now), given);

/** A network whose resources are below a construct, and a database that reads one of its subnets. */
function estate(construct: string, more: { cidr?: string; reader?: JsonObject } = {}): Record<string, JsonObject> {
  const output = `cross-stack-output-aws_subnet${construct}_privateid`;
  return {
    network: {
      resource: {
        aws_vpc: { [`${construct}_vpc`]: { cidr_block: "10.0.0.0/16" } },
        aws_subnet: {
          [`${construct}_private`]: {
            vpc_id: `\${aws_vpc.${construct}_vpc.id}`,
            cidr_block: more.cidr ?? "10.0.1.0/24",
          },
          [`${construct}_public`]: { vpc_id: `\${aws_vpc.${construct}_vpc.id}`, cidr_block: "10.0.2.0/24" },
        },
        // Equal but for what they refer to, and what refers to them.
        aws_route_table: {
          [`${construct}_one`]: { vpc_id: `\${aws_vpc.${construct}_vpc.id}` },
          [`${construct}_two`]: { vpc_id: `\${aws_vpc.${construct}_vpc.id}` },
        },
        aws_route_table_association: {
          [`${construct}_a`]: { subnet_id: `\${aws_subnet.${construct}_private.id}`, route_table_id: `\${aws_route_table.${construct}_one.id}` }, // prettier-ignore
          kept: { subnet_id: `\${aws_subnet.${construct}_public.id}`, route_table_id: `\${aws_route_table.${construct}_two.id}` }, // prettier-ignore
        },
      },
      output: { [output]: { sensitive: true, value: `\${aws_subnet.${construct}_private.id}` } },
    },
    database: {
      resource: {
        aws_db_subnet_group: {
          group: {
            subnet_ids: [`\${data.terraform_remote_state.cross-stack-reference-input-network.outputs.${output}}`],
            ...more.reader,
          },
        },
      },
    },
  };
}

test("pairs every resource of a renamed construct, by what it refers to and by what refers to it", () => {
  expect(compare(estate("old"), estate("new"))).toEqual({
    refusals: [],
    moves: {
      network: [
        "aws_vpc.?_vpc",
        "aws_subnet.?_private",
        "aws_subnet.?_public",
        "aws_route_table.?_one",
        "aws_route_table.?_two",
        "aws_route_table_association.?_a",
      ].map((address) => ({ from: address.replace("?", "old"), to: address.replace("?", "new") })),
    },
  });
});

test("finds no moves if nothing changed", () => {
  expect(compare(estate("old"), estate("old"))).toEqual({ moves: {}, refusals: [] });
});

test.each<[string, Record<string, JsonObject>, string[]]>([
  [
    "a changed attribute of a renamed resource",
    estate("new", { cidr: "10.0.9.0/24" }),
    ['network: aws_subnet.old_private and aws_subnet.new_private: cidr_block from "10.0.1.0/24" to "10.0.9.0/24"'],
  ],
  [
    "a change of a stack that reads the renamed one",
    estate("new", { reader: { name: "new" } }),
    ['database: aws_db_subnet_group.group: name from nothing to "new"'],
  ],
  ["a stack more", { ...estate("new"), iam: {} }, ["iam is a new stack"]],
  [
    "another setting of a stack",
    { ...estate("new"), network: { ...estate("new")["network"], provider: { aws: [{ region: "eu-west-1" }] } } },
    ['network: provider: from nothing to {"aws":[{"region":"eu-west-1"}]}'],
  ],
])("refuses %s", (_what, now, refusals) => {
  expect(compare(estate("old"), now)).toEqual({ moves: {}, refusals });
});

const roles = (names: readonly string[], content: JsonObject = { path: "/" }) => ({
  iam: { resource: { aws_iam_role: Object.fromEntries(names.map((name) => [name, content])) } },
});

test("never guesses which of several equal resources became which; a person's lines decide", () => {
  const [before, now] = [roles(["a", "b"]), roles(["c", "d"])];
  expect(compare(before, now).refusals).toEqual([
    expect.stringMatching(
      /^iam: aws_iam_role\.a, aws_iam_role\.b are equal, and so are aws_iam_role\.c, aws_iam_role\.d: nothing shows/,
    ),
  ]);
  const given = { iam: [{ from: "aws_iam_role.a", to: "aws_iam_role.d" }] };
  expect(compare(before, now, given)).toEqual({
    refusals: [],
    moves: { iam: [...given.iam, { from: "aws_iam_role.b", to: "aws_iam_role.c" }] },
  });
});

test("refuses a person's line if the two resources differ", () => {
  const now = roles(["c"], { path: "/other/" });
  expect(compare(roles(["a"]), now, { iam: [{ from: "aws_iam_role.a", to: "aws_iam_role.c" }] }).refusals).toEqual([
    'iam: aws_iam_role.a and aws_iam_role.c: path from "/" to "/other/"',
  ]);
});

test("refuses a resource that is removed or new; says if another stack has one like it now", () => {
  expect(compare(roles(["a"]), roles([])).refusals).toEqual(["iam: aws_iam_role.a is removed"]);
  expect(compare(roles([]), roles(["a"])).refusals).toEqual(["iam: aws_iam_role.a is new"]);
  const split = (one: JsonObject, other: JsonObject) => ({ iam: { resource: one }, app: { resource: other } });
  const role = { aws_iam_role: { a: { path: "/" } } };
  expect(compare(split(role, {}), split({}, role)).refusals[0]).toBe(
    "iam: aws_iam_role.a is removed, and app has a new aws_iam_role.a: npm run move -- iam:aws_iam_role.a app:aws_iam_role.a",
  );
});

test("names the other stack of the same account: AWS moves nothing to another one", () => {
  const role = { aws_iam_role: { a: { path: "/" } } };
  const stackIn = (bucket: string, resource: JsonObject) => ({ terraform: { backend: { s3: { bucket } } }, resource });
  const estate = (dev: JsonObject, prod: JsonObject, app: JsonObject) => ({
    "dev-app": stackIn("one", app),
    "prod-iam": stackIn("two", prod),
    "prod-app": stackIn("two", dev),
  });
  const { refusals } = compare(estate({}, role, {}), estate(role, {}, role));
  expect(refusals[0]).toBe(
    "prod-iam: aws_iam_role.a is removed, and prod-app has a new aws_iam_role.a: npm run move -- prod-iam:aws_iam_role.a prod-app:aws_iam_role.a",
  );
});

test("refuses swapped addresses: Terraform can't move two resources into each other", () => {
  const two = (a: string, b: string) => ({ iam: { resource: { aws_iam_role: { a: { name: a }, b: { name: b } } } } });
  expect(compare(two("one", "two"), two("two", "one")).refusals).toHaveLength(2);
});

test("a renamed data source is no move", () => {
  const reading = (name: string) => ({
    iam: {
      data: { aws_region: { [name]: {} } },
      resource: { aws_iam_role: { a: { path: `\${data.aws_region.${name}.name}` } } },
    },
  });
  expect(compare(reading("here"), reading("there"))).toEqual({ moves: {}, refusals: [] });
});

describe("random renames", () => {
  /** Resources of three types. Each has a name, or refers to earlier ones. */
  const resources = fc.array(
    fc.record({
      type: fc.constantFrom("aws_a", "aws_b", "aws_c"),
      refers: fc.array(fc.nat(), { maxLength: 3 }),
      isRenamed: fc.boolean(),
      stack: fc.constantFrom("one", "two"),
    }),
    { minLength: 1, maxLength: 12 },
  );
  type Resources = typeof resources extends fc.Arbitrary<infer T> ? T : never;

  const addressOf = (all: Resources, index: number, isNow: boolean) => {
    const { type = "", isRenamed = false } = all[index] ?? {};
    return `${type}.${isNow && isRenamed ? "new" : "old"}-${index}`;
  };

  function json(all: Resources, isNow: boolean, change?: number): Record<string, JsonObject> {
    const stacks: Record<
      string,
      { resource: Record<string, Record<string, JsonObject>>; output: Record<string, JsonObject> }
    > = {
      one: { resource: {}, output: {} },
      two: { resource: {}, output: {} },
    };
    for (const [index, { type, refers, stack }] of all.entries()) {
      const targets = index === 0 ? [] : refers.map((target) => target % index);
      const expressions = targets.map((target) => {
        const owner = all[target]?.stack ?? "";
        const address = addressOf(all, target, isNow);
        if (owner === stack) return `\${${address}.id}`;
        const output = `cross-stack-output-${address.replace(".", "")}id`;
        const outputs = stacks[owner]?.output;
        if (outputs) outputs[output] = { sensitive: true, value: `\${${address}.id}` };
        return `\${data.terraform_remote_state.cross-stack-reference-input-${owner}.outputs.${output}}`;
      });
      const name = addressOf(all, index, isNow).split(".")[1] ?? "";
      const own = stacks[stack]?.resource;
      if (!own) continue;
      (own[type] ??= {})[name] = {
        refers: expressions,
        name: `number-${index}`,
        size: isNow && index === change ? 2 : 1,
      };
    }
    return stacks;
  }

  const expected = (all: Resources): Moves => {
    const moves: Record<string, { from: string; to: string }[]> = {};
    for (const [index, { isRenamed, stack }] of all.entries())
      if (isRenamed)
        (moves[stack] ??= []).push({ from: addressOf(all, index, false), to: addressOf(all, index, true) });
    return moves;
  };
  const sorted = (moves: Moves) =>
    Object.fromEntries(Object.entries(moves).map(([stack, list]) => [stack, list.map(({ from, to }) => `${from} ${to}`).sort()])); // prettier-ignore

  test("give exactly these moves", () => {
    fc.assert(
      fc.property(resources, (all) => {
        const { moves, refusals } = compare(json(all, false), json(all, true));
        expect(refusals).toEqual([]);
        expect(sorted(moves)).toEqual(sorted(expected(all)));
      }),
    );
  });

  test("with a random other change are refused, and the change is named, alone", () => {
    fc.assert(
      fc.property(resources, fc.nat(), (all, chosen) => {
        const change = chosen % all.length;
        const { moves, refusals } = compare(json(all, false), json(all, true, change));
        const [from, to] = [false, true].map((isNow) => addressOf(all, change, isNow));
        const name = from === to ? (from ?? "") : `${from ?? ""} and ${to ?? ""}`;
        expect({ moves, refusals }).toEqual({
          moves: {},
          refusals: [`${all[change]?.stack ?? ""}: ${name}: size from 1 to 2`],
        });
      }),
    );
  });
});
