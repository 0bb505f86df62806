import { PipelineRoles, type PipelineIssuer, type PipelineRolesProps } from "../../../modules/iam/pipeline-roles";
import { synthModule } from "../../support/module";
import { found } from "../../support/estates";
import { listOf, normalized, statement } from "../../support/policy";

const ISSUER = "token.actions.githubusercontent.com";
const GITHUB: PipelineIssuer = {
  name: "github",
  repository: "example-org/aws-estate",
  issuer: ISSUER,
  audience: "sts.amazonaws.com",
  planSubjects: ["repo:example-org/aws-estate:pull_request", "repo:example-org/aws-estate:ref:refs/heads/main"],
  applySubjects: ["repo:example-org/aws-estate:environment:{deployment}"],
};
const GITLAB: PipelineIssuer = {
  name: "gitlab",
  repository: "example-group/aws-estate",
  issuer: "gitlab.example.com",
  audience: "sts.amazonaws.com",
  planSubjects: ["project_id:7:ref_type:branch:ref:*"],
  applySubjects: ["project_id:7:ref_type:branch:ref:main:ref_protected:true"],
};
const AZURE_DEVOPS: PipelineIssuer = {
  name: "azure-devops",
  repository: "example-org/aws-estate",
  issuer: "vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555",
  audience: "api://AzureADTokenExchange",
  planSubjects: ["sc://example-org/aws-estate/galileo-plan"],
  applySubjects: ["sc://example-org/aws-estate/galileo-apply-{deployment}"],
};
const pipelines = (changes: Partial<PipelineRolesProps> = {}) =>
  synthModule((scope) => {
    new PipelineRoles(scope, "pipeline", {
      accountId: "222222222222",
      services: [GITHUB],
      planRoleName: "pipeline-plan",
      roleNames: "pipeline-*",
      deployments: [
        { roleName: "pipeline-apply-account", deployment: "account-dev", tags: { StatePrefix: "dev" } },
        { roleName: "pipeline-apply-dev", deployment: "dev", tags: { StatePrefix: "dev" } },
      ],
      stateBucket: "states",
      ...changes,
    });
  });

const stack = pipelines();
const ROLES = ["pipeline/plan", "pipeline/apply-account-dev", "pipeline/apply-dev"];
const subjects = (role: string, of = stack) => {
  const [trust, ...others] = of.trust(`${role}/role`).Statement;
  expect(others).toEqual([]);
  return trust?.Condition?.["StringEquals"]?.[`${ISSUER}:sub`];
};

test("trust GitHub's identity provider, for tokens whose audience is AWS", () => {
  expect(stack.one("aws_iam_openid_connect_provider")).toEqual({
    url: `https://${ISSUER}`,
    client_id_list: ["sts.amazonaws.com"],
  });
  for (const role of ROLES) {
    expect(stack.trust(`${role}/role`).Statement).toMatchObject([
      {
        Effect: "Allow",
        Principal: { Federated: [`arn:aws:iam::222222222222:oidc-provider/${ISSUER}`] },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: { StringEquals: { [`${ISSUER}:aud`]: "sts.amazonaws.com" } },
      },
    ]);
  }
});

test("are created after the provider, which must exist before a role trusts it", () => {
  const provider = stack.resourceAt("pipeline/github").address;
  for (const role of ROLES) expect(stack.at(`${role}/role`)["depends_on"]).toEqual([provider]);
});

test("trust exactly this repository", () => {
  expect(subjects("pipeline/plan")).toEqual([
    "repo:example-org/aws-estate:pull_request",
    "repo:example-org/aws-estate:ref:refs/heads/main",
  ]);
  expect(subjects("pipeline/apply-dev")).toEqual(["repo:example-org/aws-estate:environment:dev"]);
  expect(subjects("pipeline/apply-account-dev")).toEqual(["repo:example-org/aws-estate:environment:account-dev"]);
  for (const { values } of stack.all("aws_iam_role")) expect(values["assume_role_policy"]).not.toContain("StringLike");
});

test("trust each form of the repository's tokens", () => {
  const applySubjects = ["repo:example-org@1/aws-estate@2:environment:{deployment}", ...GITHUB.applySubjects];
  const both = pipelines({ services: [{ ...GITHUB, applySubjects }] });
  expect(subjects("pipeline/apply-dev", both)).toEqual([
    "repo:example-org@1/aws-estate@2:environment:dev",
    "repo:example-org/aws-estate:environment:dev",
  ]);
});

/** Who may assume a role: the provider, and the conditions on the token. */
const trusts = (role: string, of: typeof stack) =>
  of.trust(`${role}/role`).Statement.map(({ Action, Effect, Principal, Condition }) => {
    expect({ Action, Effect }).toEqual({ Action: ["sts:AssumeRoleWithWebIdentity"], Effect: "Allow" });
    return [Principal, Condition];
  });
const provider = (issuer: string) => ({ Federated: [`arn:aws:iam::222222222222:oidc-provider/${issuer}`] });

test("trust a project on GitLab: any branch plans, the main branch applies", () => {
  const onGitlab = pipelines({ services: [GITLAB] });
  expect(onGitlab.one("aws_iam_openid_connect_provider")).toEqual({
    url: "https://gitlab.example.com",
    client_id_list: ["sts.amazonaws.com"],
  });
  const aud = { "gitlab.example.com:aud": "sts.amazonaws.com" };
  expect(trusts("pipeline/plan", onGitlab)).toEqual([
    [
      provider("gitlab.example.com"),
      { StringEquals: aud, StringLike: { "gitlab.example.com:sub": GITLAB.planSubjects } },
    ],
  ]);
  for (const role of ROLES.slice(1)) {
    expect(trusts(role, onGitlab)).toEqual([
      [provider("gitlab.example.com"), { StringEquals: { ...aud, "gitlab.example.com:sub": GITLAB.applySubjects } }],
    ]);
    expect(onGitlab.at(`${role}/role`)["depends_on"]).toEqual([onGitlab.resourceAt("pipeline/gitlab").address]);
  }
  expect(JSON.stringify(onGitlab.json)).not.toContain("githubusercontent");
});

test("trust several services at once, each by tokens of its own, and change none of the providers", () => {
  const services = [GITHUB, GITLAB, AZURE_DEVOPS];
  const all = pipelines({ services });
  const providers = all.all("aws_iam_openid_connect_provider").map(({ values }) => values);
  expect(providers).toHaveLength(services.length);
  expect(providers).toEqual(
    expect.arrayContaining(
      services.map(({ issuer, audience }) => ({ url: `https://${issuer}`, client_id_list: [audience] })),
    ),
  );
  const { issuer } = AZURE_DEVOPS;
  const aud = { [`${issuer}:aud`]: "api://AzureADTokenExchange" };
  expect(trusts("pipeline/plan", all)[2]).toEqual([
    provider(issuer),
    { StringEquals: { ...aud, [`${issuer}:sub`]: ["sc://example-org/aws-estate/galileo-plan"] } },
  ]);
  expect(trusts("pipeline/apply-account-dev", all)[2]).toEqual([
    provider(issuer),
    { StringEquals: { ...aud, [`${issuer}:sub`]: ["sc://example-org/aws-estate/galileo-apply-account-dev"] } },
  ]);
  for (const role of ROLES) {
    expect(trusts(role, all).slice(0, 2)).toEqual([
      ...trusts(role, stack),
      ...trusts(role, pipelines({ services: [GITLAB] })),
    ]);
    const sids = all.trust(`${role}/role`).Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(3);
    expect(all.at(`${role}/role`)["depends_on"]).toHaveLength(3);
  }
  for (const role of ROLES.slice(1))
    for (const each of services)
      expect(JSON.stringify(all.inlinePolicies(role)["keep-off"])).toContain(`oidc-provider/${each.issuer}"`);
});

test("accept no session tags, which would choose the states that a session can access", () => {
  for (const { values } of stack.all("aws_iam_role"))
    expect(values["assume_role_policy"]).not.toMatch(/TagSession|sts:\*|"\*"/);
});

describe("the plan role", () => {
  const inline = stack.inlinePolicies("pipeline/plan");

  test("may read what plans need and write only lock files, without a managed policy", () => {
    expect(stack.managedPolicies("pipeline/plan")).toEqual([]);
    const writes = Object.values(inline)
      .flatMap(({ Statement }) => Statement)
      .filter(
        ({ Effect, Action }) =>
          Effect === "Allow" && listOf(Action).some((action) => !/:(Get|List|Describe|View)/.test(action)),
      );
    expect(writes).toMatchObject([
      { Action: ["s3:PutObject", "s3:DeleteObject"], Resource: ["arn:aws:s3:::states/*.tflock"] },
    ]);
  });

  test("may request only complete actions: a pattern would also allow what AWS adds", () => {
    const allowed = Object.values(inline)
      .flatMap(({ Statement }) => Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => listOf(Action));
    expect(allowed.length).toBeGreaterThan(150);
    expect(allowed.filter((action) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action))).toEqual([]);
    const reads = found(inline, "reads").Statement.flatMap(({ Action }) => listOf(Action));
    expect(new Set(reads).size).toBe(reads.length);
  });

  test("may read states but no other object", () => {
    const denial = found(inline, "deny-data");
    expect(statement(denial, "NeverReadObjectsBesideStates")).toMatchObject({
      Effect: "Deny",
      Action: ["s3:GetObject*"],
      NotResource: ["arn:aws:s3:::states/*"],
    });
  });

  test("may read for resource types of own stacks, but no API keys", () => {
    const planRoleReads = ["apigateway:GET", "glue:GetTable"];
    const extended = pipelines({ planRoleReads }).inlinePolicies("pipeline/plan");
    expect(statement(found(extended, "reads"), "ReadTypesOfOwnStacks")).toMatchObject({
      Effect: "Allow",
      Action: planRoleReads,
      Resource: ["*"],
    });
    expect(statement(found(extended, "deny-data"), "NeverReadApiKeysOrStageVariables")).toMatchObject({
      Effect: "Deny",
      Action: ["apigateway:GET"],
    });
    expect(JSON.stringify(inline)).not.toContain("ReadTypesOfOwnStacks");
  });

  test("leaves room in its inline policies, which AWS limits to 10,240 characters", () => {
    const keyed = pipelines({ stateKeyAlias: "alias/states" }).inlinePolicies("pipeline/plan");
    expect(JSON.stringify(Object.values(keyed)).length).toBeLessThan(8200);
  });

  test("may use only the key of the states, if there is one", () => {
    expect(JSON.stringify(inline)).not.toMatch(/kms:(Decrypt|GenerateDataKey)/);
    const states = found(pipelines({ stateKeyAlias: "alias/states" }).inlinePolicies("pipeline/plan"), "states");
    expect(statement(states, "UseTheStateKey")).toMatchObject({
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: ["arn:aws:kms:*:222222222222:key/*"],
      Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/states" } },
    });
  });
});

describe.each(["account-dev", "dev"])("the apply role of %s", (environment) => {
  const keepOff = found(stack.inlinePolicies(`pipeline/apply-${environment}`), "keep-off");

  test("has an administrator's permissions", () => {
    expect(stack.managedPolicies(`pipeline/apply-${environment}`)).toEqual([
      "arn:aws:iam::aws:policy/AdministratorAccess",
    ]);
  });

  test("may not change or assume a pipeline role, or change the identity provider", () => {
    expect(normalized(statement(keepOff, "NeverChangePipelineRolesOrTheirProvider"))).toEqual({
      Effect: "Deny",
      // All actions that do not only read, including sts:AssumeRole and iam:PassRole.
      NotAction: ["iam:Get*", "iam:List*"],
      Resource: [`arn:aws:iam::222222222222:oidc-provider/${ISSUER}`, "arn:aws:iam::222222222222:role/pipeline-*"],
      Condition: {},
    });
  });

  test("has tags that it cannot change", () => {
    expect(stack.at(`pipeline/apply-${environment}/role`)).toMatchObject({ tags: { StatePrefix: "dev" } });
  });

  test("may assume no other role, because the master account gives access to other accounts", () => {
    expect(normalized(statement(keepOff, "NeverBecomeAnotherRole"))).toEqual({
      Effect: "Deny",
      Action: ["sts:Assume*"],
      Resource: ["*"],
      Condition: {},
    });
  });

  test("may not change the state bucket by any action", () => {
    expect(normalized(statement(keepOff, "NeverChangeTheStateBucket"))).toEqual({
      Effect: "Deny",
      NotAction: ["s3:Get*", "s3:List*"],
      Resource: ["arn:aws:s3:::states"],
      Condition: {},
    });
  });
});

test("may not change the key of the states, if there is one, or move its alias to another key", () => {
  const keyed = pipelines({ stateKeyAlias: "alias/states" });
  for (const role of ["pipeline/apply-account-dev", "pipeline/apply-dev"]) {
    const keepOff = found(keyed.inlinePolicies(role), "keep-off");
    expect(statement(keepOff, "NeverChangeTheStateKey")).toMatchObject({
      Effect: "Deny",
      NotAction: ["kms:Decrypt", "kms:Describe*", "kms:GenerateDataKey", "kms:Get*", "kms:List*"],
      Resource: ["arn:aws:kms:*:222222222222:key/*"],
      Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/states" } },
    });
    expect(normalized(statement(keepOff, "NeverMoveTheAliasOfTheStateKey"))).toEqual({
      Effect: "Deny",
      Action: ["kms:*"],
      Resource: ["arn:aws:kms:*:222222222222:alias/states"],
      Condition: {},
    });
    expect(JSON.stringify(stack.inlinePolicies(role))).not.toContain("kms:");
  }
});

test("have no access key", () => {
  expect(stack.resources.map(({ type }) => type)).not.toContain("aws_iam_access_key");
  expect(stack.resources.map(({ type }) => type)).not.toContain("aws_iam_user");
});

describe("planners", () => {
  const planners = [
    "arn:aws:iam::222222222222:role/dev-deployment",
    "arn:aws:iam::333333333333:role/ci-deployment",
    "arn:aws:iam::333333333333:role/prod-deployment",
  ];
  const withPlanners = pipelines({ planners });

  test("may assume the plan role in addition to GitHub, as the only roles of their accounts", () => {
    const trust = withPlanners.trust("pipeline/plan/role");
    expect(trust.Statement).toHaveLength(2);
    expect(trust.Statement[0]).toEqual(stack.trust("pipeline/plan/role").Statement[0]);
    expect(normalized(statement(trust, "Planners"))).toEqual({
      Effect: "Allow",
      // A condition names the roles: AWS refuses a trust policy with a principal that does not exist.
      Principal: { AWS: ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"] },
      Action: ["sts:AssumeRole"],
      Condition: { ArnEquals: { "aws:PrincipalArn": planners } },
    });
  });

  test.each(["dev-deployment", "arn:aws:iam::aws:policy/Deployment", "${aws_iam_role.deployment.arn}"])(
    "must be ARNs of roles: a planner such as %s has no account",
    (planner) => {
      expect(() => pipelines({ planners: [planner] })).toThrow(`planners must be ARNs of roles, got "${planner}"`);
    },
  );

  test("may assume no apply role, and have no other effect", () => {
    const others = (reader: typeof stack) => reader.resources.filter(({ path }) => path !== "pipeline/plan/role");
    expect(others(withPlanners)).toEqual(others(stack));
  });

  test("are none by default: an account is not a principal unless the estate names it", () => {
    expect(pipelines({ planners: [] }).resources).toEqual(stack.resources);
    expect(stack.at("pipeline/plan/role")["assume_role_policy"]).not.toContain(":root");
  });
});
