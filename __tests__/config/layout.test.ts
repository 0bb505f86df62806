import { stacksOf } from "../../config/layout";
import { DEFAULT_ESTATE, loadEstate, parseEstate } from "../../config/load";
import { estateWith, PROD, type Changes } from "./estate-fixture";

const layout = (changes: Changes = {}) => stacksOf(parseEstate(estateWith(changes), "test"));
const ids = (changes: Changes = {}) => layout(changes).map(({ id }) => id);

test("gives every account its account-wide stacks, and an environment what it has", () => {
  const changes = { "environments.dev.database": {}, "environments.dev.members.lab": { account: "lab" } };
  expect(ids(changes)).toEqual([
    ...["master-bootstrap", "master-iam", "dev-bootstrap", "dev-iam", "lab-bootstrap", "lab-iam"],
    ...["dev-network", "dev-database", "dev-application", "dev-master-role", "dev-member-lab"],
  ]);
});

test("leaves out the database where there is none, and the Master role where there is no master", () => {
  expect(ids()).not.toContain("dev-database");
  expect(ids({ "accounts.master": undefined })).not.toContain("dev-master-role");
});

test("puts each stack into the account that it is for, and its state into that account's bucket", () => {
  const stacks = layout({ "environments.dev.members.lab": { account: "lab" } });
  const places = Object.fromEntries(stacks.map(({ id, account, state }) => [id, `${account.name} ${state.bucket}/${state.key}`]));
  expect(places).toMatchObject({
    "dev-iam": "dev 222222222222-demo-terraform-state/dev/iam.tfstate",
    "dev-network": "dev 222222222222-demo-terraform-state/dev/network.tfstate",
    "dev-master-role": "master 111111111111-demo-terraform-state/dev/master-role.tfstate",
    "dev-member-lab": "lab 333333333333-demo-terraform-state/dev/member-lab.tfstate",
  });
});

test("deploys into the environment's region, and keeps states in the account's", () => {
  const stacks = layout({ "environments.dev.region": "us-east-1", "accounts.dev.region": "eu-central-1" });
  expect(stacks.find(({ id }) => id === "dev-network")).toMatchObject({ region: "us-east-1", state: { region: "eu-central-1" } });
  expect(stacks.find(({ id }) => id === "dev-iam")).toMatchObject({ region: "eu-central-1", state: { region: "eu-central-1" } });
});

test.each([
  ["two environments in one account", { ...PROD, "environments.prod.account": "dev" }],
  ["master and main in one account", { "environments.dev.account": "master", "environments.dev.database": {} }],
  ["an account and an environment of one name, with a member", { "environments.dev.members.lab": { account: "lab" } }],
])("gives every stack an id and a state of its own: %s", (_what, changes) => {
  const stacks = layout(changes);
  expect(new Set(stacks.map(({ id }) => id)).size).toBe(stacks.length);
  expect(new Set(stacks.map(({ state }) => `${state.bucket}/${state.key}`)).size).toBe(stacks.length);
});

test("adds an environment's stacks without touching those that are there", () => {
  expect(ids(PROD).filter((id) => !id.startsWith("prod-"))).toEqual(ids());
});

describe("the shipped example", () => {
  const estate = loadEstate(DEFAULT_ESTATE);

  test("loads, with the environments in their promotion order", () => {
    expect(estate.environments.map(({ name }) => name)).toEqual(["dev", "ci", "staging", "prod"]);
    expect(estate.environments.map(({ profile }) => profile)).toEqual(["documented", "documented", "hardened", "hardened"]);
    expect(estate.environments.filter(({ production }) => production).map(({ name }) => name)).toEqual(["prod"]);
  });

  test("has a created and an invited member in dev, and a created one in prod", () => {
    const members = estate.environments.flatMap(({ name, members }) =>
      members.map((member) => `${name} ${member.name} ${member.account.membership ?? "none"}`),
    );
    expect(members).toEqual(["dev analytics created", "dev partner-lab invited", "prod analytics created"]);
  });

  test("has account-wide stacks for all eight accounts, and 35 stacks in all", () => {
    const stacks = stacksOf(estate);
    expect(stacks.filter(({ environment }) => !environment)).toHaveLength(16);
    expect(stacks).toHaveLength(35);
  });
});
