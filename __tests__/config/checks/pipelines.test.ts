import { problemsWith } from "../estate-fixture";

const PROJECT = { project: "example-group/aws-estate" };
const BY_ID = ["project_id", "ref_type", "ref", "ref_protected"];

describe("a project on GitLab", () => {
  test("has a main branch and reads of its plan role, as a repository on GitHub has", () => {
    expect(problemsWith({ gitlab: PROJECT, mainBranch: "trunk", planRoleReads: ["glue:GetTable"] })).toEqual([]);
  });

  test("is refused next to a repository on GitHub, and has no ids of GitHub", () => {
    expect(problemsWith({ repository: "o/r", gitlab: PROJECT })).toEqual([
      'gitlab must be left out in an estate with a repository on GitHub, got {"project":"example-group/aws-estate"}. Keep the one whose pipelines apply.',
    ]);
    expect(problemsWith({ gitlab: PROJECT, repositoryIds: { owner: 1, repository: 2 } })).toEqual([
      'repositoryIds must be left out in an estate without a repository on GitHub, got {"owner":1,"repository":2}',
    ]);
  });

  test("has an id if and only if its subject begins with it", () => {
    expect(problemsWith({ gitlab: { ...PROJECT, subject: BY_ID, projectId: 57382910 } })).toEqual([]);
    expect(problemsWith({ gitlab: { ...PROJECT, subject: BY_ID } })).toEqual([
      "gitlab.projectId must be the id of the project, because gitlab.subject begins with it, got nothing",
    ]);
    expect(problemsWith({ gitlab: { ...PROJECT, projectId: 57382910 } })).toEqual([
      "gitlab.projectId must be left out if gitlab.subject does not begin with project_id, got 57382910",
    ]);
  });

  test("accepts GitLab's default subject in addition to another one only", () => {
    expect(problemsWith({ gitlab: { ...PROJECT, subject: BY_ID, projectId: 57382910, alsoByPath: true } })).toEqual([]);
    expect(problemsWith({ gitlab: { ...PROJECT, alsoByPath: true } })).toEqual([
      "gitlab.alsoByPath must be left out with GitLab's default subject, got true",
    ]);
  });

  test("is checked as far as its values are accepted", () => {
    expect(problemsWith({ gitlab: 7 })).toEqual(["gitlab must be a GitLab project: { project, … }, got 7"]);
    expect(problemsWith({ gitlab: { ...PROJECT, subject: ["ref"], projectId: 1 } })).toEqual([
      expect.stringMatching(/^gitlab\.subject must be project_path or project_id, then ref_type and ref, /),
    ]);
  });
});
