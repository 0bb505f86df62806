import { matrixOf, CAPABILITIES } from "../../../../tools/access/decide/matrix";
import { type Policy, policyOf } from "../../../../tools/access/policy/policy";
import {
  type AccessRequest,
  type ApplicablePolicies,
  type Decision,
  ImpossibleRequest,
  conditionText,
  explanation,
  isUnconditional,
  reasonText,
  requirementText,
} from "../../../../tools/access/policy/decision";
import { simulate } from "../../../../tools/access/decide/simulator";
import { accessOf } from "../../../support/access";
import { example } from "../../../support/estates";
import { accessTo, allow, deny, ONE, role, trusting, TWO, user } from "../support";

const ME = `arn:aws:iam::${ONE}:role/me`;
const OBJECT = "arn:aws:s3:::files/a";
const KEY = `arn:aws:kms:eu-west-1:${ONE}:key/k`;

const policy = (...statements: readonly object[]): Policy => policyOf("p", "here", ...statements);
const level = (name: string, ...statements: readonly object[]) => ({ name, policies: [policy(...statements)] });

interface Case extends Omit<Partial<ApplicablePolicies>, "identity" | "resource">, Partial<AccessRequest> {
  readonly may?: readonly object[];
  /** The policy of the resource. */
  readonly guard?: Policy;
  readonly discover?: boolean;
}

function decide({ may = [], guard, discover, boundary, session, organization, ...request }: Case): Promise<Decision> {
  const asked = {
    principal: ME,
    action: "s3:GetObject",
    resource: OBJECT,
    resourceAccountId: ONE,
    context: {},
    ...request,
  };
  const identity = may.length > 0 ? [policy(...may)] : [];
  return simulate(asked, { identity, boundary, session, organization, resource: guard }, { discover });
}

const bucketOf = (...statements: readonly object[]) =>
  policy(...statements.map((each) => ({ Resource: "*", ...each })));
const forMe = { Effect: "Allow", Principal: { AWS: ME }, Action: "s3:GetObject" };
const forAccount = { ...forMe, Principal: { AWS: ONE } };

describe("decisions that AWS documents", () => {
  test.each<[string, boolean, Case]>([
    ["without an Allow it is denied", false, {}],
    ["an identity policy allows it", true, { may: [allow("s3:GetObject")] }],
    ["an action may be written in any case", true, { may: [allow("S3:getobject")] }],
    ["a resource must match its case", false, { may: [allow("s3:*", "arn:aws:s3:::FILES/*")] }],
    ["a Deny wins", false, { may: [allow("*"), deny("s3:Get*")] }],
    [
      "a Deny of the resource's policy wins",
      false,
      { may: [allow("*")], guard: bucketOf({ ...forMe, Effect: "Deny" }) },
    ],
    ["NotAction allows all others", true, { may: [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }] }],
    [
      "NotResource excludes a resource",
      false,
      { may: [{ Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::files/*" }] },
    ],
    ["a boundary must allow it too", false, { may: [allow("*")], boundary: policy(allow("ec2:*")) }],
    ["a boundary alone allows nothing", false, { boundary: policy(allow("*")) }],
    ["a session policy must allow it too", false, { may: [allow("*")], session: policy(allow("ec2:*")) }],
    [
      "boundary and session policy must both allow it",
      true,
      { may: [allow("*")], boundary: policy(allow("s3:*")), session: policy(allow("s3:Get*")) },
    ],
    ["the resource's policy suffices in one account", true, { guard: bucketOf(forMe) }],
    ["the account's root delegates to the account", false, { guard: bucketOf(forAccount) }],
    ["another account needs the resource's policy", false, { may: [allow("*")], resourceAccountId: TWO }],
    ["another account needs its own policies too", false, { resourceAccountId: TWO, guard: bucketOf(forMe) }],
    ["another account is allowed by both", true, { may: [allow("*")], resourceAccountId: TWO, guard: bucketOf(forMe) }],
    [
      "another account is allowed by its root and its own policies",
      true,
      { may: [allow("*")], resourceAccountId: TWO, guard: bucketOf(forAccount) },
    ],
    [
      "each level of the organization must allow it",
      false,
      { may: [allow("*")], organization: [level("root", allow("*")), level("unit", allow("ec2:*"))] },
    ],
    [
      "no level of the organization may deny it",
      false,
      { may: [allow("*")], organization: [level("root", allow("*"), deny("s3:*")), level("unit", allow("*"))] },
    ],
    [
      "all levels of the organization allow it",
      true,
      { may: [allow("*")], organization: [level("root", allow("*")), level("unit", allow("s3:*"))] },
    ],
    [
      "the value of a variable may be a part of an account id",
      true,
      {
        may: [allow("s3:*", "arn:aws:s3:::files-11111${aws:PrincipalTag/Rest}")],
        ...{ action: "s3:ListBucket", resource: `arn:aws:s3:::files-${ONE}` },
        context: { "aws:PrincipalTag/Rest": "1111111" },
      },
    ],
    ["an organization alone allows nothing", false, { organization: [level("root", allow("*"))] }],
  ])("%s: %p", async (_, allowed, request) => {
    expect((await decide(request)).allowed).toBe(allowed);
  });

  test.each<[string, boolean, object[], object]>([
    [
      "a key delegates to the account",
      true,
      [allow("kms:Decrypt")],
      { Effect: "Allow", Principal: { AWS: ONE }, Action: "kms:*", Resource: "*" },
    ],
    [
      "a key delegates to an account whose policies do not allow it",
      false,
      [],
      { Effect: "Allow", Principal: { AWS: ONE }, Action: "kms:*", Resource: "*" },
    ],
    [
      "a key that names another account",
      false,
      [allow("kms:*")],
      { Effect: "Allow", Principal: { AWS: TWO }, Action: "kms:*", Resource: "*" },
    ],
    [
      "a key names the principal",
      true,
      [],
      { Effect: "Allow", Principal: { AWS: ME }, Action: "kms:Decrypt", Resource: "*" },
    ],
  ])("%s: %p", async (_, allowed, may, guard) => {
    expect((await decide({ may, action: "kms:Decrypt", resource: KEY, guard: policy(guard) })).allowed).toBe(allowed);
  });

  const mfa = "aws:MultiFactorAuthPresent";
  test.each<[boolean, string, object, Record<string, string>]>([
    [false, "a missing key with Bool", { Bool: { [mfa]: "true" } }, {}],
    [true, "a key with Bool", { Bool: { [mfa]: "true" } }, { [mfa]: "true" }],
    [true, "a missing key with BoolIfExists", { BoolIfExists: { [mfa]: "true" } }, {}],
    [false, "another value with BoolIfExists", { BoolIfExists: { [mfa]: "true" } }, { [mfa]: "false" }],
    [true, "a missing key with StringNotEquals", { StringNotEquals: { "aws:SourceVpc": "x" } }, {}],
    [false, "a missing key with StringEquals", { StringEquals: { "aws:SourceVpc": "x" } }, {}],
    [true, "a missing key with Null", { Null: { [mfa]: "true" } }, {}],
    [false, "a key with Null", { Null: { [mfa]: "true" } }, { [mfa]: "false" }],
    [true, "one of several values", { StringEquals: { "aws:SourceVpc": ["x", "y"] } }, { "aws:SourceVpc": "y" }],
    [
      false,
      "one of several keys",
      { StringEquals: { "aws:SourceVpc": "x", "aws:SourceVpce": "y" } },
      { "aws:SourceVpc": "x" },
    ],
    [true, "keys and operators in any case", { stringlike: { "AWS:sourcevpc": "x*" } }, { "aws:SourceVpc": "xy" }],
    [
      true,
      "any address in the network of all",
      { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
      { "aws:SourceIp": "198.51.100.9" },
    ],
    [
      false,
      "any address outside of the network of all",
      { NotIpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
      { "aws:SourceIp": "198.51.100.9" },
    ],
    [
      true,
      "an address in a network",
      { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      { "aws:SourceIp": "192.0.2.9" },
    ],
  ])("%p: %s", async (allowed, _, condition, context) => {
    expect((await decide({ may: [allow("*", "*", condition)], context })).allowed).toBe(allowed);
  });

  test("a variable has its value, except in a policy of version 2008-10-17", async () => {
    const own = allow("*", "arn:aws:s3:::files/${aws:PrincipalTag/team}");
    const context = { "aws:PrincipalTag/team": "a" };
    expect((await decide({ may: [own], context })).allowed).toBe(true);
    expect((await decide({ may: [own], context: { "aws:PrincipalTag/team": "b" } })).allowed).toBe(false);
    const old = { ...policy(own), version: "2008-10-17" };
    const request = { principal: ME, action: "s3:GetObject", resource: OBJECT, resourceAccountId: ONE, context };
    expect((await simulate(request, { identity: [old] })).allowed).toBe(false);
    const literal = { ...request, resource: "arn:aws:s3:::files/${aws:PrincipalTag/team}" };
    expect((await simulate(literal, { identity: [old] })).allowed).toBe(true);
  });

  test.each([
    ["s3:Nothing", OBJECT, "AWS has no action s3:Nothing"],
    ["nothing:Get", OBJECT, "AWS has no action nothing:Get"],
    ["s3:GetObject", KEY, "s3:GetObject does not act on"],
  ])("%s on %s is impossible", async (action, resource, message) => {
    const asked = decide({ may: [allow("*")], action, resource });
    await expect(asked).rejects.toThrow(ImpossibleRequest);
    await expect(asked).rejects.toThrow(message);
  });
});

test("an answer is used again only for the same session policy and the same absent keys", async () => {
  const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
  const may = [policy(allow("s3:GetObject", "*", mfa))];
  const asked = { principal: ME, action: "s3:GetObject", resource: OBJECT, resourceAccountId: ONE, context: {} };
  const allowed = async (session?: Policy, absentKeys?: readonly string[]) =>
    (await simulate(asked, { identity: may, session }, { discover: true, absentKeys })).allowed;
  expect(await allowed()).toBe(true);
  expect(await allowed(undefined, ["aws:MultiFactorAuthPresent"])).toBe(false);
  expect(await allowed(policy(allow("s3:*")))).toBe(true);
  expect(await allowed(policy(allow("s3:*"), deny("s3:Get*")))).toBe(false);
  expect(await allowed()).toBe(true);
});

describe("trust", () => {
  const lets = (from: string, ...trusts: readonly object[]) => {
    const caller = role("caller", { may: [allow("sts:AssumeRole")] });
    const others = [
      role("idle"),
      user("far", { accountId: TWO, may: [allow("sts:AssumeRole")] }),
      user("other", { accountId: TWO }),
    ];
    const access = accessTo([role("target", { trusts }), caller, ...others]);
    return access.decideAssumption({ from, to: `arn:aws:iam::${ONE}:role/target` });
  };
  const arn = (name: string, account = ONE, kind = "role") => `arn:aws:iam::${account}:${kind}/${name}`;

  test.each([
    ["in the account needs an identity policy", arn("caller"), trusting(ONE), true],
    ["in the account is not enough without an identity policy", arn("idle"), trusting(ONE), false],
    ["in the principal itself suffices in its account", arn("idle"), trusting(arn("idle")), true],
    ["in another role", arn("caller"), trusting(arn("idle")), false],
    ["in another account's user needs both policies", arn("far", TWO, "user"), trusting(arn("far", TWO, "user")), true],
    [
      "in another account's user is not enough without its own policy",
      arn("other", TWO, "user"),
      trusting(arn("other", TWO, "user")),
      false,
    ],
    ["in everybody", arn("far", TWO, "user"), trusting("*"), true],
    ["in a service", "ec2.amazonaws.com", trusting({ Service: "ec2.amazonaws.com" }), true],
    ["in another service", "ec2.amazonaws.com", trusting({ Service: "lambda.amazonaws.com" }), false],
    [
      "that requires MFA, without MFA",
      arn("caller"),
      trusting(ONE, { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
      false,
    ],
  ])("%s", async (_, from, statement, allowed) => {
    expect((await lets(from, statement)).allowed).toBe(allowed);
  });

  test("in an identity provider depends on the claims", async () => {
    const provider = `arn:aws:iam::${ONE}:oidc-provider/token.example.org`;
    const condition = {
      StringLike: { "token.example.org:sub": "repo:a/*" },
      StringEquals: { "token.example.org:aud": "sts" },
    };
    const access = accessTo([
      role("target", { trusts: [trusting({ Federated: provider }, condition, "sts:AssumeRoleWithWebIdentity")] }),
    ]);
    const asked = (claims: Record<string, string>) =>
      access.decideAssumption({ from: provider, to: arn("target"), claims });
    expect((await asked({ sub: "repo:a/b", aud: "sts" })).allowed).toBe(true);
    expect((await asked({ sub: "repo:b/b", aud: "sts" })).allowed).toBe(false);
    expect((await asked({ sub: "repo:a/b" })).allowed).toBe(false);
  });

  test("in a SAML provider depends on its assertion", async () => {
    const provider = `arn:aws:iam::${ONE}:saml-provider/okta`;
    const trusts = [trusting({ Federated: provider }, { StringEquals: { "SAML:aud": "x" } }, "sts:AssumeRoleWithSAML")];
    const access = accessTo([role("target", { trusts })]);
    expect((await access.decideAssumption({ from: provider, to: arn("target"), claims: { aud: "x" } })).allowed).toBe(
      true,
    );
    expect((await access.decideAssumption({ from: provider, to: arn("target"), claims: { aud: "y" } })).allowed).toBe(
      false,
    );
  });
});

describe("the request context of the model", () => {
  const allowedIf = async (
    condition: object,
    action = "iam:CreateRole",
    on = `arn:aws:iam::${ONE}:role/x`,
    wish = {},
  ) => {
    const me = role("me", { may: [allow("*", "*", condition)], ...wish });
    const accounts = [{ id: ONE, name: "one", region: "eu-west-1", management: true }];
    const decision = await accessTo([me], { accounts, organizationId: "the organization" }).decide(me, action, on);
    return decision.allowed && (conditionText(decision) || "always");
  };
  const region = (name: string) => ({ StringEquals: { "aws:RequestedRegion": name } });

  test("a global service has the region of its endpoint, others the region of the resource or of the account", async () => {
    expect(await allowedIf(region("us-east-1"))).toBe("always");
    expect(await allowedIf(region("eu-west-1"))).toBe(false);
    expect(await allowedIf(region("eu-west-1"), "s3:GetObject", OBJECT)).toBe("always");
    expect(await allowedIf(region("ap-south-1"), "sqs:SendMessage", `arn:aws:sqs:ap-south-1:${ONE}:q`)).toBe("always");
  });

  test("session tags override the role's tags if the trust policy allows them", async () => {
    const condition = { StringEquals: { "aws:PrincipalTag/team": "b" } };
    expect(await allowedIf(condition, undefined, undefined, { tags: { team: "a" } })).toBe(false);
    const trusts = [trusting(TWO), trusting(TWO, undefined, "sts:Tag*")];
    expect(await allowedIf(condition, undefined, undefined, { tags: { team: "a" }, trusts })).toBe(
      'if aws:PrincipalTag/team is "b"',
    );
  });

  test("a literal organization id is unknown: it may be the id of the estate", async () => {
    const condition = { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } };
    expect(await allowedIf(condition)).toBe('if aws:PrincipalOrgID is "o-abcdefghij"');
    expect(await allowedIf({ StringEquals: { "aws:PrincipalOrgID": "other" } })).toBe(false);
  });
});

test("the matrix includes secrets with a resource policy, and lists the resources of an answer", async () => {
  const secret = `arn:aws:secretsmanager:eu-west-1:${ONE}:secret:db-abcdef`;
  const lets = policyOf("policy of the secret", "here", {
    ...forMe,
    Action: "secretsmanager:GetSecretValue",
    Resource: "*",
  });
  const guardedResources = [{ arn: secret, service: "secretsmanager", accountId: ONE, policy: lets, source: "here" }];
  // The role without a policy of its own is the last: most refusals are found at once as soon as an action is known.
  const principals = [role("all", { may: [allow("secretsmanager:*")] }), role("other"), role("me")];
  const { rows } = await matrixOf(accessTo(principals, { guardedResources }));
  const onlySecret = { answer: "yes", on: [secret] };
  expect(rows.map(({ cells }) => cells["read-secrets"])).toEqual([{ answer: "yes" }, undefined, onlySecret]);
  expect(rows.map(({ cells }) => cells["read-costs"])).toEqual([undefined, undefined, undefined]);
});

test("the matrix asks for any bucket, not only for those of the estate", async () => {
  const [states, trail] = ["arn:aws:s3:::states", "arn:aws:s3:::trail"];
  const bucket = (arn: string) => ({ arn, type: "aws_s3_bucket", accountId: ONE, tags: {}, source: "here" });
  const notStates = { Effect: "Deny", Action: "s3:GetObject*", NotResource: `${states}/*` };
  const principals = [
    role("reads-states", { may: [allow("s3:GetObject", `${states}/*`)] }),
    role("reads-parts", { may: [allow("s3:GetObject", [`${states}/*`, `${states}/a/*`, "arn:aws:s3:::other-*"])] }),
    role("reads-all", { may: [allow("s3:Get*", "arn:aws:s3:::*")] }),
    role("reads-others", { may: [allow("s3:*"), deny("s3:GetObject", `${states}/*`)] }),
    role("is-kept-to-states", { may: [allow("s3:*"), notStates] }),
    role("reads-nothing", { may: [allow("s3:ListBucket")] }),
  ];
  const cellsWith = async (...arns: readonly string[]) =>
    (await matrixOf(accessTo(principals, { resources: arns.map(bucket) }))).rows.map(
      ({ cells }) => cells["read-objects"],
    );
  const withOne = [
    { answer: "yes", on: [`${states}/*`] },
    { answer: "yes", on: ["arn:aws:s3:::other-*", `${states}/*`] },
    { answer: "yes" },
    { answer: "yes", except: [`${states}/*`] },
    { answer: "yes", on: [`${states}/*`] },
    undefined,
  ];
  expect(await cellsWith(states)).toEqual(withOne);
  expect(await cellsWith(states, trail)).toEqual(withOne);
});

describe("texts", () => {
  const requirement = (operator: string, key: string, ...values: string[]) =>
    requirementText({ operator, key, values });

  test.each([
    ["Bool", "aws:MultiFactorAuthPresent", "true", "MFA"],
    ["Bool", "aws:MultiFactorAuthPresent", "false", 'aws:MultiFactorAuthPresent is "false"'],
    ["BoolIfExists", "aws:MultiFactorAuthPresent", "true", 'aws:MultiFactorAuthPresent is "true", if it is there'],
    ["StringEquals", "sts:ExternalId", "x", 'ExternalId "x"'],
    ["StringNotEquals", "sts:ExternalId", "x", 'sts:ExternalId is not "x"'],
    ["StringNotEqualsIgnoreCase", "k", "x", 'k is not "x"'],
    ["StringEqualsIgnoreCase", "k", "x", 'k is "x"'],
    ["IpAddress", "aws:SourceIp", "192.0.2.0/24", 'from "192.0.2.0/24"'],
    ["NotIpAddress", "aws:SourceIp", "192.0.2.0/24", 'aws:SourceIp is not in "192.0.2.0/24"'],
    ["StringEquals", "aws:RequestedRegion", "eu-west-1", 'in "eu-west-1"'],
    ["ArnLike", "k", "a*", 'k is like "a*"'],
    ["ArnNotLike", "k", "a*", 'k is not like "a*"'],
    ["Null", "k", "true", "k is not there"],
    ["Null", "k", "false", "k is there"],
    ["ForAnyValue:StringEquals", "k", "x", 'some k is "x"'],
    ["ForAllValues:StringLikeIfExists", "k", "x", 'every k is like "x", if it is there'],
    ["NumericLessThan", "k", "5", 'k is less than "5"'],
  ])("%s of %s %s is: %s", (operator, key, value, text) => {
    expect(requirement(operator, key, value)).toBe(text);
  });

  test("join several values with or", () => {
    expect(requirement("StringEquals", "k", "a", "b")).toBe('k is "a" or "b"');
  });

  test("list the conditions and reasons of a decision", async () => {
    const either = [
      allow("s3:*", "*", { Bool: { "aws:MultiFactorAuthPresent": "true" } }),
      allow("*", "*", { StringEquals: { "aws:SourceVpc": "v" } }),
    ];
    const conditional = await decide({ may: either, discover: true });
    expect(conditionText(conditional)).toBe('if MFA, or aws:SourceVpc is "v"');
    expect(isUnconditional(conditional)).toBe(false);
    expect(isUnconditional(await decide({ may: [...either, allow("*")], discover: true }))).toBe(true);
    expect(explanation(await decide({ may: either }))[1]).toMatch(
      /^would be allowed by statement 1 .* but needs Bool aws:MultiFactorAuthPresent true/,
    );
    expect(explanation(await decide({ may: [allow("*")], boundary: policy(allow("ec2:*")) }))[0]).toContain(
      "no permissions boundary does",
    );
    const refused = await decide({ may: [allow("*"), { ...deny("s3:*"), Sid: "No" }] });
    expect(refused.explicit).toBe(true);
    expect(explanation(refused)).toEqual(["refused", "denied by statement No of the identity policy p (here)"]);
    expect(refused.because.map(reasonText)).toHaveLength(1);
  });
});

test("the brief answer equals the full answer, over the shipped estate", async () => {
  const access = accessOf(example());
  const differing: string[] = [];
  const asked = access.model.principals.flatMap((principal, index) => {
    return CAPABILITIES.filter((_, at) => (at + index) % 9 === 0).map((capability) => ({ principal, capability }));
  });
  expect(asked.length).toBeGreaterThan(200);
  for (const { principal, capability } of asked) {
    for (const on of capability.on(access.account(principal.accountId), access.index)) {
      const [why, whether] = [
        await access.decide(principal, capability.action, on),
        await access.decide(principal, capability.action, on, { brief: true }),
      ];
      const same =
        why.allowed === whether.allowed && JSON.stringify(why.alternatives) === JSON.stringify(whether.alternatives);
      if (!same) differing.push(`${principal.arn} ${capability.action} ${on}`);
    }
  }
  expect(differing).toEqual([]);
}, 60_000);
