import "../../../support/access";
import { Access } from "../../../../tools/access/decide/access";
import { permissionSetRoleArn } from "../../../../tools/access/read/permission-set-role";
import { ADMINISTRATOR_ACCESS, identityStack, setArn } from "../identity";
import { allow, deny, document, modelOf, ONE, problemsOf, roleBlocks, stackOf, THREE, trusting, TWO } from "../support";
import type { SynthesizedStack } from "../../../../tools/synth/synthesized";

const ADMIN = { managed: [ADMINISTRATOR_ACCESS], assigned: { [TWO]: ["leads"] } };

/** A stack with other values of some blocks. */
function changed(stack: SynthesizedStack, type: string, name: string, values: object): SynthesizedStack {
  const { json } = stack;
  const resource = {
    ...json.resource,
    [type]: { ...json.resource?.[type], [name]: { ...json.resource?.[type]?.[name], ...values } },
  };
  return { ...stack, json: { ...json, resource } };
}

test("reads a role for each permission set in each account that it is assigned in", () => {
  const boundary = { managed_policy_arn: "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" };
  const { principals, accounts, identityCenter } = modelOf(
    identityStack({
      sets: {
        Admin: { ...ADMIN, assigned: { [ONE]: ["leads"], [TWO]: ["leads"] } },
        Operator: { may: [allow("ec2:*")], boundary, seconds: "PT8H", assigned: { [TWO]: ["on call", "leads"] } },
        Unassigned: { may: [allow("s3:*")] },
      },
    }),
  );
  expect(principals.map(({ arn }) => arn)).toEqual([
    setArn(ONE, "Admin"),
    setArn(TWO, "Admin"),
    setArn(TWO, "Operator"),
  ]);
  const [, admin, operator] = principals;
  expect(admin?.policies.map(({ name }) => name)).toEqual([ADMINISTRATOR_ACCESS]);
  expect(admin?.maxSessionSeconds).toBe(3600);
  expect(operator).toMatchObject({ kind: "role", permissionSet: "Operator", maxSessionSeconds: 28800, accountId: TWO });
  expect(operator?.policies.map(({ statements }) => statements[0]?.actions)).toEqual([["ec2:*"]]);
  expect(operator?.boundary?.name).toBe(boundary.managed_policy_arn);
  expect(operator?.trust?.statements).toMatchObject([{ principals: { IdentityCenterGroup: ["leads", "on call"] } }]);
  expect(accounts.map(({ id }) => id)).toEqual([ONE, TWO]);
  expect(identityCenter).toMatchObject({ accountId: ONE, region: "eu-west-1" });
});

test("leaves the region out of the path only in us-east-1", () => {
  const arn = (region: string) => permissionSetRoleArn(TWO, region, "Admin");
  expect(arn("us-east-1")).toBe(`arn:aws:iam::${TWO}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*`);
  expect(arn("eu-central-1")).toBe(
    `arn:aws:iam::${TWO}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_*`,
  );
});

test("reads groups with the members that the stacks give them", () => {
  const stack = identityStack({ sets: { Admin: ADMIN }, groups: { "on call": ["ben", "ann"], idle: [] } });
  expect(modelOf(stack).identityCenter?.groups).toEqual([
    { name: "idle", members: [], created: true },
    { name: "leads", members: [], created: false },
    { name: "on call", members: ["ann", "ben"], created: true },
  ]);
});

test("names a group by its id if the stacks name only that", () => {
  const id = "906712f3a1-0f2c1a3b-4d5e-4f60-8a7b-9c0d1e2f3a4b";
  const at = `Admin_${TWO}_leads`;
  const stack = changed(identityStack({ sets: { Admin: ADMIN } }), "aws_ssoadmin_account_assignment", at, {
    principal_id: id,
  });
  expect(modelOf(stack).identityCenter?.groups).toEqual([{ name: id, members: [], created: false }]);
});

test("takes a policy that accounts manage themselves from each account", () => {
  const reference = { customer_managed_policy_reference: { name: "limit", path: "/team/" } };
  const sets = { Admin: { managed: [ADMINISTRATOR_ACCESS], boundary: reference, assigned: { [TWO]: ["leads"] } } };
  const limit = { aws_iam_policy: { limit: { name: "limit", path: "/team/", policy: document(allow("s3:*")) } } };
  const model = modelOf(identityStack({ sets }), stackOf(limit, { id: "two", account: TWO }));
  expect(model.principals[0]?.boundary?.name).toBe(`arn:aws:iam::${TWO}:policy/team/limit`);
  expect(problemsOf(identityStack({ sets }))).toEqual([
    expect.stringContaining(`attaches arn:aws:iam::${TWO}:policy/team/limit, which no stack creates`),
  ]);
});

const ASSIGNMENT = ["aws_ssoadmin_account_assignment", `Admin_${TWO}_leads`] as const;

test.each([
  {
    title: "an assignment to a single user",
    at: ASSIGNMENT,
    values: { principal_type: "USER" },
    problem: "must assign to a GROUP in an AWS_ACCOUNT, got USER in AWS_ACCOUNT",
  },
  {
    title: "an account that is not known before apply",
    at: ASSIGNMENT,
    values: { target_id: "every account" },
    problem: "target_id must be an account id, got every account",
  },
  {
    title: "a group that is not known before apply",
    at: ASSIGNMENT,
    values: { principal_id: "leads" },
    problem: "principal_id must be the id of a group, got leads",
  },
  {
    title: "a permission set of nobody",
    at: ASSIGNMENT,
    values: { permission_set_arn: "arn:aws:sso:::permissionSet/ssoins-1/ps-1" },
    problem: "refers to the permission set arn:aws:sso:::permissionSet/ssoins-1/ps-1, which no stack creates",
  },
  {
    title: "a duration that AWS does not know",
    at: ["aws_ssoadmin_permission_set", "Admin"] as const,
    values: { session_duration: "8 hours" },
    problem: "session_duration must be like PT8H, got 8 hours",
  },
  {
    title: "another setting of Identity Center",
    at: ["aws_ssoadmin_application", "portal"] as const,
    values: { name: "portal" },
    problem: "is of a type that affects access and is not supported yet",
  },
])("reports $title", ({ at: [type, name], values, problem }) => {
  expect(problemsOf(changed(identityStack({ sets: { Admin: ADMIN } }), type, name, values))).toContainEqual(
    expect.stringContaining(problem),
  );
});

test("reports permission sets in two accounts: an organization has one instance", () => {
  const other = identityStack({ sets: { Other: {} }, account: TWO, id: "two-identity" });
  expect(problemsOf(identityStack({ sets: { Admin: ADMIN } }), other)).toEqual([
    expect.stringContaining(`two-identity: aws_ssoadmin_permission_set.Other must be in eu-west-1 of ${ONE}`),
  ]);
});

test("reports a policy that names a permission set's role with its suffix, whatever the suffix is", () => {
  const arn = setArn(TWO, "Admin").replace("*", "00112233445566ff");
  const bucket = (principal: string) => ({
    aws_s3_bucket: { data: { bucket: "data" } },
    aws_s3_bucket_policy: {
      data: {
        bucket: "data",
        policy: document({
          ...deny("s3:*"),
          Principal: "*",
          Condition: { ArnNotLike: { "aws:PrincipalArn": principal } },
        }),
      },
    },
  });
  const stacks = (principal: string) =>
    [identityStack({ sets: { Admin: ADMIN } }), stackOf(bucket(principal), { id: "two", account: TWO })] as const;
  expect(problemsOf(...stacks(setArn(TWO, "Admin")))).toEqual([]);
  expect(problemsOf(...stacks(arn.replace("AWSReservedSSO_Admin", "AWSReservedSSO_Other")))).toEqual([]);
  expect(problemsOf(...stacks(setArn(TWO, "Admin").replace("*", "0f*")))).toEqual([
    expect.stringContaining("names AWSReservedSSO_Admin_0f: its suffix changes."),
  ]);
  expect(problemsOf(...stacks(arn))).toEqual([
    "two: aws_s3_bucket_policy.data names AWSReservedSSO_Admin_00112233445566ff: its suffix changes. " +
      "Write AWSReservedSSO_Admin_*",
  ]);
});

describe("requests of a session", () => {
  const PATTERNS = {
    "with the region": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*",
    "with or without the region": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*",
    "with each digit of the suffix": `${setArn(TWO, "Admin").slice(0, -1)}${"?".repeat(16)}`,
  };

  function accessIn(region: string, condition: object) {
    const identity = identityStack({ sets: { Admin: ADMIN, Other: ADMIN } });
    const aws = [{ region, allowed_account_ids: [ONE] }];
    const policy = document({ ...deny("s3:*", "arn:aws:s3:::data/*"), Principal: "*", Condition: condition });
    const bucket = {
      aws_s3_bucket: { data: { bucket: "data" } },
      aws_s3_bucket_policy: { data: { bucket: "data", policy } },
    };
    return new Access(
      modelOf(
        { ...identity, json: { ...identity.json, provider: { aws } } },
        stackOf(bucket, { id: "two", account: TWO }),
      ),
    );
  }

  test.each(Object.entries(PATTERNS))(
    "a pattern of aws:PrincipalArn %s is of that permission set alone",
    async (_, pattern) => {
      const access = accessIn("eu-west-1", { ArnNotLike: { "aws:PrincipalArn": pattern } });
      const on = "arn:aws:s3:::data/report";
      await expect(access.permissionSet(TWO, "Admin")).toBeAllowed("s3:GetObject", { on });
      await expect(access.permissionSet(TWO, "Other")).not.toBeAllowed("s3:GetObject", { on });
    },
  );

  test("a pattern with a region does not match in us-east-1, whose path has none", async () => {
    const on = "arn:aws:s3:::data/report";
    const matches = async (pattern: string) => {
      const { access, principal } = accessIn("us-east-1", {
        ArnNotLike: { "aws:PrincipalArn": pattern },
      }).permissionSet(TWO, "Admin");
      return (await access.decide(principal, "s3:GetObject", on)).allowed;
    };
    await expect(matches(PATTERNS["with the region"])).resolves.toBe(false);
    await expect(matches(PATTERNS["with or without the region"])).resolves.toBe(true);
  });

  test("carry no MFA of AWS: any role that requires it refuses them", async () => {
    const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    const sets = {
      Own: { may: [allow("s3:ListAllMyBuckets", "*", mfa), allow("ec2:DescribeVpcs")], assigned: ADMIN.assigned },
    };
    const access = new Access(modelOf(identityStack({ sets })));
    await expect(access.permissionSet(TWO, "Own")).toBeAllowed("ec2:DescribeVpcs");
    await expect(access.permissionSet(TWO, "Own")).not.toBeAllowed("s3:ListAllMyBuckets");
  });
});

describe("sessions of Identity Center", () => {
  const assigned = { [TWO]: ["leads"], [THREE]: ["on call"] };
  const roles = roleBlocks("worker", allow("sts:AssumeRole"));
  const access = new Access(
    modelOf(
      identityStack({ sets: { Admin: { managed: [ADMINISTRATOR_ACCESS], assigned } } }),
      stackOf(roles, { id: "two", account: TWO }),
    ),
  );
  const to = setArn(TWO, "Admin");

  test("are given to the groups that are assigned in the account", async () => {
    await expect(access).toAllowAssume({ from: "group:leads", to });
    await expect(access).toAllowAssume({ from: "group:on call", to: setArn(THREE, "Admin") });
  });

  test.each([
    { title: "a group of another account", from: "group:on call" },
    { title: "a group without an assignment", from: "group:guests" },
    { title: "the account itself", from: `arn:aws:iam::${TWO}:root` },
    { title: "a role that may assume any role", from: `arn:aws:iam::${TWO}:role/worker` },
    { title: "a user outside the estate", from: `arn:aws:iam::${ONE}:user/ann` },
    { title: "another identity provider", from: `arn:aws:iam::${TWO}:saml-provider/other` },
  ])("are not given to $title", async ({ from }) => {
    await expect(access).not.toAllowAssume({ from, to, mfa: true });
  });

  test("do not let a role be assumed that trusts only MFA", async () => {
    const trust = document(trusting(`arn:aws:iam::${TWO}:root`, { Bool: { "aws:MultiFactorAuthPresent": "true" } }));
    const guarded = { aws_iam_role: { guarded: { name: "guarded", assume_role_policy: trust } } };
    const { model } = access;
    const { principals } = modelOf(stackOf(guarded, { id: "two", account: TWO }));
    const both = new Access({ ...model, principals: [...model.principals, ...principals] });
    await expect(both).not.toAllowAssume({ from: to, to: `arn:aws:iam::${TWO}:role/guarded`, mfa: true });
    await expect(both).toAllowAssume({
      from: `arn:aws:iam::${TWO}:user/ann`,
      to: `arn:aws:iam::${TWO}:role/guarded`,
      mfa: true,
    });
  });
});
