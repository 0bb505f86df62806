import { problemsWith } from "../estate-fixture";

const DEV = "environments.dev";

test.each([
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
])("refuses $what", ({ changes, problem }) => {
  expect(problemsWith(changes)).toEqual([problem]);
});
