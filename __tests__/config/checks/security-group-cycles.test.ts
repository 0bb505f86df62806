import fc from "fast-check";
import { problemsWith, PROD } from "../estate-fixture";

const DEV = "environments.dev.securityGroups";
/** A group that admits others, by rules of ingress in this order. */
const admitting = (...names: string[]) => ({
  work: "application",
  ingress: names.map((group) => ({ port: 443, group })),
});
/** Problems of an estate whose groups admit each other so. */
const problemsOf = (groups: Readonly<Record<string, readonly string[]>>) =>
  problemsWith({
    [DEV]: Object.fromEntries(Object.entries(groups).map(([name, others]) => [name, admitting(...others)])),
  });
const cycle = (group: string, index: number, other: string, links: string, environment = "dev") =>
  `environments.${environment}.securityGroups.${group}.ingress[${index}].group must be a security group outside a cycle, got "${other}" (${links}). Let one of them admit a cidrBlock, or a third group to which its members also belong.`;

test("two groups that admit each other are refused", () => {
  expect(problemsOf({ one: ["two"], two: ["one"] })).toEqual([
    cycle("one", 0, "two", "one admits two, two admits one"),
  ]);
});

test("longer cycles are refused at the rule that closes them, wherever they begin", () => {
  expect(problemsOf({ web: ["api"], api: ["api", "web", "store"], store: ["queue"], queue: ["api"] })).toEqual([
    cycle("web", 0, "api", "web admits api, api admits web"),
    cycle("api", 2, "store", "api admits store, store admits queue, queue admits api"),
  ]);
});

test("every cycle is reported at once, in every environment", () => {
  const both = {
    one: admitting("two"),
    two: admitting("one"),
    three: admitting("four"),
    four: admitting("three", "one"),
  };
  const cyclesOf = (environment: string) => [
    cycle("one", 0, "two", "one admits two, two admits one", environment),
    cycle("three", 0, "four", "three admits four, four admits three", environment),
  ];
  expect(problemsWith({ ...PROD, [DEV]: both, "environments.prod.securityGroups": both })).toEqual([
    ...cyclesOf("dev"),
    ...cyclesOf("prod"),
  ]);
});

test("a cycle may include the default group", () => {
  const changes = {
    [`${DEV}.default`]: { ingress: [{ port: 443, group: "web" }] },
    [`${DEV}.web`]: admitting("default"),
  };
  expect(problemsWith(changes)).toEqual([cycle("default", 0, "web", "default admits web, web admits default")]);
});

test("several rules between two groups are one cycle", () => {
  const ingress = [80, 443].map((port) => ({ port, group: "two" }));
  expect(problemsWith({ [`${DEV}.one`]: { work: "application", ingress }, [`${DEV}.two`]: admitting("one") })).toEqual([
    cycle("one", 0, "two", "one admits two, two admits one"),
  ]);
});

test.each([
  ["a group that admits itself", { one: ["one"] }],
  ["groups that are admitted by two ways", { one: ["two", "three"], two: ["three"], three: [] }],
  ["a third group that both admit, and that admits itself", { one: ["both"], two: ["both"], both: ["both"] }],
  ["groups by their ids", { one: ["sg-0a1b2c3d"], two: ["sg-0a1b2c3d"] }],
])("%s: no cycle", (_, groups) => {
  expect(problemsOf(groups)).toEqual([]);
});

test("egress rules never close a cycle", () => {
  const to = (group: string) => [{ port: 443, group }];
  const one = { work: "application", egress: to("two") };
  expect(problemsWith({ [`${DEV}.one`]: one, [`${DEV}.two`]: { work: "application", egress: to("one") } })).toEqual([]);
  expect(problemsWith({ [`${DEV}.one`]: one, [`${DEV}.two`]: { work: "application", ingress: to("one") } })).toEqual(
    [],
  );
});

test("a rule with a refused value is reported for that value only", () => {
  expect(
    problemsWith({
      [`${DEV}.one`]: admitting("two"),
      [`${DEV}.two`]: { work: "application", ingress: [{ port: 1, group: 7 }] },
    }),
  ).toEqual([`${DEV}.two.ingress[0].group must be the name of a security group, or an id sg-…, got 7`]);
});

describe("any groups", () => {
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
  const problemsFor = (all: Admissions) => {
    const groups = Object.entries(groupsOf(all)).map(([name, others]) => [name, { ...admitting(...others), ...(name === "default" && { work: undefined }) }]); // prettier-ignore
    return problemsWith({ [DEV]: JSON.parse(JSON.stringify(Object.fromEntries(groups))) as object });
  };

  /** The admissions from whose end a path leads back to their beginning, found by growing the reached pairs. */
  function inCycles(all: Admissions): Set<string> {
    const reached = new Set(all.map(([name, other]) => `${name} ${other}`));
    for (let size = -1; size !== reached.size;) {
      size = reached.size;
      for (const pair of [...reached]) {
        const [name, middle] = pair.split(" ");
        for (const [from, other] of all) if (from === middle) reached.add(`${name} ${other}`);
      }
    }
    return new Set(
      all
        .filter(([name, other]) => name !== other && reached.has(`${other} ${name}`))
        .map(([name, other]) => `${name} ${other}`),
    );
  }

  test("are refused exactly if they have a cycle of different groups, and every rule of a cycle is reported", () => {
    fc.assert(
      fc.property(admissions, (all) => {
        const problems = problemsFor(all);
        const rules = problems.flatMap((problem) =>
          [...problem.matchAll(/(\w+) admits (\w+)/g)].map(([, name, other]) => `${name} ${other}`),
        );
        expect(new Set(rules)).toEqual(inCycles(all));
        expect(problems.length > 0).toBe(inCycles(all).size > 0);
        expect(new Set(problems).size).toBe(problems.length);
      }),
      { numRuns: 300 },
    );
  });
});
