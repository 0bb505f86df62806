import { ElasticContainerRegistryUser } from "../../../modules/iam/elastic-container-registry-user";
import { synthModule } from "../../support/module";
import { listOf, normalized, statement } from "../../support/policy";

const repository = "arn:aws:ecr:eu-west-1:222222222222:repository/dev-irl-galileo/dagster";
const secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:dev-irl-galileo/*";

const user = (secrets: "all" | string[], repositoryArns = [repository]) =>
  synthModule((scope) => {
    const name = "elastic-container-registry-user";
    new ElasticContainerRegistryUser(scope, "registry", { name, repositoryArns, secrets });
  });
const policyOf = (stack: ReturnType<typeof user>) => stack.policy("registry/user/policy");
const boundaryOf = (stack: ReturnType<typeof user>) => stack.policy("registry/user/boundary");
const MANAGED_SECRETS = "arn:aws:iam::aws:policy/SecretsManagerReadWrite";

test("may log in to the registry, and push to and pull from the given repositories only", () => {
  const { Statement } = policyOf(user([]));
  expect(Statement.map(({ Sid }) => Sid)).toEqual(["LogInToTheRegistry", "PushAndPullImages"]);
  expect(normalized(statement(policyOf(user([])), "LogInToTheRegistry"))).toMatchObject({
    Action: ["ecr:GetAuthorizationToken"],
    Resource: ["*"],
  });
  const push = statement(policyOf(user([])), "PushAndPullImages");
  expect(push.Resource).toEqual([repository]);
  expect(push.Action).toEqual(
    expect.arrayContaining([
      "ecr:PutImage",
      "ecr:InitiateLayerUpload",
      "ecr:UploadLayerPart",
      "ecr:CompleteLayerUpload",
      "ecr:BatchGetImage",
    ]),
  );
  expect(listOf(push.Action).filter((action) => /delete|policy|\*/i.test(action))).toEqual([]);
});

test("may only log in if there is no repository", () => {
  expect(policyOf(user([], [])).Statement.map(({ Sid }) => Sid)).toEqual(["LogInToTheRegistry"]);
});

describe("as documented", () => {
  const stack = user("all");

  test("has AWS's SecretsManagerReadWrite in addition to its own policy", () => {
    expect(stack.managedPolicies("registry/user")).toEqual([
      expect.stringContaining("aws_iam_policy"),
      MANAGED_SECRETS,
    ]);
  });

  test("has a boundary that allows only the registry and secrets, and nothing else of that policy", () => {
    expect(boundaryOf(stack).Statement.flatMap(({ Action }) => listOf(Action))).toEqual(["ecr:*", "secretsmanager:*"]);
  });
});

describe("hardened", () => {
  const stack = user([secret]);

  test("may access the secrets of its environments only, without AWS's policy", () => {
    expect(stack.managedPolicies("registry/user")).toEqual([expect.stringContaining("aws_iam_policy")]);
    const reach = statement(policyOf(stack), "ReadAndWriteSecretsOfItsEnvironments");
    expect(reach.Resource).toEqual([secret]);
    expect(reach.Action).toEqual(
      expect.arrayContaining(["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]),
    );
    expect(listOf(reach.Action)).not.toContain("secretsmanager:*");
  });

  test("has a boundary that allows no other secrets", () => {
    expect(statement(boundaryOf(stack), "SecretsOnly")).toMatchObject({ Resource: [secret] });
  });

  test("may access no secret if there is no environment", () => {
    expect(JSON.stringify([policyOf(user([])), boundaryOf(user([]))])).not.toContain("secretsmanager");
  });
});
