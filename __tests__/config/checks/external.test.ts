import { estateOf, problemsOf, estateWith, type Changes } from "../estate-fixture";

const PROJECT = { project: "example-search" };
const SEARCH = { account: "dev", technicalEmails: ["a@example.com"], projects: { one: PROJECT } };
const GOOGLE = { projectId: "example-web", displayName: "Example", organization: "123456789012" };
const problems = (changes: Changes) => problemsOf(estateWith({ search: SEARCH, ...changes }));

test("an estate with search and single sign-on is valid", () => {
  expect(problems({ "singleSignOn.google": { account: "master", projects: { web: GOOGLE } } })).toEqual([]);
});

test.each([
  {
    what: "an unknown account",
    changes: { "search.account": "prod" },
    problem: 'search.account must be the name of an account (master, dev, lab), got "prod"',
  },
  {
    what: "a member account",
    changes: { "search.account": "lab" },
    problem: 'search.account must be a main account, or the master account, got "lab"',
  },
  {
    what: "an unknown environment",
    changes: { "search.projects.one.environment": "prod" },
    problem: 'search.projects.one.environment must be the name of an environment (dev), got "prod"',
  },
  {
    what: "one project twice",
    changes: { "search.projects.two": PROJECT },
    problem:
      'search.projects.two.project must be a value that no other entry has, got "example-search" (also search.projects.one)',
  },
  {
    what: "a Google project in neither an organization nor a folder",
    changes: { "singleSignOn.google": { account: "dev", projects: { web: { ...GOOGLE, organization: undefined } } } },
    problem:
      "singleSignOn.google.projects.web.organization must be the number of an organization, or a folder, got nothing",
  },
  {
    what: "a Google project in both",
    changes: { "singleSignOn.google": { account: "dev", projects: { web: { ...GOOGLE, folder: "210987654321" } } } },
    problem:
      'singleSignOn.google.projects.web.organization must be left out, since the folder belongs to an organization, got "123456789012"',
  },
  {
    what: "a filter that allows everybody",
    changes: { "search.projects.one.services.logs": { plan: "startup-4", ipFilter: ["0.0.0.0/0"] } },
    problem: "search.projects.one.services.logs.ipFilter[0] must be a network with a prefix length from /8 to /32",
  },
  {
    what: "a redirect URI without TLS",
    changes: {
      "singleSignOn.microsoft": {
        account: "dev",
        tenantId: "00000000-0000-4000-8000-000000000000",
        applications: { web: { displayName: "Web", redirectUris: ["http://login.example.com"] } },
      },
    },
    problem: "singleSignOn.microsoft.applications.web.redirectUris[0] must be an https URL without wildcards",
  },
])("refuses $what", ({ changes, problem }) => {
  expect(problems(changes)).toEqual([expect.stringContaining(problem)]);
});

test("refuses an environment whose stack would have the id of a provider's stack", () => {
  const members = { aiven: { account: "lab" } };
  const changes = {
    "accounts.dev-member": { kind: "main", id: "444444444444", email: "b@example.com", monthlyBudgetUsd: 1, operators: ["arn:aws:iam::111111111111:user/a"], admins: ["arn:aws:iam::111111111111:user/b"] }, // prettier-ignore
    "environments.dev.members": members,
  };
  expect(problemsOf(estateWith(changes))).toEqual([]);
  expect(problems({ ...changes, "search.account": "dev-member" }).join()).toContain("dev-member-aiven");
});

test("an entry has the charge code and the account of its environment, or else those of the estate", () => {
  const { external } = estateOf({
    "environments.dev.chargeCode": "dev-0001",
    search: {
      ...SEARCH,
      account: "master",
      projects: { one: { ...PROJECT, environment: "dev" }, two: { project: "two" } },
    },
  });
  expect(external?.aiven?.projects).toMatchObject([
    { name: "one", chargeCode: "dev-0001", secretAccount: "dev" },
    { name: "two", chargeCode: "demo-0001", secretAccount: "master" },
  ]);
});
