import { type Circumstances, type Decision, isUnconditional } from "../../../../tools/access/policy/decision";
import { policyOf } from "../../../../tools/access/policy/policy";
import { accessTo, allow, deny, ONE, role, TWO, user } from "../support";

/* Policies are skipped for speed. That must not change a decision: all answers are those that AWS documents. */

const BUCKET = "arn:aws:s3:::bucket";
const GUARDED = { arn: BUCKET, accountId: ONE, service: "s3", source: "bucket" };
const FREE = allow("*");
const arnOf = (name: string) => `arn:aws:iam::${ONE}:role/${name}`;

interface Question {
  /** Statements of the requester. */
  readonly may?: readonly object[];
  readonly boundary?: readonly object[];
  /** Statements of the policy of the bucket or key. */
  readonly guard?: readonly object[];
  /** @default the bucket */
  readonly guarded?: string;
  readonly asks?: string;
  readonly action?: string;
  readonly on?: string;
  readonly circumstances?: Circumstances;
}

/** The brief and the full decision. */
async function decisionsOn({
  may = [FREE],
  boundary,
  guard,
  asks = "alice",
  ...question
}: Question): Promise<Decision[]> {
  const { guarded = BUCKET, action = "s3:DeleteBucket", on = guarded, circumstances = {} } = question;
  const everybody = [...new Set(["alice", "bob", "anybody", asks])];
  const access = accessTo(
    everybody.map((name) => role(name, { may, boundary: boundary && policyOf("boundary", name, ...boundary) })),
    {
      guardedResources: guard
        ? [{ ...GUARDED, arn: guarded, policy: policyOf("bucket policy", "bucket", ...guard) }]
        : [],
    },
  );
  const { principal } = access.role(ONE, asks);
  const answers = [];
  for (const brief of [true, false])
    answers.push(await access.decide(principal, action, on, { ...circumstances, brief }));
  return answers;
}

const answersTo = async (question: Question): Promise<boolean[]> =>
  (await decisionsOn(question)).map(({ allowed }) => allowed);

const unless = (value: string) => ({ ArnNotLike: { "aws:PrincipalArn": value } });
const denyEverybody = (condition: object) => ({
  ...deny("s3:*", [BUCKET, `${BUCKET}/*`], condition),
  Principal: "*",
});

test.each<[string, boolean, Question]>([
  ["a Deny of the requested resource", false, { may: [FREE, deny("s3:*", BUCKET)] }],
  [
    "a Deny of the requested pattern",
    false,
    { may: [FREE, deny("s3:*", `${BUCKET}/*`)], action: "s3:GetObject", on: `${BUCKET}/*` },
  ],
  ["a Deny of it by a wildcard", false, { may: [FREE, deny("s3:*", "arn:aws:s3:::buck?t")] }],
  ["a Deny of it in any partition", false, { may: [FREE, deny("s3:*", "arn:*:s3:::bucket")] }],
  [
    "a Deny of it by a variable",
    false,
    {
      may: [FREE, deny("s3:*", "arn:aws:s3:::${aws:PrincipalTag/of}")],
      circumstances: { context: { "aws:PrincipalTag/of": "bucket" } },
    },
  ],
  [
    "a Deny of another resource by a variable",
    true,
    {
      may: [FREE, deny("s3:*", "arn:aws:s3:::${aws:PrincipalTag/of}")],
      circumstances: { context: { "aws:PrincipalTag/of": "other" } },
    },
  ],
  ["a Deny of all of a service, by an incomplete ARN", false, { may: [FREE, deny("s3:*", "arn:aws:s3")] }],
  ["an Allow of all of a service, by an incomplete ARN", true, { may: [allow("s3:*", "arn:aws:s3::")] }],
  [
    "a Deny of it with a letter whose lower case has two letters",
    false,
    { may: [FREE, deny("s3:*", `${BUCKET}/İ*`)], action: "s3:GetObject", on: `${BUCKET}/İx` },
  ],
  [
    "a Deny of all other resources",
    true,
    { may: [FREE, { ...deny("s3:*"), Resource: undefined, NotResource: BUCKET }] },
  ],
  [
    "a Deny of all resources except another",
    false,
    { may: [FREE, { ...deny("s3:*"), Resource: undefined, NotResource: `${BUCKET}-2` }] },
  ],
  ["a Deny of its objects", true, { may: [FREE, deny("s3:*", `${BUCKET}/*`)] }],
  ["a Deny of a resource whose name is a prefix of its name", true, { may: [FREE, deny("s3:*", "arn:aws:s3:::buck")] }],
  [
    "a Deny of resources whose names begin with its name",
    true,
    { may: [FREE, deny("s3:*", [`${BUCKET}-2`, `${BUCKET}-*`])] },
  ],
  [
    "a Deny of part of the requested pattern",
    true,
    { may: [FREE, deny("s3:*", `${BUCKET}/secret/*`)], action: "s3:GetObject", on: `${BUCKET}/*` },
  ],
  [
    "an Allow of part of the requested pattern",
    true,
    { may: [allow("s3:*", `${BUCKET}/open/*`)], action: "s3:GetObject", on: `${BUCKET}/*` },
  ],
  ["a Deny of another service's resources", true, { may: [FREE, deny("*", arnOf("alice"))] }],
  ["a Deny of another action", true, { may: [FREE, deny("s3:PutBucketPolicy", BUCKET)] }],
  [
    "a Deny of it under a condition",
    true,
    { may: [FREE, deny("s3:*", BUCKET, { Bool: { "aws:MultiFactorAuthPresent": "false" } })] },
  ],
  ["a boundary that denies it", false, { boundary: [FREE, deny("s3:*", BUCKET)] }],
  ["a boundary that denies another action", true, { boundary: [FREE, deny("s3:PutBucketPolicy", BUCKET)] }],
  ["a boundary that allows only another service", false, { boundary: [allow("ec2:*")] }],
])("a resource: %s", async (_, expected, question) => {
  expect(await answersTo(question)).toEqual([expected, expected]);
});

const inRegion = (region: string) => ({ StringEquals: { "aws:RequestedRegion": region } });
const NOT_BY_A_SERVICE = { Bool: { "aws:ViaAWSService": "false" } };
const notInRegion = (region: string) => ({ StringNotEquals: { "aws:RequestedRegion": region } });

test.each<[string, boolean, Question]>([
  ["an Allow in another region", true, { may: [allow("ec2:*", "*", inRegion("us-east-1"))] }],
  ["a Deny outside of another region", true, { may: [allow("ec2:*"), deny("ec2:*", "*", notInRegion("us-east-1"))] }],
  ["a Deny in its own region", true, { may: [allow("ec2:*"), deny("ec2:*", "*", inRegion("eu-west-1"))] }],
  [
    "a boundary's Deny outside of another region",
    true,
    { boundary: [FREE, deny("ec2:*", "*", notInRegion("us-east-1"))] },
  ],
  [
    "a Deny everywhere next to a conditional one",
    false,
    { may: [FREE, deny("ec2:*", "*", notInRegion("us-east-1")), deny("ec2:*")] },
  ],
  [
    "a Deny that depends on a tag, in any region",
    false,
    {
      may: [FREE, deny("ec2:*", "*", { Null: { "aws:PrincipalTag/of": "true" } })],
      circumstances: { absent: ["aws:PrincipalTag/of"] },
    },
  ],
  [
    "a Deny of a region that is a variable",
    false,
    {
      may: [
        allow("ec2:*"),
        deny("ec2:*", "*", { StringNotEquals: { "aws:PrincipalTag/home": "${aws:RequestedRegion}" } }),
      ],
      circumstances: { context: { "aws:PrincipalTag/home": "none" } },
    },
  ],
  [
    "a Deny of all except for services, next to a Deny of part in a region",
    true,
    {
      may: [
        allow("s3:*", `${BUCKET}/a/*`),
        deny("s3:*", "*", NOT_BY_A_SERVICE),
        deny("s3:*", `${BUCKET}/a/*`, inRegion("eu-west-1")),
      ],
      ...{ action: "s3:GetObject", on: `${BUCKET}/*` },
    },
  ],
  ["an Allow of another action in another region", false, { may: [allow("s3:*", "*", inRegion("us-east-1"))] }],
])("a key that the requester chooses: %s", async (_, expected, question) => {
  expect(await answersTo({ action: "ec2:DescribeInstances", on: "*", ...question })).toEqual([expected, expected]);
});

test.each<[string, boolean, Question]>([
  ["named", true, { guard: [denyEverybody(unless(arnOf("alice")))] }],
  ["not named", false, { guard: [denyEverybody(unless(arnOf("alice")))], asks: "bob" }],
  ["matched by a pattern", true, { guard: [denyEverybody(unless(arnOf("al*")))] }],
  ["not matched by a pattern", false, { guard: [denyEverybody(unless(arnOf("al*")))], asks: "bob" }],
  ["the principal named anybody", true, { guard: [denyEverybody(unless(arnOf("anybody")))], asks: "anybody" }],
  ["another principal if anybody is named", false, { guard: [denyEverybody(unless(arnOf("anybody")))], asks: "bob" }],
  [
    "another principal if a pattern matches anybody",
    false,
    { guard: [denyEverybody(unless(arnOf("any*")))], asks: "bob" },
  ],
  [
    "named in its own policy",
    false,
    { may: [FREE, deny("s3:*", "*", { ArnLike: { "AWS:principalarn": arnOf("alice") } })] },
  ],
  [
    "another principal than its own policy names",
    true,
    { may: [FREE, deny("s3:*", "*", { ArnLike: { "aws:PrincipalArn": arnOf("alice") } })], asks: "bob" },
  ],
  [
    "compared with an equal variable",
    false,
    {
      may: [FREE, deny("s3:*", "*", { StringEquals: { "aws:PrincipalArn": "${aws:PrincipalTag/of}" } })],
      circumstances: { context: { "aws:PrincipalTag/of": arnOf("alice") } },
    },
  ],
  [
    "used as a variable",
    false,
    {
      may: [FREE, deny("s3:*", "*", { StringEquals: { "aws:PrincipalTag/of": "${aws:PrincipalArn}" } })],
      circumstances: { context: { "aws:PrincipalTag/of": arnOf("alice") } },
    },
  ],
  [
    "used as a variable, by another principal",
    true,
    {
      may: [FREE, deny("s3:*", "*", { StringEquals: { "aws:PrincipalTag/of": "${aws:PrincipalArn}" } })],
      asks: "bob",
      circumstances: { context: { "aws:PrincipalTag/of": arnOf("alice") } },
    },
  ],
])("the requester: %s", async (_, expected, question) => {
  expect(await answersTo(question)).toEqual([expected, expected]);
});

const withTls = (value: string | readonly string[]) => ({ Bool: { "aws:SecureTransport": value } });
const KEY = { guarded: `arn:aws:kms:eu-west-1:${ONE}:key/k`, action: "kms:ScheduleKeyDeletion" };
const letting = (principal: object, { action = "kms:*", on = "*" }, condition?: object) => ({
  ...allow(action, on, condition),
  Principal: principal,
});
const ACCOUNT = { AWS: `arn:aws:iam::${ONE}:root` };

test.each<[string, "yes" | "if" | "no", Question]>([
  ["of a bucket denies requests without TLS", "yes", { guard: [denyEverybody(withTls("false"))] }],
  [
    "of a bucket denies requests without TLS, and this is one",
    "no",
    { guard: [denyEverybody(withTls("false"))], circumstances: { context: { "aws:SecureTransport": "false" } } },
  ],
  [
    "of a bucket denies requests without TLS, and this may be one by a key in lower case",
    "no",
    { guard: [denyEverybody(withTls("false"))], circumstances: { context: { "aws:securetransport": "false" } } },
  ],
  ["of a bucket denies requests with TLS", "if", { guard: [denyEverybody(withTls("true"))] }],
  ["of a bucket denies requests with and without TLS", "if", { guard: [denyEverybody(withTls(["false", "true"]))] }],
  ["of a bucket denies requests unless a service sends them", "if", { guard: [denyEverybody(NOT_BY_A_SERVICE)] }],
  [
    "of a bucket denies requests without TLS, and all of some principals",
    "no",
    { guard: [denyEverybody(withTls("false")), denyEverybody(unless(arnOf("bob")))] },
  ],
  ["of a bucket allows another principal", "yes", { guard: [letting({ AWS: arnOf("bob") }, { action: "s3:*" })] }],
  [
    "of a bucket allows the requester",
    "yes",
    { may: [], guard: [letting({ AWS: arnOf("alice") }, { action: "s3:*" })] },
  ],
  ["of a bucket allows everybody", "yes", { may: [], guard: [letting({ AWS: "*" }, { action: "s3:*" })] }],
  [
    "of a bucket allows a session of the requester",
    "if",
    { may: [], guard: [letting({ AWS: `arn:aws:sts::${ONE}:assumed-role/alice/s` }, { action: "s3:*" })] },
  ],
  ["of a bucket allows the account", "no", { may: [], guard: [letting(ACCOUNT, { action: "s3:*" })] }],
  ["of a key allows the account", "yes", { ...KEY, guard: [letting(ACCOUNT, {})] }],
  [
    "of a key allows the account, but the requester's does not",
    "no",
    { ...KEY, may: [], guard: [letting(ACCOUNT, {})] },
  ],
  ["of a key allows only another action", "no", { ...KEY, guard: [letting(ACCOUNT, { action: "kms:Decrypt" })] }],
  ["of a key allows only another key", "no", { ...KEY, guard: [letting(ACCOUNT, { on: `${KEY.guarded}-2` })] }],
  ["of a key allows only another principal", "no", { ...KEY, guard: [letting({ AWS: arnOf("bob") }, {})] }],
  ["of a key allows only another account", "no", { ...KEY, guard: [letting({ AWS: TWO }, {})] }],
  [
    "of a key allows the account with MFA, which a role has not",
    "no",
    { ...KEY, guard: [letting(ACCOUNT, {}, { Bool: { "aws:MultiFactorAuthPresent": "true" } })] },
  ],
  [
    "of a key allows the account and denies everybody",
    "no",
    { ...KEY, guard: [letting(ACCOUNT, {}), { ...deny("kms:*"), Principal: "*" }] },
  ],
  [
    "of a key denies the account another action",
    "yes",
    { ...KEY, guard: [letting(ACCOUNT, {}), { ...deny("kms:Decrypt"), Principal: "*" }] },
  ],
  [
    "of a key denies the account only",
    "no",
    { ...KEY, guard: [{ ...deny("kms:*", "*", withTls("false")), Principal: ACCOUNT }] },
  ],
])("the policy %s", async (_, expected, question) => {
  const decisions = await decisionsOn(question);
  const answers = decisions.map((decision) => (isUnconditional(decision) ? "yes" : decision.allowed ? "if" : "no"));
  expect(answers).toEqual([expected, expected]);
});

test("finds keys that need values together", async () => {
  const together = { ...inRegion("us-east-1"), ...NOT_BY_A_SERVICE };
  const may = [allow("ec2:*", "*", inRegion("us-east-1")), deny("ec2:*", "*", together)];
  const access = accessTo([role("alice", { may })]);
  const { alternatives } = await access.decide(access.role(ONE, "alice").principal, "ec2:DescribeInstances");
  expect(
    alternatives.map((each) => each.map(({ key, operator, values }) => `${key} ${operator} ${[values].flat().join()}`)),
  ).toContainEqual(["aws:RequestedRegion StringEquals us-east-1", "aws:ViaAWSService Bool true"]);
});

test("a user's session can have a policy for any ARN in its context", async () => {
  const access = accessTo([user("carol", { may: [FREE] })]);
  const { principal } = access.user(ONE, "carol");
  const sessionPolicy = { Version: "2012-10-17", Statement: [allow("s3:*")] };
  for (const brief of [true, false]) {
    const circumstances = { brief, sessionPolicy, context: { "aws:PrincipalArn": arnOf("somebody") } };
    expect(await access.decide(principal, "s3:DeleteBucket", BUCKET, circumstances)).toMatchObject({ allowed: true });
  }
});
