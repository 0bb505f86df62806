import type { AccessGraph, PathToAdministrator } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import {
  access,
  ACCOUNT,
  ACCOUNTS,
  allowedOf,
  APPLY_ROLES,
  applicationRoles,
  applyRole,
  crossAccountRole,
  defined,
  deployment,
  DEPLOYMENTS,
  DOCUMENTED,
  ENVIRONMENTS,
  EXTERNAL_ID,
  masterRole,
  MEMBERS,
  person,
  planRole,
  roleArn,
  serviceUserArn,
  type AccountName,
} from "./support";

describe("escalations", () => {
  const CREATED = ["dev-analytics", "prod-analytics"] as const;
  const ORGANIZATION_ROLE = "OrganizationAccountAccessRole";
  const BOUNDARY = `arn:aws:iam::${ACCOUNT["prod-analytics"]}:policy/prod-irl-galileo-analysis-boundary`;
  const hardened = crossAccountRole("prod", "prod-analytics");

  let accessGraph: AccessGraph;

  beforeAll(async () => {
    accessGraph = await accessGraphOf(access);
  }, 60_000);

  const pathsTo = (account: AccountName) => accessGraph.paths.filter(({ accountId }) => accountId === ACCOUNT[account]);
  const pathsFrom = (id: string) => accessGraph.paths.filter(({ from }) => from === id);
  const ways = ({ steps }: PathToAdministrator) => steps.map(({ way }) => way);
  const job = (account: AccountName, environment: string) =>
    `subject:arn:aws:iam::${ACCOUNT[account]}:oidc-provider/token.actions.githubusercontent.com#repo:example-org/aws-estate:environment:${environment}`;
  const jobs = (account: AccountName) =>
    DEPLOYMENTS[account].map((deploys) => job(account, deploys === "account" ? `account-${account}` : deploys));

  describe("who is an administrator of an account", () => {
    test.each(ACCOUNTS)(
      "%s: Admin, the apply roles, and in created members the role of AWS Organizations",
      (account) => {
        const administering = accessGraph.steps.filter(
          ({ to, way, from }) =>
            to === `administrator:${ACCOUNT[account]}` && way === "administer" && !from.startsWith("made:"),
        );
        expect(administering.every(({ conditions }) => conditions.length === 0)).toBe(true);
        expect(administering.map(({ from }) => from).sort()).toEqual(
          [
            roleArn(account, "Admin"),
            ...DEPLOYMENTS[account].map((deploys) => applyRole(account, deploys)),
            ...((CREATED as readonly string[]).includes(account) ? [roleArn(account, ORGANIZATION_ROLE)] : []),
          ].sort(),
        );
      },
    );

    test.each(["master", "dev", "ci", "staging", "prod"] as const)(
      "%s: principals that can assume one of these, and no others",
      (account) => {
        const expected = [
          person("platform-lead"),
          roleArn(account, "Admin"),
          ...jobs(account),
          ...DEPLOYMENTS[account].map((deploys) => applyRole(account, deploys)),
        ];
        expect(
          pathsTo(account)
            .map(({ from }) => from)
            .sort(),
        ).toEqual(expected.sort());
      },
    );

    test("partner-lab: these, and principals that reach its documented cross-account role", () => {
      const account = "partner-lab";
      const main = [
        roleArn("dev", "Admin"),
        ...DEPLOYMENTS.dev.map((deploys) => applyRole("dev", deploys)),
        ...jobs("dev"),
        ...applicationRoles("dev"),
      ];
      const own = [
        person("platform-lead"),
        roleArn(account, "Admin"),
        ...jobs(account),
        ...DEPLOYMENTS[account].map((deploys) => applyRole(account, deploys)),
        crossAccountRole("dev", account),
        `account:${ACCOUNT[account]}`,
        `made:arn:aws:iam::${ACCOUNT[account]}:role/analysis-*`,
      ];
      expect(
        pathsTo(account)
          .map(({ from }) => from)
          .sort(),
      ).toEqual([...main, ...own, "service:lambda.amazonaws.com", "service:states.amazonaws.com"].sort());
    });

    test("prod-analytics: these, the master account, and principals that reach a Master role that can enter it", () => {
      const account = "prod-analytics";
      const masterRoles = ["dev", "ci", "prod"] as const; // the role of staging cannot enter it
      const reaching = masterRoles.flatMap((environment) => [
        masterRole(environment),
        ...applicationRoles(environment),
        roleArn(environment, "Admin"),
        ...DEPLOYMENTS[environment].map((deploys) => applyRole(environment, deploys)),
        ...jobs(environment),
      ]);
      const own = [
        person("platform-lead"),
        roleArn(account, "Admin"),
        roleArn(account, ORGANIZATION_ROLE),
        ...jobs(account),
        ...DEPLOYMENTS[account].map((deploys) => applyRole(account, deploys)),
      ];
      const master = [
        roleArn("master", "Admin"),
        ...jobs("master"),
        ...DEPLOYMENTS.master.map((deploys) => applyRole("master", deploys)),
        `account:${ACCOUNT.master}`,
      ];
      const accounts = DOCUMENTED.map((environment) => `account:${ACCOUNT[environment]}`);
      expect(
        pathsTo(account)
          .map(({ from }) => from)
          .sort(),
      ).toEqual(
        [
          ...reaching,
          ...own,
          ...master,
          ...accounts,
          "service:lambda.amazonaws.com",
          "service:states.amazonaws.com",
        ].sort(),
      );
    });

    test.each(CREATED)("%s: nobody of staging", (account) => {
      expect(pathsTo(account).filter(({ from }) => from.includes(ACCOUNT.staging))).toEqual([]);
    });
  });

  describe("people", () => {
    test.each(["platform-engineer", "on-call-engineer"])("%s cannot become administrator of any account", (name) => {
      expect(accessGraph.actors.map(({ id }) => id)).toContain(person(name));
      expect(pathsFrom(person(name))).toEqual([]);
    });

    test.each(ACCOUNTS)("platform-lead can become administrator of %s through its Admin, with MFA", (account) => {
      const [path] = pathsTo(account).filter(({ from }) => from === person("platform-lead"));
      const [assumed] = defined(path).steps;
      expect(defined(assumed)).toMatchObject({ to: roleArn(account, "Admin"), way: "assume" });
      const production = ['from "198.51.100.0/24"', 'in "eu-west-1" or "us-east-1"'];
      expect([...defined(assumed).conditions].sort()).toEqual(
        ["MFA", ...(account === "prod" ? production : [])].sort(),
      );
    });

    test("no person outside the estate can become administrator of any account", () => {
      const people = accessGraph.actors.filter(({ kind }) => kind === "person").map(({ id }) => id);
      expect(people.sort()).toEqual(
        [person("platform-engineer"), person("platform-lead"), person("on-call-engineer")].sort(),
      );
      expect(accessGraph.actors.map(({ id }) => id)).not.toContain("anyone");
    });
  });

  describe("roles that cannot become administrator of any account", () => {
    test.each(ACCOUNTS)("Operator, plan role, instances and service users of %s", (account) => {
      const roles = [
        roleArn(account, "Operator"),
        planRole(account),
        roleArn(account, "managed-instance"),
        serviceUserArn(account, "terraform-user"),
        serviceUserArn(account, "elastic-container-registry-user"),
      ];
      for (const arn of roles) {
        expect(accessGraph.actors.map(({ id }) => id)).toContain(arn);
        expect(pathsFrom(arn)).toEqual([]);
      }
    });

    test.each(ENVIRONMENTS)("the instance that plans %s: it assumes only plan roles", (environment) => {
      expect(pathsFrom(deployment(environment))).toEqual([]);
      const assumed = accessGraph.steps.filter(({ from }) => from === deployment(environment)).map(({ to }) => to);
      expect(assumed.sort()).toEqual([environment, ...MEMBERS[environment]].map(planRole).sort());
    });

    test("jobs of pull requests and of the main branch, in every account", () => {
      const subjects = accessGraph.actors.filter(({ kind }) => kind === "subject").map(({ id }) => id);
      const planning = subjects.filter((id) => /:(pull_request|ref:refs\/heads\/main)$/.test(id));
      expect(planning).toHaveLength(2 * ACCOUNTS.length);
      for (const id of planning) expect(pathsFrom(id)).toEqual([]);
      expect(subjects.filter((id) => !planning.includes(id)).sort()).toEqual(ACCOUNTS.flatMap(jobs).sort());
    });

    test.each(["staging", "prod"] as const)(
      "the account %s itself: no principal there that the estate does not create",
      (account) => {
        expect(pathsFrom(`account:${ACCOUNT[account]}`)).toEqual([]);
      },
    );
  });

  describe("the known escalation of the documented cross-account role", () => {
    test.each(["dev-analytics", "partner-lab"] as const)("exists in %s", (member) => {
      const [path, ...others] = pathsFrom(crossAccountRole("dev", member));
      expect(others).toEqual([]);
      expect(defined(path).accountId).toBe(ACCOUNT[member]);
      expect(ways(defined(path))).toEqual(["make-role", "administer"]);
      expect(defined(path).steps[0]?.to).toBe(`made:arn:aws:iam::${ACCOUNT[member]}:role/analysis-*`);
      expect(defined(path).steps.flatMap(({ conditions }) => conditions)).toEqual([]);
    });

    test.each(["dev-analytics", "partner-lab"] as const)("needs these permissions in %s", async (member) => {
      const role = access.subject(crossAccountRole("dev", member));
      const on = `arn:aws:iam::${ACCOUNT[member]}:role/analysis-1`;
      await expect(role).toBeAllowed("iam:CreateRole", { on, absent: ["iam:PermissionsBoundary"] });
      await expect(role).toBeAllowed("iam:PutRolePolicy", { on, absent: ["iam:PermissionsBoundary"] });
      await expect(role).toBeAllowed("iam:CreateInstanceProfile", {
        on: `arn:aws:iam::${ACCOUNT[member]}:instance-profile/analysis-1`,
      });
      await expect(role).toBeAllowed("iam:AddRoleToInstanceProfile", {
        on: `arn:aws:iam::${ACCOUNT[member]}:instance-profile/analysis-1`,
      });
      await expect(role).toBeAllowed("iam:PassRole", { on, context: { "iam:PassedToService": "ec2.amazonaws.com" } });
      await expect(role).toBeAllowed("ec2:RunInstances");
      await expect(role).toBeAllowed("ssm:StartSession");
    });

    test.each(applicationRoles("dev"))("is open to %s", (from) => {
      const paths = pathsFrom(from).filter(({ accountId }) => accountId === ACCOUNT["partner-lab"]);
      expect(paths.map(ways)).toEqual([["assume", "make-role", "administer"]]);
      expect(paths.flatMap(({ steps }) => steps[0]?.conditions)).toEqual(['ExternalId "galileo"']);
    });
  });

  describe("the hardened cross-account role", () => {
    const made = `made:arn:aws:iam::${ACCOUNT["prod-analytics"]}:role/bounded/prod-irl-galileo/analysis-*#${BOUNDARY}`;

    test("cannot become administrator of any account", () => {
      expect(pathsFrom(hardened)).toEqual([]);
    });

    test("creates roles only with its boundary", () => {
      const created = accessGraph.steps
        .filter(({ from, way }) => from === hardened && way === "make-role")
        .map(({ to }) => to);
      expect(created).toEqual([made]);
    });

    test("nor can a role that it creates", () => {
      expect(accessGraph.actors.map(({ id }) => id)).toContain(made);
      expect(pathsFrom(made)).toEqual([]);
    });

    test("reaches no other principal, except through running instances", () => {
      for (const from of [hardened, made]) {
        const targets = new Set(
          accessGraph.steps.filter((step) => step.from === from && step.way !== "make-role").map(({ to }) => to),
        );
        expect([...targets]).toEqual([roleArn("prod-analytics", "managed-instance")]);
      }
    });

    test("is on no path to production's analytics", () => {
      const through = accessGraph.paths.filter(({ steps }) => steps.some(({ to }) => [hardened, made].includes(to)));
      expect(through).toEqual([]);
    });

    test("cannot remove the boundary of a role, of itself or of a user", async () => {
      const role = access.subject(hardened);
      for (const action of [
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
      ]) {
        expect(await allowedOf(role, [action])).toEqual([]);
      }
    });
  });

  describe("the paths of the application", () => {
    test.each(["dev", "ci"] as const)(
      "documented, %s reaches every created member through its Master role, with the ExternalId",
      (environment) => {
        for (const from of applicationRoles(environment)) {
          for (const member of CREATED) {
            const [path] = pathsFrom(from).filter(({ accountId }) => accountId === ACCOUNT[member]);
            expect(defined(path).steps.map(({ to }) => to)).toEqual([
              masterRole(environment),
              roleArn(member, ORGANIZATION_ROLE),
              `administrator:${ACCOUNT[member]}`,
            ]);
            expect(defined(path).steps.map(({ conditions }) => conditions)).toEqual([
              [`ExternalId "${EXTERNAL_ID[environment]}"`],
              [],
              [],
            ]);
          }
        }
      },
    );

    test("hardened, prod reaches only its own member, through its Master role", () => {
      for (const from of applicationRoles("prod")) {
        expect(pathsFrom(from).map(({ accountId }) => accountId)).toEqual([ACCOUNT["prod-analytics"]]);
      }
      expect(pathsFrom(masterRole("prod")).map(({ accountId }) => accountId)).toEqual([ACCOUNT["prod-analytics"]]);
    });

    test("hardened, staging, which has no member, reaches no account", () => {
      for (const from of [...applicationRoles("staging"), masterRole("staging")]) expect(pathsFrom(from)).toEqual([]);
    });

    test.each(ENVIRONMENTS)("%s never reaches the master account or a main account", (environment) => {
      const members = (["dev-analytics", "partner-lab", "prod-analytics"] as const).map(
        (member) => ACCOUNT[member] as string,
      );
      for (const from of [...applicationRoles(environment), masterRole(environment)]) {
        for (const { accountId } of pathsFrom(from)) expect(members).toContain(accountId);
      }
    });
  });

  describe("apply roles", () => {
    test.each(APPLY_ROLES)("in %s as %s: administrator of that account directly", (account, deploys) => {
      const [path] = pathsFrom(applyRole(account, deploys)).filter(({ accountId }) => accountId === ACCOUNT[account]);
      expect(ways(defined(path))).toEqual(["administer"]);
    });

    test.each(["staging", "prod"] as const)("of %s lead to no other main account", (account) => {
      for (const deploys of DEPLOYMENTS[account]) {
        const led = pathsFrom(applyRole(account, deploys)).map(({ accountId }) => accountId);
        const expected = account === "prod" ? [ACCOUNT.prod, ACCOUNT["prod-analytics"]] : [ACCOUNT.staging];
        expect(led).toEqual(expected);
      }
    });

    test("assume no role of any account, except those that administrators can create", () => {
      const steps = accessGraph.steps.filter(
        ({ from, to }) => from.includes("galileo-pipeline-apply-") && !to.startsWith("administrator:"),
      );
      expect(steps).toEqual([]);
    });
  });
});
