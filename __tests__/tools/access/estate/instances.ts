import {
  access,
  ACCOUNTS,
  allowedOf,
  applyRole,
  apiHandler,
  asking,
  deployment,
  DEPLOYMENTS,
  ENVIRONMENTS,
  masterRole,
  MEMBERS,
  namedActions,
  pairs,
  person,
  planRole,
  roleArn,
  rootArn,
  SAMPLE,
  stateBucket,
  studydata,
  type EnvironmentName,
} from "./support";

describe("instances", () => {
  const EC2 = "ec2.amazonaws.com";

  const SESSION_MANAGER = [
    ...["ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage"],
    ...["ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply"],
    ...["ssm:DescribeAssociation", "ssm:DescribeDocument", "ssm:GetDeployablePatchSnapshotForInstance"],
    ...["ssm:GetDocument", "ssm:GetManifest", "ssm:GetParameter", "ssm:GetParameters", "ssm:ListAssociations"],
    ...["ssm:ListInstanceAssociations", "ssm:PutComplianceItems", "ssm:PutConfigurePackageResult"],
    ...["ssm:PutInventory", "ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus"],
    "ssm:UpdateInstanceInformation",
    ...["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel"],
    "ssmmessages:OpenDataChannel",
  ];

  describe("managed-instance", () => {
    test.each(ACCOUNTS)("is only for EC2 instances in %s", async (account) => {
      const to = roleArn(account, "managed-instance");
      await expect(access).toAllowAssume({ from: EC2, to });
      for (const from of [
        "lambda.amazonaws.com",
        "ssm.amazonaws.com",
        person("platform-lead"),
        rootArn(account),
        roleArn(account, "Admin"),
      ]) {
        await expect(access).not.toAllowAssume(asking(from, to));
      }
    });

    test.each(ACCOUNTS)("has Session Manager in %s, and nothing else", async (account) => {
      const machine = access.role(account, "managed-instance");
      const named = await namedActions(machine.principal);
      expect(named).toEqual(SESSION_MANAGER);
      expect(await allowedOf(machine, named)).toEqual(SESSION_MANAGER);
    });

    test.each([
      ["ec2:RunInstances", "*"],
      ["iam:PassRole", "*"],
      ["secretsmanager:GetSecretValue", "*"],
      ["ssm:GetParametersByPath", "*"],
      ["ssm:PutParameter", "*"],
      ["ssm:SendCommand", "*"],
      ["ssm:StartSession", "*"],
      ["sts:AssumeRole", "*"],
      ["s3:GetObject", `${studydata("dev")}/x`],
      ["s3:GetObject", `${stateBucket("dev")}/dev/network.tfstate`],
    ])("may not %s on %s", async (action, on) => {
      await expect(access.role("dev", "managed-instance")).not.toBeAllowed(action, { on });
    });
  });

  describe("the instance that plans an environment", () => {
    const planned = (environment: EnvironmentName) => [environment, ...MEMBERS[environment]].map(planRole).sort();
    const machine = (environment: EnvironmentName) => access.subject(deployment(environment));

    test.each(ENVIRONMENTS)("can be assumed only by EC2 in %s", async (environment) => {
      const to = deployment(environment);
      await expect(access).toAllowAssume({ from: EC2, to });
      for (const from of [
        "lambda.amazonaws.com",
        person("platform-lead"),
        rootArn(environment),
        roleArn(environment, "Admin"),
      ]) {
        await expect(access).not.toAllowAssume(asking(from, to));
      }
    });

    test.each(ENVIRONMENTS)("assumes the plan roles of the accounts of %s", async (environment) => {
      for (const to of planned(environment)) await expect(access).toAllowAssume({ from: deployment(environment), to });
    });

    test.each(ENVIRONMENTS)("and those of no account other than those of %s", async (environment) => {
      const others = ACCOUNTS.map(planRole).filter((arn) => !planned(environment).includes(arn));
      expect(others).toHaveLength(ACCOUNTS.length - planned(environment).length);
      for (const to of others) {
        await expect(access).not.toAllowAssume({ from: deployment(environment), to });
        await expect(machine(environment)).not.toBeAllowed("sts:AssumeRole", { on: to });
      }
    });

    test.each(ENVIRONMENTS)("has policies that name only these roles in %s", async (environment) => {
      const { resources } = await access.decide(machine(environment).principal, "sts:AssumeRole");
      expect([...resources].sort()).toEqual(planned(environment));
    });

    test.each(ENVIRONMENTS)("never assumes an apply role of an account of %s", async (environment) => {
      for (const account of [environment, ...MEMBERS[environment], "master"] as const) {
        for (const deploys of DEPLOYMENTS[account]) {
          await expect(access).not.toAllowAssume({ from: deployment(environment), to: applyRole(account, deploys) });
        }
      }
    });

    test.each(ENVIRONMENTS)("assumes no other role in %s", async (environment) => {
      const to = [
        roleArn(environment, "Admin"),
        roleArn(environment, "Operator"),
        apiHandler(environment),
        masterRole(environment),
      ];
      for (const role of to) {
        await expect(access).not.toAllowAssume({
          from: deployment(environment),
          to: role,
          mfa: true,
          sourceIp: "198.51.100.7",
        });
        await expect(machine(environment)).not.toBeAllowed("sts:AssumeRole", { on: role });
      }
    });

    test.each(pairs(ENVIRONMENTS))("of %s is trusted by no role of %s", async (environment, other) => {
      const roles = access.model.principals.filter(
        ({ accountId, trust }) => trust && accountId === access.account(other).id,
      );
      for (const { arn } of roles)
        await expect(access).not.toAllowAssume({ from: deployment(environment), to: arn, mfa: true });
    });

    test.each(ENVIRONMENTS)("has Session Manager and these roles in %s, and nothing else", async (environment) => {
      expect(await namedActions(machine(environment).principal)).toEqual([...SESSION_MANAGER, "sts:AssumeRole"].sort());
      expect(await allowedOf(machine(environment), SAMPLE)).toEqual([]);
      for (const bucket of [stateBucket(environment), studydata(environment)]) {
        await expect(machine(environment)).not.toBeAllowed("s3:GetObject", {
          on: `${bucket}/${environment}/network.tfstate`,
        });
      }
    });
  });
});
