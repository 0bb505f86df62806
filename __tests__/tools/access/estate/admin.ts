import { actionsMatching } from "../../../../tools/access/policy/catalog";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  applyRole,
  asking,
  ENVIRONMENTS,
  FOREIGN,
  person,
  roleArn,
  rootArn,
  SAMPLE,
  stateBucket,
  studydata,
} from "./support";

describe("Admin", () => {
  describe("who can assume Admin", () => {
    test.each(ACCOUNTS)("in %s: the lead, with MFA", async (account) => {
      await expect(access).toAllowAssume(asking(person("platform-lead"), roleArn(account, "Admin")));
    });

    test.each(ACCOUNTS)("in %s: nobody without MFA", async (account) => {
      const to = roleArn(account, "Admin");
      await expect(access).not.toAllowAssume(asking(person("platform-lead"), to, { mfa: false }));
      await expect(access).not.toAllowAssume(asking(person("platform-lead"), to, { mfa: undefined }));
    });

    test.each([
      ["an operator", person("platform-engineer")],
      ["another operator", person("on-call-engineer")],
      ["another user of the same account", person("somebody-else")],
      ["a user of that name with a path", `arn:aws:iam::${ACCOUNT.master}:user/x/platform-lead`],
      ["a user of that name of a foreign account", `arn:aws:iam::${FOREIGN}:user/platform-lead`],
      ["the root user of the people's account", rootArn("master")],
      ["the root user of the account itself", rootArn("dev")],
      ["a role of that name", roleArn("master", "platform-lead")],
      ["Admin of the master account", roleArn("master", "Admin")],
      ["Operator of the same account", roleArn("dev", "Operator")],
      ["the pipeline", applyRole("dev", "account")],
      ["a service", "lambda.amazonaws.com"],
    ])("not %s", async (_, from) => {
      await expect(access).not.toAllowAssume(asking(from, roleArn("dev", "Admin")));
      await expect(access).not.toAllowAssume(asking(from, roleArn("prod", "Admin")));
    });

    test.each(["198.51.100.0", "198.51.100.255"])("in prod: from %s, an address of its network", async (sourceIp) => {
      await expect(access).toAllowAssume(asking(person("platform-lead"), roleArn("prod", "Admin"), { sourceIp }));
    });

    test.each(["198.51.99.255", "198.51.101.0", "192.0.2.1"])(
      "from %s, an address outside its network: in staging, not in prod",
      async (sourceIp) => {
        await expect(access).not.toAllowAssume(asking(person("platform-lead"), roleArn("prod", "Admin"), { sourceIp }));
        await expect(access).toAllowAssume(asking(person("platform-lead"), roleArn("staging", "Admin"), { sourceIp }));
      },
    );

    test.each(["eu-west-1", "us-east-1"])(
      "in prod: through the STS endpoint of %s, where the alarm fires",
      async (region) => {
        await expect(access).toAllowAssume(asking(person("platform-lead"), roleArn("prod", "Admin"), { region }));
      },
    );

    test.each(["eu-west-2", "us-east-2", "us-west-2", "ap-southeast-2"])(
      "through the STS endpoint of %s: in staging, not in prod",
      async (region) => {
        await expect(access).not.toAllowAssume(asking(person("platform-lead"), roleArn("prod", "Admin"), { region }));
        await expect(access).toAllowAssume(asking(person("platform-lead"), roleArn("staging", "Admin"), { region }));
      },
    );

    test.each(ACCOUNTS)("in %s: for one hour", (account) => {
      expect(access.role(account, "Admin").principal.maxSessionSeconds).toBe(3600);
    });
  });

  describe("what Admin may do", () => {
    test.each(SAMPLE)("%s", async (action) => {
      await expect(access.role("dev", "Admin")).toBeAllowed(action);
      await expect(access.role("prod", "Admin")).toBeAllowed(action);
    });

    test("an action of every AWS service", async () => {
      const first = new Map((await actionsMatching("*")).map((action) => [action.split(":")[0], action]));
      const actions = [...first.values()];
      expect(actions.length).toBeGreaterThan(300);
      expect(await allowedOf(access.role("staging", "Admin"), actions)).toEqual(actions);
    });

    test.each(ENVIRONMENTS)("every action on the buckets of %s", async (environment) => {
      const admin = access.role(environment, "Admin");
      for (const bucket of [studydata(environment), stateBucket(environment)]) {
        for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
          await expect(admin).toBeAllowed(action, { on: `${bucket}/${environment}/network.tfstate` });
        }
        for (const action of ["s3:ListBucket", "s3:PutBucketPolicy"])
          await expect(admin).toBeAllowed(action, { on: bucket });
      }
    });

    test("assumes the role of AWS Organizations in created members, from the master account", async () => {
      const from = roleArn("master", "Admin");
      for (const member of ["dev-analytics", "prod-analytics"] as const) {
        await expect(access).toAllowAssume({ from, to: roleArn(member, "OrganizationAccountAccessRole") });
      }
    });

    test.each(["dev", "prod", "partner-lab", "prod-analytics"] as const)(
      "does nothing in another account, as Admin of %s",
      async (account) => {
        const from = roleArn(account, "Admin");
        for (const other of ACCOUNTS.filter((each) => each !== account)) {
          await expect(access).not.toAllowAssume(asking(from, roleArn(other, "Admin")));
          await expect(access.role(account, "Admin")).not.toBeAllowed("s3:GetObject", {
            on: `${stateBucket(other)}/x.tfstate`,
          });
          await expect(access.role(account, "Admin")).not.toBeAllowed("iam:GetRole", { on: roleArn(other, "Admin") });
        }
      },
    );

    test("does not do what service control policies deny in a created member", async () => {
      for (const account of ["dev-analytics", "prod-analytics"] as const) {
        for (const action of [
          "organizations:LeaveOrganization",
          "cloudtrail:StopLogging",
          "access-analyzer:DeleteAnalyzer",
        ]) {
          const decision = await access.decide(access.role(account, "Admin").principal, action);
          expect(decision).toMatchObject({ allowed: false, explicit: true });
          expect(decision.because).toEqual([
            expect.objectContaining({ kind: "service control policy", effect: "Deny", policy: "galileo-guardrails" }),
          ]);
        }
      }
    });

    test("does only what its session policy allows", async () => {
      const sessionPolicy = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "rds:*", Resource: "*" } };
      await expect(access.role("prod", "Admin")).toBeAllowed("rds:DeleteDBInstance", { sessionPolicy });
      await expect(access.role("prod", "Admin")).not.toBeAllowed("iam:CreateUser", { sessionPolicy });
    });
  });
});
