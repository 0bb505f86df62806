import { deploymentOf, stacksOf } from "../../../config/layout";
import { awsConfig, applyRoles, machineRoles, planRoles } from "../../../tools/pipelines/roles";
import type { EstateFile } from "../../../config/schema";
import { AZURE_DEVOPS, example, exampleWith, found } from "../../support/estates";
import { synthesize } from "../../support/synthesize";

const SUBJECT = "token.actions.githubusercontent.com:sub";

const repositoryOf = ({ pipelines }: ReturnType<typeof example>) => pipelines[0]?.repository ?? "";

/** The token subjects that a role trusts, from the account's bootstrap stack. */
function subjectsOf(estate: ReturnType<typeof example>, account: string, roleArn: string): readonly string[] {
  const roles = synthesize(estate).stack(`${account}-bootstrap`).all("aws_iam_role");
  const role = roles.find(({ values }) => roleArn.endsWith(`:role/${String(values["name"])}`));
  const { Statement } = JSON.parse(String(role?.values["assume_role_policy"])) as {
    Statement: { Principal: { Federated?: string }; Condition: { StringEquals?: Record<string, string[] | string> } }[];
  };
  return Statement.filter(({ Principal }) => Principal.Federated).flatMap(
    ({ Condition }) => Condition.StringEquals?.[SUBJECT] ?? [],
  );
}

const shared = () =>
  exampleWith((file) => {
    found(file.environments, "staging").account = "dev";
    found(file.environments, "prod").account = "master";
    delete file.accounts["staging"];
    delete file.accounts["prod"];
  });

describe.each([
  ["the shipped estate", example],
  ["an estate in which environments share an account", shared],
])("%s", (_, estateOf) => {
  const estate = estateOf();

  test("a deployment has a role in each of its accounts, which trusts only its GitHub environment", () => {
    const deployments = [...new Set(stacksOf(estate).map(deploymentOf))];
    expect(deployments.length).toBeGreaterThan(1);
    for (const deployment of deployments) {
      const own = stacksOf(estate).filter((spec) => deploymentOf(spec) === deployment);
      const roles = applyRoles(estate, deployment);
      expect(roles.map(({ account }) => account).sort()).toEqual(
        [...new Set(own.map(({ account }) => account.name))].sort(),
      );
      for (const { account, roleArn } of roles) {
        expect(subjectsOf(estate, account, roleArn)).toEqual([
          `repo:${repositoryOf(estate)}:environment:${deployment}`,
        ]);
      }
    }
  });

  test("the plan role of every account trusts pull requests and main", () => {
    const roles = planRoles(estate);
    expect(roles.map(({ account }) => account)).toEqual(estate.accounts.map(({ name }) => name));
    for (const { account, roleArn } of roles) {
      const repository = `repo:${repositoryOf(estate)}`;
      expect(subjectsOf(estate, account, roleArn)).toEqual([
        `${repository}:pull_request`,
        `${repository}:ref:refs/heads/main`,
      ]);
    }
  });
});

test("an unknown deployment and an estate without a repository are refused", () => {
  expect(() => applyRoles(example(), "devv")).toThrow(
    /the deployment must be one of account-master, account-dev, .*; got "devv"/,
  );
  const without = exampleWith((file) => {
    delete file.repository;
  });
  expect(() => planRoles(without)).toThrow(/names no repository.*owner\/name/);
  expect(() => applyRoles(without, "dev")).toThrow(/names no repository/);
});

test("every account has a profile with its name and the credential program", () => {
  const config = awsConfig(
    [{ account: "dev", roleArn: "arn:aws:iam::222222222222:role/x", region: "eu-west-1" }],
    "node identity.mjs",
  );
  expect(config).toBe(
    "[profile dev]\nregion = eu-west-1\ncredential_process = node identity.mjs arn:aws:iam::222222222222:role/x eu-west-1\n",
  );
});

test("the deployment machine of an environment has profiles for the plan roles that it may assume", () => {
  const estate = example();
  const roles = machineRoles(estate, "dev");
  expect(roles.map(({ account }) => account)).toEqual(["dev", "dev-analytics", "partner-lab"]);
  for (const role of roles) expect(planRoles(estate)).toContainEqual(role);
  expect(awsConfig(roles.slice(0, 1))).toBe(
    "[profile dev]\nregion = eu-west-1\nrole_arn = arn:aws:iam::222222222222:role/galileo-pipeline-plan\ncredential_source = Ec2InstanceMetadata\n",
  );
  expect(() => machineRoles(estate, "qa")).toThrow(
    'the environment of the machine must be one of dev, ci, staging, prod; got "qa"',
  );
});

test.each<[string, EstateFile["repository"]]>([
  ["GitLab", { gitlab: { project: "example-group/aws-estate" } }],
  ["Azure DevOps", { azureDevOps: AZURE_DEVOPS }],
  ["several services", { github: "example-org/aws-estate", azureDevOps: AZURE_DEVOPS }],
])("pipelines on %s have the same roles", (_, repository) => {
  const estate = exampleWith((file) => {
    file.repository = repository;
  });
  expect(planRoles(estate)).toEqual(planRoles(example()));
  expect(applyRoles(estate, "prod")).toEqual(applyRoles(example(), "prod"));
});
