import { createdMember, estateWith, NO_MASTER, problemsOf, problemsWith } from "../estate-fixture";

const person = "arn:aws:iam::111111111111:user/operator";
const main = (id: string) => ({
  ...{ kind: "main", id, email: `a${id}@example.com`, monthlyBudgetUsd: 1 },
  ...{ operators: [person], admins: [person] },
});

/** A solution of `length` letters. */
const solution = (length: number) => "s".repeat(length);

const tooLong = (kind: string, limit: number) =>
  new RegExp(`makes the ${kind} name "[^"]+" of ${limit + 1} characters, expected at most ${limit}$`);

/** The problems that speak of the length of this kind of name. */
const lengthProblems = (kind: string, changes: Record<string, unknown>) =>
  problemsWith(changes).filter((problem) => problem.includes(`makes the ${kind} name`));

describe("names at AWS's limit are accepted, and one character more is refused", () => {
  // Each built name is its fixed parts and a solution: `dev-irl-<solution>…`.
  test("the Master role's: 64", () => {
    const fixed = "dev-irl--prep-raas-master-MasterRole".length;
    expect(problemsWith({ solution: solution(64 - fixed) })).toEqual([]);
    expect(problemsWith({ solution: solution(65 - fixed) })).toEqual([expect.stringMatching(tooLong("role", 64))]);
    expect(problemsWith({ solution: solution(65 - fixed) })[0]).toMatch(/^environments\.dev: /);
  });

  test("the Master role's is not built without a master account, and not refused", () => {
    expect(
      problemsWith({ ...NO_MASTER, solution: solution(65 - "dev-irl--prep-raas-master-MasterRole".length) }),
    ).toEqual([]);
  });

  test("a pipeline role's: 64", () => {
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

  test("a pipeline role's is not built without a repository, and not refused", () => {
    const name = `environments.${"e".repeat(60)}`;
    expect(lengthProblems("role", { [name]: { account: "dev", profile: "documented" } }).join()).not.toContain(
      "pipeline",
    );
  });

  test("a bucket's: 63", () => {
    const fixed = "222222222222-dev-irl-demo-".length;
    const buckets = (length: number) => ({ "environments.dev.application.buckets": ["data", "b".repeat(length)] });
    expect(problemsWith(buckets(63 - fixed))).toEqual([]);
    expect(problemsWith(buckets(64 - fixed))).toEqual([expect.stringMatching(tooLong("bucket", 63))]);
    expect(problemsWith(buckets(64 - fixed))[0]).toMatch(
      /^environments\.dev\.application\.buckets\[1\]: makes the bucket name "222222222222-/,
    );
  });

  test("that of the bucket which every environment has: 63", () => {
    const changes = (length: number) => ({ ...NO_MASTER, solution: solution(length) });
    const fixed = "222222222222-dev-irl--studydata".length;
    expect(problemsWith(changes(63 - fixed))).toEqual([]);
    expect(problemsWith(changes(64 - fixed))).toEqual([expect.stringMatching(tooLong("bucket", 63))]);
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

  test("that of an account which the organization creates: 50", () => {
    const created = (length: number, rest = {}) => ({
      [`accounts.${"a".repeat(length)}`]: createdMember("a@example.com", rest),
    });
    expect(problemsWith(created(50))).toEqual([]);
    expect(problemsWith(created(51))).toEqual([expect.stringMatching(tooLong("account", 50))]);
    expect(problemsWith(created(51))[0]).toMatch(/^accounts\.a{51}: makes the account name "a{51}" of 51 /);
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

test("rejects a bucket called studydata, which every environment has already", () => {
  expect(problemsWith({ "environments.dev.application.buckets": ["studydata"] })).toEqual([
    'environments.dev.application.buckets[0]: got "studydata", expected another: every environment has it already',
  ]);
});

describe("two stacks with one id, which would share a folder and a state", () => {
  test("are rejected where an account's name reads like an environment's member", () => {
    expect(
      problemsWith({ "accounts.dev-member": main("444444444444"), "environments.dev.members.iam": { account: "lab" } }),
    ).toEqual([
      "environments.dev.members.iam: makes the stack dev-member-iam, which accounts.dev-member makes too, expected another name",
    ]);
  });

  test("are rejected where an environment's name reads like another's member", () => {
    expect(
      problemsWith({
        "environments.dev.members.network": { account: "lab" },
        "environments.dev-member": { account: "dev", profile: "documented" },
      }),
    ).toEqual([
      "environments.dev-member: makes the stack dev-member-network, which environments.dev.members.network makes too, expected another name",
    ]);
  });

  test("are rejected where an environment's member reads like the master account's organization", () => {
    expect(
      problemsWith({
        "accounts.master": undefined,
        "accounts.dev-member": { ...main("111111111111"), kind: "master" },
        "environments.dev.members.organization": { account: "lab" },
      }),
    ).toEqual([
      "environments.dev.members.organization: makes the stack dev-member-organization, which accounts.dev-member makes too, expected another name",
    ]);
    expect(
      problemsWith({
        "accounts.dev-member": main("444444444444"),
        "environments.dev.members.organization": { account: "lab" },
      }),
    ).toEqual([]);
  });

  test("do not come of an account and an environment of one name", () => {
    expect(
      problemsWith({
        "accounts.prod": main("444444444444"),
        "environments.prod": { account: "prod", profile: "documented" },
      }),
    ).toEqual([]);
  });
});

describe("names that are taken", () => {
  test.each([
    ["account", "the account-wide stacks"],
    ["account-dev", "the account-wide stacks of accounts.dev"],
  ])("an environment cannot be called %s", (name, owner) => {
    expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([
      `environments.${name}: is what pipelines call ${owner}, expected another name`,
    ]);
  });

  test.each(["sg", "sg-blue"])(
    "an environment cannot be called %s, which would begin its security groups' names",
    (name) => {
      expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([
        `environments.${name}: makes names of security groups that begin with "sg-", which AWS refuses, expected another name`,
      ]);
    },
  );

  test.each(["sgx", "my-sg", "s"])("an environment can be called %s", (name) => {
    expect(problemsWith({ [`environments.${name}`]: { account: "dev", profile: "documented" } })).toEqual([]);
  });

  test.each(["security", "suspended"])(
    "an environment cannot be called %s where an organization has that unit",
    (name) => {
      const changes = { [`environments.${name}`]: { account: "dev", profile: "documented" } };
      expect(problemsWith(changes)).toEqual([
        `environments.${name}: is a unit that every organization has, expected another name`,
      ]);
      expect(problemsWith({ ...changes, ...NO_MASTER })).toEqual([]);
    },
  );

  test.each(["accounts", "environments", "environments.dev.members", "environments.dev.securityGroups"])(
    "nothing in %s can be called __proto__",
    (path) => {
      const source = JSON.stringify(
        estateWith({
          "environments.dev.members": {},
          "environments.dev.securityGroups": {},
          [`${path}.proto`]: { work: "application" },
        }),
      );
      const estate = JSON.parse(source.replace('"proto"', '"__proto__"')) as unknown;
      expect(problemsOf(estate)).toEqual([`${path}.__proto__: is no name, expected another`]);
    },
  );
});

describe("constructor, by which constructs would be confused,", () => {
  test.each(["accounts", "environments", "environments.dev.members", "environments.dev.securityGroups"])(
    "is no name in %s",
    (path) => {
      const estate = estateWith({
        "environments.dev.members": {},
        "environments.dev.securityGroups": {},
        [`${path}.constructor`]: {},
      });
      expect(problemsOf(estate)).toContain(`${path}.constructor: is no name, expected another`);
    },
  );

  test.each(["buckets", "repositories"])("is no name among %s", (key) => {
    expect(problemsWith({ [`environments.dev.application.${key}`]: ["results", "constructor"] })).toEqual([
      `environments.dev.application.${key}[1]: got "constructor", expected another name`,
    ]);
  });
});

test("a bucket cannot end in what S3 keeps for itself", () => {
  const problem = (name: string) => problemsWith({ "environments.dev.application.buckets": [name] });
  const refused = (name: string) => [
    `environments.dev.application.buckets[0]: got "${name}", expected another: S3 keeps names that end in -s3alias for itself`,
  ];
  for (const name of ["s3alias", "my-s3alias"]) expect(problem(name)).toEqual(refused(name));
  for (const name of ["s3aliases", "mys3alias"]) expect(problem(name)).toEqual([]);
});

describe("a role that exists already is none of those that the project makes:", () => {
  const refusal = (path: string, role: string) => [
    `${path}: got "${role}", a role that the project makes, expected another`,
  ];

  test.each([
    "Admin",
    "operator",
    "managed-instance",
    "demo-pipeline-plan",
    "demo-pipeline-apply-dev",
    "dev-irl-demo-deployment",
  ])("not %s", (role) => {
    expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual(refusal("accounts.dev.accessRole", role));
    const existing = { apiHandler: "api", workflowLoopRunner: role };
    expect(problemsWith({ "environments.dev.application.existingRoles": existing })).toEqual(
      refusal("environments.dev.application.existingRoles.workflowLoopRunner", role),
    );
  });

  test.each(["deploy", "OrganizationAccountAccessRole", "Administrator", "demo-pipeline", "prod-irl-demo-deployment"])(
    "%s may be",
    (role) => {
      expect(problemsWith({ "accounts.dev.accessRole": role })).toEqual([]);
    },
  );
});
