import { estateOf, type Changes } from "../estate-fixture";
import { AZURE_DEVOPS } from "../../support/estates";

describe("the tokens of a GitHub repository", () => {
  const repository = "example-org/aws-estate";
  const ids = { owner: 1000001, repository: 2000002 };
  const withIds = "repo:example-org@1000001/aws-estate@2000002";

  test.each<[string, Changes, string[]]>([
    ["its name", { repository }, ["repo:example-org/aws-estate"]],
    ["its name in an object", { repository: { github: repository } }, ["repo:example-org/aws-estate"]],
    ["its name with ids", { repository, repositoryIds: ids }, [withIds]],
    [
      "both while it changes over",
      { repository: { github: repository }, repositoryIds: { ...ids, alsoByName: true } },
      [withIds, "repo:example-org/aws-estate"],
    ],
  ])("begin with %s", (_, changes, begins) => {
    expect(estateOf(changes).pipelines).toEqual([
      {
        name: "github",
        repository,
        issuer: "token.actions.githubusercontent.com",
        audience: "sts.amazonaws.com",
        planSubjects: begins.flatMap((begin) => [`${begin}:pull_request`, `${begin}:ref:refs/heads/main`]),
        applySubjects: begins.map((begin) => `${begin}:environment:{deployment}`),
      },
    ]);
  });

  test("have the main branch that the estate names", () => {
    expect(estateOf({ repository }).mainBranch).toBe("main");
    const [github] = estateOf({ repository, mainBranch: "release/2.x" }).pipelines;
    expect(github?.planSubjects[1]).toBe("repo:example-org/aws-estate:ref:refs/heads/release/2.x");
  });
});

describe("the tokens of a GitLab project", () => {
  const project = "example-group/aws-estate";
  const byPath = "project_path:example-group/aws-estate:ref_type:branch:ref:";

  test("have the project's path by default: any branch plans, the main branch applies", () => {
    expect(estateOf({ repository: { gitlab: { project } }, mainBranch: "trunk" }).pipelines).toEqual([
      {
        name: "gitlab",
        repository: project,
        issuer: "gitlab.com",
        audience: "sts.amazonaws.com",
        planSubjects: [`${byPath}*`],
        applySubjects: [`${byPath}trunk`],
      },
    ]);
  });

  test("have the claims that the file lists, and both forms while they change", () => {
    const subject = ["project_id", "ref_type", "ref", "ref_protected", "environment_protected"];
    const gitlab = { project, host: "gitlab.example.com", projectId: 57382910, subject };
    const byId = "project_id:57382910:ref_type:branch:ref:";
    const applies = `${byId}main:ref_protected:true:environment_protected:true`;
    expect(estateOf({ repository: { gitlab } }).pipelines).toMatchObject([
      { issuer: "gitlab.example.com", planSubjects: [`${byId}*`], applySubjects: [applies] },
    ]);
    expect(estateOf({ repository: { gitlab: { ...gitlab, alsoByPath: true } } }).pipelines).toMatchObject([
      { planSubjects: [`${byId}*`, `${byPath}*`], applySubjects: [applies, `${byPath}main`] },
    ]);
  });
});

test("the tokens of an Azure DevOps project have a service connection for plans, and one for each deployment", () => {
  const azureDevOps = AZURE_DEVOPS;
  const estate = estateOf({ repository: { azureDevOps } });
  expect(estate.pipelines).toEqual([
    {
      name: "azure-devops",
      repository: "example-org/aws-estate",
      issuer: "vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555",
      audience: "api://AzureADTokenExchange",
      planSubjects: [`sc://example-org/aws-estate/${estate.solution}-plan`],
      applySubjects: [`sc://example-org/aws-estate/${estate.solution}-apply-{deployment}`],
    },
  ]);
});

test("an estate has the services that it names, in one order, and none without a repository", () => {
  const repository = {
    azureDevOps: AZURE_DEVOPS,
    gitlab: { project: "g/p" },
    github: "o/r",
  };
  expect(estateOf({ repository }).pipelines.map(({ name }) => name)).toEqual(["github", "gitlab", "azure-devops"]);
  expect(estateOf({}).pipelines).toEqual([]);
});
