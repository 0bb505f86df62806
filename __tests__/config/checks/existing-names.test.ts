import { PROD, problemsWith, type Changes } from "../estate-fixture";

const [DEV, OTHER] = ["environments.dev", "environments.other"];
/** A second environment in the account of the first. */
const two: Changes = {
  [OTHER]: { account: "dev", profile: "documented", database: {}, application: { repositories: ["jobs"] } },
  [`${DEV}.database`]: {},
  [`${DEV}.application`]: { repositories: ["jobs"] },
};

test.each([
  { kept: "roles.apiHandler", same: "Api", kind: "role" },
  { kept: "roles.masterRole", same: "MasterRole", kind: "role" },
  { kept: "profiles.deployment", same: "Deployment", kind: "instance profile" },
  { kept: "buckets.studydata", same: "example-studies", kind: "bucket" },
  { kept: "repositories.jobs", same: "jobs", kind: "repository" },
  { kept: "database.identifier", same: "studies", kind: "database" },
  { kept: "database.subnetGroup", same: "studies", kind: "subnet group" },
])("refuses the same $kept in two environments of one account", ({ kept, same, kind }) => {
  const changes = { ...two, [`${DEV}.existing.${kept}`]: same, [`${OTHER}.existing.${kept}`]: same };
  expect(problemsWith(changes)).toEqual([
    `${OTHER}.existing.${kept} must be another name than the ${kind} of ${DEV}, got "${same}"`,
  ]);
});

test.each([
  {
    what: "a name that the project builds for another environment",
    changes: { [`${OTHER}.existing.roles.apiHandler`]: "team/DEV-irl-demo-ApiHandler" },
    problem: `${OTHER}.existing.roles.apiHandler must be another name than the role of ${DEV}, got "DEV-irl-demo-ApiHandler"`,
  },
  {
    what: "a name that the project builds for a later environment",
    changes: { [`${DEV}.existing.database.identifier`]: "other-irl-demo-database" },
    problem: `${DEV}.existing.database.identifier must be another name than the database of ${OTHER}, got "other-irl-demo-database"`,
  },
  {
    what: "the name of an account-wide role",
    changes: { [`${DEV}.existing.roles.deployment`]: "admin" },
    problem: `${DEV}.existing.roles.deployment must be another name than the role of accounts.dev, got "admin"`,
  },
  {
    what: "two roles of one environment with the same name",
    changes: { [`${DEV}.existing.roles`]: { apiHandler: "a/Api", flowLogs: "b/api" } },
    problem: `${DEV}.existing.roles.flowLogs must be another name than the role of ${DEV}, got "api"`,
  },
  {
    what: "two security groups of one network with the same name",
    changes: {
      [`${DEV}.existing.securityGroups.default`]: "Studies",
      [`${DEV}.existing.database.ownSecurityGroup`]: { name: "Studies", description: "Studies" },
    },
    problem: `${DEV}.existing.database.ownSecurityGroup.name must be another name than the security group of ${DEV}, got "Studies"`,
  },
])("refuses $what", ({ changes, problem }) => {
  expect(problemsWith({ ...two, ...changes })).toEqual([problem]);
});

test("accepts the same name in two accounts, and the same group in two networks", () => {
  const same = (path: string) => ({
    [`${path}.database`]: {},
    [`${path}.existing.database.identifier`]: "studies",
    [`${path}.existing.roles.deployment`]: "Deployment",
    [`${path}.existing.securityGroups.default`]: "Everything",
  });
  expect(problemsWith({ ...PROD, ...same(DEV), ...same("environments.prod") })).toEqual([]);
});
