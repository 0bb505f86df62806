import { estateWith, problemsOf } from "./estate-fixture";

const circle: Record<string, unknown> = {};
circle["circle"] = circle;

let deep: unknown = "end";
for (let level = 0; level < 1000; level++) deep = { deep };

/** Whatever a file might hold in the place of a value. */
const values: [string, unknown][] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 7],
  ["NaN", Number.NaN],
  ["a big integer", 7n],
  ["a text", "text"],
  ["an empty text", ""],
  ["true", true],
  ["an empty list", []],
  ["a list of null", [null]],
  ["a list in a list", [[["x"]]]],
  ["an empty object", {}],
  ["an object of null", { x: null }],
  ["an object without prototype", Object.create(null)],
  ["an object with a key __proto__", JSON.parse('{"__proto__":{"kind":"main"},"constructor":{},"toString":1}')],
  ["a function", () => 1],
  ["a symbol", Symbol("x")],
  ["a map", new Map([["x", 1]])],
  ["a date", new Date(0)],
  ["a promise", Promise.resolve({})],
  ["a circle", circle],
  ["a thousand levels", deep],
];

/** An estate in which every part stands, so that every part can be replaced. */
const full = () =>
  estateWith({
    repository: "example-org/estate",
    promotionOrder: ["dev"],
    "accounts.dev.sourceIps": ["198.51.100.0/24"],
    "environments.dev.network": {
      zones: ["eu-west-1a", "eu-west-1b"],
      publicSubnetCidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"],
      privateSubnetCidrBlocks: ["10.0.8.0/24", "10.0.9.0/24"],
    },
    "environments.dev.database": { allowedCidrBlocks: ["10.0.8.0/24"], allowedSecurityGroupIds: ["sg-0123456789abcdef0"] },
    "environments.dev.application": {
      existingRoles: { apiHandler: "Api", workflowLoopRunner: "Loop" },
      buckets: ["data"],
      repositories: ["dagster"],
    },
    "environments.dev.members.lab": { account: "lab", cidrBlock: "10.0.0.0/16", subnetCidrBlock: "10.0.0.0/20" },
  });

/** Every place in a value, as the holder and the key. */
function* places(value: unknown, path: readonly string[] = []): Iterable<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [...path, key];
    yield* places(item, [...path, key]);
  }
}

function replaced(path: readonly string[], value: unknown): unknown {
  const estate: unknown = full();
  const holder = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], estate) as Record<string, unknown>;
  holder[path.at(-1) ?? ""] = value;
  return estate;
}

test("the estate in which every part stands is valid", () => {
  expect(problemsOf(full())).toEqual([]);
});

test.each(values)("%s as the whole estate is refused in words", (_what, value) => {
  expect(problemsOf(value).length).toBeGreaterThan(0);
});

// problemsOf throws on whatever is not an EstateError.
test.each(values)("%s in any place of an estate is accepted or refused in words, and never a fault of ours", (_what, value) => {
  const all = [...places(full())];
  expect(all.length).toBeGreaterThan(60);
  for (const path of all) {
    for (const problem of problemsOf(replaced(path, value))) expect(problem).toMatch(/^[^:]*: .+/s);
  }
});

test("says nothing of values that follow from the one that is wrong", () => {
  for (const path of [...places(full())]) {
    const problems = problemsOf(replaced(path, null));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("got null, expected ");
  }
});

test("does not let a key __proto__ into any object's prototype", () => {
  problemsOf(JSON.parse('{"__proto__":{"polluted":1},"accounts":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}'));
  expect("polluted" in {}).toBe(false);
});
