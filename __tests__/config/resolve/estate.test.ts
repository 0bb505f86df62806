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
