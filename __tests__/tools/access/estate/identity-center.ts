import type { Subject } from "../../../../tools/access/decide/access";
import { actionsMatching } from "../../../../tools/access/policy/catalog";
import { accessOf } from "../../../support/access";
import { exampleWith } from "../../../support/estates";
import {
  ACCOUNT,
  type AccountName,
  ACCOUNTS,
  asking,
  defined,
  every,
  iamWrites,
  namedActions,
  OFFICE,
  person,
  roleArn,
  rootArn,
  SAMPLE,
  studydata,
} from "./support";

/* The shipped estate with groups of IAM Identity Center. Only partner-lab is outside the organization. */

const access = accessOf(
  exampleWith((file) => {
    file.identityCenter = { groups: { "platform-admins": { members: ["lead@example.com"] } } };
    for (const [name, account] of Object.entries(file.accounts)) {
      if (name === "partner-lab") continue;
      account.operators = name === "dev" ? ["group:engineers", "group:dev-engineers"] : ["group:engineers"];
      account.admins = ["group:platform-admins", person("platform-lead")];
    }
  }),
);

const INSIDE = ACCOUNTS.filter((account) => account !== "partner-lab");
const ROLES = ["Operator", "Admin"] as const;

/** Production has its own permission sets: they are used from its network only. */
const setName = (account: AccountName, role: string) => (account === "prod" ? `${role}-prod` : role);
const permissionSet = (account: AccountName, role: string) => access.permissionSet(account, setName(account, role));

/** The roles that have a permission set, in each account. */
const PAIRS = INSIDE.flatMap((account) => ROLES.map((role) => ({ account, role })));

/**
 * Where a permission set may differ from the role: AWS writes its trust policy, so its own policy limits the networks of
 * each request, and not the trust policy those of the sign-in.
 */
const OTHER_PLACE = "aws:SourceIp";

/** What decides a request, without the conditions that a permission set has in another place. */
async function answer({ principal }: Subject, action: string, on: string) {
  const { allowed, alternatives } = await access.decide(principal, action, on, { brief: true });
  const sets = alternatives.map((set) =>
    set.filter(({ key }) => key !== OTHER_PLACE).map((requirement) => JSON.stringify(requirement)),
  );
  return JSON.stringify({ allowed, alternatives: [...new Set(sets.map((set) => set.sort().join()))].sort() });
}

async function differences(one: Subject, other: Subject, actions: readonly string[], on: string): Promise<string[]> {
  const differing: string[] = [];
  for (const action of actions)
    if ((await answer(one, action, on)) !== (await answer(other, action, on))) differing.push(`${action} on ${on}`);
  return differing;
}

describe("Identity Center", () => {
  describe("a permission set allows the same as the role of its name", () => {
    test.each(PAIRS)("$role in $account: every action that one of both names", async ({ account, role }) => {
      const [own, set] = [access.role(account, role), permissionSet(account, role)];
      const named = role === "Admin" ? [...SAMPLE, ...(await iamWrites()), ...(await every(["sts:*", "sso:*"]))] : [];
      const actions =
        role === "Admin" ? named : [...(await namedActions(own.principal)), ...(await namedActions(set.principal))];
      const all = [...new Set(actions)];
      expect(all.length).toBeGreaterThan(150);
      expect(await differences(own, set, all, "*")).toEqual([]);
    });

    // A Deny also counts where another policy allows the action: that of a bucket, or of a role that trusts both.
    test.each(INSIDE)("Operator in %s: every action that one of both denies", async (account) => {
      const [own, set] = [access.role(account, "Operator"), permissionSet(account, "Operator")];
      const from = { context: { "aws:SourceIp": OFFICE } };
      const deniedBy = async ({ principal }: Subject, action: string) =>
        (await access.decide(principal, action, "*", from)).explicit;
      const denied = [own, set]
        .flatMap(({ principal }) => principal.policies)
        .flatMap(({ statements }) =>
          statements.filter(({ effect, conditions }) => effect === "Deny" && Object.keys(conditions).length === 0),
        );
      const actions = await every(denied.flatMap((statement) => statement.actions ?? []));
      expect(actions.length).toBeGreaterThan(250);
      const differing: string[] = [];
      for (const action of actions)
        if ((await deniedBy(own, action)) !== (await deniedBy(set, action))) differing.push(action);
      expect(differing).toEqual([]);
    });

    test("Admin: every action of AWS, in an account without service control policies", async () => {
      const actions = await actionsMatching("*");
      expect(actions.length).toBeGreaterThan(15_000);
      expect(await differences(access.role("dev", "Admin"), permissionSet("dev", "Admin"), actions, "*")).toEqual([]);
    });

    test.each(PAIRS)("$role in $account: on each known resource of every account", async ({ account, role }) => {
      const [own, set] = [access.role(account, role), permissionSet(account, role)];
      const buckets = access.model.guardedResources.filter(({ service }) => service === "s3").map(({ arn }) => arn);
      expect(buckets.length).toBeGreaterThan(8);
      for (const arn of buckets) {
        const onObjects = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"];
        expect(await differences(own, set, ["s3:ListBucket", "s3:PutBucketPolicy"], arn)).toEqual([]);
        expect(await differences(own, set, onObjects, `${arn}/*`)).toEqual([]);
      }
      const databases = access.model.resources.filter(({ type }) => type === "aws_db_instance");
      for (const { arn, accountId } of databases) {
        // A permission set is the same in every account, and RDS lets no account act on the databases of another one.
        if (accountId !== ACCOUNT[account]) continue;
        const actions = ["rds:StopDBInstance", "rds:StartDBInstance", "rds:DeleteDBInstance"];
        expect(await differences(own, set, actions, arn)).toEqual([]);
      }
    });

    test.each(PAIRS)("$role in $account: in sessions of the same length", ({ account, role }) => {
      const [own, set] = [access.role(account, role), permissionSet(account, role)];
      expect(set.principal.maxSessionSeconds).toBe(own.principal.maxSessionSeconds);
    });

    test("the network of production limits the sign-in to the role, and each request of the permission set", async () => {
      const [own, set] = [access.role("prod", "Operator"), permissionSet("prod", "Operator")];
      const elsewhere = { context: { "aws:SourceIp": "192.0.2.1", "aws:ViaAWSService": "false" } };
      await expect(own).toBeAllowed("ec2:DescribeInstances", elsewhere);
      await expect(set).not.toBeAllowed("ec2:DescribeInstances", elsewhere);
      await expect(set).toBeAllowed("ec2:DescribeInstances", { context: { "aws:SourceIp": OFFICE } });
    });
  });

  describe("who gets a session", () => {
    const arnOf = (account: AccountName, role: string) => permissionSet(account, role).principal.arn;

    test.each(INSIDE)("in %s: the groups that the account names", async (account) => {
      await expect(access).toAllowAssume({ from: "group:platform-admins", to: arnOf(account, "Admin") });
      await expect(access).toAllowAssume({ from: "group:engineers", to: arnOf(account, "Operator") });
    });

    test.each(INSIDE)("in %s: no other group", async (account) => {
      await expect(access).not.toAllowAssume({ from: "group:engineers", to: arnOf(account, "Admin") });
      await expect(access).not.toAllowAssume({ from: "group:guests", to: arnOf(account, "Operator") });
    });

    test("a group of one account does not get a session in another one", async () => {
      await expect(access).toAllowAssume({ from: "group:dev-engineers", to: arnOf("dev", "Operator") });
      for (const account of INSIDE.filter((each) => each !== "dev"))
        await expect(access).not.toAllowAssume({ from: "group:dev-engineers", to: arnOf(account, "Operator") });
    });

    test.each(INSIDE)("in %s: no principal of AWS, with or without MFA", async (account) => {
      const to = arnOf(account, "Admin");
      for (const from of [
        person("platform-lead"),
        roleArn(account, "Admin"),
        rootArn(account),
        arnOf("master", "Admin"),
      ])
        for (const mfa of [true, undefined]) await expect(access).not.toAllowAssume({ from, to, mfa });
    });

    test("an account outside the organization has no permission set", () => {
      const { id } = access.account("partner-lab");
      const own = access.model.principals.filter(({ accountId }) => accountId === id);
      expect(own.filter((principal) => principal.permissionSet !== undefined)).toEqual([]);
    });
  });

  describe("the roles for emergencies", () => {
    test.each(INSIDE)("in %s: the named user gets Admin with MFA, and not without", async (account) => {
      const to = roleArn(account, "Admin");
      await expect(access).toAllowAssume(asking(person("platform-lead"), to));
      for (const mfa of [false, undefined])
        await expect(access).not.toAllowAssume(asking(person("platform-lead"), to, { mfa }));
      await expect(access).not.toAllowAssume(asking(person("platform-engineer"), to));
    });

    test.each(INSIDE)("in %s: nobody gets a role whose account names only groups", async (account) => {
      const to = roleArn(account, "Operator");
      for (const from of [person("platform-lead"), person("platform-engineer"), rootArn("master"), rootArn(account)])
        await expect(access).not.toAllowAssume(asking(from, to));
    });

    test.each(INSIDE)("in %s: no session of Identity Center gets them, because it carries no MFA", async (account) => {
      const from = permissionSet(account, "Admin").principal.arn;
      for (const role of ROLES)
        await expect(access).not.toAllowAssume(asking(from, roleArn(account, role), { mfa: true }));
    });
  });

  test.each(["dev", "ci", "staging", "prod"] as const)(
    "in %s: Admin's sessions work on the objects of the environment, and Operator's do not",
    async (account) => {
      const on = `${studydata(account)}/report`;
      const context = { "aws:SourceIp": OFFICE };
      await expect(permissionSet(account, "Admin")).toBeAllowed("s3:GetObject", { on, context });
      await expect(permissionSet(account, "Operator")).not.toBeAllowed("s3:GetObject", { on, context });
    },
  );

  test("a group that the stacks create has the members that they name", () => {
    const groups = defined(access.model.identityCenter).groups;
    expect(groups.map(({ name, created, members }) => [name, created, members.join()])).toEqual([
      ["dev-engineers", false, ""],
      ["engineers", false, ""],
      ["platform-admins", true, "lead@example.com"],
    ]);
  });
});
