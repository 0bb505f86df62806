import fc from "fast-check";
import { problemsWith, PROD } from "../estate-fixture";

const DEV = "environments.dev.securityGroups";
/** A group that admits others, by rules of ingress in this order. */
const admitting = (...groups: string[]) => ({
  work: "application",
  ingress: groups.map((group) => ({ port: 443, group })),
});
/** Problems of an estate whose groups admit each other so. */
const problemsOf = (groups: Readonly<Record<string, readonly string[]>>) =>
  problemsWith({
    [DEV]: Object.fromEntries(Object.entries(groups).map(([name, others]) => [name, admitting(...others)])),
  });
const circle = (group: string, index: number, other: string, told: string, environment = "dev") =>
  `environments.${environment}.securityGroups.${group}.ingress[${index}].group: got "${other}", expected no circle of groups (${told}): let one of them admit a cidrBlock, or a third group to which the members belong as well`;

test("two groups that admit each other are refused", () => {
  expect(problemsOf({ one: ["two"], two: ["one"] })).toEqual([
    circle("one", 0, "two", "one admits two, two admits one"),
  ]);
});

test("so are more, wherever the circle begins, and at the rule that is of it", () => {
  expect(problemsOf({ web: ["api"], api: ["api", "web", "store"], store: ["queue"], queue: ["api"] })).toEqual([
    circle("web", 0, "api", "web admits api, api admits web"),
    circle("api", 2, "store", "api admits store, store admits queue, queue admits api"),
  ]);
});

test("every circle is told at once, in every environment", () => {
  const both = {
    one: admitting("two"),
    two: admitting("one"),
    three: admitting("four"),
    four: admitting("three", "one"),
  };
  const told = (environment: string) => [
    circle("one", 0, "two", "one admits two, two admits one", environment),
    circle("three", 0, "four", "three admits four, four admits three", environment),
  ];
  expect(problemsWith({ ...PROD, [DEV]: both, "environments.prod.securityGroups": both })).toEqual([
    ...told("dev"),
    ...told("prod"),
  ]);
});

test("a circle through the default group is one", () => {
  const changes = {
    [`${DEV}.default`]: { ingress: [{ port: 443, group: "web" }] },
    [`${DEV}.web`]: admitting("default"),
  };
  expect(problemsWith(changes)).toEqual([circle("default", 0, "web", "default admits web, web admits default")]);
});

test("by several rules it is one circle still", () => {
  const ingress = [80, 443].map((port) => ({ port, group: "two" }));
  expect(problemsWith({ [`${DEV}.one`]: { work: "application", ingress }, [`${DEV}.two`]: admitting("one") })).toEqual([
    circle("one", 0, "two", "one admits two, two admits one"),
  ]);
});

test.each([
  ["a group that admits itself", { one: ["one"] }],
  ["groups that are admitted by two ways", { one: ["two", "three"], two: ["three"], three: [] }],
  ["a third group that both admit, and that admits itself", { one: ["both"], two: ["both"], both: ["both"] }],
  ["groups by their ids", { one: ["sg-0a1b2c3d"], two: ["sg-0a1b2c3d"] }],
])("%s is no circle", (_, groups) => {
  expect(problemsOf(groups)).toEqual([]);
});

test("groups may let out to each other, and out to whom they admit", () => {
  const to = (group: string) => [{ port: 443, group }];
  const one = { work: "application", egress: to("two") };
  expect(problemsWith({ [`${DEV}.one`]: one, [`${DEV}.two`]: { work: "application", egress: to("one") } })).toEqual([]);
  expect(problemsWith({ [`${DEV}.one`]: one, [`${DEV}.two`]: { work: "application", ingress: to("one") } })).toEqual(
    [],
  );
});

test("a rule of which a value was refused is told for that, and passed over", () => {
  expect(
    problemsWith({
      [`${DEV}.one`]: admitting("two"),
      [`${DEV}.two`]: { work: "application", ingress: [{ port: 1, group: 7 }] },
    }),
  ).toEqual([`${DEV}.two.ingress[0].group: got 7, expected the name of a security group, or an id sg-…`]);
});

describe("of any groups at all", () => {
  const NAMES = ["default", "a", "b", "c", "d", "e"];
  const admissions = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), {
    maxLength: 14,
    selector: ([name, other]) => `${name} ${other}`,
  });
  type Admissions = readonly (readonly [name: string, other: string])[];
  const groupsOf = (all: Admissions) =>
    Object.fromEntries(
      NAMES.map((name) => [name, all.filter(([admitting]) => admitting === name).map(([, other]) => other)]),
    );
  const told = (all: Admissions) => {
    const groups = Object.entries(groupsOf(all)).map(([name, others]) => [name, { ...admitting(...others), ...(name === "default" && { work: undefined }) }]); // prettier-ignore
    return problemsWith({ [DEV]: JSON.parse(JSON.stringify(Object.fromEntries(groups))) as object });
  };

  /**
   * Those admissions from whose end a way leads back to its beginning: whoever is reached from where, by growing until
   * nothing is added.
   */
  function inCircles(all: Admissions): Set<string> {
    const reached = new Set(all.map(([name, other]) => `${name} ${other}`));
    for (let size = -1; size !== reached.size;) {
      size = reached.size;
      for (const way of [...reached]) {
        const [name, middle] = way.split(" ");
        for (const [from, other] of all) if (from === middle) reached.add(`${name} ${other}`);
      }
    }
    return new Set(
      all
        .filter(([name, other]) => name !== other && reached.has(`${other} ${name}`))
        .map(([name, other]) => `${name} ${other}`),
    );
  }

  test("they are refused exactly where there is a circle among different ones, and every rule of a circle is told of", () => {
    fc.assert(
      fc.property(admissions, (all) => {
        const problems = told(all);
        const rules = problems.flatMap((problem) =>
          [...problem.matchAll(/(\w+) admits (\w+)/g)].map(([, name, other]) => `${name} ${other}`),
        );
        expect(new Set(rules)).toEqual(inCircles(all));
        expect(problems.length > 0).toBe(inCircles(all).size > 0);
        expect(new Set(problems).size).toBe(problems.length);
      }),
      { numRuns: 300 },
    );
  });
});
