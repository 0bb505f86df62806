import { accessGraphOf } from "../../../../tools/access/graph/access-graph-of";
import type { AccessModel, Principal } from "../../../../tools/access/read/model";
import { pathsToAdministrator } from "../../../../tools/access/graph/access-graph";
import { policyOf } from "../../../../tools/access/policy/policy";
import { RUNNING_WORKLOADS, PASS_ROLE_SERVICES } from "../../../../tools/access/graph/pass-role-services";
import {
  accessTo,
  allow,
  deny,
  EC2,
  ONE,
  type PrincipalWish,
  role,
  stepsAmong,
  THREE,
  trusting,
  TWO,
  user,
} from "../support";

const ADMINISTRATOR = `administrator:${ONE}`;
const me = `arn:aws:iam::${ONE}:role/mallory`;
const victim = role("victim", { may: [allow("*")] });
const everything = policyOf(`arn:aws:iam::${ONE}:policy/everything`, "here", allow("*"));
const limit = policyOf(`arn:aws:iam::${ONE}:policy/limit`, "here", allow("s3:*"));

/** The steps of a role with these permissions, in addition to other principals. */
async function stepsOf(
  may: readonly object[],
  wish: PrincipalWish = {},
  ...others: readonly Principal[]
): Promise<string[]> {
  return stepsIn({}, may, wish, ...others);
}

async function stepsIn(
  model: Partial<AccessModel>,
  may: readonly object[],
  wish: PrincipalWish,
  ...others: readonly Principal[]
) {
  const mallory =
    wish.kind === "user" ? user("mallory", { may, ...wish }) : role("mallory", { may, ...wish, trusts: undefined });
  const lines = await stepsAmong([mallory, ...others], model);
  return lines.filter((line) => line.startsWith("mallory ") || line.startsWith("made:"));
}

const to = (way: string, target = ADMINISTRATOR) => `mallory -${way}-> ${target}`;
const pass = allow("iam:PassRole");

describe("privilege escalation", () => {
  test.each<[string, object[], string, PrincipalWish?]>([
    ["allows every action", [allow("*")], to("administer")],
    ["writes its own policies", [allow("iam:PutRolePolicy", me)], to("put-own-policy")],
    ["attaches to itself", [allow("iam:AttachRolePolicy", me)], to("attach-own-policy")],
    [
      "attaches an administrator policy to itself",
      [allow("iam:AttachRolePolicy", me, { StringEquals: { "iam:PolicyARN": everything.name } })],
      `${to("attach-own-policy")} if iam:PolicyARN is "${everything.name}"`,
    ],
    ["changes a trust policy", [allow("iam:UpdateAssumeRolePolicy", victim.arn)], to("change-trust", "victim")],
    ["starts a session on an instance", [allow("ssm:StartSession")], to("enter-machine", "victim")],
    ["sends a command to an instance", [allow("ssm:SendCommand")], to("command-machine", "victim")],
    ["passes any role to an instance", [pass, allow("ec2:RunInstances")], to("pass-role-ec2", "victim")],
    [
      "passes only that role",
      [allow("iam:PassRole", victim.arn), allow("ec2:RunInstances")],
      to("pass-role-ec2", "victim"),
    ],
    [
      "passes a role only to that service",
      [
        allow("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }),
        allow("ec2:RunInstances"),
      ],
      to("pass-role-ec2", "victim"),
    ],
    [
      "creates roles",
      [allow(["iam:CreateRole", "iam:PutRolePolicy"])],
      to("make-role", `made:arn:aws:iam::${ONE}:role/*`),
    ],
    [
      "creates users",
      [allow(["iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"])],
      to("make-role", `made:arn:aws:iam::${ONE}:user/*`),
    ],
  ])("%s", async (_, may, line) => {
    const others = { managedPolicies: [everything] };
    expect(await stepsIn(others, may, {}, victim)).toContain(line);
    for (const action of may.flatMap((statement) => (statement as { Action: string | string[] }).Action)) {
      expect(await stepsIn(others, [...may, deny(action)], {}, victim)).not.toContainEqual(
        expect.stringContaining(line),
      );
    }
    expect(await stepsIn(others, may, { boundary: limit }, victim)).toEqual([]);
  });

  test.each(PASS_ROLE_SERVICES.map((runner) => [runner.id, runner] as const))(
    "pass-role-%s needs each of its actions, and a role that trusts it",
    async (id, runner) => {
      const trusted = (service: string) => role("victim", { trusts: [trusting({ Service: service })] });
      const may = [pass, allow(runner.actions)];
      const line = to(`pass-role-${id}`, "victim");
      expect(await stepsOf(may, {}, trusted(runner.service))).toContain(line);
      expect(await stepsOf(may, {}, trusted(runner.service.replace(".", ".eu-west-1.")))).toContain(line);
      expect(await stepsOf(may, {}, trusted("other.amazonaws.com"))).not.toContain(line);
      for (const action of [...runner.actions, "iam:PassRole"]) {
        expect(await stepsOf([...may, deny(action)], {}, trusted(runner.service))).not.toContain(line);
      }
      const elsewhere = { StringEquals: { "iam:PassedToService": "other.amazonaws.com" } };
      expect(
        await stepsOf([allow("iam:PassRole", "*", elsewhere), allow(runner.actions)], {}, trusted(runner.service)),
      ).not.toContain(line);
    },
  );

  test.each(RUNNING_WORKLOADS.map((entry) => [entry.way, entry] as const))(
    "%s needs its action, and a role that trusts the service",
    async (way, { action, service }) => {
      const trusts = [trusting({ Service: service })];
      expect(await stepsOf([allow(action)], {}, role("victim", { trusts }))).toContain(to(way, "victim"));
      expect(await stepsOf([allow(action)], {}, role("victim", { trusts: [trusting(TWO)] }))).toEqual([]);
      const denied = [trusting(TWO), { ...trusting({ Service: service }), Effect: "Deny" }];
      expect(await stepsOf([allow(action)], {}, role("victim", { trusts: denied }))).toEqual([]);
      expect(await stepsOf([allow("s3:*")], {}, role("victim", { trusts }))).toEqual([]);
    },
  );

  test.each([
    ["iam:CreateAccessKey", "make-access-key"],
    ["iam:CreateLoginProfile", "make-password"],
    ["iam:UpdateLoginProfile", "change-password"],
  ])("%s escalates to a user of its account", async (action, way) => {
    const users = [user("victim"), user("other"), user("far", { accountId: TWO })];
    const only = [allow(action, `arn:aws:iam::*:user/victim`)];
    expect(await stepsOf(only, {}, ...users)).toEqual([to(way, "victim")]);
    expect(await stepsOf([...only, deny("iam:*")], {}, ...users)).toEqual([]);
  });

  test("rewrites its own policy, but no policy of another principal", async () => {
    const own = { policies: [policyOf("own", "here", allow("iam:CreatePolicyVersion")), { ...limit }] };
    expect(await stepsOf([], own)).toEqual([to("rewrite-own-policy")]);
    expect(await stepsOf([allow("iam:CreatePolicyVersion")], {}, role("victim", { policies: [limit] }))).toEqual([]);
    expect(
      await stepsOf([], {
        policies: [policyOf("own", "here", allow("iam:CreatePolicyVersion", everything.name)), limit],
      }),
    ).toEqual([]);
  });

  test("removes a separate policy with a Deny", async () => {
    const denies = policyOf("denies", "here", { Effect: "Deny", NotAction: "iam:De*", Resource: "*" });
    const policies = [policyOf("own", "here", allow("*")), denies];
    expect(await stepsOf([], { policies })).toEqual([to("loosen-own-policy")]);
    expect(
      await stepsOf([], { policies: [...policies, policyOf("more", "here", deny("iam:DeleteRolePolicy"))] }),
    ).toEqual([]);
    const attached = [policyOf("own", "here", allow("*")), { ...denies, name: limit.name }];
    expect(await stepsOf([], { policies: attached })).toEqual([to("loosen-own-policy")]);
    expect(
      await stepsOf([], { policies: [...attached, policyOf("more", "here", deny("iam:DetachRolePolicy"))] }),
    ).toEqual([]);
  });

  test("is listed if it needs a region, or a request through an AWS service", async () => {
    const there = allow("ec2:RunInstances", "*", { StringEquals: { "aws:RequestedRegion": "ap-south-1" } });
    expect(await stepsOf([pass, there], {}, victim)).toEqual([`${to("pass-role-ec2", "victim")} if in "ap-south-1"`]);
    expect(await stepsOf([allow("ssm:StartSession", "arn:aws:ec2:ap-south-1:*:instance/*")], {}, victim)).toEqual([
      to("enter-machine", "victim"),
    ]);
    const via = allow("iam:PutRolePolicy", me, { Bool: { "aws:ViaAWSService": "true" } });
    expect(await stepsOf([via])).toEqual([`${to("put-own-policy")} if aws:ViaAWSService is "true"`]);
  });

  test("a user writes its own policies", async () => {
    const self = `arn:aws:iam::${ONE}:user/mallory`;
    expect(await stepsOf([allow("iam:PutUserPolicy", self)], { kind: "user" })).toEqual([to("put-own-policy")]);
    expect(await stepsOf([allow("iam:PutRolePolicy", self)], { kind: "user" })).toEqual([]);
  });

  test("a user joins an administrator group, or rewrites its own group", async () => {
    const group = (name: string, users: string[], ...may: object[]) => ({
      ...{ name, users, accountId: ONE, arn: `arn:aws:iam::${ONE}:group/${name}` },
      policies: may.length > 0 ? [policyOf("g", "here", ...may)] : [],
    });
    const asUser = (groups: AccessModel["groups"], ...may: object[]) => stepsIn({ groups }, may, { kind: "user" });
    expect(await asUser([group("all", [], allow("*"))], allow("iam:AddUserToGroup"))).toEqual([to("join-group")]);
    expect(await asUser([group("few", [], allow("s3:*"))], allow("iam:AddUserToGroup"))).toEqual([]);
    expect(await asUser([group("own", ["mallory"])], allow("iam:PutGroupPolicy"))).toEqual([to("rewrite-group")]);
    expect(await asUser([group("own", ["mallory"])], allow("iam:AttachGroupPolicy"))).toEqual([to("rewrite-group")]);
    expect(await asUser([group("other", ["bob"])], allow("iam:PutGroupPolicy"))).toEqual([]);
  });

  test("rewrites a role that it can assume", async () => {
    const reached = role("reached", { trusts: [trusting(me)] });
    const line = to("rewrite-role");
    expect(await stepsOf([allow("iam:PutRolePolicy", reached.arn)], {}, reached)).toEqual([
      line,
      to("assume", "reached"),
    ]);
    expect(await stepsOf([allow("iam:PutRolePolicy", victim.arn)], {}, reached, victim)).not.toContain(line);
    expect(await stepsOf([allow("iam:PutRolePolicy", reached.arn)], {}, { ...reached, boundary: limit })).not.toContain(
      line,
    );
    const unbounding = [allow(["iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"], reached.arn)];
    expect(await stepsOf(unbounding, {}, { ...reached, boundary: limit })).toContain(line);
    const admin = { ...victim, trust: reached.trust, boundary: limit };
    expect(await stepsOf([allow("iam:DeleteRolePermissionsBoundary")], {}, admin)).toContain(line);
    expect(await stepsOf([allow("s3:*")], {}, admin)).not.toContain(line);
  });
});

describe("a boundary", () => {
  const bounded = (...actions: object[]) => policyOf(limit.name, "here", allow("s3:*"), ...actions);
  const other = { StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess" } };

  test.each([
    ["removed", allow("iam:DeleteRolePermissionsBoundary", me), [to("lift-boundary")]],
    ["replaced", allow("iam:PutRolePermissionsBoundary", me), [to("lift-boundary")]],
    ["rewritten", allow("iam:CreatePolicyVersion", limit.name), [to("lift-boundary")]],
    ["removed from other roles only", allow("iam:DeleteRolePermissionsBoundary", victim.arn), []],
    ["replaced only by another one", allow("iam:PutRolePermissionsBoundary", me, other), []],
  ])("that can be %s", async (_, statement, lines) => {
    expect(await stepsOf([allow("*")], { boundary: bounded(statement) })).toEqual(lines);
  });

  test("that can be removed allows everything that the policies allow", async () => {
    const may = [allow("iam:PutRolePolicy", me), allow("iam:DeleteRolePermissionsBoundary", me)];
    expect(await stepsOf(may, { boundary: bounded(allow("iam:Delete*")) })).toEqual([to("put-own-policy")]);
    expect(await stepsOf(may, { boundary: bounded(allow("iam:Put*")) })).toEqual([]);
  });
});

describe("a role that a principal creates", () => {
  const team = `arn:aws:iam::${ONE}:role/team-*`;
  const within = { StringEquals: { "iam:PermissionsBoundary": limit.name } };
  const make = (condition?: object, ...more: object[]) => [
    allow("iam:CreateRole", team, condition),
    allow(["iam:PutRolePolicy"], team),
    ...more,
  ];
  const steps = (may: object[], managedPolicies = [limit]) => stepsIn({ managedPolicies }, may, {});
  const bounded = `made:${team}#${limit.name}`;

  test("without a boundary is an administrator", async () => {
    expect(await steps(make())).toEqual([
      to("make-role", `made:${team}`),
      `made:${team} -administer-> ${ADMINISTRATOR}`,
    ]);
  });

  test("with a boundary has no further steps", async () => {
    expect(await steps(make(within))).toEqual([to("make-role", bounded)]);
  });

  test("is bounded if only writing its policies requires the boundary", async () => {
    const may = [allow("iam:CreateRole", team), allow("iam:PutRolePolicy", team, within)];
    expect(await steps(may)).toEqual([to("make-role", bounded)]);
    const anywhere = [allow("iam:CreateRole"), allow("iam:AttachRolePolicy", "*", within)];
    expect(await steps(anywhere)).not.toContainEqual(expect.stringContaining(to("administer")));
  });

  test.each([
    ["can be removed", make(within, allow("iam:DeleteRolePermissionsBoundary", team)), [limit]],
    ["can be replaced", make(within, allow("iam:PutRolePermissionsBoundary", team)), [limit]],
    [
      "can be replaced by another",
      make(
        within,
        allow("iam:PutRolePermissionsBoundary", team, {
          StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/x" },
        }),
      ),
      [limit],
    ],
    [
      "can be replaced in some way",
      make(
        within,
        allow("iam:PutRolePermissionsBoundary", team, within),
        allow("iam:PutRolePermissionsBoundary", team, { StringEquals: { "aws:SourceVpc": "vpc-1" } }),
      ),
      [limit],
    ],
    ["can be rewritten", make(within, allow("iam:CreatePolicyVersion", limit.name)), [limit]],
    ["no stack creates", make(within), []],
    ["is one of two", make({ StringEquals: { "iam:PermissionsBoundary": [limit.name, everything.name] } }), [limit]],
    ["only matches a name pattern", make({ StringLike: { "iam:PermissionsBoundary": "*" } }), [limit]],
  ])("with a boundary that %s is an administrator", async (_, may, managed) => {
    expect(await steps(may, managed)).toContainEqual(expect.stringContaining(`-administer-> ${ADMINISTRATOR}`));
  });

  test("without a boundary is listed in addition to a bounded one with any name", async () => {
    const lines = await steps([
      allow("iam:CreateRole", "*", within),
      allow("iam:CreateRole", team),
      allow("iam:PutRolePolicy"),
    ]);
    expect(lines).toContain(to("make-role", `made:arn:aws:iam::${ONE}:role/*#${limit.name}`));
    expect(lines).toContain(`made:${team} -administer-> ${ADMINISTRATOR}`);
  });

  test("with a boundary that can only be set again is bounded", async () => {
    expect(await steps(make(within, allow("iam:PutRolePermissionsBoundary", team, within)))).toEqual([
      to("make-role", bounded),
    ]);
  });

  test.each([
    ["arn:aws:iam::aws:policy/AdministratorAccess", true],
    ["arn:aws:iam::aws:policy/ReadOnlyAccess", false],
    [limit.name, false],
    [everything.name, true],
    ["arn:aws:iam::aws:policy/*", true],
  ])("to which only %s can be attached is administrator: %p", async (arn, all) => {
    const condition = { ArnLike: { "iam:PolicyARN": arn } };
    const lines = await steps(
      [allow("iam:CreateRole", team), allow("iam:AttachRolePolicy", team, condition)],
      [limit, everything],
    );
    expect(lines.some((line) => line.endsWith(`-> ${ADMINISTRATOR}`))).toBe(all);
  });

  test.each([
    ["no policy can be attached to it", [allow("iam:CreateRole", team)]],
    ["the creator cannot assume roles", make(undefined, deny("sts:AssumeRole"))],
    ["the creator cannot create roles", [allow("iam:PutRolePolicy", team)]],
  ])("is not listed if %s", async (_, may) => {
    expect(await steps(may)).toEqual([]);
  });

  test("has the names that policies and boundaries allow", async () => {
    const unnamed = [allow("*"), { Effect: "Deny", Action: "iam:*", NotResource: team }];
    expect(await steps(unnamed)).toContain(to("make-role", `made:${team}`));
    expect(await steps(unnamed)).not.toContain(to("administer"));
    const boundary = policyOf("b", "here", allow("iam:*", team));
    expect(await stepsOf([allow("*")], { boundary })).toContain(to("make-role", `made:${team}`));
    expect(await steps([allow("iam:*", ["arn:aws:iam::*:*"])])).toContain(to("administer"));
    expect(await steps([allow("iam:*", [`arn:aws:iam::${TWO}:role/*`])])).toEqual([]);
  });
});

describe("who assumes a role", () => {
  const lines = (trusts: object[], ...others: Principal[]) => stepsAmong([role("target", { trusts }), ...others]);
  const asker = (wish = {}) => role("asker", { trusts: undefined, may: [allow("sts:AssumeRole")], ...wish });

  const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };

  test("is listed with the conditions, alternatives in one text", async () => {
    const person = user("asker", { may: [allow("sts:AssumeRole")] });
    const trusted = trusting(person.arn, { ...mfa, StringEquals: { "sts:ExternalId": "galileo" } });
    const trusts = [trusted, trusting(person.arn, { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } })];
    expect(await lines(trusts, person)).toEqual([
      'asker -assume-> target if ExternalId "galileo" and MFA, or from "192.0.2.0/24"',
    ]);
    expect(await lines([trusted], person)).toEqual(['asker -assume-> target if ExternalId "galileo" and MFA']);
  });

  test.each([
    ["MFA", mfa],
    ["recent MFA", { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } }],
    ["MFA by any name of the key", { Bool: { "AWS:multifactorauthpresent": "true" } }],
  ])("is never a role, a session or a federated user, if the role requires %s", async (_, condition) => {
    const sts = `arn:aws:sts::${TWO}`;
    const iam = `arn:aws:iam::${ONE}`;
    const outside = [`arn:aws:iam::${TWO}:role/x`, `${sts}:assumed-role/x/y`, `${sts}:federated-user/x`];
    for (const arn of [asker().arn, ...outside]) expect(await lines([trusting(arn, condition)], asker())).toEqual([]);
    const web = { Federated: `${iam}:oidc-provider/example.com` };
    expect(await lines([trusting(web, condition, "sts:AssumeRoleWithWebIdentity")])).toEqual([]);
    const saml = { Federated: `${iam}:saml-provider/example` };
    expect(await lines([trusting(saml, condition, "sts:AssumeRoleWithSAML")])).toEqual([]);
    expect(await lines([trusting(EC2, condition)])).toEqual([]);
  });

  test("is any role, if the role requires MFA only where the request contains the key", async () => {
    const ifExists = { BoolIfExists: mfa.Bool };
    expect(await lines([trusting(asker().arn, ifExists)], asker())).toEqual(["asker -assume-> target"]);
  });

  test("is only a user among the principals that an account authorizes, if the role requires MFA", async () => {
    expect(await lines([trusting(ONE, mfa)], asker(), user("person", { may: [allow("sts:AssumeRole")] }))).toEqual([
      `account:${ONE} -assume-> target if MFA`,
      "person -assume-> target if MFA",
    ]);
  });

  test("is any principal that an account authorizes, and each known one", async () => {
    expect(await lines([trusting(ONE)], asker(), role("idle", { trusts: undefined }))).toEqual([
      `account:${ONE} -assume-> target`,
      "asker -assume-> target",
    ]);
    const known = { ArnEquals: { "aws:PrincipalArn": asker().arn } };
    expect(await lines([trusting(ONE, known)], asker(), role("idle", { trusts: undefined }))).toEqual([
      "asker -assume-> target",
    ]);
  });

  test("is any other principal of an account, if a condition names unknown ones too", async () => {
    const names = { ArnEquals: { "aws:PrincipalArn": [asker().arn, `arn:aws:iam::${ONE}:role/unknown`] } };
    const [account] = await lines([trusting(ONE, names)], asker());
    expect(account).toBe(
      `account:${ONE} -assume-> target if aws:PrincipalArn is "${asker().arn}" or "arn:aws:iam::${ONE}:role/unknown"`,
    );
  });

  test("may be anyone, or all principals that a condition allows", async () => {
    const far = asker({ accountId: TWO, arn: `arn:aws:iam::${TWO}:role/asker` });
    expect(await lines([trusting("*")], far)).toEqual([`anyone -assume-> target`, `${TWO}/asker -assume-> target`]);
    expect(await lines([trusting("*", { ArnLike: { "aws:PrincipalArn": far.arn } })], far)).toEqual([
      `${TWO}/asker -assume-> target`,
    ]);
    const account = { StringEquals: { "aws:PrincipalAccount": THREE } };
    expect(await lines([trusting("*", account)], far)).toEqual([
      `anyone -assume-> target if aws:PrincipalAccount is "${THREE}"`,
    ]);
  });

  test("may be a session of a role, by its name", async () => {
    const session = trusting(`arn:aws:sts::${ONE}:assumed-role/asker/night`);
    expect(await lines([session], asker())).toEqual(['asker -assume-> target if sts:RoleSessionName is "night"']);
    expect(await lines([session])).toEqual([`arn:aws:sts::${ONE}:assumed-role/asker/night -assume-> target`]);
  });

  test.each([
    ["OpenID Connect", `arn:aws:iam::${ONE}:oidc-provider/t.example.org`, "sts:AssumeRoleWithWebIdentity"],
    ["SAML", `arn:aws:iam::${ONE}:saml-provider/okta`, "sts:AssumeRoleWithSAML"],
    ["Cognito", "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity"],
    ["Google", "accounts.google.com", "sts:AssumeRoleWithWebIdentity"],
  ])("may be a user of %s", async (_, provider, action) => {
    expect(await lines([trusting({ Federated: provider }, undefined, action)])).toEqual([
      `subject:${provider}#* -assume-> target`,
    ]);
    expect(await lines([trusting({ Federated: provider }, undefined, "sts:AssumeRole")])).toEqual([]);
  });

  test("is each subject that a trust policy names", async () => {
    const provider = `arn:aws:iam::${ONE}:oidc-provider/t.example.org`;
    const subjects = (condition: object) =>
      lines([trusting({ Federated: provider }, condition, "sts:AssumeRoleWithWebIdentity")]);
    const [a, b] = [`subject:${provider}#repo:a -assume-> target`, `subject:${provider}#repo:b/* -assume-> target`];
    expect(await subjects({ StringLike: { "t.example.org:sub": ["repo:a", "repo:b/*"] } })).toEqual([a, b]);
    const both = { StringLike: { "t.example.org:sub": "repo:b/*" }, StringEquals: { "t.example.org:aud": "sts" } };
    const but = { StringLike: { "t.example.org:sub": "repo:*" }, StringNotEquals: { "t.example.org:SUB": "repo:*" } };
    expect(await subjects(but)).toEqual([
      `subject:${provider}#* -assume-> target if t.example.org:SUB is not "repo:*" and t.example.org:sub is like "repo:*"`,
    ]);
    expect(await subjects(both)).toEqual([`${b} if t.example.org:aud is "sts"`]);
  });

  test("is not a principal that a Deny names, and not the role itself", async () => {
    expect(await lines([trusting(ONE), { ...trusting("*"), Effect: "Deny" }], asker())).toEqual([]);
    expect(await lines([trusting(`arn:aws:iam::${ONE}:role/target`)])).toEqual([]);
  });
});

describe("across accounts", () => {
  const far = (name: string, wish = {}) =>
    role(name, { accountId: TWO, arn: `arn:aws:iam::${TWO}:role/${name}`, ...wish });
  const climber = role("climber", {
    trusts: undefined,
    may: [allow("iam:PutRolePolicy", `arn:aws:iam::${ONE}:role/climber`)],
  });

  test("an administrator can use any principal of its account, with the steps of that principal", async () => {
    const bridge = role("bridge", { trusts: undefined, may: [allow("sts:AssumeRole")] });
    const lines = await stepsAmong([climber, bridge, far("target", { trusts: [trusting(bridge.arn)] })]);
    expect(lines).toContain(`${ADMINISTRATOR} -administer-> bridge`);
    expect(lines).not.toContain(`${ADMINISTRATOR} -administer-> climber`);
  });

  test("an administrator authorizes principals that other accounts trust, and can use its account", async () => {
    const bridge = role("bridge", { trusts: undefined });
    const lines = await stepsAmong([
      climber,
      bridge,
      far("target", { trusts: [trusting(bridge.arn)] }),
      far("open", { trusts: [trusting(ONE)] }),
    ]);
    expect(lines).toContain(`${ADMINISTRATOR} -administer-> ${TWO}/target`);
    expect(lines).toContain(`${ADMINISTRATOR} -administer-> account:${ONE}`);
    const own = await stepsAmong([climber, bridge, role("near", { trusts: [trusting(ONE)] })]);
    expect(own.filter((line) => line.startsWith(ADMINISTRATOR))).toEqual([]);
    const without = await stepsAmong([bridge, far("target", { trusts: [trusting(bridge.arn)] })]);
    expect(without).toEqual([]);
  });

  test("finds a shortest path for each account", async () => {
    const hop = (name: string, ...froms: string[]) =>
      far(name, { trusts: froms.map((from) => trusting(from)), may: [allow("sts:AssumeRole")] });
    const arn = (name: string) => `arn:aws:iam::${TWO}:role/${name}`;
    const start = role("start", { trusts: undefined, may: [allow("sts:AssumeRole")] });
    const long = [
      hop("a", start.arn),
      hop("b", arn("a")),
      far("end", { trusts: [trusting(arn("b")), trusting(arn("a"))], may: [allow("*")] }),
    ];
    const { paths } = await accessGraphOf(accessTo([start, ...long]));
    const found = paths.filter(({ from }) => from === start.arn);
    expect(found.map(({ accountId, steps }) => [accountId, steps.map((step) => step.to)])).toEqual([
      [TWO, [arn("a"), arn("end"), `administrator:${TWO}`]],
    ]);
  });

  test("finds the path with the fewest conditions among the shortest", () => {
    const step = (from: string, target: string, way: string, ...conditions: string[]) => ({
      from,
      to: target,
      way,
      text: way,
      conditions,
    });
    const steps = [step("x", ADMINISTRATOR, "a", "MFA"), step("x", ADMINISTRATOR, "z")];
    const actors = [
      { id: "x", kind: "role" as const, name: "x" },
      { id: ADMINISTRATOR, kind: "administrator" as const, name: "everything" },
    ];
    expect(pathsToAdministrator(actors, steps)).toEqual([{ from: "x", accountId: ONE, steps: [steps[1]] }]);
  });

  test("gives the same graph for any order of the model", async () => {
    const group = [
      climber,
      victim,
      user("u"),
      role("maker", { may: [allow(["iam:CreateRole", "iam:PutRolePolicy"])] }),
      far("target", { trusts: [trusting(ONE), trusting(EC2)] }),
    ];
    const jsonOf = async (principals: Principal[]) => JSON.stringify(await accessGraphOf(accessTo(principals)));
    expect(await jsonOf([...group].reverse())).toBe(await jsonOf(group));
  });
});

test("service control policies also apply to escalations, but not in the management account", async () => {
  const organizationPath = [
    { name: "root", policies: [policyOf("scp", "here", allow("*"), deny("iam:PutRolePolicy"))] },
  ];
  const climber = role("mallory", { trusts: undefined, may: [allow("iam:PutRolePolicy")] });
  const account = { id: ONE, name: "one", region: "eu-west-1", organizationPath };
  expect(await stepsAmong([climber], { accounts: [{ ...account, management: false }] })).toEqual([]);
  expect(await stepsAmong([climber], { accounts: [{ ...account, management: true }] })).toEqual([to("put-own-policy")]);
});
