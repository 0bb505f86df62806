import { EstateError } from "../../config/estate-error";
import { parseEstate } from "../../config/load";
import { createdMember, estateWith, problemsOf, PROD } from "./estate-fixture";
import { computed, places, values } from "./hostile-values";

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
