import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { EstateError } from "../../config/estate-error";
import example from "../../config/example";
import { loadEstate, parseEstate } from "../../config/load";
import { membersFile } from "../../config/members-record";
import type { Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { synthesizeGroups } from "../../stacks";
import { groupsOf } from "../../stacks/groups";
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

type Holder = Record<string, unknown>;

/** An estate with every part, so that every part can be replaced. */
const full = () =>
  estateWith({
    ...PROD,
    repository: "example-org/estate",
    planRoleReads: ["glue:GetTable"],
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

/** The milliseconds that the process has computed: unlike the time that passed, the same under other load. */
const computed = (): number => process.cpuUsage().user / 1000;

/** Every place in a value, as the path to it. */
function* places(value: unknown, path: readonly string[] = []): Iterable<readonly string[]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [...path, key];
    yield* places(item, [...path, key]);
  }
}

/** The problems of the estate with every part, once for each place in it, which holds the value then. */
function problemsInPlacesOf(value: unknown): string[][] {
  const estate: unknown = full();
  const all = [...places(estate)];
  expect(all.length).toBeGreaterThan(140);
  return all.map((path) => {
    const holder = path.slice(0, -1).reduce((at, key) => (at as Holder)[key], estate) as Holder;
    const key = path.at(-1) ?? "";
    const before = holder[key];
    holder[key] = value;
    const problems = problemsOf(estate, record);
    holder[key] = before;
    return problems;
  });
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
    const problems = problemsInPlacesOf(value).flat();
    expect(problems.filter((problem) => !/^.* must be .+, got .+/s.test(problem))).toEqual([]);
  },
);

test("reports only the wrong value, not what follows from it", () => {
  for (const problems of problemsInPlacesOf(null))
    expect(problems).toEqual([expect.stringMatching(/^\S+ must be .*, got null$/)]);
});

test("does not set an object's prototype from a key __proto__", () => {
  problemsOf(
    JSON.parse(
      '{"__proto__":{"polluted":1},"accounts":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}',
    ),
  );
  expect("polluted" in {}).toBe(false);
});

describe("what is no data", () => {
  class Settings {
    readonly instanceClass = "db.m7g.large";
  }
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  test.each<[what: string, value: object, got: string]>([
    ["a map", new Map([["instanceClass", "db.m7g.large"]]), "no JSON: Map"],
    ["a date", new Date(0), "no JSON: Date"],
    ["a promise, whose await is missing", Promise.resolve({ instanceClass: "db.m7g.large" }), "no JSON: Promise"],
    ["a regular expression", /x/, "no JSON: RegExp"],
    [
      "a proxy that is revoked",
      revoked.proxy,
      "no JSON: the error Cannot perform 'IsArray' on a proxy that has been revoked",
    ],
  ])("is refused in place of an object: %s would count as one without keys", (_what, database, got) => {
    expect(problemsOf({ ...estateWith(), environments: { dev: { account: "dev", profile: "documented", database } } })).toEqual([
      expect.stringContaining(`environments.dev.database must be a database, or {} for the defaults, got ${got}`),
    ]); // prettier-ignore
  });

  test("is not an object of a class, whose settings are its own", () => {
    const dev = { account: "dev", profile: "documented", database: new Settings() };
    expect(parseEstate({ ...estateWith(), environments: { dev } }, "test").environments[0]?.database).toMatchObject({
      instanceClass: "db.m7g.large",
    });
  });

  test("is a getter that throws, which is reported at its path with every other problem", () => {
    const estate = estateWith({ solution: "Demo" });
    const broken = Object.defineProperty({ ...estate.accounts["dev"] }, "email", {
      enumerable: true,
      get: () => {
        throw new Error("no address");
      },
    });
    expect(problemsOf({ ...estate, accounts: { ...estate.accounts, dev: broken } })).toEqual([
      expect.stringMatching(/^solution must be /),
      "accounts.dev.email must be an e-mail address, got no JSON: the error no address",
    ]);
  });

  test("is a getter that changes its mind: it is asked once, and every check sees the same value", () => {
    let asked = 0;
    const dev = Object.defineProperty({ ...estateWith().accounts["dev"] }, "id", {
      enumerable: true,
      get: () => (asked++ === 0 ? "222222222222" : "111111111111"),
    });
    const estate = parseEstate({ ...estateWith(), accounts: { ...estateWith().accounts, dev } }, "test");
    expect(estate.accounts.find(({ name }) => name === "dev")?.id).toBe("222222222222");
    expect(asked).toBe(1);
  });
});

describe("a large estate is checked in seconds:", () => {
  const many = <T>(count: number, item: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => item(index));
  const named = (count: number, item: (index: number) => unknown) =>
    Object.fromEntries(many(count, (index) => [`x${index}`, item(index)]));
  const { dev } = estateWith().accounts;
  const admitting = (others: readonly number[]) => ({
    work: "application",
    ingress: others.map((other) => ({ port: 1, group: `x${other}` })),
  });

  test.each<[what: string, estate: unknown]>([
    ["3,000 accounts with an unknown key", estateWith({ accounts: named(3000, (id) => ({ ...dev, id: String(1e11 + id), foo: 1 })) })], // prettier-ignore
    ["100,000 wrong principals", estateWith({ "accounts.dev.operators": many(100_000, () => "x") })],
    [
      "100,000 environments in the promotion order",
      estateWith({ promotionOrder: many(100_000, (index) => `x${index}`) }),
    ],
    ["100,000 subnets", estateWith({ "environments.dev.network": { publicSubnetCidrBlocks: many(100_000, () => "10.0.0.0/28") } })], // prettier-ignore
    ["a key of 100,000 characters", estateWith({ ["k".repeat(100_000)]: 1 })],
    ["a text of 1,000,000 characters", estateWith({ solution: "s".repeat(1_000_000) })],
    ["300 groups that all admit each other", estateWith({ "environments.dev.securityGroups": named(300, () => admitting(many(300, (other) => other))) })], // prettier-ignore
    ["300 groups that all admit those after them", estateWith({ "environments.dev.securityGroups": named(300, (group) => admitting(many(299 - group, (other) => group + 1 + other))) })], // prettier-ignore
  ])("%s", (_what, estate) => {
    const start = computed();
    let message = "";
    try {
      parseEstate(estate, "test");
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      message = error.message;
    }
    expect(computed() - start).toBeLessThan(10_000);
    expect(message.length).toBeLessThan(1_000_000);
  });
});

describe("a mutated example", () => {
  /** Repeat a run with HOSTILE_SEED. */
  const seed = Number(process.env["HOSTILE_SEED"] ?? Date.now() % 2 ** 31);
  const LONGEST_CASE_MS = 5000;
  const exampleRecord = { file: "example.members.json", members: ["dev-analytics", "prod-analytics"] };

  const KEYS = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", "", " ", "0", "a.b", "a\nb", "\u202e", "\0", "dev", "prod", "k".repeat(5000)]; // prettier-ignore
  const NUMBERS = [0, -0, -1, 0.1 + 0.2, 1e-7, 1e21, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 65535, 12];
  const TEXTS = ["127.0.0.0/16", "0.0.0.0/0", "10.0.0.0/8", "::/0", "arn:aws:iam::111111111111:user/Platform-Lead", "arn:aws:iam::222222222222:role/Operator", "${aws:username}", "%{ if true }", "</script>", "a\u0000b", "\u202egpj", "\ud800", "x".repeat(100_000), "\u001b[2J", "../../etc/passwd", "eu-west-1", "default", "sg-0a1b2c3d"]; // prettier-ignore
  /** As the unit "binary", for which fast-check builds a table of all characters of Unicode. */
  const SURROGATES = 0x800;
  const character = fc.integer({ min: 0, max: 0x10ffff - SURROGATES }).map(
    (index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES),
    (text) => {
      const [only = "", ...rest] = String(text);
      if (rest.length > 0) throw new Error("more than one character");
      const codePoint = only.codePointAt(0) ?? NaN;
      return codePoint < 0xd800 ? codePoint : codePoint - SURROGATES;
    },
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>(...values.map(([, each]) => each), ...NUMBERS, ...TEXTS),
    fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.string({ unit: character }),
  );
  const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());

  /** Changes the value with this key of an object or list. `other` is another value of the estate. */
  type Operation = (holder: Holder, key: string, given: { value: unknown; key: string; other: unknown }) => unknown;
  const set = (holder: Holder, at: string, to: unknown) =>
    Object.defineProperty(holder, at, { value: to, enumerable: true, configurable: true, writable: true });
  const edited = (text: unknown, edit: (text: string) => string) => (typeof text === "string" ? edit(text) : text);
  const OPERATIONS: readonly Operation[] = [
    (holder, at, { value: to }) => set(holder, at, to),
    (holder, at) => Reflect.deleteProperty(holder, at),
    (holder, at, { key: name }) => set(holder, Array.isArray(holder) ? at : name, holder[at]),
    (holder, at, { key: name, value: to }) => set(holder, Array.isArray(holder) ? at : name, to),
    (holder, at, { other }) => set(holder, at, other),
    (holder, at) => set(holder, at, [holder[at]]),
    (holder, at, { key: name }) => set(holder, at, { [name]: holder[at] }),
    (holder, at) =>
      set(
        holder,
        at,
        Array.from({ length: 300 }, () => holder[at]),
      ),
    (holder, at) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => text.toUpperCase()),
      ),
    (holder, at, { key: name }) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => text + name),
      ),
    (holder, at, { key: name }) =>
      set(
        holder,
        at,
        edited(holder[at], (text) => name + text),
      ),
    (holder, at) =>
      set(
        holder,
        at,
        Array.from({ length: 2000 }).reduce((inner) => ({ inner }), holder[at]),
      ),
  ];
  const mutation = fc.record({
    operation: fc.constantFrom(...OPERATIONS.keys()),
    place: fc.nat(),
    other: fc.nat(),
    value,
    key,
  });

  /** The example with changes, in order. Values may be shared or circular afterwards, as in a TypeScript estate. */
  function mutated(mutations: readonly (typeof mutation extends fc.Arbitrary<infer T> ? T : never)[]): unknown {
    const estate = JSON.parse(JSON.stringify(example)) as Holder;
    const found = [...places(estate)].map((path) => ({
      holder: at(estate, path.slice(0, -1)),
      name: path.at(-1) ?? "",
    }));
    for (const { operation, place, other, ...given } of mutations) {
      const [chosen, source] = [place, other].map((index) => found[index % found.length]);
      if (chosen && source)
        OPERATIONS[operation]?.(chosen.holder, chosen.name, { ...given, other: source.holder[source.name] });
    }
    return estate;
  }
  const at = (estate: Holder, path: readonly string[]) =>
    path.reduce<Holder>((holder, name) => holder[name] as Holder, estate);

  const GRAMMAR = /^ {2}(\P{C}{1,203} must be \P{C}+, got \P{C}+|and \d+ more problems)$/u;

  /** The estate; undefined if it is refused, with a message in which every problem has a line by the grammar. */
  function checked(load: () => Estate): Estate | undefined {
    const start = computed();
    let estate: Estate | undefined;
    try {
      estate = load();
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      const [first, ...lines] = error.message.split("\n");
      expect(first).toMatch(/^the estate is not valid \(.+\):$/);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => line.length > 2000 || !GRAMMAR.test(line))).toEqual([]);
    }
    expect(computed() - start).toBeLessThan(LONGEST_CASE_MS);
    return estate;
  }

  const survivors: Estate[] = [];

  test(`is accepted or refused with problems, never crashes and never hangs (2,500 mutations, seed ${seed})`, () => {
    process.stdout.write(`hostile estates: HOSTILE_SEED=${seed}\n`);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const survivor = checked(() => parseEstate(mutated(mutations), "mutated", exampleRecord));
        if (survivor) survivors.push(survivor);
      }),
      { seed, numRuns: 2500 },
    );
    expect("polluted" in {}).toBe(false);
    expect(survivors.length).toBeGreaterThan(5);
  });

  test("that is accepted can be synthesized, or is refused before anything is written", () => {
    const folder = mkdtempSync(join(tmpdir(), "survivors-"));
    const step = Math.max(1, Math.floor(survivors.length / 3));
    const sample = survivors.filter((_, index) => index % step === seed % step).slice(0, 3);
    expect(sample.length).toBeGreaterThan(0);
    try {
      for (const estate of sample) {
        try {
          synthesizeGroups(groupsOf(estate), folder);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("as text, cut, joined and overwritten anywhere, is accepted or refused in one line each", () => {
    const folder = mkdtempSync(join(tmpdir(), "texts-"));
    const file = join(folder, "estate.json");
    const source = Buffer.from(JSON.stringify(example, undefined, 1));
    writeFileSync(membersFile(file), JSON.stringify(exampleRecord.members));
    const pieces = ["[", "{", '"', "\\", ",", "//", "/*", "\n", "\0", "\uFEFF", "1e400", "-0", "NaN", '"id":"1",', "[".repeat(5000), '\\ud800', "\u2028"]; // prettier-ignore
    const piece = fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ maxLength: 4 }));
    try {
      fc.assert(
        fc.property(fc.nat(source.length), fc.nat(9), piece, (offset, length, put) => {
          const bytes = typeof put === "string" ? Buffer.from(put) : put;
          rmSync(file, { force: true }); // ext4 waits for the disk if a file is emptied and written again
          writeFileSync(file, Buffer.concat([source.subarray(0, offset), bytes, source.subarray(offset + length)]));
          checked(() => loadEstate(file));
        }),
        { seed, numRuns: 500 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
