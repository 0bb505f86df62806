import { adminArns } from "../../config/naming";
import { awkward, example, smallWith, found } from "../support/estates";
import { listOf, statement } from "../support/policy";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const dev = shipped.stack("dev-application");

test("creates the application's two roles, named after the environment", () => {
  expect(dev.at("roles/api-handler/role")).toMatchObject({ name: "dev-irl-galileo-ApiHandler" });
  expect(dev.at("roles/workflow-loop-runner/role")).toMatchObject({ name: "dev-irl-galileo-WorkflowLoopRunner" });
  expect(dev.trust("roles/api-handler/role").Statement).toMatchObject([
    { Principal: { Service: ["lambda.amazonaws.com", "states.amazonaws.com"] } },
  ]);
});

test("allows them to assume exactly this environment's Master role and its members' execution roles", () => {
  const assumable = (id: string) =>
    ["api-handler", "workflow-loop-runner"].map((role) =>
      Object.values(shipped.stack(id).inlinePolicies(`roles/${role}`)).flatMap(({ Statement }) =>
        Statement.flatMap(({ Resource }) => listOf(Resource)),
      ),
    );
  const ofDev = [
    "arn:aws:iam::111111111111:role/dev-irl-galileo-prep-raas-master-MasterRole",
    "arn:aws:iam::666666666666:role/dev-irl-galileo-cross-account-role",
    "arn:aws:iam::777777777777:role/dev-irl-galileo-cross-account-role",
  ];
  expect(assumable("dev-application")).toEqual([ofDev, ofDev]);
  const ofCi = ["arn:aws:iam::111111111111:role/ci-irl-galileo-prep-raas-master-MasterRole"];
  expect(assumable("ci-application")).toEqual([ofCi, ofCi]);
});

test("allows the application to assume only roles that the environment's stacks create", () => {
  const made = new Set(
    shipped.stacks.flatMap((stack) =>
      stack
        .all("aws_iam_role")
        .map(
          ({ values }) =>
            `arn:aws:iam::${String((stack.provider["allowed_account_ids"] as string[])[0])}:role/${String(values["name"])}`,
        ),
    ),
  );
  for (const stack of shipped.stacks.filter(({ id }) => id.endsWith("-application"))) {
    const wanted = Object.values(stack.inlinePolicies("roles/api-handler")).flatMap(({ Statement }) =>
      Statement.flatMap(({ Resource }) => listOf(Resource)),
    );
    expect(wanted).not.toHaveLength(0);
    expect(wanted.filter((arn) => !made.has(arn))).toEqual([]);
  }
});

describe("existing roles", () => {
  const alpha = synthesize(awkward()).stack("alpha-application");

  test("are unmanaged: the stack neither creates nor outputs them", () => {
    expect(alpha.all("aws_iam_role").map(({ path }) => path)).toEqual(["deployment/profile/role/role"]);
    expect(Object.keys(alpha.outputs).filter((name) => name.includes("role"))).toEqual(["deployment-role-arn"]);
  });

  test("are trusted by members and the Master role, by name", () => {
    const arns = ["arn:aws:iam::100000000001:role/existing.api", "arn:aws:iam::100000000001:role/existing+loop"];
    const member = synthesize(awkward()).stack("alpha-member-lab").trust("cross-account-role/role/role");
    expect(member.Statement).toMatchObject([{ Principal: { AWS: [...arns, "arn:aws:iam::300000000003:root"] } }]);
    const master = synthesize(awkward()).stack("alpha-master-role").trust("master-role/role/role");
    expect(master.Statement).toMatchObject([{ Condition: { ArnEquals: { "aws:PrincipalArn": arns } } }]);
  });
});

test("has the bucket `studydata` in every environment, and the environment's own buckets", () => {
  const buckets = (stack: typeof dev) => stack.all("aws_s3_bucket").map(({ values }) => values["bucket"]);
  expect(buckets(dev)).toEqual(["222222222222-dev-irl-galileo-studydata"]);
  expect(buckets(synthesize(awkward()).stack("alpha-application")).sort()).toEqual([
    "100000000001-alpha-akl-raas-2-raw-uploads",
    "100000000001-alpha-akl-raas-2-results",
    "100000000001-alpha-akl-raas-2-studydata",
  ]);
});

test("protects its buckets in production only", () => {
  expect(shipped.stack("prod-application").one("aws_s3_bucket")["lifecycle"]).toEqual({ prevent_destroy: true });
  expect(dev.one("aws_s3_bucket")).not.toHaveProperty("lifecycle");
});

describe("its buckets", () => {
  const policyOf = (from: typeof shipped, id: string) => from.stack(id).policy("bucket/studydata/policy");

  test("allow the application's roles, including existing ones", () => {
    const principals = (from: typeof shipped, id: string) =>
      policyOf(from, id)
        .Statement.filter(({ Effect }) => Effect === "Allow")
        .map(({ Principal }) => Principal);
    const ofDev = [
      "arn:aws:iam::222222222222:role/dev-irl-galileo-ApiHandler",
      "arn:aws:iam::222222222222:role/dev-irl-galileo-WorkflowLoopRunner",
    ];
    expect(principals(shipped, "dev-application")).toEqual([{ AWS: ofDev }, { AWS: ofDev }]);
    const existing = ["arn:aws:iam::100000000001:role/existing.api", "arn:aws:iam::100000000001:role/existing+loop"];
    expect(principals(synthesize(awkward()), "alpha-application")).toEqual([{ AWS: existing }, { AWS: existing }]);
  });

  test("depend on the roles in their policies, because S3 requires existing roles", () => {
    const roles = ["api-handler", "workflow-loop-runner"].map((role) => dev.resourceAt(`roles/${role}/role`).address);
    expect(dev.at("bucket/studydata/policy")["depends_on"]).toEqual(expect.arrayContaining(roles));
  });

  test("can be read by sessions of Admin's permission sets if groups work as Admin", () => {
    const from = synthesize(
      smallWith((file) => {
        file.identityCenter = {};
        Object.assign(found(file.accounts, "ci"), { admins: ["group:leads"] });
      }),
    );
    const sessions = adminArns({ id: "333333333333", name: "ci", adminGroups: ["leads"] });
    for (const sid of ["NobodyElseReachesObjects", "NobodyElseListsObjects"])
      expect(
        listOf(statement(policyOf(from, "ci-application"), sid).Condition?.["ArnNotLike"]?.["aws:PrincipalArn"]),
      ).toEqual(expect.arrayContaining(sessions));
  });

  test("can be listed, but not read, by pipelines, the access role and the account's maintainers, which apply Terraform", () => {
    const sso = "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/*";
    const from = synthesize(
      smallWith((file) => Object.assign(found(file.accounts, "ci"), { accessRole: "deploy", maintainers: [sso] })),
    );
    const excepted = (sid: string) =>
      listOf(statement(policyOf(from, "ci-application"), sid).Condition?.["ArnNotLike"]?.["aws:PrincipalArn"]).map(
        (arn) => arn.replace("arn:aws:iam::333333333333:role/", ""),
      );
    const inside = ["ci-irl-galileo-ApiHandler", "ci-irl-galileo-WorkflowLoopRunner", "Admin"];
    expect(excepted("NobodyElseReachesObjects")).toEqual(inside);
    expect(excepted("NobodyElseListsObjects")).toEqual([
      ...inside,
      "galileo-pipeline-*",
      "deploy",
      "aws-reserved/sso.amazonaws.com/*",
    ]);
    const unpiped = synthesize(smallWith((file) => delete file.repository));
    const listing = statement(policyOf(unpiped, "ci-application"), "NobodyElseListsObjects");
    expect(JSON.stringify(listing)).not.toContain("pipeline");
  });
});

describe("a machine that deploys the environment", () => {
  test("has an instance profile of the namespace, with Session Manager", () => {
    expect(dev.at("deployment/profile/profile")).toMatchObject({ name: "dev-irl-galileo-deployment" });
    expect(dev.managedPolicies("deployment/profile/role")).toEqual([
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
  });

  test("may assume the plan roles of its main account and its members, and nothing else", () => {
    const plan = (id: string) => `arn:aws:iam::${id}:role/galileo-pipeline-plan`;
    const statements = Object.values(dev.inlinePolicies("deployment/profile/role")).flatMap(
      ({ Statement }) => Statement,
    );
    expect(statements).toMatchObject([
      {
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Resource: ["222222222222", "666666666666", "777777777777"].map(plan),
      },
    ]);
  });

  test("is trusted by exactly those roles", () => {
    const trusted = (id: string) => {
      const planners = shipped
        .stack(id)
        .trust("pipeline/plan/role")
        .Statement.filter(({ Action }) => listOf(Action).includes("sts:AssumeRole"));
      return planners.flatMap(({ Condition }) => listOf(Condition?.["ArnEquals"]?.["aws:PrincipalArn"]));
    };
    const ofDev = "arn:aws:iam::222222222222:role/dev-irl-galileo-deployment";
    for (const account of ["dev", "dev-analytics", "partner-lab"])
      expect(trusted(`${account}-bootstrap`)).toEqual([ofDev]);
    expect(trusted("master-bootstrap")).toEqual([]);
    expect(trusted("prod-bootstrap")).toEqual(["arn:aws:iam::555555555555:role/prod-irl-galileo-deployment"]);
  });

  test("may assume no role in an estate without pipelines, which has no plan role", () => {
    const from = synthesize(smallWith((file) => delete file.repository));
    expect(from.stack("ci-application").inlinePolicies("deployment/profile/role")).toEqual({});
  });
});

test("outputs roles, buckets and repositories", () => {
  expect(Object.fromEntries(Object.entries(dev.outputs).map(([name, { description }]) => [name, description]))).toEqual(
    {
      "api-handler-role-arn": "What the application's API runs as",
      "workflow-loop-runner-role-arn": "What the application's background workflows run as",
      "bucket-arn-studydata": "The bucket studydata",
      "repository-url-dagster": "Where images of dagster are pushed to",
      "deployment-role-arn": expect.stringMatching(/^What a machine runs as/) as string,
    },
  );
});

test("separates repositories whose names differ only in a separator, in AWS and in outputs", () => {
  const repositories = ["my.app", "my/app", "my-app", "my_app", "myapp"];
  const stack = synthesize(smallWith((file) => (found(file.environments, "ci").application = { repositories }))).stack(
    "ci-application",
  );
  expect(stack.namesOf("aws_ecr_repository").sort()).toEqual(
    repositories.map((name) => `ci-irl-galileo/${name}`).sort(),
  );
  const urls = Object.entries(stack.outputs).filter(([name]) => name.startsWith("repository-url-"));
  expect(new Set(urls.map(([, { value }]) => value)).size).toBe(repositories.length);
  for (const [name] of urls) expect(name).toMatch(/^[A-Za-z][\w-]*$/);
});
