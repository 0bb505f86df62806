import { parseEstate } from "../../../config/load";
import { createdMember, estateOf, estateWith, PROD, type Changes } from "../estate-fixture";

describe("a valid estate", () => {
  test("is frozen, including every nested list", () => {
    const changes = {
      ...PROD,
      "environments.dev.members.lab": { account: "lab" },
      "environments.dev.database": { allowedCidrBlocks: ["10.0.8.0/24"] },
    };
    const pending: unknown[] = [estateOf(changes)];
    let objects = 0;
    for (const value of pending) {
      if (typeof value !== "object" || value === null) continue;
      expect(Object.isFrozen(value)).toBe(true);
      objects++;
      if (objects < 1000) pending.push(...(Object.values(value) as unknown[]));
    }
    expect(objects).toBeGreaterThan(80);
  });

  test("does not change or freeze the value that the file exports", () => {
    const file = estateWith();
    parseEstate(file, "test");
    expect(file).toEqual(estateWith());
    expect(Object.isFrozen(file.accounts)).toBe(false);
  });

  test("is the same every time", () => {
    expect(estateOf(PROD)).toEqual(estateOf(PROD));
  });
});

describe("the subjects of a repository's tokens", () => {
  const repository = "example-org/aws-estate";
  const ids = { owner: 1000001, repository: 2000002 };

  test.each<[string, Changes, string[]]>([
    ["none without a repository", {}, []],
    ["its name", { repository }, ["repo:example-org/aws-estate"]],
    ["its name with ids", { repository, repositoryIds: ids }, ["repo:example-org@1000001/aws-estate@2000002"]],
    [
      "both while it changes over",
      { repository, repositoryIds: { ...ids, alsoByName: true } },
      ["repo:example-org@1000001/aws-estate@2000002", "repo:example-org/aws-estate"],
    ],
  ])("begin with %s", (_, changes, tokenSubjects) => {
    expect(estateOf(changes).tokenSubjects).toEqual(tokenSubjects);
  });

  test("name the main branch that the estate names", () => {
    expect(estateOf({ repository }).mainBranch).toBe("main");
    expect(estateOf({ repository, mainBranch: "release/2.x" }).mainBranch).toBe("release/2.x");
  });
});

describe("the subjects of a GitLab project's tokens", () => {
  const project = "example-group/aws-estate";
  const byPath = "project_path:example-group/aws-estate:ref_type:branch:ref:";

  test("have the project's path by default: any branch plans, the main branch applies", () => {
    expect(estateOf({ gitlab: { project }, mainBranch: "trunk" })).toMatchObject({
      repository: project,
      tokenSubjects: [],
      gitlab: { host: "gitlab.com", planSubjects: [`${byPath}*`], applySubjects: [`${byPath}trunk`] },
    });
  });

  test("have the claims that the file lists, and both forms while they change", () => {
    const subject = ["project_id", "ref_type", "ref", "ref_protected", "environment_protected"];
    const gitlab = { project, host: "gitlab.example.com", projectId: 57382910, subject };
    const byId = "project_id:57382910:ref_type:branch:ref:";
    const applies = `${byId}main:ref_protected:true:environment_protected:true`;
    expect(estateOf({ gitlab }).gitlab).toEqual({
      host: "gitlab.example.com",
      planSubjects: [`${byId}*`],
      applySubjects: [applies],
    });
    expect(estateOf({ gitlab: { ...gitlab, alsoByPath: true } }).gitlab).toMatchObject({
      planSubjects: [`${byId}*`, `${byPath}*`],
      applySubjects: [applies, `${byPath}main`],
    });
  });

  test("do not exist for a repository on GitHub", () => {
    expect(estateOf({ repository: "o/r" }).gitlab).toBeUndefined();
  });
});

describe("a created member without an id", () => {
  const changes: Changes = {
    ...PROD,
    "accounts.new": createdMember("new@example.com"),
    "environments.dev.members": { lab: { account: "lab" }, fresh: { account: "new" } },
    "environments.prod.members.analytics": { account: "new" },
    "environments.dev.profile": "hardened",
  };

  test("is listed as waiting: it is not an account of the estate and not a member of an environment", () => {
    const estate = estateOf(changes);
    expect(estate.accounts.map(({ name }) => name)).toEqual(["master", "dev", "lab", "prod"]);
    expect(estate.environments.map(({ members }) => members.map(({ name }) => name))).toEqual([["lab"], []]);
    expect(estate.waiting).toEqual([
      {
        account: "new",
        members: [
          { environment: "dev", member: "fresh" },
          { environment: "prod", member: "analytics" },
        ],
      },
    ]);
  });

  test("lists the environments that wait for it in promotion order", () => {
    const [waiting] = estateOf({ ...changes, promotionOrder: ["prod", "dev"] }).waiting;
    expect(waiting?.members.map((one) => one.environment)).toEqual(["prod", "dev"]);
  });

  test("is created by the organization, in its unit", () => {
    expect(estateOf(changes).organization?.members).toContainEqual(
      expect.objectContaining({ name: "new", id: undefined, unit: "prod" }),
    );
  });

  test("is a normal account once it has an id", () => {
    const estate = estateOf({ ...changes, "accounts.new.id": "777777777777" });
    expect(estate.waiting).toEqual([]);
    expect(estate.accounts.map(({ name }) => name)).toContain("new");
    expect(estate.environments.map(({ members }) => members.length)).toEqual([2, 1]);
  });

  test("is listed as waiting even if no environment uses it", () => {
    expect(estateOf({ "accounts.new": createdMember("new@example.com") }).waiting).toEqual([
      { account: "new", members: [] },
    ]);
  });
});

describe("a retired member", () => {
  test.each([{ id: "777777777777" }, {}])("is only a name in the organization's list of retired members: %p", (id) => {
    const estate = estateOf({ "accounts.old": createdMember("old@example.com", { ...id, retired: true }) });
    expect(estate.organization?.retired).toEqual(["old"]);
    expect(estate.organization?.members.map(({ name }) => name)).toEqual(["lab"]);
    expect(estate.accounts.map(({ name }) => name)).toEqual(["master", "dev", "lab"]);
    expect(estate.waiting).toEqual([]);
  });
});

test("has additional reads of the plan roles only if the file has them, so that other estates stay as they were", () => {
  expect(JSON.stringify(estateOf())).not.toContain("planRoleReads");
  const planRoleReads = ["glue:GetTable"];
  expect(estateOf({ repository: "example-org/estate", planRoleReads })).toMatchObject({ planRoleReads });
});
