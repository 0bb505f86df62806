import { ElasticContainerRegistryUser } from "../../../modules/iam/elastic-container-registry-user";
import { synthModule } from "../../support/module";
import { listOf, normalized, statement } from "../../support/policy";

const repository = "arn:aws:ecr:eu-west-1:222222222222:repository/dev-irl-galileo/dagster";
const secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:dev-irl-galileo/*";

const user = (secrets: "all" | string[], repositoryArns = [repository]) =>
  synthModule((scope) => {
    new ElasticContainerRegistryUser(scope, "registry", {
      name: "elastic-container-registry-user",
      repositoryArns,
      secrets,
    });
  });
const policyOf = (stack: ReturnType<typeof user>) => stack.policy("registry/user/policy");
const boundaryOf = (stack: ReturnType<typeof user>) => stack.policy("registry/user/boundary");
const MANAGED_SECRETS = "arn:aws:iam::aws:policy/SecretsManagerReadWrite";

test("logs in to the registry, and pushes to and pulls from the given repositories only", () => {
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

test("can only log in where there is no repository", () => {
  expect(policyOf(user([], [])).Statement.map(({ Sid }) => Sid)).toEqual(["LogInToTheRegistry"]);
});

describe("as documented", () => {
  const stack = user("all");

  test("has AWS's SecretsManagerReadWrite beside its own policy", () => {
    expect(stack.managedPolicies("registry/user")).toEqual([
      expect.stringContaining("aws_iam_policy"),
      MANAGED_SECRETS,
    ]);
  });

  test("could be given the registry and secrets, and nothing else of what that policy holds", () => {
    expect(boundaryOf(stack).Statement.flatMap(({ Action }) => listOf(Action))).toEqual(["ecr:*", "secretsmanager:*"]);
  });
});

describe("hardened", () => {
  const stack = user([secret]);

  test("reaches the secrets of its environments only, and not by AWS's policy", () => {
    expect(stack.managedPolicies("registry/user")).toEqual([expect.stringContaining("aws_iam_policy")]);
    const reach = statement(policyOf(stack), "ReadAndWriteSecretsOfItsEnvironments");
    expect(reach.Resource).toEqual([secret]);
    expect(reach.Action).toEqual(
      expect.arrayContaining(["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]),
    );
    expect(listOf(reach.Action)).not.toContain("secretsmanager:*");
  });

  test("could not be given other secrets", () => {
    expect(statement(boundaryOf(stack), "SecretsOnly")).toMatchObject({ Resource: [secret] });
  });

  test("reaches no secret at all where there is no environment", () => {
    expect(JSON.stringify([policyOf(user([])), boundaryOf(user([]))])).not.toContain("secretsmanager");
  });
});
