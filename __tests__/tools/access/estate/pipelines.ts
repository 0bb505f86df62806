import { deploymentOf, stacksOf, type StackSpec } from "../../../../config/layout";
import { accountNames, roleArn as arnOfRole } from "../../../../config/naming";
import { accessOf } from "../../../support/access";
import { awkwardEstate } from "../../../support/awkward-estate";
import { estateFrom, example, smallWith } from "../../../support/estates";
import {
  access,
  ACCOUNTS,
  APPLY_ROLES,
  applyRole,
  apiHandler,
  asking,
  defined,
  deployment,
  ENVIRONMENTS,
  identityProvider,
  MEMBERS,
  person,
  planRole,
  roleArn,
  rootArn,
  serviceUserArn,
  type AccountName,
} from "./support";

describe("pipelines", () => {
  const REPOSITORY = "repo:example-org/aws-estate";
  const AUDIENCE = "sts.amazonaws.com";

  /** A job of GitHub Actions that asks for a role. */
  const job = (account: AccountName, to: string, sub: string, aud = AUDIENCE) => ({
    from: identityProvider(account),
    to,
    claims: { aud, sub },
  });
  /** Names of GitHub environments that resemble the given one. */
  const lookAlikes = (name: string) => [
    ...[`${name}2`, `${name}-2`, `${name}/x`, `${name}%20`, `${name}:x`, `x${name}`, `x/${name}`],
    ...[
      `${name} `,
      ` ${name}`,
      name.toUpperCase(),
      name.charAt(0).toUpperCase() + name.slice(1),
      name.slice(0, -1),
      "",
    ],
  ];
  const githubEnvironment = (account: AccountName, deploys: string) =>
    deploys === "account" ? `account-${account}` : deploys;

  /** Subjects that no role of the estate trusts: of other repositories, or in a form that GitHub does not use. */
  const STRANGERS = [
    "repo:example-org/aws-estate-evil:pull_request",
    "repo:example-org/aws-estate-evil:ref:refs/heads/main",
    "repo:example-org/aws-estat:pull_request",
    "repo:example-org-evil/aws-estate:pull_request",
    "repo:example-or/aws-estate:pull_request",
    "repo:evil/aws-estate:ref:refs/heads/main",
    "repo:evil/example-org/aws-estate:pull_request",
    "repo:example-org/evil/aws-estate:pull_request",
    "repo:example-org:pull_request",
    "repo:Example-Org/AWS-Estate:pull_request",
    "repo:example-org/Aws-estate:ref:refs/heads/main",
    "repo:example-org/*:pull_request",
    "repo:*/aws-estate:ref:refs/heads/main",
    "repo:example-org/aws?estate:pull_request",
    "repo:*",
    "*",
    "Repo:example-org/aws-estate:pull_request",
    " repo:example-org/aws-estate:pull_request",
    "example-org/aws-estate:pull_request",
    // A form with the ids of owner and repository, which a reused name does not have. The roles do not trust it yet.
    "repo:example-org@123/aws-estate@456:pull_request",
    "repo:example-org@123/aws-estate@456:ref:refs/heads/main",
    "repository_id:456:ref:refs/heads/main",
    "repository_owner:example-org:repository_visibility:private:ref:refs/heads/main",
    "job_workflow_ref:example-org/aws-estate/.github/workflows/plan.yml@refs/heads/main",
    "",
  ] as const;

  /** Subjects of the repository itself that neither plan nor apply. */
  const OTHER_JOBS = [
    `${REPOSITORY}:ref:refs/heads/develop`,
    `${REPOSITORY}:ref:refs/heads/main2`,
    `${REPOSITORY}:ref:refs/heads/main/x`,
    `${REPOSITORY}:ref:refs/heads/mai`,
    `${REPOSITORY}:ref:refs/heads/Main`,
    `${REPOSITORY}:ref:refs/heads/main `,
    `${REPOSITORY}:ref:refs/heads/master`,
    `${REPOSITORY}:ref:refs/heads/feature/main`,
    `${REPOSITORY}:ref:refs/heads/refs/heads/main`,
    `${REPOSITORY}:ref:refs/remotes/origin/main`,
    `${REPOSITORY}:ref:refs/pull/1/merge`,
    `${REPOSITORY}:ref:refs/tags/main`,
    `${REPOSITORY}:ref:refs/tags/v1.0.0`,
    `${REPOSITORY}:ref:refs/heads/*`,
    `${REPOSITORY}:ref:main`,
    `${REPOSITORY}:pull_request_target`,
    `${REPOSITORY}:Pull_Request`,
    `${REPOSITORY}:pull_request:environment:dev`,
    `${REPOSITORY}:environment:qa`,
    `${REPOSITORY}:environment:`,
    // Subjects customized with more claims.
    `${REPOSITORY}:pull_request:job_workflow_ref:example-org/aws-estate/.github/workflows/plan.yml@refs/heads/main`,
    `${REPOSITORY}:ref:refs/heads/main:actor:somebody`,
    `${REPOSITORY}:job_workflow_ref:example-org/aws-estate/.github/workflows/plan.yml@refs/heads/main`,
    `${REPOSITORY}:*`,
    `${REPOSITORY}:`,
    REPOSITORY,
  ] as const;

  const AUDIENCES = [
    "https://github.com/example-org",
    "https://sts.amazonaws.com",
    "sts.amazonaws.com.cn",
    "sts.amazonaws.com.evil",
    "sts.eu-west-1.amazonaws.com",
    "STS.amazonaws.com",
    "*",
    "",
  ];

  /** Issuers that resemble GitHub's, including its own for one enterprise. */
  const ISSUERS = [
    "gitlab.com",
    "token.actions.githubusercontent.com.evil",
    "token.actions.githubusercontent.com/example-enterprise",
    "Token.Actions.GitHubUserContent.com",
    "actions.githubusercontent.com",
    "token.actions.githubusercontent.co",
    "evil.token.actions.githubusercontent.com",
  ];

  describe("who can assume a plan role", () => {
    test.each(ACCOUNTS)("pull requests and the main branch, in %s", async (account) => {
      const to = planRole(account);
      await expect(access).toAllowAssume(job(account, to, `${REPOSITORY}:pull_request`));
      await expect(access).toAllowAssume(job(account, to, `${REPOSITORY}:ref:refs/heads/main`));
    });

    test.each([...STRANGERS, ...OTHER_JOBS, `${REPOSITORY}:environment:dev`, `${REPOSITORY}:environment:account-dev`])(
      "not %j",
      async (sub) => {
        for (const account of ["dev", "prod", "master"] as const) {
          await expect(access).not.toAllowAssume(job(account, planRole(account), sub));
        }
      },
    );

    test.each(AUDIENCES)("no token for %j", async (aud) => {
      await expect(access).not.toAllowAssume(job("dev", planRole("dev"), `${REPOSITORY}:pull_request`, aud));
      await expect(access).not.toAllowAssume(job("dev", applyRole("dev", "dev"), `${REPOSITORY}:environment:dev`, aud));
    });

    test("no token without a subject, or without an audience", async () => {
      const from = identityProvider("dev");
      for (const [to, sub] of [
        [planRole("dev"), `${REPOSITORY}:pull_request`],
        [applyRole("dev", "dev"), `${REPOSITORY}:environment:dev`],
      ] as const) {
        await expect(access).not.toAllowAssume({ from, to, claims: { aud: AUDIENCE } });
        await expect(access).not.toAllowAssume({ from, to, claims: { sub } });
        await expect(access).not.toAllowAssume({ from, to });
      }
    });

    test.each(ISSUERS)("no token of %s", async (host) => {
      const [planned, applied] = [`${REPOSITORY}:pull_request`, `${REPOSITORY}:environment:dev`];
      for (const [to, sub] of [[planRole("dev"), planned] as const, [applyRole("dev", "dev"), applied] as const]) {
        const ofEither = { aud: AUDIENCE, sub };
        await expect(access).not.toAllowAssume({ from: identityProvider("dev", host), to, claims: ofEither });
      }
    });

    test("no token of the provider of another account", async () => {
      for (const account of ACCOUNTS.filter((each) => each !== "dev")) {
        const from = identityProvider(account);
        await expect(access).not.toAllowAssume({
          from,
          to: planRole("dev"),
          claims: { aud: AUDIENCE, sub: `${REPOSITORY}:pull_request` },
        });
        await expect(access).not.toAllowAssume({
          ...{ from, to: applyRole("dev", "dev") },
          claims: { aud: AUDIENCE, sub: `${REPOSITORY}:environment:dev` },
        });
      }
    });

    test("no job by other claims of its token", async () => {
      const others = {
        repository: "example-org/aws-estate",
        repository_owner: "example-org",
        ref: "refs/heads/main",
        environment: "dev",
        event_name: "pull_request",
        job_workflow_ref: "example-org/aws-estate/.github/workflows/apply.yml@refs/heads/main",
      };
      for (const to of [planRole("dev"), applyRole("dev", "dev")]) {
        const claims = { ...others, aud: AUDIENCE, sub: "repo:evil/aws-estate:ref:refs/heads/main" };
        await expect(access).not.toAllowAssume({ from: identityProvider("dev"), to, claims });
        await expect(access).not.toAllowAssume({
          from: identityProvider("dev"),
          to,
          claims: { ...others, aud: AUDIENCE },
        });
      }
    });

    test.each(ACCOUNTS)("the instances of the environments in %s, and no others", async (account) => {
      for (const environment of ENVIRONMENTS) {
        const attempt = { from: deployment(environment), to: planRole(account) };
        const plans = account === environment || MEMBERS[environment].includes(account);
        if (plans) await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    });

    test.each(ACCOUNTS)("no person, instance or other role in %s", async (account) => {
      const others = [
        person("platform-lead"),
        person("platform-engineer"),
        rootArn(account),
        roleArn(account, "Admin"),
        roleArn(account, "Operator"),
        roleArn(account, "managed-instance"),
        roleArn(account, "somebody-with-everything"),
        serviceUserArn(account, "terraform-user"),
        apiHandler("dev"),
        "ec2.amazonaws.com",
        "codebuild.amazonaws.com",
      ];
      for (const from of others) await expect(access).not.toAllowAssume(asking(from, planRole(account)));
    });
  });

  describe("who can assume an apply role", () => {
    test("the apply roles are these", () => {
      const roles = access.model.principals
        .filter(({ name }) => name.startsWith("galileo-pipeline-apply-"))
        .map(({ arn }) => arn);
      expect(roles.sort()).toEqual(APPLY_ROLES.map(([account, deploys]) => applyRole(account, deploys)).sort());
    });

    test.each(APPLY_ROLES)("in %s as %s: jobs of one protected GitHub environment", async (account, deploys) => {
      const to = applyRole(account, deploys);
      const own = githubEnvironment(account, deploys);
      const environments = [
        ...ENVIRONMENTS,
        ...ACCOUNTS.map((each) => `account-${each}`),
        "account",
        "*",
        "?",
        ...lookAlikes(own),
      ];
      for (const environment of environments) {
        const attempt = job(account, to, `${REPOSITORY}:environment:${environment}`);
        if (environment === own) await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    });

    test.each(APPLY_ROLES)("in %s as %s: no other job, person or instance", async (account, deploys) => {
      const to = applyRole(account, deploys);
      const own = githubEnvironment(account, deploys);
      const subjects = [
        ...STRANGERS,
        ...OTHER_JOBS,
        `${REPOSITORY}:pull_request`,
        `${REPOSITORY}:ref:refs/heads/main`,
        `${REPOSITORY}:ref:refs/heads/${own}`,
        `repo:example-org/aws-estate-evil:environment:${own}`,
        `repo:evil/aws-estate:environment:${own}`,
        `repo:Example-Org/aws-estate:environment:${own}`,
        `repo:example-org/*:environment:${own}`,
        `repo:example-org@123/aws-estate@456:environment:${own}`,
        `${REPOSITORY}:environment:${own}:ref:refs/heads/main`,
        `${REPOSITORY}:environment:${own}:job_workflow_ref:example-org/aws-estate/.github/workflows/apply.yml@refs/heads/main`,
        `${REPOSITORY}:pull_request:environment:${own}`,
      ];
      for (const sub of subjects) await expect(access).not.toAllowAssume(job(account, to, sub));
      const others = [
        person("platform-lead"),
        rootArn(account),
        roleArn(account, "Admin"),
        roleArn(account, "managed-instance"),
        planRole(account),
        applyRole(account, deploys === "account" ? "dev" : "account"),
        ...ENVIRONMENTS.map(deployment),
        "codebuild.amazonaws.com",
      ];
      for (const from of others) await expect(access).not.toAllowAssume(asking(from, to));
    });

    test("nobody plans or applies if the estate names no repository", () => {
      const without = accessOf(smallWith((file) => delete file.repository));
      expect(without.model.principals.filter(({ name }) => name.includes("pipeline"))).toEqual([]);
    });
  });

  describe.each([
    ["the shipped estate", example(), "example-org/aws-estate"],
    [
      "the awkward estate, with a repository",
      estateFrom({ ...awkwardEstate, repository: "some-org/some.repo" }),
      "some-org/some.repo",
    ],
  ])("each role is for one set of jobs, in %s", (_, estate, repository) => {
    const model = accessOf(estate);
    const specs = stacksOf(estate);
    const planSubjects = [`repo:${repository}:pull_request`, `repo:${repository}:ref:refs/heads/main`];
    const subjectOf = (spec: StackSpec) => `repo:${repository}:environment:${deploymentOf(spec)}`;
    /**
     * The subjects of the jobs of every required role, by ARN. Everything that is deployed has a role in each account
     * that it deploys into.
     */
    const expected = new Map<string, string[]>(
      specs.flatMap((spec) => {
        const { id } = spec.account;
        const deploys = spec.environment?.name ?? accountNames.accountDeployment;
        return [
          [arnOfRole(id, accountNames.planRole(estate.solution)), planSubjects],
          [arnOfRole(id, accountNames.applyRole(estate.solution, deploys)), [subjectOf(spec)]],
        ] as const;
      }),
    );
    const roles = model.model.principals.filter(({ name }) => name.startsWith(`${estate.solution}-pipeline-`));
    const subjects = [...new Set([...planSubjects, ...specs.map(subjectOf)])];

    test("exactly these roles", () => {
      expect(roles.map(({ arn }) => arn).sort()).toEqual([...expected.keys()].sort());
    });

    test("no two roles of an account for the same job", () => {
      const byAccount = roles.map(({ arn, accountId }) => [accountId, expected.get(arn) ?? []] as const);
      const all = byAccount.flatMap(([accountId, own]) => own.map((subject) => `${accountId} ${subject}`));
      expect(new Set(all).size).toBe(all.length);
    });

    test("of all jobs of the repository", async () => {
      for (const { arn, accountId } of roles) {
        const from = `arn:aws:iam::${accountId}:oidc-provider/token.actions.githubusercontent.com`;
        const accepted: string[] = [];
        for (const sub of subjects) {
          const { allowed } = await model.decideAssumption({ from, to: arn, claims: { aud: AUDIENCE, sub } });
          if (allowed) accepted.push(sub);
        }
        expect(accepted).toEqual(expected.get(arn));
      }
    });

    test("by one exact statement, which does not allow session tags", () => {
      for (const { arn, accountId, trust } of roles) {
        const [jobs, ...others] = defined(trust).statements;
        expect(jobs).toMatchObject({
          effect: "Allow",
          actions: ["sts:AssumeRoleWithWebIdentity"],
          principals: { Federated: [`arn:aws:iam::${accountId}:oidc-provider/token.actions.githubusercontent.com`] },
          conditions: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": [AUDIENCE],
              "token.actions.githubusercontent.com:sub": expected.get(arn),
            },
          },
        });
        expect(Object.keys(defined(jobs).conditions)).toEqual(["StringEquals"]);
        expect(Object.keys(defined(jobs).principals ?? {})).toEqual(["Federated"]);
        // Instances also plan, by their own role. Only jobs apply.
        expect(others.map(({ sid, actions }) => [sid, actions])).toEqual(
          arn.endsWith("-pipeline-plan") && others.length > 0 ? [["Planners", ["sts:AssumeRole"]]] : [],
        );
      }
    });
  });
});
