import { deploymentOf, stacksOf } from "../../../../config/layout";
import { environmentProblems, reachesProduction } from "../../../../tools/pipelines/github/protected-environment";
import { githubRepository } from "../../../../tools/pipelines/github/repository";
import { found, usersWith } from "../../../support/estates";
import { GithubServer } from "../../../e2e/support/github-server";

const server = new GithubServer("example-org/aws-estate");
const github = (name = "example-org/aws-estate") =>
  githubRepository({ GITHUB_REPOSITORY: name, GITHUB_TOKEN: "t", GITHUB_API_URL: server.url });

beforeAll(() => server.start());
beforeEach(() => {
  server.environments.clear();
});
afterAll(() => server.stop());

const check = (environment: string, demandsApproval: boolean) =>
  environmentProblems(github(), "main", [{ environment, demandsApproval }]);
const MAIN = { branches: ["main"], reviewers: true } as const;

test("an environment for main only, and for production with reviewers, protects its roles", async () => {
  server.environments.set("dev", { ...MAIN, reviewers: false, selfReview: true });
  server.environments.set("prod", MAIN);
  expect(await check("dev", false)).toEqual([]);
  expect(await check("prod", true)).toEqual([]);
});

test("a missing environment does not protect: GitHub would create it for the first job", async () => {
  const none = '"dev" must be an environment for main only, got none in the repository';
  expect(await check("dev", false)).toEqual([none]);
  expect(
    await environmentProblems(github("example-org/x"), "main", [{ environment: "dev", demandsApproval: false }]),
  ).toEqual([none]);
});

test.each([
  ["any", "every branch"],
  ["protected", "all protected branches"],
  [["main", "feature/*"], "main, feature/*"],
  [["main*"], "main*"],
  [["*"], "*"],
  [["tag main"], "tag main"],
  [["main", "tag v*"], "main, tag v*"],
  [[], "no branch"],
] as const)("an environment for %p does not protect", async (branches, allowed) => {
  server.environments.set("dev", { branches, reviewers: false });
  expect(await check("dev", false)).toEqual([`"dev" must allow main only, got ${allowed}`]);
});

test.each([
  [true, "allowed"],
  ["unknown", "no answer"],
] as const)("an environment that administrators may bypass (%p) does not protect", async (adminsBypass, got) => {
  server.environments.set("dev", { ...MAIN, adminsBypass });
  for (const demandsApproval of [false, true])
    expect(await check("dev", demandsApproval)).toEqual([
      `"dev" must not allow administrators to bypass its protection, got ${got}`,
    ]);
});

test.each([false, "nobody"] as const)("production needs reviewers, got %p", async (reviewers) => {
  server.environments.set("prod", { ...MAIN, reviewers });
  expect(await check("prod", true)).toEqual(['"prod" must have reviewers, got none: it applies production']);
});

test.each([
  [true, "allowed"],
  ["unknown", "no answer"],
] as const)("nobody approves production that they started themselves (%p)", async (selfReview, got) => {
  server.environments.set("prod", { ...MAIN, selfReview });
  expect(await check("prod", true)).toEqual([`"prod" must prevent self-review, got ${got}: it applies production`]);
});

test("the main branch may have another name", async () => {
  server.environments.set("dev", MAIN);
  expect(await environmentProblems(github(), "trunk", [{ environment: "dev", demandsApproval: false }])).toEqual([
    '"dev" must allow trunk only, got main',
  ]);
});

test("every problem of several environments is listed", async () => {
  server.environments.set("ci", { ...MAIN, reviewers: false });
  server.environments.set("prod", { branches: "any", reviewers: false, adminsBypass: true });
  const all = ["dev", "ci", "prod"].map((environment) => ({ environment, demandsApproval: environment === "prod" }));
  expect(await environmentProblems(github(), "main", all)).toEqual([
    '"dev" must be an environment for main only, got none in the repository',
    '"prod" must allow main only, got every branch',
    '"prod" must not allow administrators to bypass its protection, got allowed',
    '"prod" must have reviewers, got none: it applies production',
  ]);
});

test("who approves production, the master account or who gives people access to accounts must be somebody else", () => {
  const reaching = (account?: string) => {
    const estate = usersWith((file) => {
      file.identityCenter = account === undefined ? undefined : { account };
      found(file.environments, "staging").production = undefined;
    });
    return new Set(stacksOf(estate).filter(reachesProduction).map(deploymentOf));
  };
  expect(reaching()).toEqual(new Set(["account-master", "dev", "ci", "staging", "account-prod", "prod"]));
  expect([...reaching("dev-analytics")].filter((deployment) => !reaching().has(deployment))).toEqual([
    "account-dev-analytics",
  ]);
});
