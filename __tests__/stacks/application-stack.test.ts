import { awkward, example, smallWith, found } from "../support/estates";
import { listOf } from "../support/policy";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const dev = shipped.stack("dev-application");

test("makes the two roles that the application runs as, named after the environment", () => {
  expect(dev.all("aws_iam_role").map(({ values }) => values["name"])).toEqual([
    "dev-irl-galileo-ApiHandler",
    "dev-irl-galileo-WorkflowLoopRunner",
  ]);
  expect(dev.trust("roles/api-handler/role").Statement).toMatchObject([
    { Principal: { Service: ["lambda.amazonaws.com", "states.amazonaws.com"] } },
  ]);
});

test("lets them assume exactly this environment's Master role and its members' execution roles", () => {
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

test("names roles that exist: those that it lets the application assume are made by the stacks of the environment", () => {
  const made = new Set(
    shipped.stacks.flatMap((stack) =>
      stack
        .all("aws_iam_role")
        .map(
          ({ values }) => `arn:aws:iam::${String((stack.provider["allowed_account_ids"] as string[])[0])}:role/${String(values["name"])}`,
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

  test("are left alone: none is made, and none is shown", () => {
    expect(alpha.all("aws_iam_role")).toEqual([]);
    expect(Object.keys(alpha.outputs).filter((name) => name.includes("role"))).toEqual([]);
  });

  test("are those that members and the Master role trust, by name", () => {
    const arns = ["arn:aws:iam::100000000001:role/existing.api", "arn:aws:iam::100000000001:role/existing+loop"];
    const member = synthesize(awkward()).stack("alpha-member-lab").trust("cross-account-role/role/role");
    expect(member.Statement).toMatchObject([{ Principal: { AWS: [...arns, "arn:aws:iam::300000000003:root"] } }]);
    const master = synthesize(awkward()).stack("alpha-master-role").trust("master-role/role/role");
    expect(master.Statement).toMatchObject([{ Condition: { ArnEquals: { "aws:PrincipalArn": arns } } }]);
  });
});

test("has the bucket `studydata` in every environment, and those that the environment names", () => {
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

test("shows roles, buckets and repositories", () => {
  expect(Object.fromEntries(Object.entries(dev.outputs).map(([name, { description }]) => [name, description]))).toEqual({
    "api-handler-role-arn": "What the application's API runs as",
    "workflow-loop-runner-role-arn": "What the application's background workflows run as",
    "bucket-arn-studydata": "The bucket studydata",
    "repository-url-dagster": "Where images of dagster are pushed to",
  });
});

test("keeps repositories apart whose names differ by a separator only, in AWS and in its outputs", () => {
  const repositories = ["my.app", "my/app", "my-app", "my_app", "myapp"];
  const stack = synthesize(smallWith((file) => (found(file.environments, "ci").application = { repositories }))).stack("ci-application");
  expect(
    stack
      .all("aws_ecr_repository")
      .map(({ values }) => values["name"])
      .sort(),
  ).toEqual(repositories.map((name) => `ci-irl-galileo/${name}`).sort());
  const urls = Object.entries(stack.outputs).filter(([name]) => name.startsWith("repository-url-"));
  expect(new Set(urls.map(([, { value }]) => value)).size).toBe(repositories.length);
  for (const [name] of urls) expect(name).toMatch(/^[A-Za-z][\w-]*$/);
});
