import { problemsWith } from "../estate-fixture";
import { AZURE_DEVOPS } from "../../support/estates";

const PROJECT = { project: "example-group/aws-estate" };
const BY_ID = ["project_id", "ref_type", "ref", "ref_protected"];

describe("a project on GitLab", () => {
  test("has a main branch and reads of its plan role, as a repository on GitHub has", () => {
    expect(
      problemsWith({ repository: { gitlab: PROJECT }, mainBranch: "trunk", planRoleReads: ["glue:GetTable"] }),
    ).toEqual([]);
  });

  test("goes with a repository on GitHub, and has no ids of GitHub without one", () => {
    const repositoryIds = { owner: 1, repository: 2 };
    expect(problemsWith({ repository: { github: "o/r", gitlab: PROJECT }, repositoryIds })).toEqual([]);
    expect(problemsWith({ repository: { gitlab: PROJECT }, repositoryIds })).toEqual([
      'repositoryIds must be left out in an estate without a repository on GitHub, got {"owner":1,"repository":2}',
    ]);
  });

  test("is refused under its former key, which names the new one", () => {
    expect(problemsWith({ gitlab: PROJECT })).toEqual([
      'gitlab must be a known key, got "gitlab" (renamed: write repository: { gitlab: … }, or run npm run init -- --migrate)',
    ]);
  });

  test("has an id if and only if its subject begins with it", () => {
    expect(problemsWith({ repository: { gitlab: { ...PROJECT, subject: BY_ID, projectId: 57382910 } } })).toEqual([]);
    expect(problemsWith({ repository: { gitlab: { ...PROJECT, subject: BY_ID } } })).toEqual([
      "repository.gitlab.projectId must be the id of the project, because repository.gitlab.subject begins with it, got nothing",
    ]);
    expect(problemsWith({ repository: { gitlab: { ...PROJECT, projectId: 57382910 } } })).toEqual([
      "repository.gitlab.projectId must be left out if repository.gitlab.subject does not begin with project_id, got 57382910",
    ]);
  });

  test("accepts GitLab's default subject in addition to another one only", () => {
    expect(
      problemsWith({ repository: { gitlab: { ...PROJECT, subject: BY_ID, projectId: 57382910, alsoByPath: true } } }),
    ).toEqual([]);
    expect(problemsWith({ repository: { gitlab: { ...PROJECT, alsoByPath: true } } })).toEqual([
      "repository.gitlab.alsoByPath must be left out with GitLab's default subject, got true",
    ]);
  });

  test("has an issuer of its own", () => {
    const host = "token.actions.githubusercontent.com";
    expect(problemsWith({ repository: { github: "o/r", gitlab: { ...PROJECT, host } } })).toEqual([
      `repository.gitlab.host must be the host of a GitLab, got "${host}"`,
    ]);
  });

  test("is checked as far as its values are accepted", () => {
    expect(problemsWith({ repository: { gitlab: 7 } })).toEqual([
      "repository.gitlab must be a GitLab project: { project, … }, got 7",
    ]);
    expect(problemsWith({ repository: { gitlab: { ...PROJECT, subject: ["ref"], projectId: 1 } } })).toEqual([
      expect.stringMatching(/^repository\.gitlab\.subject must be project_path or project_id, then ref_type and ref, /),
    ]);
  });
});

describe("pipelines on Azure DevOps", () => {
  const azureDevOps = AZURE_DEVOPS;

  test("have reads of their plan role, and a main branch only next to another service", () => {
    expect(problemsWith({ repository: { azureDevOps }, planRoleReads: ["glue:GetTable"] })).toEqual([]);
    expect(problemsWith({ repository: { azureDevOps, gitlab: PROJECT }, mainBranch: "trunk" })).toEqual([]);
    expect(problemsWith({ repository: { azureDevOps }, mainBranch: "trunk" })).toEqual([
      'mainBranch must be left out in an estate with pipelines on Azure DevOps only, whose tokens name no branch, got "trunk". Set the branch in the branch control of each service connection.',
    ]);
  });
});

test("a repository that is refused is not missing", () => {
  const others = { repositoryIds: { owner: 1, repository: 2 }, mainBranch: "trunk", planRoleReads: ["glue:GetTable"] };
  for (const repository of ["no", 7, {}, { github: "no" }])
    expect(problemsWith({ repository, ...others })).toHaveLength(1);
});
