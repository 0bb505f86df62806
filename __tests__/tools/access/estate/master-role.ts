import { Access } from "../../../../tools/access/decide/access";
import { policyOf } from "../../../../tools/access/policy/policy";
import { accessOf } from "../../../support/access";
import { smallWith } from "../../../support/estates";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  apiHandler,
  applicationRoles,
  applyRole,
  deployment,
  DOCUMENTED,
  ENVIRONMENTS,
  every,
  EXTERNAL_ID,
  FOREIGN,
  HARDENED,
  masterRole,
  MEMBERS,
  namedActions,
  pairs,
  person,
  planRole,
  refusedBy,
  roleArn,
  rootArn,
  SAMPLE,
  serviceUserArn,
  type EnvironmentName,
} from "./support";

describe("the Master role", () => {
  const ORGANIZATION_ROLE = "OrganizationAccountAccessRole";
  /** Members that the organization creates. */
  const CREATED = ["dev-analytics", "prod-analytics"] as const;
  const PROFILE = (environment: EnvironmentName) =>
    (DOCUMENTED as readonly string[]).includes(environment) ? "documented" : "hardened";
  const CASES = ENVIRONMENTS.map((environment) => [PROFILE(environment), environment] as const);

  /** A role or user of the main account outside the estate, whose policies allow sts:AssumeRole on any role. */
  const somebody = (environment: EnvironmentName) => [
    roleArn(environment, "somebody"),
    `arn:aws:iam::${ACCOUNT[environment]}:user/somebody`,
    rootArn(environment),
  ];

  describe("who can assume the Master role", () => {
    test.each(CASES)("%s, in %s: the application roles, with the ExternalId", async (_, environment) => {
      for (const from of applicationRoles(environment)) {
        await expect(access).toAllowAssume({ from, to: masterRole(environment), externalId: EXTERNAL_ID[environment] });
      }
    });

    test.each(CASES)("%s, in %s: nobody with a wrong ExternalId, or without", async (_, environment) => {
      const wrong = ["Galileo", "galileo ", "galileo-prod", "*", "", ...ENVIRONMENTS.map((each) => EXTERNAL_ID[each])];
      for (const externalId of [undefined, ...wrong.filter((each) => each !== EXTERNAL_ID[environment])]) {
        for (const from of [
          ...applicationRoles(environment),
          ...somebody(environment),
          roleArn(environment, "Admin"),
        ]) {
          await expect(access).not.toAllowAssume({ from, to: masterRole(environment), externalId });
        }
      }
    });

    test.each(pairs(ENVIRONMENTS))("of %s: nobody of the main account of %s", async (environment, other) => {
      const others = [...applicationRoles(other), ...somebody(other), roleArn(other, "Admin"), applyRole(other, other)];
      for (const from of others) {
        await expect(access).not.toAllowAssume({
          from,
          to: masterRole(environment),
          externalId: EXTERNAL_ID[environment],
        });
      }
    });

    test.each(CASES)(
      "%s, in %s: nobody of the master account itself, of members, or of strangers",
      async (_, environment) => {
        const others = [
          rootArn("master"),
          roleArn("master", "Admin"),
          applyRole("master", environment),
          person("platform-lead"),
          ...(["dev-analytics", "partner-lab", "prod-analytics"] as const).flatMap((member) => [
            rootArn(member),
            roleArn(member, "Admin"),
          ]),
          `arn:aws:iam::${FOREIGN}:root`,
          `arn:aws:iam::${FOREIGN}:role/${apiHandler(environment).split("/")[1] ?? ""}`,
          "lambda.amazonaws.com",
        ];
        for (const from of others) {
          await expect(access).not.toAllowAssume({
            from,
            to: masterRole(environment),
            externalId: EXTERNAL_ID[environment],
            mfa: true,
          });
        }
      },
    );

    test.each(DOCUMENTED)(
      "documented, in %s: every principal of the main account whose policies allow it",
      async (environment) => {
        const others = [...somebody(environment), roleArn(environment, "Admin")];
        for (const from of others) {
          await expect(access).toAllowAssume({
            from,
            to: masterRole(environment),
            externalId: EXTERNAL_ID[environment],
          });
        }
      },
    );

    test.each(CASES)("%s, in %s: nobody whose policies do not allow it", async (_, environment) => {
      const others = [
        roleArn(environment, "Operator"),
        roleArn(environment, "managed-instance"),
        planRole(environment),
        deployment(environment),
        serviceUserArn(environment, "terraform-user"),
        serviceUserArn(environment, "elastic-container-registry-user"),
        applyRole(environment, environment),
        applyRole(environment, "account"),
      ];
      for (const from of others) {
        await expect(access).not.toAllowAssume({
          from,
          to: masterRole(environment),
          externalId: EXTERNAL_ID[environment],
          mfa: true,
        });
      }
    });

    test.each(HARDENED)(
      "hardened, in %s: only the application roles, even if other principals have all permissions",
      async (environment) => {
        const others = [
          ...somebody(environment),
          roleArn(environment, "Admin"),
          applyRole(environment, environment),
          applyRole(environment, "account"),
          `${apiHandler(environment)}2`,
          apiHandler(environment).replace(":role/", ":role/x/"),
          apiHandler(environment).replace(":role/", ":user/"),
        ];
        for (const from of others) {
          await expect(access).not.toAllowAssume({
            from,
            to: masterRole(environment),
            externalId: EXTERNAL_ID[environment],
            mfa: true,
          });
        }
      },
    );

    test("the main account itself, if it is also the master account", async () => {
      const shared = accessOf(
        smallWith(({ environments: { ci }, accounts }) => {
          if (ci) ci.account = "master";
          delete accounts["ci"];
        }),
      );
      const to = masterRole("ci");
      const from = roleArn("master", "ci-irl-galileo-ApiHandler");
      await expect(shared).toAllowAssume({ from, to, externalId: "galileo" });
      await expect(shared).not.toAllowAssume({ from, to });
      await expect(shared).not.toAllowAssume({ from: rootArn("ci"), to, externalId: "galileo" });
    });

    test.each(ENVIRONMENTS)("in %s: for one hour", (environment) => {
      expect(access.subject(masterRole(environment)).principal.maxSessionSeconds).toBe(3600);
    });
  });

  describe("what the Master role may do", () => {
    const THREE = [
      "organizations:CreateAccount",
      "organizations:DescribeAccount",
      "organizations:DescribeCreateAccountStatus",
    ];

    test.each(DOCUMENTED)("documented, in %s: every action of AWS Organizations", async (environment) => {
      const all = await every(["organizations:*"]);
      expect(all.length).toBeGreaterThan(50);
      expect(await allowedOf(access.subject(masterRole(environment)), all)).toEqual(all);
    });

    test.each(DOCUMENTED)(
      "documented, in %s: otherwise only actions of the AWS managed policy, and one role",
      async (environment) => {
        const { principal } = access.subject(masterRole(environment));
        const others = (await namedActions(principal)).filter((action) => !action.startsWith("organizations:"));
        expect(others.filter((action) => !action.startsWith("account:"))).toEqual([
          "iam:CreateServiceLinkedRole",
          "sts:AssumeRole",
        ]);
        const administers = principal.policies.map(({ name }) => name).sort();
        expect(administers).toEqual([
          "arn:aws:iam::aws:policy/AWSOrganizationsFullAccess",
          "assume-organization-access",
        ]);
      },
    );

    test.each(HARDENED)("hardened, in %s: three actions of AWS Organizations, and one role", async (environment) => {
      const role = access.subject(masterRole(environment));
      expect(await namedActions(role.principal)).toEqual([...THREE, "sts:AssumeRole"]);
      expect(await allowedOf(role, await every(["organizations:*"]))).toEqual(THREE);
    });

    test.each([
      "organizations:CloseAccount",
      "organizations:DetachPolicy",
      "organizations:RemoveAccountFromOrganization",
    ])("documented, it may %s; hardened, it may not", async (action) => {
      await expect(access.subject(masterRole("dev"))).toBeAllowed(action);
      await expect(access.subject(masterRole("prod"))).not.toBeAllowed(action);
    });

    test.each(CASES)("%s, in %s: nothing else in the master account", async (_, environment) => {
      const role = access.subject(masterRole(environment));
      expect(await allowedOf(role, SAMPLE)).toEqual([]);
      for (const action of ["iam:CreateUser", "iam:PutRolePolicy", "iam:PassRole", "s3:GetObject"])
        await expect(role).not.toBeAllowed(action);
    });

    test.each(DOCUMENTED)(
      "documented, in %s: assumes the role of AWS Organizations in every created member",
      async (environment) => {
        for (const member of CREATED) {
          await expect(access).toAllowAssume({ from: masterRole(environment), to: roleArn(member, ORGANIZATION_ROLE) });
        }
      },
    );

    test.each(HARDENED)("hardened, in %s: assumes it only in members of its own environment", async (environment) => {
      for (const member of CREATED) {
        const attempt = { from: masterRole(environment), to: roleArn(member, ORGANIZATION_ROLE) };
        if (MEMBERS[environment].includes(member)) await expect(access).toAllowAssume(attempt);
        else await expect(access).not.toAllowAssume(attempt);
      }
    });

    test.each(["ApiHandler", "WorkflowLoopRunner"])(
      "hardened, it gives %s of staging no path to production's analytics",
      async (name) => {
        const from = roleArn("staging", `staging-irl-galileo-${name}`);
        await expect(access).toAllowAssume({ from, to: masterRole("staging"), externalId: EXTERNAL_ID.staging });
        expect(
          await refusedBy(
            access.subject(masterRole("staging")),
            "NeverEnterMembersOfOtherEnvironments",
            ["sts:AssumeRole"],
            roleArn("prod-analytics", ORGANIZATION_ROLE),
          ),
        ).toEqual(["sts:AssumeRole"]);
      },
    );

    test.each(CASES)("%s, in %s: assumes no other role of any account", async (_, environment) => {
      const others = access.model.principals.filter(({ name, trust }) => trust && name !== ORGANIZATION_ROLE);
      expect(others.length).toBeGreaterThan(50);
      for (const { arn } of others) {
        await expect(access).not.toAllowAssume({
          from: masterRole(environment),
          to: arn,
          externalId: EXTERNAL_ID[environment],
          mfa: true,
        });
      }
    });

    test.each(CASES)("%s, in %s: its pattern limits it to no account", async (_, environment) => {
      const { resources } = await access.decide(access.subject(masterRole(environment)).principal, "sts:AssumeRole");
      expect(resources).toEqual([`arn:aws:iam::*:role/${ORGANIZATION_ROLE}`]);
    });

    describe("if an account outside the estate trusts the master account", () => {
      const to = `arn:aws:iam::${FOREIGN}:role/${ORGANIZATION_ROLE}`;
      const trust = policyOf("trust policy", "somebody else", {
        Effect: "Allow",
        Principal: { AWS: rootArn("master") },
        Action: "sts:AssumeRole",
      });
      const wider = new Access({
        ...access.model,
        accounts: [...access.model.accounts, { id: FOREIGN, name: "foreign", region: "eu-west-1", management: false }],
        principals: [
          ...access.model.principals,
          {
            kind: "role",
            arn: to,
            name: ORGANIZATION_ROLE,
            accountId: FOREIGN,
            policies: [],
            trust,
            tags: {},
            source: "somebody else",
          },
        ],
      });
      const enters = (environment: EnvironmentName, resourceOrganization?: string) =>
        wider.decide(wider.subject(masterRole(environment)).principal, "sts:AssumeRole", to, {
          ...(resourceOrganization === undefined
            ? { absent: ["aws:ResourceOrgID"] }
            : { context: { "aws:ResourceOrgID": resourceOrganization } }),
        });

      test.each(DOCUMENTED)("the documented one of %s can enter it", async (environment) => {
        expect(await enters(environment)).toMatchObject({ allowed: true });
        expect(await enters(environment, "o-somebodyelse")).toMatchObject({ allowed: true });
      });

      test.each(HARDENED)(
        "the hardened one of %s cannot, unless it is in the same organization",
        async (environment) => {
          expect(await enters(environment)).toMatchObject({ allowed: false });
          expect(await enters(environment, "o-somebodyelse")).toMatchObject({ allowed: false });
          expect(await enters(environment, access.model.organizationId)).toMatchObject({ allowed: true });
        },
      );
    });

    test.each(ACCOUNTS)(
      "service control policies never limit the Master role, whether or not they limit %s",
      (account) => {
        const bound = ["dev-analytics", "prod-analytics"].includes(account);
        expect(access.organizationOf(ACCOUNT[account]) !== undefined).toBe(bound);
      },
    );
  });
});
