import { problemsWith } from "../estate-fixture";

const DEV = "environments.dev";

test.each([
  {
    what: "what a service user keeps that the account does not have",
    changes: {
      "accounts.dev.serviceUsers": ["elastic-container-registry-user"],
      "accounts.dev.existing.terraform-user": { user: "terraform" },
    },
    problem: `accounts.dev.existing.terraform-user must be left out in an account without this service user, got {"user":"terraform"}`,
  },
  {
    what: "two service users of one name",
    changes: { "accounts.dev.existing.terraform-user": { user: "a/Elastic-container-registry-user" } },
    problem: `accounts.dev.existing must be two users with different names, got "elastic-container-registry-user"`,
  },
  {
    what: "what a database keeps in an environment without one",
    changes: { [`${DEV}.existing.database`]: { identifier: "studies" } },
    problem: `${DEV}.existing.database must be left out in an environment without a database, got {"identifier":"studies"}`,
  },
  {
    what: "an encrypted and an unencrypted database at once",
    changes: {
      [`${DEV}.database`]: { customerManagedKey: true },
      [`${DEV}.existing.database`]: { encrypted: false },
    },
    problem: `${DEV}.existing.database.encrypted must be left out with customerManagedKey: true, got false`,
  },
  {
    what: "public subnets of a network without any",
    changes: {
      [`${DEV}.database`]: {},
      [`${DEV}.network`]: { publicSubnets: false },
      [`${DEV}.existing.database`]: { publicSubnets: true },
    },
    problem: `${DEV}.existing.database.publicSubnets must be left out in a network without public subnets, got true`,
  },
  {
    what: "names of roles that the project leaves alone",
    changes: {
      [`${DEV}.application.existingRoles`]: { apiHandler: "Api", workflowLoopRunner: "Workflows" },
      [`${DEV}.existing.roles.apiHandler`]: "Api",
    },
    problem: [
      `${DEV}.application.existingRoles.apiHandler must be a role that the project does not create, got "Api"`,
      `${DEV}.existing.roles.apiHandler must be left out with application.existingRoles, whose roles the project leaves alone, got "Api"`,
    ],
  },
  {
    what: "the name of a group that the environment does not have",
    changes: { [`${DEV}.existing.securityGroups.web`]: "WebServers" },
    problem: `${DEV}.existing.securityGroups must be names of default, got "web"`,
  },
  {
    what: "the name of a bucket that the environment does not have",
    changes: { [`${DEV}.existing.buckets.results`]: "example-results" },
    problem: `${DEV}.existing.buckets must be names of studydata, got "results"`,
  },
  {
    what: "the name of a repository that the environment does not have",
    changes: { [`${DEV}.existing.repositories.jobs`]: "jobs" },
    problem: `${DEV}.existing.repositories must be left out in an environment without repositories, got "jobs"`,
  },
  {
    what: "subnets of a database in one zone",
    changes: {
      [`${DEV}.database`]: {},
      [`${DEV}.existing.network`]: {
        publicSubnets: [{ zone: "eu-west-1b", cidrBlock: "10.0.0.0/24" }],
        privateSubnets: [{ zone: "eu-west-1a", cidrBlock: "10.0.1.0/24" }],
      },
    },
    problem: `${DEV}.existing.network.privateSubnets must be subnets in at least two zones with a database, got 1 of them`,
  },
])("refuses $what", ({ changes, problem }) => {
  expect(problemsWith(changes).sort()).toEqual([problem].flat().sort());
});
