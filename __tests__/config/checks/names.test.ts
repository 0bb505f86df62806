import seed002 from "../../../examples/seed-002";
import { createdMember, estateWith, NO_MASTER, problemsOf, problemsWith } from "../estate-fixture";

const person = "arn:aws:iam::111111111111:user/operator";
const main = (id: string) => ({
  ...{ kind: "main", id, email: `a${id}@example.com`, monthlyBudgetUsd: 1 },
  ...{ operators: [person], admins: [person] },
});

/** A solution of `length` letters. */
const solution = (length: number) => "s".repeat(length);

const tooLong = (kind: string, limit: number) =>
  new RegExp(
    `must be short enough for the ${kind} name "[^"]+" to have at most ${limit} characters, got ${limit + 1} characters$`,
  );

/** The problems about the length of this kind of name. */
const lengthProblems = (kind: string, changes: Record<string, unknown>) =>
  problemsWith(changes).filter((problem) => problem.includes(`short enough for the ${kind} name`));

describe("a name at AWS's limit is accepted, and one character more is refused, for", () => {
  // Each built name is its fixed parts and a solution: `dev-irl-<solution>…`.
  test("the Master role: 64", () => {
    const fixed = "dev-irl--prep-raas-master-MasterRole".length;
    expect(problemsWith({ solution: solution(64 - fixed) })).toEqual([]);
    expect(problemsWith({ solution: solution(65 - fixed) })).toEqual([expect.stringMatching(tooLong("role", 64))]);
    expect(problemsWith({ solution: solution(65 - fixed) })[0]).toMatch(/^environments\.dev must be /);
  });

  test("the Master role has no name without a master account", () => {
    expect(
      problemsWith({ ...NO_MASTER, solution: solution(65 - "dev-irl--prep-raas-master-MasterRole".length) }),
    ).toEqual([]);
  });

  test("a pipeline role: 64", () => {
    const name = (length: number) => ({
      repository: "example-org/estate",
      [`environments.${"e".repeat(length)}`]: { account: "dev", profile: "documented", region: "us-east-1" },
    });
    const fixed = "demo-pipeline-apply-".length;
    expect(lengthProblems("role", name(64 - fixed)).filter((problem) => problem.includes("pipeline"))).toEqual([]);
    expect(lengthProblems("role", name(65 - fixed)).filter((problem) => problem.includes("pipeline"))).toEqual([
      expect.stringMatching(tooLong("role", 64)),
    ]);
  });

  test("a pipeline role has no name without a repository", () => {
    const name = `environments.${"e".repeat(60)}`;
    expect(lengthProblems("role", { [name]: { account: "dev", profile: "documented" } }).join()).not.toContain(
      "pipeline",
    );
  });

  test("a bucket: 63", () => {
    const fixed = "222222222222-dev-irl-demo-".length;
    const buckets = (length: number) => ({ "environments.dev.application.buckets": ["data", "b".repeat(length)] });
    expect(problemsWith(buckets(63 - fixed))).toEqual([]);
    expect(problemsWith(buckets(64 - fixed))).toEqual([expect.stringMatching(tooLong("bucket", 63))]);
    expect(problemsWith(buckets(64 - fixed))[0]).toMatch(
      /^environments\.dev\.application\.buckets\[1\] must be short enough for the bucket name "222222222222-/,
    );
  });

  test("the bucket that every environment has: 63", () => {
    const changes = (length: number) => ({ ...NO_MASTER, solution: solution(length) });
    const fixed = "222222222222-dev-irl--studydata".length;
    expect(problemsWith(changes(63 - fixed))).toEqual([]);
    expect(problemsWith(changes(64 - fixed))).toEqual([expect.stringMatching(tooLong("bucket", 63))]);
  });

  test("a budget: 100", () => {
    const fixed = `${"s".repeat(34)}--monthly`.length;
    const changes = (length: number) => ({
      ...{ ...NO_MASTER, solution: solution(34) },
      [`accounts.${"a".repeat(length)}`]: { ...main("444444444444"), alias: "short" },
    });
    expect(lengthProblems("budget", changes(100 - fixed))).toEqual([]);
    expect(lengthProblems("budget", changes(101 - fixed))).toEqual([expect.stringMatching(tooLong("budget", 100))]);
  });

  test("a state bucket's: 63", () => {
    const changes = (length: number) => ({ solution: solution(length), environments: {} });
    const fixed = "222222222222--terraform-state".length;
    expect(problemsWith(changes(63 - fixed))).toEqual([]);
    expect(problemsWith(changes(64 - fixed))).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(tooLong("bucket", 63)) as string),
    );
  });

  test("an account alias's: 63", () => {
    const named = (length: number) => ({ [`accounts.${"a".repeat(length)}`]: main("444444444444") });
    const fixed = "demo-".length;
    expect(problemsWith(named(63 - fixed))).toEqual([]);
    expect(problemsWith(named(64 - fixed))).toEqual([expect.stringMatching(tooLong("alias", 63))]);
  });

  test("an account that the organization creates: 50", () => {
    const created = (length: number, rest = {}) => ({
      [`accounts.${"a".repeat(length)}`]: createdMember("a@example.com", rest),
    });
    expect(problemsWith(created(50))).toEqual([]);
    expect(problemsWith(created(51))).toEqual([expect.stringMatching(tooLong("account", 50))]);
    expect(problemsWith(created(51))[0]).toMatch(
      /^accounts\.a{51} must be short enough for the account name "a{51}" .*, got 51 /,
    );
    expect(problemsWith(created(51, { membership: "invited", id: "444444444444" }))).toEqual([]);
  });

  test("a DB identifier's: 63", () => {
    // Other names of so long a namespace are refused as well: what counts here is the database's.
    const changes = (length: number) => ({ solution: solution(length), "environments.dev.database": {} });
    const fixed = "dev-irl--database".length;
    expect(lengthProblems("DB identifier", changes(63 - fixed))).toEqual([]);
    expect(lengthProblems("DB identifier", changes(64 - fixed))).toEqual([
      expect.stringMatching(tooLong("DB identifier", 63)),
    ]);
    expect(lengthProblems("DB identifier", { solution: solution(64 - fixed) })).toEqual([]);
  });

  test("an ECR repository's: 256", () => {
    const repositories = (length: number) => ({ "environments.dev.application.repositories": ["r".repeat(length)] });
    const fixed = "dev-irl-demo/".length;
    expect(problemsWith(repositories(256 - fixed))).toEqual([]);
    expect(problemsWith(repositories(257 - fixed))).toEqual([expect.stringMatching(tooLong("ECR repository", 256))]);
  });
});

test("rejects a bucket called studydata, which every environment has", () => {
  expect(problemsWith({ "environments.dev.application.buckets": ["studydata"] })).toEqual([
    'environments.dev.application.buckets[0] must be a bucket other than studydata, which every environment has, got "studydata"',
  ]);
});

describe("names that are taken", () => {
  test.each([
    ["account", "the account-wide stacks"],
    ["account-dev", "the account-wide stacks of accounts.dev"],
  ])("an environment cannot be called %s", (name, owner) => {
    expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([
      `environments.${name} must be a name that pipelines do not use for ${owner}, got "${name}"`,
    ]);
  });

  test.each(["sg", "sg-blue"])(
    "an environment cannot be called %s, since its security groups' names would begin with it",
    (name) => {
      expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([
        `environments.${name} must be a name whose security groups do not begin with "sg-", which AWS refuses, got "${name}"`,
      ]);
    },
  );

  test.each(["sgx", "my-sg", "s"])("an environment can be called %s", (name) => {
    expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([]);
  });

  test.each(["security", "suspended"])(
    "an environment cannot be called %s if an organization has that unit",
    (name) => {
      const changes = { [`environments.${name}`]: { account: "dev", profile: "documented" } };
      expect(problemsWith(changes)).toEqual([
        `environments.${name} must be a name that is not a unit of every organization, got "${name}"`,
      ]);
      expect(problemsWith({ ...changes, ...NO_MASTER })).toEqual([]);
    },
  );

  test.each([
    "accounts",
    "environments",
    "environments.dev.members",
    "environments.dev.securityGroups",
    "environments.dev.network.tiers",
    "identityCenter.groups",
  ])("nothing in %s can be called __proto__", (path) => {
    const source = JSON.stringify(
      estateWith({
        "environments.dev.members": {},
        "environments.dev.securityGroups": {},
        "environments.dev.network.tiers": {},
        [`${path}.proto`]: { work: "application", prefixLength: 26 },
      }),
    );
    const estate = JSON.parse(source.replace('"proto"', '"__proto__"')) as unknown;
    expect(problemsOf(estate)).toEqual([`${path}.__proto__ must be a name that is not reserved, got "__proto__"`]);
  });
});

describe("constructor, a property of every JavaScript object,", () => {
  test.each([
    "accounts",
    "environments",
    "environments.dev.members",
    "environments.dev.securityGroups",
    "environments.dev.network.tiers",
  ])("is a reserved name in %s", (path) => {
    const estate = estateWith({
      "environments.dev.members": {},
      "environments.dev.securityGroups": {},
      "environments.dev.network.tiers": {},
      [`${path}.constructor`]: {},
    });
    expect(problemsOf(estate)).toContain(`${path}.constructor must be a name that is not reserved, got "constructor"`);
  });

  test.each(["buckets", "repositories"])("is a reserved name in %s", (key) => {
    expect(problemsWith({ [`environments.dev.application.${key}`]: ["results", "constructor"] })).toEqual([
      `environments.dev.application.${key}[1] must be a name that is not reserved, got "constructor"`,
    ]);
  });
});

test("what is outside AWS has no name of another construct of its stack", () => {
  const file = structuredClone(seed002);
  const { search, singleSignOn: { microsoft, google } = {} } = file;
  const services = search?.projects["prod"]?.services;
  for (const record of [search?.projects, services, microsoft?.applications, google?.projects])
    for (const name of ["backend", "aiven", "azuread", "google", "constructor"])
      Object.assign(record ?? {}, { [name]: null });
  const reserved = (path: string, ...names: readonly string[]) =>
    names.map((name) => `${path}.${name} must be a name that is not reserved, got "${name}"`);
  expect(problemsOf(file).filter((problem) => problem.includes("reserved"))).toEqual([
    ...reserved("search.projects", "constructor", "backend", "aiven"),
    ...reserved("search.projects.prod.services", "constructor"),
    ...reserved("singleSignOn.microsoft.applications", "constructor", "backend", "azuread"),
    ...reserved("singleSignOn.google.projects", "constructor", "backend", "google"),
  ]);
});

test("no endpoint has the name of the security group of all endpoints", () => {
  expect(problemsWith({ "environments.dev.network": { endpoints: ["ssm", "security-group"] } })).toEqual([
    expect.stringMatching(/^environments\.dev\.network\.endpoints\[1\] must be .* got "security-group"$/),
  ]);
});

test("a bucket name must not have a suffix that S3 reserves", () => {
  const problem = (name: string) => problemsWith({ "environments.dev.application.buckets": [name] });
  const refused = (name: string, suffix: string) => [
    `environments.dev.application.buckets[0] must be a name that does not end in -${suffix}, which S3 reserves, got "${name}"`,
  ];
  for (const suffix of ["s3alias", "an"])
    for (const name of [suffix, `my-${suffix}`]) expect(problem(name)).toEqual(refused(name, suffix));
  for (const name of ["s3aliases", "mys3alias", "plan", "an-x"]) expect(problem(name)).toEqual([]);
});
