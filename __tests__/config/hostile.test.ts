import { createdMember, estateWith, problemsOf, PROD } from "./estate-fixture";

const circle: Record<string, unknown> = {};
circle["circle"] = circle;

let deep: unknown = "end";
for (let level = 0; level < 1000; level++) deep = { deep };

/** Values that a file may hold in any place. */
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

/** An estate with every part, so that every part can be replaced. */
const full = () =>
  estateWith({
    ...PROD,
    repository: "example-org/estate",
    promotionOrder: ["dev", "prod"],
    organization: { existing: true, trail: false, allowedRegions: ["eu-west-1"] },
    "accounts.master.trail": true,
    "accounts.dev.sourceIps": ["198.51.100.0/24"],
    "accounts.prod.alarmEmails": ["alarm@example.com"],
    "accounts.prod.trailLockDays": 30,
    "accounts.new": createdMember("new@example.com", { accessRole: "Made" }),
    "accounts.old": createdMember("old@example.com", { id: "999999999999", retired: true }),
    "environments.dev.network": {
      zones: ["eu-west-1a", "eu-west-1b"],
      publicSubnetCidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"],
      privateSubnetCidrBlocks: ["10.0.8.0/24", "10.0.9.0/24"],
    },
    "environments.dev.securityGroups": {
      default: { chargeCode: "support-0001" },
      web: { work: "application", ingress: [{ port: 443, toPort: 444, cidrBlock: "0.0.0.0/0", approval: "CHG-1042" }] },
    },
    "environments.dev.database": {
      allowedCidrBlocks: ["10.0.8.0/24"],
      allowedSecurityGroupIds: ["sg-0123456789abcdef0"],
      allowedSecurityGroups: ["web"],
    },
    "environments.prod.securityGroups": {
      web: { work: "application", description: "Web servers", ingress: [{ protocol: "udp", port: 443, group: "web" }] },
      batch: { work: "computation", chargeCodes: ["a", "b"], egress: [{ protocol: "all", cidrBlock: "0.0.0.0/0" }] },
    },
    "environments.dev.application": {
      existingRoles: { apiHandler: "Api", workflowLoopRunner: "Loop" },
      buckets: ["data"],
      repositories: ["dagster"],
    },
    "environments.dev.members.lab": { account: "lab", cidrBlock: "10.0.0.0/16", subnetCidrBlock: "10.0.0.0/20" },
    "environments.prod.members.fresh": { account: "new" },
  });

/** The created members of that estate. */
const record = { file: "test.members.json", members: ["lab", "new", "old"] };

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
  const holder = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], estate) as Record<
    string,
    unknown
  >;
  holder[path.at(-1) ?? ""] = value;
  return estate;
}

test("the estate with every part is valid", () => {
  expect(problemsOf(full(), record)).toEqual([]);
});

test.each(values)("%s as the whole estate is refused with problems", (_what, value) => {
  expect(problemsOf(value, record).length).toBeGreaterThan(0);
});

// problemsOf rethrows any error that is not an EstateError.
test.each(values)(
  "%s in any place of an estate is accepted or refused with problems, and never crashes",
  (_what, value) => {
    const all = [...places(full())];
    expect(all.length).toBeGreaterThan(140);
    for (const path of all) {
      for (const problem of problemsOf(replaced(path, value), record))
        expect(problem).toMatch(/^.* must be .+, got .+/s);
    }
  },
);

test("reports only the wrong value, not what follows from it", () => {
  for (const path of [...places(full())]) {
    const problems = problemsOf(replaced(path, null), record);
    expect(problems).toEqual([expect.stringMatching(/^\S+ must be .*, got null$/)]);
  }
});

test("does not set an object's prototype from a key __proto__", () => {
  problemsOf(
    JSON.parse(
      '{"__proto__":{"polluted":1},"accounts":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}',
    ),
  );
  expect("polluted" in {}).toBe(false);
});
