import { stacksOf } from "../../../config/layout";
import { estateOf, named, type Changes } from "../estate-fixture";

const USER = "arn:aws:iam::111111111111:user/operator";
const identity = (changes: Changes = {}) => estateOf({ identityCenter: {}, ...changes }).identity;

test("there is none without the key", () => {
  expect(estateOf().identity).toBeUndefined();
  expect(stacksOf(estateOf()).map(({ name }) => name)).not.toContain("identity");
});

test("it is in the master account and its region, unless the file says otherwise", () => {
  const specOf = (changes: Changes) => {
    const specs = stacksOf(estateOf({ identityCenter: {}, ...changes })).filter(({ name }) => name === "identity");
    return specs.map(({ id, region, state, account }) => [id, region, state.region, account.name]);
  };
  expect(specOf({})).toEqual([["master-identity", "eu-west-1", "eu-west-1", "master"]]);
  expect(specOf({ "identityCenter.account": "lab", "identityCenter.region": "us-east-1" })).toEqual([
    ["lab-identity", "us-east-1", "eu-west-1", "lab"],
  ]);
});

test("users assume the roles, and groups use the permission sets", () => {
  const estate = estateOf({
    identityCenter: {},
    "accounts.dev.operators": ["group:engineers", USER],
    "accounts.dev.admins": ["group:leads"],
    "accounts.dev.breakGlass": [USER],
  });
  expect(named(estate.accounts, "dev")).toMatchObject({
    operators: [USER],
    operatorGroups: ["engineers"],
    admins: [USER],
    adminGroups: ["leads"],
  });
});

test("accounts share a permission set", () => {
  const groups = {
    "accounts.dev.operators": ["group:engineers"],
    "accounts.lab.operators": ["group:engineers", "group:lab"],
  };
  expect(identity(groups)?.permissionSets).toEqual([
    {
      name: "Operator",
      as: "operator",
      sessionSeconds: 28800,
      sourceIps: undefined,
      assignments: [
        { account: "dev", accountId: "222222222222", groups: ["engineers"] },
        { account: "lab", accountId: "333333333333", groups: ["engineers", "lab"] },
      ],
    },
  ]);
});

test.each([
  ["sessions of its own", { "accounts.dev.operatorSessionSeconds": 3600 }, ["Operator-dev", "Admin"]],
  ["the default sessions, written out", { "accounts.dev.operatorSessionSeconds": 28800 }, ["Operator", "Admin"]],
  ["networks of its own", { "accounts.dev.sourceIps": ["198.51.100.0/24"] }, ["Operator-dev", "Admin-dev"]],
])("an account with %s uses the sets %j", (_what, changes, sets) => {
  const groups = { "accounts.dev.operators": ["group:engineers"], "accounts.dev.admins": ["group:leads"] };
  expect(identity({ ...groups, ...changes })?.permissionSets.map(({ name }) => name)).toEqual(sets);
});

test("an account that waits for its id gets its assignments later", () => {
  const waiting = { "accounts.lab.id": undefined, "accounts.lab.operators": ["group:engineers"] };
  expect(identity(waiting)?.permissionSets).toEqual([]);
});
