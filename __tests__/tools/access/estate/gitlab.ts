import type { EstateFile } from "../../../../config/schema";
import { baselineOf } from "../../../../tools/access/guard/baseline";
import { accessChangeLines, compareBaselines, widens } from "../../../../tools/access/guard/compare-baselines";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { matrixOf } from "../../../../tools/access/decide/matrix";
import { Report } from "../../../../tools/access/output/report";
import { accessOf } from "../../../support/access";
import { smallWith } from "../../../support/estates";

describe("pipelines on GitLab", () => {
  const onGitlab = (gitlab: EstateFile["gitlab"]) =>
    smallWith((file) => {
      delete file.repository;
      file.gitlab = gitlab;
    });
  const project = "example-group/aws-estate";
  const byPath = onGitlab({ project });
  const byId = onGitlab({
    project,
    host: "gitlab.example.com",
    projectId: 57382910,
    subject: ["project_id", "ref_type", "ref", "ref_protected"],
  });
  const CI = "333333333333";
  const PLAN = "galileo-pipeline-plan";
  const APPLY = ["galileo-pipeline-apply-account", "galileo-pipeline-apply-ci"];
  const job = (host: string, role: string, sub: string, aud = "sts.amazonaws.com") => ({
    from: `arn:aws:iam::${CI}:oidc-provider/${host}`,
    to: `arn:aws:iam::${CI}:role/${role}`,
    claims: { aud, sub },
  });

  describe.each([
    { form: "path", estate: byPath, host: "gitlab.com", begin: `project_path:${project}`, end: "" },
    { form: "id", estate: byId, host: "gitlab.example.com", begin: "project_id:57382910", end: ":ref_protected:true" },
  ])("by the project's $form", ({ estate, host, begin, end }) => {
    const access = accessOf(estate);
    const main = `${begin}:ref_type:branch:ref:main${end}`;
    const unprotected = end.replace("true", "false");

    test("the main branch plans and applies", async () => {
      for (const role of [PLAN, ...APPLY]) await expect(access).toAllowAssume(job(host, role, main));
    });

    test("other branches, and so merge requests, plan only", async () => {
      for (const branch of ["feature/x", "main2", "mai", "Main", "x/main", "main/x"]) {
        for (const ending of new Set([end, unprotected])) {
          const sub = `${begin}:ref_type:branch:ref:${branch}${ending}`;
          await expect(access).toAllowAssume(job(host, PLAN, sub));
          for (const role of APPLY) await expect(access).not.toAllowAssume(job(host, role, sub));
        }
      }
    });

    test.each([
      `${begin}:ref_type:tag:ref:main${end}`,
      `${begin}:ref:main:ref_type:branch${end}`,
      `${begin}2:ref_type:branch:ref:main${end}`,
      `${begin}-evil:ref_type:branch:ref:main${end}`,
      `${begin}/evil:ref_type:branch:ref:main${end}`,
      `evil-${begin}:ref_type:branch:ref:main${end}`,
      `project_path:evil/aws-estate:ref_type:branch:ref:main${end}`,
      `project_path:evil/${project}:ref_type:branch:ref:main${end}`,
      `project_id:5738291:ref_type:branch:ref:main${end}`,
      `${begin}:*`,
      begin,
      "*",
      "",
    ])("%j does neither", async (sub) => {
      for (const role of [PLAN, ...APPLY]) await expect(access).not.toAllowAssume(job(host, role, sub));
    });

    test("no token for another audience or of another issuer does", async () => {
      for (const role of [PLAN, ...APPLY]) {
        for (const aud of ["https://gitlab.com", "https://gitlab.example.com", "*", ""])
          await expect(access).not.toAllowAssume(job(host, role, main, aud));
        for (const other of ["gitlab.com.evil", "evil.gitlab.com", "token.actions.githubusercontent.com"])
          await expect(access).not.toAllowAssume(job(other, role, main));
      }
    });
  });

  test("a main branch that is not protected applies nothing if the subject demands it", async () => {
    const sub = "project_id:57382910:ref_type:branch:ref:main:ref_protected:false";
    for (const role of APPLY) await expect(accessOf(byId)).not.toAllowAssume(job("gitlab.example.com", role, sub));
    await expect(accessOf(byId)).toAllowAssume(job("gitlab.example.com", PLAN, sub));
  });

  test("the guard reports a subject that no longer demands a protected branch, or has another project", async () => {
    const baseline = async (gitlab: EstateFile["gitlab"]) => {
      const access = accessOf(onGitlab(gitlab));
      return baselineOf(access.model, await accessGraphOf(access));
    };
    const strict = await baseline({
      project,
      projectId: 7,
      subject: ["project_id", "ref_type", "ref", "ref_protected"],
    });
    const others: readonly (readonly [EstateFile["gitlab"], string])[] = [
      [{ project, projectId: 7, subject: ["project_id", "ref_type", "ref"] }, "project_id:7:ref_type:branch:ref:main"],
      [{ project, projectId: 8, subject: ["project_id", "ref_type", "ref", "ref_protected"] }, "project_id:8:"],
      [{ project }, `project_path:${project}:ref_type:branch:ref:main`],
    ];
    for (const [gitlab, text] of others) {
      const comparison = compareBaselines(strict, await baseline(gitlab));
      expect(widens(comparison)).toBe(true);
      expect(accessChangeLines(comparison).join("\n")).toContain(text);
    }
  });

  test("the report names GitLab, what starts a job, and the rules that it needs", async () => {
    const pages = async (gitlab: EstateFile["gitlab"]) => {
      const access = accessOf(onGitlab(gitlab));
      const report = new Report(access.model, await matrixOf(access), await accessGraphOf(access));
      return report.pipelines();
    };
    const { intro, tables } = await pages({ project });
    expect(intro).toContain("by a merge request");
    expect(intro).toContain("set on GitLab");
    expect(tables[0]).toMatchObject({
      title: `Repository ${project}`,
      head: expect.arrayContaining(["GitLab event"]) as unknown,
    });
    const starts = (rows: readonly (readonly unknown[])[] = []) => rows.map((row) => row.slice(0, 3));
    expect(starts(tables[0]?.rows)).toEqual([
      ["push to any branch", "push rights", PLAN],
      ["push to main", "push rights + branch rules", APPLY[0]],
      ["push to main", "push rights + branch rules", APPLY[1]],
    ]);
    const protectedJobs = await pages({
      project,
      projectId: 7,
      subject: ["project_id", "ref_type", "ref", "environment_protected"],
    });
    expect(protectedJobs.tables[0]?.title).toBe("Repository project 7");
    expect(starts(protectedJobs.tables[0]?.rows)[1]).toEqual([
      "push to main, job of a protected environment",
      "push rights + branch rules + environment rules",
      APPLY[0],
    ]);
  });
});
