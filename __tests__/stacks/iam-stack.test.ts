import { awkward, example, smallWith, found } from "../support/estates";
import { statement } from "../support/policy";
import { synthesize } from "../support/synthesize";

const shipped = synthesize(example());
const dev = shipped.stack("dev-iam");
const namesOf = (id: string, type: string) =>
  synthesize(example())
    .stack(id)
    .all(type)
    .map(({ values }) => values["name"]);

test("names roles and users as people know them, the same in every account", () => {
  for (const { name } of example().accounts) {
    expect(namesOf(`${name}-iam`, "aws_iam_role")).toEqual(["Admin", "managed-instance", "Operator"]);
    expect(namesOf(`${name}-iam`, "aws_iam_user")).toEqual(["elastic-container-registry-user", "terraform-user"]);
  }
});

test("has what every account needs: settings, a budget and the profile of machines", () => {
  expect(dev.one("aws_iam_account_alias")).toEqual({ account_alias: "galileo-dev" });
  expect(dev.one("aws_iam_account_password_policy")).toMatchObject({ minimum_password_length: 14 });
  expect(dev.one("aws_ebs_encryption_by_default")).toMatchObject({ enabled: true });
  expect(dev.one("aws_s3_account_public_access_block")).toMatchObject({ restrict_public_buckets: true });
  expect(dev.one("aws_accessanalyzer_analyzer")).toMatchObject({ type: "ACCOUNT" });
  expect(dev.one("aws_iam_instance_profile")).toMatchObject({ name: "managed-instance" });
  expect(dev.one("aws_budgets_budget")).toMatchObject({ name: "galileo-dev-monthly", limit_amount: "50" });
});

test("sends alerts of the budget to the account's own address", () => {
  const [alert] = shipped.stack("prod-iam").one("aws_budgets_budget")["notification"] as unknown[];
  expect(alert).toMatchObject({ subscriber_email_addresses: ["aws-prod@example.com"] });
  expect(shipped.stack("prod-iam").one("aws_budgets_budget")).toMatchObject({ limit_amount: "200" });
});

test("shows its roles and users", () => {
  expect(Object.fromEntries(Object.entries(dev.outputs).map(([name, { description }]) => [name, description]))).toEqual({
    "operator-role-arn": "The role for everyday work",
    "admin-role-arn": "The role with full access, for an hour at a time",
    "terraform-user-arn": "The service user that reads network descriptions",
    "elastic-container-registry-user-arn": "The service user that pushes and pulls images",
  });
});

test("lets in whom the account names, from where and for how long it says", () => {
  const prod = shipped.stack("prod-iam");
  const { operators, admins } = found(Object.fromEntries(example().accounts.map((account) => [account.name, account])), "prod");
  const conditions = { Bool: { "aws:MultiFactorAuthPresent": "true" }, IpAddress: { "aws:SourceIp": ["198.51.100.0/24"] } };
  expect(prod.trust("operator/role/role").Statement).toMatchObject([{ Principal: { AWS: operators }, Condition: conditions }]);
  expect(prod.trust("admin/role/role").Statement).toMatchObject([{ Principal: { AWS: admins }, Condition: conditions }]);
  expect(prod.at("operator/role/role")).toMatchObject({ max_session_duration: 14400 });
  expect(dev.at("operator/role/role")).toMatchObject({ max_session_duration: 28800 });
  expect(dev.trust("admin/role/role").Statement[0]?.Condition).not.toHaveProperty("IpAddress");
});

test("lets Operator handle the databases that this estate's tags mark", () => {
  const power = statement(dev.policy("operator/role/inline-database-power"), "StartStopAndRebootEstateDatabases");
  const tagged = Object.fromEntries(
    Object.entries(power.Condition?.["StringEquals"] ?? {}).map(([key, value]) => [key.replace("aws:ResourceTag/", ""), value]),
  );
  expect(tagged).toEqual({ Solution: "galileo", ManagedBy: "cdktf" });
  expect(shipped.stack("dev-database").defaultTags).toMatchObject(tagged);
});

describe("the registry user", () => {
  const USER = "elastic-container-registry-user/user";
  const policyOf = (id: string) => shipped.stack(id).policy(`${USER}/policy`);

  test("pushes to the repositories of the environments in its account", () => {
    expect(statement(policyOf("dev-iam"), "PushAndPullImages")).toMatchObject({
      Resource: ["arn:aws:ecr:eu-west-1:222222222222:repository/dev-irl-galileo/dagster"],
    });
    expect(shipped.stack("dev-application").one("aws_ecr_repository")).toMatchObject({ name: "dev-irl-galileo/dagster" });
  });

  test("has AWS's secrets policy where all environments of the account are documented", () => {
    expect(dev.managedPolicies(USER)).toContain("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
  });

  test("reaches secrets of its environments only where one of them is hardened", () => {
    const prod = shipped.stack("prod-iam");
    expect(prod.managedPolicies(USER)).not.toContain("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
    expect(statement(policyOf("prod-iam"), "ReadAndWriteSecretsOfItsEnvironments")).toMatchObject({
      Resource: ["arn:aws:secretsmanager:eu-west-1:555555555555:secret:prod-irl-galileo/*"],
    });
  });

  test("serves all environments of a shared account, each in its region", () => {
    const hub = synthesize(awkward()).stack("hub-iam").policy(`${USER}/policy`);
    expect(statement(hub, "PushAndPullImages").Resource).toEqual([
      "arn:aws:ecr:ap-southeast-6:100000000001:repository/alpha-akl-raas-2/team/worker.v2",
      "arn:aws:ecr:ap-southeast-6:100000000001:repository/alpha-akl-raas-2/worker",
    ]);
    expect(statement(hub, "ReadAndWriteSecretsOfItsEnvironments").Resource).toEqual([
      "arn:aws:secretsmanager:ap-southeast-6:100000000001:secret:alpha-akl-raas-2/*",
      "arn:aws:secretsmanager:us-east-1:100000000001:secret:alpha-2-va-raas-2/*",
    ]);
  });

  test("only logs in where no environment is", () => {
    expect(policyOf("master-iam").Statement.map(({ Sid }) => Sid)).toEqual(["LogInToTheRegistry"]);
  });
});

describe("service users", () => {
  test("are those that the account names", () => {
    const users = (serviceUsers: ("terraform-user" | "elastic-container-registry-user")[]) => {
      const stack = synthesize(smallWith((file) => (found(file.accounts, "ci").serviceUsers = serviceUsers))).stack("ci-iam");
      return { users: stack.all("aws_iam_user").map(({ values }) => values["name"]), outputs: Object.keys(stack.outputs) };
    };
    expect(users(["terraform-user"])).toEqual({
      users: ["terraform-user"],
      outputs: ["admin-role-arn", "operator-role-arn", "terraform-user-arn"],
    });
    expect(users([])).toEqual({ users: [], outputs: ["admin-role-arn", "operator-role-arn"] });
  });
});
