import { stacksOf } from "../../config/layout";
import { loadEstate, parseEstate } from "../../config/load";
import { createdMember, estateWith, NO_MASTER, PROD, type Changes } from "./estate-fixture";
import { waitingStacks } from "../../config/waiting";

const layout = (changes: Changes = {}) => stacksOf(parseEstate(estateWith(changes), "test"));
const ids = (changes: Changes = {}) => layout(changes).map(({ id }) => id);

test("has the account-wide stacks of every account, and the stacks of every environment", () => {
  const changes = { "environments.dev.database": {}, "environments.dev.members.lab": { account: "lab" } };
  expect(ids(changes)).toEqual([
    ...[
      "master-bootstrap",
      "master-iam",
      "master-organization",
      "dev-bootstrap",
      "dev-iam",
      "lab-bootstrap",
      "lab-iam",
    ],
    ...["dev-network", "dev-database", "dev-application", "dev-master-role", "dev-member-lab"],
  ]);
});

test("has no database stack without a database, and no Master role and organization without a master account", () => {
  expect(ids()).not.toContain("dev-database");
  expect(ids(NO_MASTER).filter((id) => id.endsWith("-organization"))).toEqual([]);
  expect(ids(NO_MASTER)).not.toContain("dev-master-role");
});

test("puts each stack into its account, and its state into that account's bucket", () => {
  const stacks = layout({ "environments.dev.members.lab": { account: "lab" } });
  const places = Object.fromEntries(
    stacks.map(({ id, account, state }) => [id, `${account.name} ${state.bucket}/${state.key}`]),
  );
  expect(places).toMatchObject({
    "dev-iam": "dev 222222222222-demo-terraform-state/dev/iam.tfstate",
    "dev-network": "dev 222222222222-demo-terraform-state/dev/network.tfstate",
    "dev-master-role": "master 111111111111-demo-terraform-state/dev/master-role.tfstate",
    "dev-member-lab": "lab 333333333333-demo-terraform-state/dev/member-lab.tfstate",
  });
});

test("deploys into the environment's region, and keeps states in the account's", () => {
  const stacks = layout({ "environments.dev.region": "us-east-1", "accounts.dev.region": "eu-central-1" });
  const state = { region: "eu-central-1" };
  expect(stacks.find(({ id }) => id === "dev-network")).toMatchObject({ region: "us-east-1", state });
  expect(stacks.find(({ id }) => id === "dev-iam")).toMatchObject({ region: "eu-central-1", state });
});

test.each([
  ["two environments in one account", { ...PROD, "environments.prod.account": "dev" }],
  ["master and main in one account", { "environments.dev.account": "master", "environments.dev.database": {} }],
  ["an account and an environment of one name, with a member", { "environments.dev.members.lab": { account: "lab" } }],
])("gives every stack a unique id and state: %s", (_what, changes) => {
  const stacks = layout(changes);
  expect(new Set(stacks.map(({ id }) => id)).size).toBe(stacks.length);
  expect(new Set(stacks.map(({ state }) => `${state.bucket}/${state.key}`)).size).toBe(stacks.length);
});

test("adds an environment's stacks without changing the others", () => {
  expect(ids(PROD).filter((id) => !id.startsWith("prod-"))).toEqual(ids());
});

describe("a created member whose id is not known yet", () => {
  const changes: Changes = {
    ...PROD,
    "accounts.new": createdMember("new@example.com"),
    "environments.dev.members.lab": { account: "lab" },
    "environments.dev.members.fresh": { account: "new" },
    "environments.prod.members.analytics": { account: "lab" },
    "environments.dev.profile": "hardened",
  };
  const waiting = (more: Changes = {}) => waitingStacks(parseEstate(estateWith({ ...changes, ...more }), "test"));

  test("has its stacks listed as waiting, not among the estate's", () => {
    const [only, ...others] = waiting();
    expect(only).toEqual({ account: "new", stackIds: ["new-bootstrap", "new-iam", "dev-member-fresh"] });
    expect(others).toEqual([]);
    for (const id of only?.stackIds ?? []) expect(ids(changes)).not.toContain(id);
  });

  test("gets exactly those stacks once it has an id, and other stacks are unchanged", () => {
    const stackIds = waiting().flatMap((one) => one.stackIds);
    const known = { ...changes, "accounts.new.id": "777777777777" };
    expect(waiting({ "accounts.new.id": "777777777777" })).toEqual([]);
    expect([...ids(known)].sort()).toEqual([...ids(changes), ...stackIds].sort());
  });

  test("waits in every environment that it is a member of, in promotion order", () => {
    const both = { "environments.prod.members.fresh": { account: "new" }, promotionOrder: ["prod", "dev"] };
    expect(waiting(both)[0]?.stackIds).toEqual(["new-bootstrap", "new-iam", "prod-member-fresh", "dev-member-fresh"]);
  });

  test("does not wait once it is retired, and has no stacks", () => {
    const retired = { "accounts.new.retired": true, "environments.dev.members.fresh": undefined };
    expect(waiting(retired)).toEqual([]);
    expect(ids({ ...changes, ...retired }).filter((id) => id.startsWith("new-"))).toEqual([]);
  });
});

describe("the example", () => {
  const estate = loadEstate();

  test("loads, with the environments in their promotion order", () => {
    expect(estate.environments.map(({ name }) => name)).toEqual(["dev", "ci", "staging", "prod"]);
    const profiles = estate.environments.map(({ profile }) => profile);
    expect(profiles).toEqual(["documented", "documented", "hardened", "hardened"]);
    expect(estate.environments.filter(({ production }) => production).map(({ name }) => name)).toEqual(["prod"]);
  });

  test("has a created and an invited member in dev, and a created one in prod", () => {
    const members = estate.environments.flatMap(({ name, members }) =>
      members.map((member) => `${name} ${member.name} ${member.account.membership ?? "none"}`),
    );
    expect(members).toEqual(["dev analytics created", "dev partner-lab invited", "prod analytics created"]);
  });

  test("has account-wide stacks for all eight accounts, one of an organization, one of Identity Center, and 37 stacks in all", () => {
    const stacks = stacksOf(estate);
    expect(stacks.filter(({ environment }) => !environment)).toHaveLength(18);
    expect(stacks.filter(({ name }) => name === "organization").map(({ id }) => id)).toEqual(["master-organization"]);
    expect(stacks).toHaveLength(37);
  });
});
