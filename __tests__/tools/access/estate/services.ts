import type { EstateFile } from "../../../../config/schema";
import { baselineOf } from "../../../../tools/access/guard/baseline";
import { accessChangeLines, compareBaselines, widens } from "../../../../tools/access/guard/compare-baselines";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import { matrixOf } from "../../../../tools/access/decide/matrix";
import { Report } from "../../../../tools/access/output/report";
import { accessOf } from "../../../support/access";
import { AZURE_DEVOPS, smallWith } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";
import { iamWrites, refusedBy } from "./support";

const on = (repository: EstateFile["repository"]) =>
  smallWith((file) => {
    file.repository = repository;
  });
const PROJECT = "example-group/aws-estate";
const GITHUB = "example-org/aws-estate";
const BY_ID = {
  project: PROJECT,
  host: "gitlab.example.com",
  projectId: 57382910,
  subject: ["project_id", "ref_type", "ref", "ref_protected"],
} as const satisfies object;
const byId: EstateFile["repository"] = { gitlab: { ...BY_ID, subject: [...BY_ID.subject] } };
const AZURE_ISSUER = `vstoken.dev.azure.com/${AZURE_DEVOPS.organizationId}`;
const STS = "sts.amazonaws.com";
const CI = "333333333333";
const MASTER = "111111111111";

/** The deployments of the account `ci`, by the end of the name of their role. */
const DEPLOYMENTS = { account: "account-ci", ci: "ci" } as const;
type RoleEnd = keyof typeof DEPLOYMENTS;
const ENDS: readonly RoleEnd[] = ["account", "ci"];
const roleArn = (end: RoleEnd | "plan", account = CI) =>
  `arn:aws:iam::${account}:role/galileo-pipeline-${end === "plan" ? "plan" : `apply-${end}`}`;
const ROLES = (["plan", ...ENDS] as const).map((end) => roleArn(end));
const providerOf = (issuer: string, account = CI) => `arn:aws:iam::${account}:oidc-provider/${issuer}`;

/** A service, as its tokens are: what is proved of GitHub holds for each. */
interface Service {
  readonly name: string;
  readonly repository: EstateFile["repository"];
  readonly issuer: string;
  readonly aud: string;
  /** Subjects of jobs that get the plan role. */
  readonly plans: readonly string[];
  /** The subjects of jobs that get the role of a deployment. */
  readonly applies: (deployment: string) => string;
  /** Whether a subject names its deployment. Otherwise a job that applies gets the role of each, and plans. */
  readonly namesDeployment: boolean;
  /** Subjects of other projects, branches or connections, and in forms that the service does not use. */
  readonly others: readonly string[];
}

/** Of a GitLab project whose subjects begin and end so. */
const gitlabSubjects = (begin: string, end: string) => ({
  plans: ["main", "feature/x", "main2", "mai", "Main", "x/main", "main/x"].flatMap((branch) =>
    [...new Set([end, end.replace("true", "false")])].map((each) => `${begin}:ref_type:branch:ref:${branch}${each}`),
  ),
  applies: () => `${begin}:ref_type:branch:ref:main${end}`,
  namesDeployment: false,
  others: [
    `${begin}:ref_type:tag:ref:main${end}`,
    `${begin}:ref:main:ref_type:branch${end}`,
    `${begin}2:ref_type:branch:ref:main${end}`,
    `${begin}-evil:ref_type:branch:ref:main${end}`,
    `${begin}/evil:ref_type:branch:ref:main${end}`,
    `evil-${begin}:ref_type:branch:ref:main${end}`,
    `project_path:evil/aws-estate:ref_type:branch:ref:main${end}`,
    `project_path:evil/${PROJECT}:ref_type:branch:ref:main${end}`,
    `project_id:5738291:ref_type:branch:ref:main${end}`,
    `${begin}:*`,
    begin,
  ],
});

const connection = (name: string) => `sc://example-org/aws-estate/galileo-${name}`;

const SERVICES: readonly Service[] = [
  {
    name: "GitHub",
    repository: { github: GITHUB },
    issuer: "token.actions.githubusercontent.com",
    aud: STS,
    plans: [`repo:${GITHUB}:pull_request`, `repo:${GITHUB}:ref:refs/heads/main`],
    applies: (deployment) => `repo:${GITHUB}:environment:${deployment}`,
    namesDeployment: true,
    others: [
      "repo:example-org/aws-estate-evil:pull_request",
      "repo:evil/aws-estate:ref:refs/heads/main",
      "repo:evil/aws-estate:environment:ci",
      `repo:${GITHUB}:ref:refs/heads/feature/x`,
      `repo:${GITHUB}:ref:refs/tags/main`,
      `repo:${GITHUB}:environment:ci2`,
      `repo:${GITHUB}:environment:account-master`,
      `repo:${GITHUB}:environment:*`,
    ],
  },
  {
    name: "GitLab, by the project's path",
    repository: { gitlab: { project: PROJECT } },
    issuer: "gitlab.com",
    aud: STS,
    ...gitlabSubjects(`project_path:${PROJECT}`, ""),
  },
  {
    name: "GitLab, by the project's id",
    repository: byId,
    issuer: "gitlab.example.com",
    aud: STS,
    ...gitlabSubjects("project_id:57382910", ":ref_protected:true"),
  },
  {
    name: "Azure DevOps",
    repository: { azureDevOps: AZURE_DEVOPS },
    issuer: AZURE_ISSUER,
    aud: "api://AzureADTokenExchange",
    plans: [connection("plan")],
    applies: (deployment) => connection(`apply-${deployment}`),
    namesDeployment: true,
    others: [
      // another connection of the project
      connection("plan2"),
      connection("Plan"),
      connection("apply"),
      connection("apply-"),
      connection("apply-ci2"),
      connection("apply-c"),
      connection("apply-account-master"),
      connection("apply-*"),
      connection("*"),
      "sc://example-org/aws-estate/other",
      // another project or organization
      "sc://example-org/other/galileo-plan",
      "sc://example-org/aws-estate-evil/galileo-apply-ci",
      "sc://evil/aws-estate/galileo-apply-ci",
      "sc://example-org/evil/aws-estate/galileo-apply-ci",
      "sc://Example-Org/aws-estate/galileo-apply-ci",
      // a pipeline itself, of any branch or pull request, without a connection
      "p://example-org/aws-estate/galileo-plan",
      "p://example-org/aws-estate/galileo-apply-ci",
      // the form of Microsoft Entra
      "/eid1/c/pub/t/x/a/x/sc/11111111-2222-3333-4444-555555555555/x",
    ],
  },
];

describe.each(SERVICES)("pipelines on $name", (service) => {
  const { repository, issuer, aud, plans, applies, namesDeployment, others } = service;
  const estate = on(repository);
  const access = accessOf(estate);
  const asks = (to: string, claims: object, from = providerOf(issuer)) => ({ from, to, claims: { ...claims } });
  const job = (to: string, sub: string, audience = aud) => asks(to, { aud: audience, sub });

  test("plan as the plan role, and as no apply role", async () => {
    const applied = ENDS.map((end) => applies(DEPLOYMENTS[end]));
    for (const sub of plans) {
      await expect(access).toAllowAssume(job(roleArn("plan"), sub));
      if (applied.includes(sub)) continue;
      for (const end of ENDS) await expect(access).not.toAllowAssume(job(roleArn(end), sub));
    }
  });

  test("apply a deployment as its role", async () => {
    for (const end of ENDS) {
      const sub = applies(DEPLOYMENTS[end]);
      await expect(access).toAllowAssume(job(roleArn(end), sub));
      if (!namesDeployment) continue;
      for (const other of ROLES.filter((arn) => arn !== roleArn(end)))
        await expect(access).not.toAllowAssume(job(other, sub));
    }
  });

  test.each([...others, "*", ""])("do neither as %j", async (sub) => {
    for (const to of ROLES) await expect(access).not.toAllowAssume(job(to, sub));
  });

  test("get no role for another audience, issuer or account, or without a claim", async () => {
    const forged = SERVICES.map((each) => each.issuer).filter((each) => each !== issuer);
    for (const [to, sub] of [
      [roleArn("plan"), plans[0] ?? ""],
      ...ENDS.map((end) => [roleArn(end), applies(DEPLOYMENTS[end])] as const),
    ] as const) {
      for (const audience of [aud === STS ? "api://AzureADTokenExchange" : STS, `https://${issuer}`, "*", ""])
        await expect(access).not.toAllowAssume(job(to, sub, audience));
      for (const other of [
        ...forged,
        `${issuer}.evil`,
        `evil.${issuer}`,
        `${issuer}/x`,
        issuer.replace(/\/.*$|$/, "/other"),
      ])
        await expect(access).not.toAllowAssume(asks(to, { aud, sub }, providerOf(other)));
      await expect(access).not.toAllowAssume(asks(to, { aud, sub }, providerOf(issuer, MASTER)));
      for (const claims of [{ aud }, { sub }, {}]) await expect(access).not.toAllowAssume(asks(to, claims));
    }
  });

  test("change no provider of their tokens", async () => {
    const writes = (await iamWrites()).filter((action) => action.includes("OpenIDConnectProvider"));
    expect(writes.length).toBeGreaterThan(4);
    for (const end of ENDS) {
      const refused = await refusedBy(
        access.subject(roleArn(end)),
        "NeverChangePipelineRolesOrTheirProvider",
        writes,
        providerOf(issuer),
      );
      expect(refused).toEqual(writes);
    }
  });

  test("leave the deployment machine the plan role, and no apply role", async () => {
    const from = `arn:aws:iam::${CI}:role/ci-irl-galileo-deployment`;
    await expect(access).toAllowAssume({ from, to: roleArn("plan") });
    await expect(access).not.toAllowAssume({ from, to: roleArn("plan", MASTER) });
    for (const end of ENDS) await expect(access).not.toAllowAssume({ from, to: roleArn(end) });
  });

  test("are confined as those of GitHub are: same permissions, same state buckets and readers of records", () => {
    const [own, github] = [estate, on(GITHUB)].map((each) => {
      const stacks = synthesize(each).stacks.map(({ id, json }) => [id, json] as const);
      // What remains is the trust, and what names the service: its provider and the repository.
      const text = JSON.stringify(stacks, (key, value: unknown) =>
        ["assume_role_policy", "aws_iam_openid_connect_provider", "description", "depends_on"].includes(key)
          ? undefined
          : value,
      );
      return text.replaceAll(/oidc-provider\/[\w./-]+/g, "oidc-provider/x");
    });
    expect(own).toBe(github);
    expect(own).toContain("oidc-provider/x");
  });
});

describe("pipelines on several services at once", () => {
  const access = accessOf(on({ github: GITHUB, azureDevOps: AZURE_DEVOPS, ...(byId as object) }));
  const together = SERVICES.filter(({ name }) => !name.includes("path"));

  test("get the same roles, each by tokens of its own", async () => {
    for (const { issuer, aud, plans, applies } of together) {
      const subjects = [
        [roleArn("plan"), plans[0] ?? ""],
        ...ENDS.map((end) => [roleArn(end), applies(DEPLOYMENTS[end])] as const),
      ] as const;
      for (const [to, sub] of subjects) {
        await expect(access).toAllowAssume({ from: providerOf(issuer), to, claims: { aud, sub } });
        for (const other of together.filter((each) => each.issuer !== issuer))
          for (const audience of [aud, other.aud])
            await expect(access).not.toAllowAssume({
              ...{ from: providerOf(other.issuer), to },
              claims: { aud: audience, sub },
            });
      }
    }
  });

  test("change no provider of any of them", async () => {
    for (const { issuer } of together)
      for (const end of ENDS)
        await expect(access.subject(roleArn(end))).not.toBeAllowed("iam:UpdateOpenIDConnectProviderThumbprint", {
          on: providerOf(issuer),
        });
  });

  test("are reported by service", async () => {
    const { intro, tables } = await reportOn({ github: GITHUB, azureDevOps: AZURE_DEVOPS });
    expect(intro).toContain("set on GitHub");
    expect(intro).toContain("checks of the service connection");
    const rows = (index: number) => tables[index]?.rows.map((row) => row.slice(0, 3));
    expect(tables.map(({ head }) => head[0])).toEqual(["Azure DevOps event", "role", "GitHub event", "role"]);
    expect(rows(0)).toEqual([
      ["any other service connection", "push rights", "none"],
      [
        "connection galileo-apply-account-<account> (<account>: master, ci)",
        "push rights + checks of the connection",
        "galileo-pipeline-apply-account",
      ],
      ["connection galileo-apply-ci", "push rights + checks of the connection", "galileo-pipeline-apply-ci"],
      ["connection galileo-plan", "push rights + checks of the connection", "galileo-pipeline-plan"],
    ]);
    expect(rows(2)).toContainEqual(["pull request", "push rights", "galileo-pipeline-plan"]);
  });
});

const reportOn = async (repository: EstateFile["repository"]) => {
  const access = accessOf(on(repository));
  const report = new Report(access.model, await matrixOf(access), await accessGraphOf(access));
  return report.pipelines();
};

describe("pipelines on GitLab", () => {
  type Gitlab = Exclude<NonNullable<EstateFile["repository"]>, string>["gitlab"];
  const project = PROJECT;
  const PLAN = "galileo-pipeline-plan";
  const APPLY = ["galileo-pipeline-apply-account", "galileo-pipeline-apply-ci"];

  test("a main branch that is not protected applies nothing if the subject demands it", async () => {
    const sub = "project_id:57382910:ref_type:branch:ref:main:ref_protected:false";
    const from = providerOf("gitlab.example.com");
    const claims = { aud: STS, sub };
    for (const end of ENDS) await expect(accessOf(on(byId))).not.toAllowAssume({ from, to: roleArn(end), claims });
    await expect(accessOf(on(byId))).toAllowAssume({ from, to: roleArn("plan"), claims });
  });

  test("the guard reports a subject that no longer demands a protected branch, or has another project", async () => {
    const baseline = async (gitlab: Gitlab) => {
      const access = accessOf(on({ gitlab }));
      return baselineOf(access.model, await accessGraphOf(access));
    };
    const strict = await baseline({
      project,
      projectId: 7,
      subject: ["project_id", "ref_type", "ref", "ref_protected"],
    });
    const others: readonly (readonly [Gitlab, string])[] = [
      [{ project, projectId: 7, subject: ["project_id", "ref_type", "ref"] }, "project_id:7:ref_type:branch:ref:main"],
      [{ project, projectId: 8, subject: ["project_id", "ref_type", "ref", "ref_protected"] }, "project_id:8:"],
      [{ project }, `project_path:${project}:ref_type:branch:ref:main`],
    ];
    for (const [gitlab, text] of others) {
      const comparison = compareBaselines(strict, await baseline(gitlab), new Set());
      expect(widens(comparison)).toBe(true);
      expect(accessChangeLines(comparison).join("\n")).toContain(text);
    }
  });

  test("the report names GitLab, what starts a job, and the rules that it needs", async () => {
    const { intro, tables } = await reportOn({ gitlab: { project } });
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
    const protectedJobs = await reportOn({
      gitlab: { project, projectId: 7, subject: ["project_id", "ref_type", "ref", "environment_protected"] },
    });
    expect(protectedJobs.tables[0]?.title).toBe("Repository project 7");
    expect(starts(protectedJobs.tables[0]?.rows)[1]).toEqual([
      "push to main, job of a protected environment",
      "push rights + branch rules + environment rules",
      APPLY[0],
    ]);
  });
});
