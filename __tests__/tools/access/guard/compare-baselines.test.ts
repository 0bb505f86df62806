import fc from "fast-check";
import { baselineOf } from "../../../../tools/access/guard/baseline";
import { baselineText, parseBaseline } from "../../../../tools/access/guard/access-files";
import type { PathToAdministrator } from "../../../../tools/access/graph/access-graph";
import type {
  AccessModel,
  AccountAccess,
  GuardedResource,
  OrganizationLevel,
  Principal,
} from "../../../../tools/access/read/model";
import { parsePolicy, type Policy } from "../../../../tools/access/policy/policy";
import { simulate } from "../../../../tools/access/decide/simulator";
import { compareBaselines, widens, accessChangeLines } from "../../../../tools/access/guard/compare-baselines";
import type { BaselineComparison } from "../../../../tools/access/guard/changes";

const HOME = "111111111111";
const OTHER = "222222222222";
const ROLE = `arn:aws:iam::${HOME}:role/worker`;
const USER = `arn:aws:iam::${HOME}:user/ann`;
const STRANGER = `arn:aws:iam::${OTHER}:user/bob`;
const BUCKET = "arn:aws:s3:::data";

/** A statement of a policy. `policy` adds the effect. */
type Written = Readonly<Record<string, unknown>>;

function policy(name: string, statements: readonly Written[], version = "2012-10-17"): Policy {
  const written = statements.map((each) => ({ Effect: "Allow", ...each }));
  if (written.length === 0) return { name, source: "dev-iam: x", version, statements: [] };
  return parsePolicy(JSON.stringify({ Version: version, Statement: written }), name, "dev-iam: x");
}

const allow = (Action: unknown, Resource: unknown = "*", Condition?: unknown): Written => ({
  Action,
  Resource,
  Condition,
});
const deny = (Action: unknown, Resource: unknown = "*", Condition?: unknown): Written => ({
  Effect: "Deny",
  Action,
  Resource,
  Condition,
});
const lets = (Principal: unknown, Condition?: unknown, Action: unknown = "sts:AssumeRole"): Written => ({
  Principal,
  Action,
  Condition,
});

/** A model: its one role, and what else differs from test to test. */
interface Estate {
  readonly can?: readonly Written[];
  readonly version?: string;
  readonly policies?: readonly Policy[];
  readonly boundary?: readonly Written[] | Policy;
  readonly trust?: readonly Written[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly maxSessionSeconds?: number;
  readonly bucket?: readonly Written[];
  readonly levels?: readonly (readonly Written[])[];
  readonly organizationPath?: readonly OrganizationLevel[];
  readonly management?: boolean;
  readonly others?: readonly Principal[];
  readonly paths?: readonly PathToAdministrator[];
  readonly absent?: boolean;
  readonly managed?: readonly Policy[];
}

function principal(arn: string, given: Partial<Principal>): Principal {
  const [kind, name = ""] = (arn.split(":")[5] ?? "").split("/");
  const [, , , , accountId = ""] = arn.split(":");
  return {
    kind: kind === "user" ? "user" : "role",
    arn,
    name,
    accountId,
    policies: [],
    tags: {},
    source: "dev-iam: x",
    ...given,
  };
}

function modelOf(estate: Estate): AccessModel {
  const {
    can = [],
    policies = [policy("inline", can, estate.version)],
    boundary,
    trust = [],
    tags = {},
    levels,
    bucket,
  } = estate;
  const organizationPath =
    estate.organizationPath ?? levels?.map((statements, at) => level(["root", "dev"][at] ?? "", statements, at));
  const account: AccountAccess = {
    id: HOME,
    name: "dev",
    region: "eu-west-1",
    management: estate.management ?? false,
    organizationPath,
  };
  const { maxSessionSeconds } = estate;
  const limit = Array.isArray(boundary)
    ? policy("boundary", boundary as readonly Written[])
    : (boundary as Policy | undefined);
  const role = principal(ROLE, { policies, boundary: limit, trust: policy("trust", trust), tags, maxSessionSeconds });
  const guarded: GuardedResource[] = bucket
    ? [{ arn: BUCKET, service: "s3", accountId: HOME, policy: policy("bucket", bucket), source: "dev-application: x" }]
    : [];
  return {
    accounts: [account, { id: OTHER, name: "master", region: "eu-west-1", management: true }],
    principals: [...(estate.absent ? [] : [role]), ...(estate.others ?? [])],
    guardedResources: guarded,
    managedPolicies: estate.managed ?? [],
    resources: [],
  };
}

function level(name: string, statements: readonly Written[], at: number): OrganizationLevel {
  return { name, policies: [policy(`guardrails-${at}`, statements)] };
}

const READING: ReadonlySet<string> = new Set("abcdefghijklm".split("").map((letter) => `ecr:Get${letter}`));

/** Compares the baselines after writing and reading them, as the command does. */
function compared(before: Estate, after: Estate): BaselineComparison {
  const [then, now] = [before, after].map((estate) => {
    const baseline = baselineOf(modelOf(estate), { paths: estate.paths ?? [] });
    return parseBaseline(baselineText(baseline), "config/estate.access/baseline.json");
  });
  if (!then || !now) throw new Error("two baselines");
  return compareBaselines(then, now, READING);
}

function changes(before: Estate, after: Estate) {
  const { subjects } = compared(before, after);
  const texts = (direction: "gained" | "changed" | "lost") =>
    subjects.flatMap((subject) => subject[direction].map(({ text }) => text));
  return { gained: texts("gained"), changed: texts("changed"), lost: texts("lost") };
}

function gained(before: Estate, after: Estate): readonly string[] {
  return compared(before, after).subjects.flatMap((subject) => subject.gained.map(({ text }) => text));
}

function lost(before: Estate, after: Estate): readonly string[] {
  return compared(before, after).subjects.flatMap((subject) => subject.lost.map(({ text }) => text));
}

const MFA = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
const GALILEO = { StringEquals: { "aws:ResourceTag/Solution": "galileo" } };
const FULL = [allow("*")];
const LIMIT = `arn:aws:iam::${HOME}:policy/limit`;
const MAKES_BOUND = allow("iam:CreateRole", "*", { StringEquals: { "iam:PermissionsBoundary": LIMIT } });

function path(conditions: readonly string[], way = "assume"): PathToAdministrator {
  const to = `administrator:${HOME}`;
  return { from: "person:bob", accountId: HOME, steps: [{ from: "person:bob", to, way, text: "assumes", conditions }] };
}

/** A name, the narrower estate, the wider one, the texts of the gains, and of the losses in the other direction. */
const WIDENINGS: readonly (readonly [string, Estate, Estate, readonly string[], readonly string[]])[] = [
  [
    "a permission",
    { can: [allow("rds:Describe*")] },
    { can: [allow(["rds:Describe*", "rds:DeleteDBInstance"], ["*"], undefined)] },
    ["may now rds:DeleteDBInstance on *"],
    ["may no longer rds:DeleteDBInstance on *"],
  ],
  [
    "a permission with a condition",
    { can: [allow("rds:Describe*")] },
    { can: [allow("rds:Describe*"), allow("rds:DeleteDBInstance", `arn:aws:rds:*:${OTHER}:db:*`, GALILEO)] },
    [`may now rds:DeleteDBInstance on arn:aws:rds:*:${OTHER}:db:*, if aws:ResourceTag/Solution is "galileo"`],
    [`may no longer rds:DeleteDBInstance on arn:aws:rds:*:${OTHER}:db:*, if aws:ResourceTag/Solution is "galileo"`],
  ],
  [
    "a wider resource",
    { can: [allow("s3:GetObject", `${BUCKET}/a/*`)] },
    { can: [allow("s3:GetObject", `${BUCKET}/*`)] },
    [`may now s3:GetObject on ${BUCKET}/* (previously only on ${BUCKET}/a/*)`],
    [`may no longer s3:GetObject on ${BUCKET}/* (now only on ${BUCKET}/a/*)`],
  ],
  [
    "a NotAction with fewer actions",
    { can: [{ NotAction: ["iam:*", "sts:*"], Resource: "*" }] },
    { can: [{ NotAction: ["iam:*"], Resource: "*" }] },
    ["may now everything except iam:* on *"],
    ["may no longer everything except iam:* on *"],
  ],
  [
    "a NotResource with fewer resources",
    { can: [{ Action: "s3:*", NotResource: [BUCKET, `${BUCKET}/*`] }] },
    { can: [{ Action: "s3:*", NotResource: [BUCKET] }] },
    [`may now s3:* on everything except ${BUCKET}`],
    [`may no longer s3:* on everything except ${BUCKET}`],
  ],
  [
    "a removed condition",
    { can: [allow("s3:GetObject", "*", GALILEO)] },
    { can: [allow("s3:GetObject")] },
    ['may s3:GetObject on *; no longer requires aws:ResourceTag/Solution is "galileo"'],
    ['may s3:GetObject on *; now requires aws:ResourceTag/Solution is "galileo"'],
  ],
  [
    "a removed Deny",
    { can: [...FULL, deny("iam:PassRole")] },
    { can: FULL },
    ["no longer denied: iam:PassRole on *"],
    ["now denied: iam:PassRole on *"],
  ],
  [
    "a Deny with an added condition",
    { can: [...FULL, deny("iam:PassRole")] },
    { can: [...FULL, deny("iam:PassRole", "*", GALILEO)] },
    ['no longer denied: iam:PassRole on *; still denied if aws:ResourceTag/Solution is "galileo"'],
    ['now denied: iam:PassRole on *; until now denied only if aws:ResourceTag/Solution is "galileo"'],
  ],
  [
    "a Deny whose NotAction has more actions",
    { can: [...FULL, { Effect: "Deny", NotAction: ["s3:*"], Resource: "*" }] },
    { can: [...FULL, { Effect: "Deny", NotAction: ["s3:*", "iam:*"], Resource: "*" }] },
    ["no longer denied: everything except s3:* on *"],
    ["now denied: everything except s3:* on *"],
  ],
  [
    "a removed boundary",
    { can: FULL, boundary: [allow("s3:*")] },
    { can: FULL },
    ["no longer has the boundary boundary", "its boundary boundary no longer blocks * on *"],
    ["now has the boundary boundary", "its boundary boundary now blocks * on *"],
  ],
  [
    "a removed boundary that blocked nothing",
    { can: [allow("s3:GetObject")], boundary: [allow("s3:*")] },
    { can: [allow("s3:GetObject")] },
    ["no longer has the boundary boundary"],
    ["now has the boundary boundary"],
  ],
  [
    "a wider boundary",
    { can: FULL, boundary: [allow("s3:*")] },
    { can: FULL, boundary: [allow(["s3:*", "ecr:*"])] },
    ["its boundary boundary no longer blocks ecr:* on *"],
    ["its boundary boundary now blocks ecr:* on *"],
  ],
  [
    "a removed Deny of a boundary",
    { can: FULL, boundary: [allow("*"), deny("iam:*")] },
    { can: FULL, boundary: [allow("*")] },
    ["no longer denied: iam:* on *"],
    ["now denied: iam:* on *"],
  ],
  [
    "a removed Deny of a service control policy",
    { levels: [FULL, [...FULL, deny("cloudtrail:StopLogging")]] },
    { levels: [FULL, FULL] },
    ["no longer denied by service control policies: cloudtrail:StopLogging on *"],
    ["now denied by service control policies: cloudtrail:StopLogging on *"],
  ],
  [
    "a removed level of the organization with its service control policy",
    { levels: [FULL, [...FULL, deny("cloudtrail:StopLogging")]] },
    { levels: [FULL] },
    ["no longer denied by service control policies: cloudtrail:StopLogging on *"],
    ["now denied by service control policies: cloudtrail:StopLogging on *"],
  ],
  [
    "an account that leaves the organization",
    { levels: [FULL, [allow("s3:*"), deny("s3:DeleteBucket")]] },
    {},
    [
      "is no longer limited by the organization level dev",
      "no longer denied by service control policies: s3:DeleteBucket on *",
    ],
    ["is now limited by the organization level dev", "now denied by service control policies: s3:DeleteBucket on *"],
  ],
  [
    "an account that becomes the management account",
    { levels: [[...FULL, deny("s3:DeleteBucket")]] },
    { levels: [[...FULL, deny("s3:DeleteBucket")]], management: true },
    ["no longer denied by service control policies: s3:DeleteBucket on *"],
    ["now denied by service control policies: s3:DeleteBucket on *"],
  ],
  [
    "a level of the organization that allows more",
    { levels: [FULL, [allow("s3:*")]] },
    { levels: [FULL, [allow(["s3:*", "ecr:*"])]] },
    ["the organization level dev now allows ecr:* on *"],
    ["the organization level dev no longer allows ecr:* on *"],
  ],
  [
    "a role with another trusted principal",
    { trust: [lets({ AWS: USER })] },
    { trust: [lets({ AWS: [USER, STRANGER] })] },
    [`may now be assumed by ${STRANGER}`],
    [`may no longer be assumed by ${STRANGER}`],
  ],
  [
    "a role that may be assumed by everybody",
    { trust: [lets({ AWS: USER })] },
    { trust: [lets("*")] },
    ["may now be assumed by everybody"],
    ["may no longer be assumed by everybody"],
  ],
  [
    "a role that may be assumed by a whole account",
    { trust: [lets({ AWS: STRANGER })] },
    { trust: [lets({ AWS: OTHER })] },
    [`may now be assumed by arn:aws:iam::${OTHER}:root`],
    [`may no longer be assumed by arn:aws:iam::${OTHER}:root`],
  ],
  [
    "a role that may be assumed by a service",
    { trust: [] },
    { trust: [lets({ Service: "ec2.amazonaws.com" })] },
    ["may now be assumed by ec2.amazonaws.com"],
    ["may no longer be assumed by ec2.amazonaws.com"],
  ],
  [
    "a role that may be assumed without MFA",
    { trust: [lets({ AWS: USER }, MFA)] },
    { trust: [lets({ AWS: USER })] },
    [`may be assumed by ${USER} without MFA (aws:MultiFactorAuthPresent was "true")`],
    [`may be assumed by ${USER}; now requires MFA`],
  ],
  [
    "a role whose sessions a principal may tag",
    { trust: [lets({ AWS: USER })] },
    { trust: [lets({ AWS: USER }, undefined, ["sts:AssumeRole", "sts:TagSession"])] },
    [`may now be used by ${USER} for sts:TagSession`],
    [`may no longer be used by ${USER} for sts:TagSession`],
  ],
  [
    "a removed Deny of a trust policy",
    { trust: [lets("*"), { ...lets({ AWS: STRANGER }), Effect: "Deny" }] },
    { trust: [lets("*")] },
    [`no longer denies ${STRANGER} sts:AssumeRole`],
    [`now denies ${STRANGER} sts:AssumeRole`],
  ],
  [
    "a longer session",
    { maxSessionSeconds: 3600 },
    { maxSessionSeconds: 43200 },
    ["its sessions may now last 43200 seconds (was 3600)"],
    ["its sessions may now last only 3600 seconds (was 43200)"],
  ],
  [
    "an added principal in a resource's policy",
    { bucket: [{ ...lets({ AWS: USER }, undefined, "s3:GetObject"), Resource: `${BUCKET}/*` }] },
    { bucket: [{ ...lets({ AWS: [USER, STRANGER] }, undefined, "s3:GetObject"), Resource: `${BUCKET}/*` }] },
    [`now allows ${STRANGER} s3:GetObject on ${BUCKET}/*`],
    [`no longer allows ${STRANGER} s3:GetObject on ${BUCKET}/*`],
  ],
  [
    "a removed Deny of a resource's policy",
    { bucket: [{ ...deny("s3:*", `${BUCKET}/*`, { Bool: { "aws:SecureTransport": "false" } }), Principal: "*" }] },
    { bucket: [] },
    [`no longer denies everybody s3:* on ${BUCKET}/*, if aws:SecureTransport is "false"`],
    [`now denies everybody s3:* on ${BUCKET}/*, if aws:SecureTransport is "false"`],
  ],
  [
    "a new resource policy that allows a principal",
    {},
    { bucket: [{ ...lets({ AWS: STRANGER }, undefined, "s3:GetObject"), Resource: `${BUCKET}/*` }] },
    [`now allows ${STRANGER} s3:GetObject on ${BUCKET}/*`],
    [`no longer allows ${STRANGER} s3:GetObject on ${BUCKET}/*`],
  ],
  [
    "a Deny whose NotPrincipal has more principals",
    { bucket: [{ ...deny("s3:*", BUCKET), Principal: undefined, NotPrincipal: { AWS: USER } }] },
    { bucket: [{ ...deny("s3:*", BUCKET), Principal: undefined, NotPrincipal: { AWS: [USER, STRANGER] } }] },
    [`no longer denies everybody except ${USER} s3:* on ${BUCKET}`],
    [`now denies everybody except ${USER} s3:* on ${BUCKET}`],
  ],
  [
    "a removed resource policy with a Deny",
    { bucket: [{ ...deny("s3:*", BUCKET), Principal: { AWS: STRANGER } }] },
    {},
    [`no longer denies ${STRANGER} s3:* on ${BUCKET}`],
    [`now denies ${STRANGER} s3:* on ${BUCKET}`],
  ],
  [
    "a new role",
    { absent: true },
    { can: [allow("s3:GetObject")], trust: [lets({ AWS: STRANGER })] },
    ["is new", "may now s3:GetObject on *", `may now be assumed by ${STRANGER}`],
    ["is deleted", "may no longer s3:GetObject on *", `may no longer be assumed by ${STRANGER}`],
  ],
  [
    "a path to administrator",
    {},
    { paths: [path([])] },
    [`can now become administrator of ${HOME}: assume → administrator:${HOME}`],
    [`can no longer become administrator of ${HOME}: assume → administrator:${HOME}`],
  ],
  [
    "a path to administrator with fewer conditions",
    { paths: [path(["MFA"])] },
    { paths: [path([])] },
    [`can now become administrator of ${HOME}: assume → administrator:${HOME}`],
    [`can no longer become administrator of ${HOME}: assume → administrator:${HOME}`],
  ],
  [
    "an AWS managed policy that allows more",
    { policies: [{ ...policy("arn:aws:iam::aws:policy/X", [allow("s3:Get*")]), source: "AWS managed policy, v1" }] },
    {
      policies: [
        { ...policy("arn:aws:iam::aws:policy/X", [allow(["s3:Get*", "s3:List*"])]), source: "AWS managed policy, v2" },
      ],
    },
    ["may now s3:List* on *"],
    ["may no longer s3:List* on *"],
  ],
  [
    "a policy that must be the boundary of created roles",
    { can: [MAKES_BOUND], managed: [policy(LIMIT, [allow("s3:*"), deny("s3:DeleteBucket")])] },
    { can: [MAKES_BOUND], managed: [policy(LIMIT, [allow(["s3:*", "iam:*"])])] },
    ["now allows iam:* on *", "no longer denies s3:DeleteBucket on *"],
    ["no longer allows iam:* on *", "now denies s3:DeleteBucket on *"],
  ],
];

test("a new boundary policy is a gain only if a condition named it before it existed", () => {
  const managed = [policy(LIMIT, [allow("s3:*")])];
  expect(gained({ can: [allow("iam:CreateRole")] }, { can: [MAKES_BOUND], managed })).toEqual([]);
  expect(lost({ can: [allow("iam:CreateRole")] }, { can: [MAKES_BOUND], managed })).not.toEqual([]);
  expect(gained({ can: [MAKES_BOUND] }, { can: [MAKES_BOUND], managed })).toEqual(["now allows s3:* on *"]);
});

describe.each(WIDENINGS)("%s", (_name, narrow, wide, gains, losses) => {
  test("is gained", () => {
    expect(gained(narrow, wide)).toEqual(gains);
    expect(widens(compared(narrow, wide))).toBe(true);
  });

  test("is listed as lost in the other direction, and does not widen access", () => {
    expect(lost(wide, narrow)).toEqual(losses);
    expect(gained(wide, narrow)).toEqual([]);
    expect(widens(compared(wide, narrow))).toBe(false);
  });

  test("is no change between equal estates", () => {
    expect(compared(narrow, narrow)).toEqual({ subjects: [] });
    expect(compared(wide, wide)).toEqual({ subjects: [] });
  });
});

/** A name, and two conditions on the same key, as operators with their values. */
function keyed(name: string, key: string, one: Written, other: Written): readonly [string, Written, Written] {
  const on = (operators: Written): Written =>
    Object.fromEntries(Object.entries(operators).map(([operator, values]) => [operator, { [key]: values }]));
  return [name, on(one), on(other)];
}

/** A name, a condition, and a looser condition. */
const LOOSENED: readonly (readonly [string, Written, Written])[] = [
  keyed("an added value", "aws:RequestedRegion", { StringEquals: "a" }, { StringEquals: ["b", "a"] }),
  keyed("a pattern", "aws:RequestedRegion", { StringEquals: "eu-west-1" }, { StringLike: "eu-*" }),
  keyed("a wider pattern", "aws:RequestedRegion", { StringLike: "eu-w*" }, { StringLike: "eu-*" }),
  keyed("ignoring the case", "aws:username", { StringEquals: "Ann" }, { StringEqualsIgnoreCase: "aNN" }),
  keyed("one excluded value fewer", "aws:RequestedRegion", { StringNotEquals: ["a", "b"] }, { StringNotEquals: ["b"] }),
  keyed("a narrower pattern excluded", "aws:username", { StringNotLike: "a*" }, { StringNotEquals: "ab" }),
  ["a key that may be absent", MFA, { BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }],
  ["the other value too", MFA, { Bool: { "aws:MultiFactorAuthPresent": ["true", "false"] } }],
  keyed("a wider network", "aws:SourceIp", { IpAddress: "198.51.100.7" }, { IpAddress: "198.51.100.0/24" }),
  keyed("any network", "aws:SourceIp", { IpAddress: "198.51.100.0/24" }, { IpAddress: "0.0.0.0/0" }),
  keyed("a wider network of IPv6", "aws:SourceIp", { IpAddress: "2001:db8:1::/48" }, { IpAddress: "2001:db8::/32" }),
  keyed(
    "a smaller network excluded",
    "aws:SourceIp",
    { NotIpAddress: "198.51.100.0/24" },
    { NotIpAddress: "198.51.100.7/32" },
  ),
  keyed(
    "an MFA slightly older",
    "aws:MultiFactorAuthAge",
    { NumericLessThan: "300" },
    { NumericLessThanEquals: "300" },
  ),
  keyed("an MFA much older", "aws:MultiFactorAuthAge", { NumericLessThanEquals: "300" }, { NumericLessThan: "3600" }),
  keyed(
    "a later end",
    "aws:CurrentTime",
    { DateLessThan: "2030-01-01T00:00:00Z" },
    { DateLessThan: "2031-01-01T00:00:00Z" },
  ),
  keyed(
    "a date instead of a time",
    "aws:CurrentTime",
    { DateEquals: "1893456000" },
    { DateGreaterThanEquals: "2030-01-01T00:00:00Z" },
  ),
  keyed("an ARN's wildcard", "aws:PrincipalArn", { ArnEquals: USER }, { ArnLike: `arn:aws:iam::${HOME}:user/*` }),
  keyed("one excluded ARN fewer", "aws:PrincipalArn", { ArnNotLike: "arn:aws:iam::*:role/*" }, { ArnNotEquals: ROLE }),
  keyed("any key at all", "aws:PrincipalOrgID", { StringEquals: "o-1" }, { Null: "false" }),
  keyed("an absent key or that one", "aws:SourceVpc", { Null: "true" }, { StringEqualsIfExists: "vpc-1" }),
  keyed(
    "an added value of ForAnyValue",
    "aws:TagKeys",
    { "ForAnyValue:StringEquals": "a" },
    { "ForAnyValue:StringLike": ["a", "b*"] },
  ),
  keyed(
    "an added value of ForAllValues",
    "aws:TagKeys",
    { "ForAllValues:StringEquals": "a" },
    { "ForAllValues:StringEquals": ["a", "b"] },
  ),
  keyed(
    "a variable, and what covers it",
    "aws:username",
    { StringEquals: "${aws:PrincipalTag/t}" },
    { StringLike: "*" },
  ),
  keyed("bytes that may be absent", "aws:userid", { BinaryEquals: "QQ==" }, { BinaryEqualsIfExists: "QQ==" }),
  keyed("an absent key or another one", "aws:SourceVpc", { Null: "true" }, { StringNotEquals: "vpc-1" }),
  keyed("an absent key or others", "aws:TagKeys", { Null: "true" }, { "ForAllValues:StringEquals": "a" }),
  keyed(
    "another one, or none",
    "aws:SourceVpc",
    { StringNotEquals: "vpc-1", Null: "false" },
    { StringNotEquals: "vpc-1" },
  ),
  keyed(
    "others, or none",
    "aws:TagKeys",
    { "ForAllValues:StringEquals": "a", Null: "false" },
    { "ForAllValues:StringEquals": "a" },
  ),
  keyed(
    "from an earlier one",
    "aws:MultiFactorAuthAge",
    { NumericGreaterThan: "3" },
    { NumericGreaterThanEquals: "3" },
  ),
  ["one of two conditions removed", { ...MFA, ...GALILEO }, GALILEO],
];

describe.each(LOOSENED)("a looser condition: %s", (_name, strict, loose) => {
  const withCondition = (statement: Written, Condition: Written): Written => ({ ...statement, Condition });
  const both = (statement: Written, before: Written, after: Written, base: readonly Written[] = []) => {
    const estates = [before, after].map((each) => ({ can: [...base, withCondition(statement, each)] }));
    return compared(estates[0] ?? {}, estates[1] ?? {});
  };

  test("widens an Allow and narrows a Deny", () => {
    expect(widens(both(allow("ecr:*"), strict, loose))).toBe(true);
    expect(widens(both(deny("ecr:*"), strict, loose, FULL))).toBe(false);
    expect(both(deny("ecr:*"), strict, loose, FULL).subjects).not.toEqual([]);
  });

  test("narrows an Allow and widens a Deny when it becomes stricter", () => {
    expect(widens(both(allow("ecr:*"), loose, strict))).toBe(false);
    expect(both(allow("ecr:*"), loose, strict).subjects).not.toEqual([]);
    expect(widens(both(deny("ecr:*"), loose, strict, FULL))).toBe(true);
  });
});

/** Neither condition implies the other: a change in either direction widens access. */
test.each<readonly [string, Written, Written]>([
  keyed("another value", "aws:username", { StringEquals: "a" }, { StringEquals: "b" }),
  keyed("another case", "aws:username", { StringEquals: "a" }, { StringEquals: "A" }),
  keyed("a text that looks like a pattern", "aws:username", { StringEquals: "a" }, { StringEquals: "*" }),
  ["another key", { StringEquals: { "aws:username": "a" } }, { StringEquals: { "aws:userid": "a" } }],
  keyed("some and all", "aws:TagKeys", { "ForAnyValue:StringEquals": "a" }, { "ForAllValues:StringEquals": "a" }),
  keyed(
    "another variable",
    "aws:username",
    { StringEquals: "${aws:PrincipalTag/a}" },
    { StringEquals: "${aws:userid}" },
  ),
  keyed(
    "a variable that is excluded, and its pattern",
    "aws:username",
    { StringNotLike: "a*" },
    { StringNotLike: "a${aws:userid}" },
  ),
  keyed(
    "an ARN's account and any",
    "aws:PrincipalArn",
    { ArnLike: "arn:aws:iam::1:*:x" },
    { ArnLike: "arn:aws:*:1:user/x" },
  ),
  keyed("absent and present", "aws:SourceVpc", { Null: "true" }, { Null: "false" }),
  keyed("present, and one value or none", "aws:SourceVpc", { Null: "false" }, { StringEqualsIfExists: "vpc-1" }),
  keyed("overlapping networks", "aws:SourceIp", { IpAddress: "192.0.2.0/24" }, { IpAddress: "198.51.100.0/24" }),
  keyed("from and until", "aws:MultiFactorAuthAge", { NumericLessThan: "5" }, { NumericGreaterThan: "3" }),
  keyed("bytes", "aws:username", { BinaryEquals: "QQ==" }, { BinaryEquals: "Qg==" }),
])("conditions that cannot be compared: %s", (_name, one, other) => {
  expect(widens(compared({ can: [allow("s3:*", "*", one)] }, { can: [allow("s3:*", "*", other)] }))).toBe(true);
  expect(widens(compared({ can: [allow("s3:*", "*", other)] }, { can: [allow("s3:*", "*", one)] }))).toBe(true);
});

describe("a different notation with the same meaning is no change", () => {
  const conditions = { StringEquals: { "aws:RequestedRegion": ["a", "b"] }, ...MFA };
  test.each<readonly [string, Estate, Estate]>([
    ["a sid", { can: [{ ...allow("s3:*"), Sid: "One" }] }, { can: [{ ...allow("s3:*"), Sid: "Other" }] }],
    ["the name of a policy", { policies: [policy("a", FULL)] }, { policies: [policy("b", FULL)] }],
    ["one value and a list of it", { can: [allow("s3:*")] }, { can: [allow(["s3:*"], ["*"])] }],
    ["the case of an action", { can: [allow("s3:getobject")] }, { can: [allow("S3:GetObject")] }],
    ["the order of actions", { can: [allow(["s3:a", "s3:b"])] }, { can: [allow(["s3:b", "s3:a"])] }],
    [
      "statements split",
      { can: [allow(["s3:a", "s3:b"], ["x", "y"])] },
      { can: [allow(["s3:a", "s3:b"], "y"), allow("s3:a", "x"), allow("s3:b", "x")] },
    ],
    [
      "policies merged",
      { policies: [policy("a", [allow("s3:a")]), policy("b", [allow("s3:b")])] },
      { can: [allow(["s3:b", "s3:a"])] },
    ],
    ["a permission written twice", { can: [allow("s3:*")] }, { can: [allow("s3:*"), allow("s3:Get*")] }],
    [
      "values of a condition split",
      { can: [allow("s3:*", "*", conditions)] },
      {
        can: ["b", "a"].map((region) =>
          allow("s3:*", "*", { ...MFA, StringEquals: { "aws:RequestedRegion": region } }),
        ),
      },
    ],
    [
      "the case of a key",
      { can: [allow("s3:*", "*", MFA)] },
      { can: [allow("s3:*", "*", { Bool: { "aws:multifactorauthPresent": true } })] },
    ],
    [
      "present, written twice",
      { can: [allow("s3:*", "*", MFA)] },
      { can: [allow("s3:*", "*", { BoolIfExists: MFA.Bool, Null: { "aws:MultiFactorAuthPresent": "false" } })] },
    ],
    [
      "a case that does not matter",
      { can: [allow("s3:*", "*", { StringEqualsIgnoreCase: { "aws:username": "Ann" } })] },
      { can: [allow("s3:*", "*", { StringEqualsIgnoreCase: { "aws:username": "aNN" } })] },
    ],
    [
      "principals split",
      { trust: [lets({ AWS: [USER, STRANGER] })] },
      { trust: [lets({ AWS: STRANGER }), lets({ AWS: USER })] },
    ],
    ["everybody", { trust: [lets("*")] }, { trust: [lets({ AWS: "*" })] }],
    [
      "a Deny that another one covers",
      { can: [...FULL, deny("iam:*"), deny("iam:PassRole")] },
      { can: [...FULL, deny("iam:*")] },
    ],
    [
      "a deny in the boundary",
      { can: [...FULL, deny("iam:*")], boundary: FULL },
      { can: FULL, boundary: [...FULL, deny("iam:*")] },
    ],
    ["a level that allows all", { levels: [FULL, FULL] }, { levels: [FULL] }],
    ["a boundary that allows everything", { can: FULL, boundary: FULL }, { can: FULL }],
    ["the default session duration of AWS", {}, { maxSessionSeconds: 3600 }],
    [
      "a policy that no principal has",
      { can: FULL, managed: [policy(LIMIT, [allow("s3:*")])] },
      { can: FULL, managed: [policy(LIMIT, [allow("*")])] },
    ],
    ["a tag that no policy names", { can: FULL, tags: { a: "1" } }, { can: FULL, tags: { a: "2" } }],
    ["another path with the same conditions", { paths: [path(["MFA"])] }, { paths: [path(["MFA"], "pass-role-ec2")] }],
  ])("%s", (_name, one, other) => {
    expect(compared(one, other)).toEqual({ subjects: [] });
    expect(compared(other, one)).toEqual({ subjects: [] });
  });
});

describe("a statement without effect is no change", () => {
  test.each<readonly [string, Estate, Estate]>([
    ["an Allow that is denied", { can: [deny("iam:*")] }, { can: [deny("iam:*"), allow("iam:PassRole")] }],
    [
      "an Allow that service control policies deny",
      { levels: [[...FULL, deny("iam:*")]] },
      { levels: [[...FULL, deny("iam:*")]], can: [allow("iam:*")] },
    ],
    [
      "an Allow that a level does not allow",
      { levels: [[allow("s3:*")]] },
      { levels: [[allow("s3:*")]], can: [allow("iam:*")] },
    ],
    [
      "an Allow outside the boundary",
      { boundary: [allow("s3:*")] },
      { boundary: [allow("s3:*")], can: [allow("iam:*")] },
    ],
    ["a Deny of an action that nothing allows", { can: [allow("s3:*"), deny("iam:*")] }, { can: [allow("s3:*")] }],
    [
      "a boundary wider than the permissions it limits",
      { can: [allow("s3:*")], boundary: [allow("s3:*")] },
      { can: [allow("s3:*")], boundary: [allow(["s3:*", "iam:*"])] },
    ],
  ])("%s", (_name, one, other) => {
    expect(compared(one, other)).toEqual({ subjects: [] });
  });

  test("but a Deny with a condition does not cover an Allow without one", () => {
    const denied = deny("iam:*", "*", MFA);
    expect(gained({ can: [denied] }, { can: [denied, allow("iam:PassRole")] })).toEqual(["may now iam:PassRole on *"]);
    expect(gained({ can: [denied] }, { can: [denied, allow("iam:PassRole", "*", MFA)] })).toEqual([]);
  });

  test("but a Deny with NotAction counts, and a Deny of an Allow with NotAction", () => {
    const allButS3 = { Effect: "Deny", NotAction: "s3:*", Resource: "*" };
    expect(gained({ can: [allow("iam:PassRole"), allButS3] }, { can: [allow("iam:PassRole")] })).toEqual([
      "no longer denied: everything except s3:* on *",
    ]);
    const except = { NotAction: "s3:*", Resource: "*" };
    expect(gained({ can: [except, deny("iam:PassRole")] }, { can: [except] })).toEqual([
      "no longer denied: iam:PassRole on *",
    ]);
    expect(gained({ can: [except, deny("s3:Get*")] }, { can: [except] })).toEqual([]);
    const elsewhere = { NotAction: "iam:*", NotResource: "a" };
    expect(gained({ can: [elsewhere, allButS3] }, { can: [elsewhere] })).toHaveLength(1);
  });

  test("but a Deny counts if a resource's policy allows what the principal's own policies do not", () => {
    const bucket = [{ ...lets({ AWS: ROLE }, undefined, "s3:GetObject"), Resource: `${BUCKET}/*` }];
    expect(gained({ bucket, can: [deny("s3:Get*")] }, { bucket })).toEqual(["no longer denied: s3:Get* on *"]);
  });
});

describe("a principal of the resource's own account", () => {
  const root = lets({ AWS: HOME });
  const ann = (...can: Written[]) => [principal(USER, { policies: [policy("inline", can)] })];

  test("gains if the policy names it instead of its account: it then needs no policy of its own", () => {
    const others = ann();
    expect(gained({ trust: [root], others }, { trust: [lets({ AWS: USER })], others })).toEqual([
      `may now be assumed by ${USER}`,
    ]);
  });

  test("gains nothing if its own policies allowed it", () => {
    const others = ann(allow("sts:AssumeRole", ROLE));
    expect(gained({ trust: [root], others }, { trust: [lets({ AWS: USER })], others })).toEqual([]);
  });

  test("gains if its boundary blocked it", () => {
    const others = [
      { ...principal(USER, { policies: [policy("inline", FULL)] }), boundary: policy("b", [allow("s3:*")]) },
    ];
    expect(gained({ trust: [root], others }, { trust: [lets({ AWS: USER })], others })).toEqual([
      `may now be assumed by ${USER}`,
    ]);
  });

  test("of another account gains nothing", () => {
    expect(gained({ trust: [lets({ AWS: OTHER })] }, { trust: [lets({ AWS: STRANGER })] })).toEqual([]);
  });

  test("that is denied with its account is denied", () => {
    const denied = (who: string) => [lets("*"), { ...lets({ AWS: who }), Effect: "Deny" }];
    expect(gained({ trust: denied(USER) }, { trust: denied(HOME) })).toEqual([]);
    expect(widens(compared({ trust: denied(HOME) }, { trust: denied(USER) }))).toBe(true);
  });
});

test("any new value of a tag that policies compare widens access", () => {
  const can = [allow("s3:*", "arn:aws:s3:::${aws:principalTag/Team}-data")];
  const message = ['its tag team, which policies compare, is now "b" (was "a")'];
  const estates = [
    { can, tags: { team: "a" } },
    { can, tags: { team: "b" } },
  ] as const;
  expect(changes(...estates)).toEqual({ gained: [], changed: message, lost: [] });
  expect(changes({ can, tags: { Team: "a" } }, { can }).changed).toEqual([
    'its tag team, which policies compare, is now absent (was "a")',
  ]);
});

describe("other conditions than before are one change, which widens", () => {
  const from = (...addresses: readonly string[]) => ({ IpAddress: { "aws:SourceIp": addresses } });
  const [home, office] = [from("203.0.113.7"), from("198.51.100.7")];
  const mfa = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
  const unlessFrom = (address: string) => ({ NotIpAddress: { "aws:SourceIp": address } });

  test.each([
    {
      edit: "of a trust's source address",
      before: { trust: [lets({ AWS: USER }, { ...home, ...mfa })] },
      after: { trust: [lets({ AWS: USER }, { ...office, ...mfa })] },
      text: `may be assumed by ${USER}, if MFA and from "198.51.100.7" (was from "203.0.113.7")`,
    },
    {
      edit: "of one of several addresses",
      before: { trust: [lets({ AWS: USER }, from("203.0.113.7", "203.0.113.8"))] },
      after: { trust: [lets({ AWS: USER }, from("203.0.113.7", "203.0.113.9"))] },
      text: `may be assumed by ${USER}, if from "203.0.113.7" or "203.0.113.9" (was from "203.0.113.7" or "203.0.113.8")`,
    },
    {
      edit: "of the condition of permissions",
      before: { can: [allow(["s3:GetObject", "s3:PutObject"], "*", home)] },
      after: { can: [allow(["s3:GetObject", "s3:PutObject"], "*", office)] },
      text: 'may s3:GetObject, s3:PutObject on *, if from "198.51.100.7" (was from "203.0.113.7")',
    },
    {
      edit: "of a condition under which something is denied",
      before: { can: [...FULL, deny("s3:*", "*", unlessFrom("203.0.113.7"))] },
      after: { can: [...FULL, deny("s3:*", "*", unlessFrom("198.51.100.7"))] },
      text: 'denied: s3:* on *, if aws:SourceIp is not in "198.51.100.7" (was aws:SourceIp is not in "203.0.113.7")',
    },
    {
      edit: "of a way to administrator",
      before: { paths: [path(["from 203.0.113.7"])] },
      after: { paths: [path(["from 198.51.100.7"])] },
      text: `can become administrator of ${HOME}: assume → administrator:${HOME}, if from 198.51.100.7 (was from 203.0.113.7)`,
    },
  ])("an edit $edit", ({ before, after, text }) => {
    expect(changes(before, after)).toEqual({ gained: [], changed: [text], lost: [] });
    expect(widens(compared(before, after))).toBe(true);
    expect(accessChangeLines(compared(before, after))).toContain(`  ~ ${text}`);
  });

  test("but not if nobody can say which statement became which", () => {
    const before = { trust: [lets({ AWS: USER }, home), lets({ AWS: USER }, from("203.0.113.8"))] };
    const { gained: gains, changed, lost: losses } = changes(before, { trust: [lets({ AWS: USER }, office)] });
    expect([gains.length, changed.length, losses.length]).toEqual([1, 0, 2]);
  });
});

test("what writes is named before what reads, and counted among the rest", () => {
  const reads = [...READING];
  const writes = (count: number) => reads.slice(0, count).map((each) => each.replace("Get", "Put"));
  const texts = (...actions: string[]) => gained({}, { can: [allow(actions)] });
  expect(texts(...reads.slice(0, 2), "ecr:Put*")).toEqual(["may now ecr:Put*, ecr:Geta, ecr:Getb on *"]);
  expect(texts(...reads, ...writes(1))).toEqual([
    `may now ecr:Puta, ${reads.slice(0, 7).join(", ")} and 6 more (which only read) on *`,
  ]);
  expect(texts(...reads, ...writes(10))).toEqual([
    `may now ${writes(8).join(", ")} and 15 more (2 of which write) on *`,
  ]);
  expect(texts(...writes(10))).toEqual([`may now ${writes(8).join(", ")} and 2 more on *`]);
});

test("an unknown operator implies only an identical condition", () => {
  const withOperator = (operator: string, values: readonly string[]): Estate => {
    const [statement] = policy("x", [allow("s3:*")]).statements;
    if (!statement) throw new Error("no statement");
    return {
      policies: [
        {
          ...policy("x", FULL),
          statements: [{ ...statement, conditions: { [operator]: { "aws:username": values } } }],
        },
      ],
    };
  };
  expect(compared(withOperator("Surely", ["a"]), withOperator("Surely", ["a"]))).toEqual({ subjects: [] });
  expect(widens(compared(withOperator("Surely", ["a"]), withOperator("Surely", ["a", "b"])))).toBe(true);
  expect(widens(compared(withOperator("Surely", ["a", "b"]), withOperator("Surely", ["a"])))).toBe(true);
  expect(widens(compared(withOperator("Surely", ["a"]), withOperator("SurelyIfExists", ["a"])))).toBe(true);
  expect(widens(compared(withOperator("Surely", ["a"]), withOperator("Perhaps", ["a"])))).toBe(true);
});

test("NotPrincipal excludes every principal that it may mean", () => {
  const refusing = (who: object) => [{ ...deny("s3:*", BUCKET), ...who }];
  const all = { bucket: refusing({ Principal: "*" }) };
  expect(gained(all, { bucket: refusing({ NotPrincipal: { AWS: USER } }) })).toEqual([
    `no longer denies everybody s3:* on ${BUCKET}`,
  ]);
  for (const who of [{ AWS: STRANGER }, { AWS: OTHER }, { CanonicalUser: "0".repeat(64) }]) {
    expect(
      widens(
        compared({ bucket: refusing({ Principal: { AWS: STRANGER } }) }, { bucket: refusing({ NotPrincipal: who }) }),
      ),
    ).toBe(true);
  }
  for (const who of [{ AWS: USER }, { AWS: HOME }, { Service: "ec2.amazonaws.com" }]) {
    expect(
      widens(
        compared({ bucket: refusing({ Principal: { AWS: STRANGER } }) }, { bucket: refusing({ NotPrincipal: who }) }),
      ),
    ).toBe(false);
  }
});

test("a NotResource with a variable does not apply if the variable has no value", () => {
  const except = (NotResource: string) => ({ can: [...FULL, { Effect: "Deny", Action: "s3:*", NotResource }] });
  const [own, all] = ["arn:aws:s3:::${aws:username}", "arn:aws:s3:::*"];
  expect(widens(compared({ can: [...FULL, deny("s3:*", "arn:aws:iam:*")] }, except(own)))).toBe(true);
  expect(widens(compared({ can: [...FULL, deny("s3:*", "arn:aws:iam:*")] }, except(all)))).toBe(false);
  expect(widens(compared(except(all), except(own)))).toBe(true);
});

test("an AWS managed policy is not new when it is first attached, even if conditions name it", () => {
  const attaches = allow("iam:AttachRolePolicy", "*", { ArnLike: { "iam:PolicyARN": "arn:aws:iam::aws:policy/*" } });
  const aws = { ...policy("arn:aws:iam::aws:policy/X", [allow("s3:Get*")]), source: "AWS managed policy, v1" };
  const [own, other] = [policy("inline", [attaches]), principal(USER, {})];
  expect(
    accessChangeLines(
      compared({ policies: [own], others: [other] }, { policies: [own], others: [{ ...other, policies: [aws] }] }),
    ),
  ).toEqual([USER, "  + may now s3:Get* on *"]);
});

test("variables are plain text in policies without a version", () => {
  const can = [allow("s3:*", "arn:aws:s3:::${aws:username}")];
  expect(widens(compared({ can, version: "2008-10-17" }, { can }))).toBe(true);
  expect(widens(compared({ can }, { can, version: "2008-10-17" }))).toBe(true);
  const conditional = [allow("s3:*", "*", { StringEquals: { "s3:prefix": "${aws:username}" } })];
  expect(widens(compared({ can: conditional, version: "2008-10-17" }, { can: conditional }))).toBe(true);
});

describe("the lines", () => {
  test("group actions with the same resources and conditions, and list the first eight", () => {
    const actions = Array.from({ length: 20 }, (_, index) => `ec2:Action${String.fromCharCode(65 + index)}`);
    const [change] = compared({}, { can: [allow(actions, ["arn:b", "arn:a"], GALILEO)] }).subjects[0]?.gained ?? [];
    expect(change?.text).toBe(
      "may now ec2:ActionA, ec2:ActionB, ec2:ActionC, ec2:ActionD, ec2:ActionE, ec2:ActionF, ec2:ActionG, ec2:ActionH and 12 more" +
        ' on arn:a, arn:b, if aws:ResourceTag/Solution is "galileo"',
    );
    expect(change).toMatchObject({ kind: "permission", subject: ROLE, actions, resources: ["arn:a", "arn:b"] });
  });

  test("list nine actions if there are no more", () => {
    const actions = Array.from({ length: 9 }, (_, index) => `ec2:Action${index}`);
    expect(gained({}, { can: [allow(actions)] })).toEqual([`may now ${actions.join(", ")} on *`]);
  });

  test("follow their subject, gains first, and once for subjects with the same changes", () => {
    const others = (can: readonly Written[]) =>
      [USER, STRANGER].map((arn) => principal(arn, { policies: [policy("inline", can)] }));
    const before = { maxSessionSeconds: 7200, others: others([allow("s3:Get*")]) };
    const after = { maxSessionSeconds: 3600, others: others([allow("s3:List*")]) };
    expect(accessChangeLines(compared(before, after))).toEqual([
      USER,
      STRANGER,
      "  + may now s3:List* on *",
      "  - may no longer s3:Get* on *",
      ROLE,
      "  - its sessions may now last only 3600 seconds (was 7200)",
    ]);
  });

  test("name an account by its name in the estate", () => {
    const { subjects } = compared({ levels: [[...FULL, deny("s3:*")]] }, { levels: [FULL] });
    expect(subjects.map(({ subject }) => subject)).toEqual([`account dev (${HOME})`]);
  });
});

/*
 * The law: if nothing is gained, the simulator allows no request that it denied before. Requests and policies come from
 * a small universe, so that they overlap. The later policies are the earlier ones with a few changes, so that many
 * pairs gain nothing.
 */
describe("a request that was denied and is allowed", () => {
  const REQUESTS = [
    { action: "s3:GetObject", resource: `${BUCKET}/a` },
    { action: "s3:GetObject", resource: `${BUCKET}/team-b` },
    { action: "s3:PutObject", resource: `${BUCKET}/a` },
    { action: "s3:ListBucket", resource: BUCKET },
    { action: "sts:AssumeRole", resource: ROLE },
  ];

  const actions = fc.uniqueArray(
    fc.constantFrom(
      "*",
      "s3:*",
      "s3:Get*",
      "s3:*Object",
      "s3:?etObject",
      "S3:putobject",
      "s3:GetObject",
      "s3:ListBucket",
      "sts:*",
      "sts:AssumeRole",
    ),
    { minLength: 1, maxLength: 2 },
  );
  const resources = fc.uniqueArray(
    fc.constantFrom(
      "*",
      BUCKET,
      `${BUCKET}/*`,
      `${BUCKET}/?`,
      `${BUCKET}/a`,
      `${BUCKET}/\${aws:PrincipalTag/team}`,
      `${BUCKET}*`,
      ROLE,
      "arn:aws:iam::*:role/*",
    ),
    { minLength: 1, maxLength: 2 },
  );

  const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  /** Keys, the operators and values of conditions on them, and the values that requests send. */
  const KEYS: readonly {
    readonly key: string;
    readonly operators: readonly string[];
    readonly values: readonly string[];
    readonly sent: readonly (string | string[])[];
  }[] = [
    {
      key: "aws:MultiFactorAuthPresent",
      operators: ["Bool", "BoolIfExists"],
      values: ["true", "false"],
      sent: ["true", "false"],
    },
    {
      key: "aws:PrincipalTag/team",
      operators: [
        ..."Equals NotEquals Like NotLike EqualsIgnoreCase NotEqualsIgnoreCase EqualsIfExists NotLikeIfExists LikeIfExists".split(
          " ",
        ),
      ].map((each) => `String${each}`),
      values: ["team-a", "team-b", "team-*", "Team-A", "*", "t?am-a", "${aws:UserAgent}", "team-${aws:SourceIdentity}"],
      sent: ["team-a", "team-b", "Team-A", "x", "team-*"],
    },
    {
      key: "aws:CalledVia",
      operators: ["Equals", "Like", "NotEquals", "NotLike"].flatMap((each) => [
        `ForAnyValue:String${each}`,
        `ForAllValues:String${each}`,
      ]),
      values: ["athena.amazonaws.com", "a*", "glue.amazonaws.com", "*.amazonaws.com"],
      sent: [
        ["athena.amazonaws.com"],
        ["athena.amazonaws.com", "glue.amazonaws.com"],
        ["x", "glue.amazonaws.com"],
        ["x"],
      ],
    },
    {
      key: "aws:SourceIp",
      operators: ["IpAddress", "NotIpAddress", "IpAddressIfExists"],
      // Without 0.0.0.0/0, which the library reads as 0.0.0.0 alone.
      values: ["198.51.100.0/24", "198.51.100.7", "128.0.0.0/1", "203.0.113.0/25"],
      sent: ["198.51.100.7", "198.51.100.8", "203.0.113.1", "192.0.2.1"],
    },
    {
      key: "aws:MultiFactorAuthAge",
      operators: ["LessThan", "LessThanEquals", "GreaterThan", "Equals", "NotEquals", "GreaterThanEqualsIfExists"].map(
        (each) => `Numeric${each}`,
      ),
      values: ["100", "300", "500"],
      sent: ["99", "100", "101", "300", "301", "500", "600"],
    },
    {
      key: "aws:CurrentTime",
      operators: ["LessThan", "LessThanEquals", "GreaterThan", "Equals", "NotEquals", "GreaterThanEquals"].map(
        (each) => `Date${each}`,
      ),
      values: ["2029-01-01T00:00:00Z", "2031-01-01T00:00:00Z"],
      sent: [
        "2028-01-01T00:00:00Z",
        "2029-01-01T00:00:00Z",
        "2030-01-01T00:00:00Z",
        "2031-01-01T00:00:00Z",
        "2032-01-01T00:00:00Z",
      ],
    },
    {
      key: "aws:SourceArn",
      operators: ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "ArnLikeIfExists"],
      values: [ROLE, USER, `arn:aws:iam::${HOME}:*`, "arn:aws:iam::*:user/*", "arn:*:iam::1*:*/ann", "arn:aws:*:*:*:*"],
      sent: [ROLE, USER, STRANGER, "arn:aws:sns:eu-west-1:111111111111:topic"],
    },
  ];
  const onKey = ({ key, operators, values }: (typeof KEYS)[number]) =>
    fc
      .oneof(
        { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...operators), fc.constant(key), some(...values)) },
        { weight: 1, arbitrary: fc.tuple(fc.constant("Null"), fc.constant(key), some("true", "false")) },
      )
      .map(([operator, named, wanted]): Written => ({ [operator]: { [named]: wanted } }));
  const condition = fc.oneof(...KEYS.map(onKey));
  const conditions = fc.array(condition, { maxLength: 2 }).map((all) => Object.assign({}, ...all) as Written);

  const statement = fc.record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    actions,
    notActions: fc.integer({ min: 0, max: 5 }).map((each) => each === 0),
    resources,
    notResources: fc.integer({ min: 0, max: 5 }).map((each) => each === 0),
    Condition: conditions,
  });
  type Drawn = typeof statement extends fc.Arbitrary<infer T> ? T : never;
  const written = ({ Effect, actions, notActions, resources, notResources, Condition }: Drawn): Written => ({
    Effect,
    [notActions ? "NotAction" : "Action"]: actions,
    [notResources ? "NotResource" : "Resource"]: resources,
    Condition,
  });

  const WHO = ["*", `arn:aws:iam::${HOME}:root`, `arn:aws:iam::${OTHER}:root`, ROLE, USER, STRANGER];
  const whose = fc.record({
    who: fc.uniqueArray(fc.constantFrom(...WHO), { minLength: 1, maxLength: 2 }),
    not: fc.integer({ min: 0, max: 5 }).map((each) => each === 0),
  });
  type Named = Drawn & { readonly whose: { readonly who: readonly string[]; readonly not: boolean } };
  const named = fc.tuple(statement, whose).map(([each, who]): Named => ({ ...each, whose: who }));
  const ofResource = (each: Named): Written => ({
    ...written(each),
    [each.whose.not && each.Effect === "Deny" ? "NotPrincipal" : "Principal"]: { AWS: each.whose.who },
  });
  const ofTrust = (each: Named): Written => ({ ...ofResource(each), Resource: undefined, NotResource: undefined });

  /** A list, and the same list with one element removed, added, replaced or changed in one member. */
  function changed<T extends object>(
    one: fc.Arbitrary<T>,
    some: readonly T[],
  ): fc.Arbitrary<readonly [readonly T[], readonly T[]]> {
    const edit = fc.record({
      at: fc.nat(3),
      how: fc.constantFrom("keep", "keep", "drop", "add", "replace", "member", "member"),
      by: one,
      member: fc.nat(5),
    });
    return fc.tuple(fc.array(one, { maxLength: 2 }), edit).map(([drawn, { at, how, by, member }]) => {
      const before = [...drawn, ...some];
      const index = at % Math.max(before.length, 1);
      const old = before[index];
      if (how === "keep") return [before, before];
      if (how === "add" || !old) return [before, [...before, by]];
      if (how === "drop") return [before, before.toSpliced(index, 1)];
      if (how === "replace") return [before, before.toSpliced(index, 1, by)];
      const name = Object.keys(old)[member % Object.keys(old).length] as keyof T;
      return [before, before.toSpliced(index, 1, { ...old, [name]: by[name] })];
    });
  }

  const everything: Drawn = {
    Effect: "Allow",
    actions: ["*"],
    notActions: false,
    resources: ["*"],
    notResources: false,
    Condition: {},
  };
  const everybody: Named = {
    ...everything,
    actions: ["sts:AssumeRole"],
    whose: { who: [`arn:aws:iam::${HOME}:root`], not: false },
  };

  type Context = Readonly<Record<string, string | string[]>>;
  const OTHERS: Context = { "aws:UserAgent": "team-a", "aws:SourceIdentity": "b" };
  const context: fc.Arbitrary<Context> = fc
    .tuple(fc.subarray([...KEYS]), fc.nat(), fc.subarray(Object.entries(OTHERS)))
    .map(([present, at, others]) => ({
      ...Object.fromEntries(others),
      ...Object.fromEntries(present.map(({ key, sent }) => [key, sent[at % sent.length] ?? ""])),
    }));

  interface Pair {
    readonly own: readonly [readonly Drawn[], readonly Drawn[]];
    readonly ann: readonly [readonly Drawn[], readonly Drawn[]];
    readonly boundary: readonly [readonly Drawn[], readonly Drawn[]] | undefined;
    readonly drops: boolean;
    readonly levels: readonly (readonly [readonly Drawn[], readonly Drawn[]])[];
    readonly moves: boolean;
    readonly bucket: readonly [readonly Named[], readonly Named[]];
    readonly trust: readonly [readonly Named[], readonly Named[]];
  }
  const pair: fc.Arbitrary<Pair> = fc.record({
    own: changed(statement, []),
    ann: changed(statement, [everything]),
    boundary: fc.option(changed(statement, [everything]), { nil: undefined, freq: 2 }),
    drops: fc.integer({ min: 0, max: 7 }).map((each) => each === 0),
    levels: fc.array(changed(statement, [everything]), { maxLength: 2 }),
    moves: fc.integer({ min: 0, max: 7 }).map((each) => each === 0),
    bucket: changed(named, []),
    trust: changed(named, [everybody]),
  });
  /** One or two parts change: with more, a pair would nearly always gain something. */
  const few = fc.tuple(
    pair,
    fc.subarray(["own", "ann", "boundary", "levels", "bucket", "trust"] as const, { minLength: 1, maxLength: 2 }),
  );

  function estates([drawn, changing]: readonly [Pair, readonly string[]]): readonly [Estate, Estate] {
    const sides = [0, 1].map((side): Estate => {
      const at = (part: string) => (changing.includes(part) ? side : 0);
      const after = (part: string) => side === 1 && changing.includes(part);
      const boundary = after("boundary") && drawn.drops ? undefined : drawn.boundary?.[at("boundary")];
      const levels = after("levels") && drawn.moves ? drawn.levels.slice(1) : drawn.levels;
      return {
        can: (drawn.own[at("own")] ?? []).map(written),
        boundary: boundary?.map(written),
        levels: levels.length > 0 ? levels.map((each) => (each[at("levels")] ?? []).map(written)) : undefined,
        bucket: (drawn.bucket[at("bucket")] ?? []).map(ofResource),
        trust: (drawn.trust[at("trust")] ?? []).map(ofTrust),
        others: [
          principal(USER, { policies: [policy("inline", (drawn.ann[at("ann")] ?? []).map(written))] }),
          principal(STRANGER, { policies: [policy("inline", FULL)] }),
        ],
      };
    });
    return [sides[0] ?? {}, sides[1] ?? {}];
  }

  /** The same permissions written differently: one statement for each action and resource, in another order. */
  function rewritten(statements: readonly Written[] = []): readonly Written[] {
    const parts = statements.flatMap((each) =>
      split(each, "Action").flatMap((one) =>
        split(one, "Resource").map((part, index) => ({ ...part, Sid: `Part${index}` })),
      ),
    );
    return parts.toReversed();
  }
  function split(statement: Written, element: string): readonly Written[] {
    const values = statement[element];
    return Array.isArray(values) ? values.map((value: unknown) => ({ ...statement, [element]: value })) : [statement];
  }

  test("does not exist if the same permissions are written differently", () => {
    fc.assert(
      fc.property(few, (drawn) => {
        const [, estate] = estates(drawn);
        const other: Estate = {
          ...estate,
          can: rewritten(estate.can),
          boundary: estate.boundary && rewritten(estate.boundary as readonly Written[]),
          levels: estate.levels?.map(rewritten),
          bucket: rewritten(estate.bucket),
          trust: rewritten(estate.trust),
        };
        expect(compared(estate, other)).toEqual({ subjects: [] });
        expect(compared(other, estate)).toEqual({ subjects: [] });
      }),
      { numRuns: 80 },
    );
  });

  async function isAllowed(model: AccessModel, arn: string, request: (typeof REQUESTS)[number], given: Context) {
    const { policies = [], boundary, accountId = "" } = model.principals.find((each) => each.arn === arn) ?? {};
    const trust = model.principals.find((each) => each.arn === ROLE)?.trust;
    const resource = request.resource === ROLE ? trust : model.guardedResources[0]?.policy;
    const account = model.accounts.find(({ id }) => id === accountId);
    const decision = await simulate(
      { ...request, principal: arn, resourceAccountId: HOME, context: { ...given, "aws:PrincipalArn": arn } },
      {
        identity: policies.filter(({ statements }) => statements.length > 0),
        boundary,
        organization: account?.management ? undefined : account?.organizationPath,
        resource: resource && resource.statements.length > 0 ? resource : undefined,
      },
    );
    return decision.allowed;
  }

  /** Decides all requests of the pairs that gain nothing. */
  async function obeyed(
    pairs: fc.Arbitrary<readonly [Estate, Estate]>,
    contexts: fc.Arbitrary<readonly Context[]>,
    {
      numRuns,
      requests = REQUESTS,
      arns = [ROLE, USER, STRANGER],
    }: { numRuns: number; requests?: typeof REQUESTS; arns?: readonly string[] },
  ): Promise<void> {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(pairs, contexts, async ([before, after], all) => {
        if (JSON.stringify(before) === JSON.stringify(after) || widens(compared(before, after))) return;
        asked++;
        const [then, now] = [modelOf(before), modelOf(after)];
        for (const arn of arns) {
          for (const request of requests) {
            for (const given of all) {
              const opened =
                (await isAllowed(now, arn, request, given)) && !(await isAllowed(then, arn, request, given));
              if (opened) throw new Error(`${arn} ${request.action} ${request.resource} ${JSON.stringify(given)}`);
            }
          }
        }
      }),
      { numRuns },
    );
    expect(asked).toBeGreaterThan(numRuns / 20);
  }

  const [GET] = REQUESTS;
  const only = { requests: GET ? [GET] : [], arns: [ROLE] };

  test.each(KEYS)(
    "has a gain: conditions on $key",
    async (each) => {
      const some = fc
        .array(onKey(each), { minLength: 1, maxLength: 2 })
        .map((all) => Object.assign({}, ...all) as Written);
      const pairs = fc.tuple(some, some, fc.boolean()).map(([before, after, denies]) =>
        pairOf([before, after], (Condition) => ({
          can: denies ? [...FULL, deny("s3:*", "*", Condition)] : [allow("s3:*", "*", Condition)],
        })),
      );
      const sent = each.sent.map((value) => ({ [each.key]: value }));
      const contexts: Context[] = [{}, OTHERS, ...sent, ...sent.map((one) => ({ ...OTHERS, ...one }))];
      await obeyed(pairs, fc.constant(contexts), { ...only, numRuns: 150 });
    },
    60_000,
  );

  test("has a gain: actions and resources", async () => {
    const bare = statement.map((each): Written => ({ ...written(each), Condition: undefined }));
    const pairs = fc
      .tuple(bare, bare)
      .map((both) => pairOf(both, (each) => ({ can: each["Effect"] === "Deny" ? [...FULL, each] : [each] })));
    const contexts = fc.constant([{}, { "aws:PrincipalTag/team": "team-b" }]);
    await obeyed(pairs, contexts, { numRuns: 300, arns: [ROLE] });
  }, 60_000);

  test("has a gain: principals of a resource", async () => {
    const open = (each: Named): Written => ({
      ...ofResource(each),
      Action: "s3:*",
      NotAction: undefined,
      Resource: `${BUCKET}/*`,
      NotResource: undefined,
      Condition: undefined,
    });
    const everybody = { ...open({ ...everything, whose: { who: ["*"], not: false } }) };
    const ann = fc.constantFrom<readonly Written[]>([], [allow("s3:Get*")], FULL, [
      allow("s3:GetObject", `${BUCKET}/?`),
    ]);
    const limit = fc.constantFrom<readonly Written[] | undefined>(undefined, [allow("sts:*")], FULL);
    const pairs = fc.tuple(named, named, ann, limit).map(([one, other, can, boundary]) => {
      const others = [
        principal(USER, { policies: [policy("inline", can)], boundary: boundary && policy("limit", boundary) }),
        principal(STRANGER, { policies: [policy("inline", FULL)] }),
      ];
      return pairOf([one, other], (each) => ({
        others,
        bucket: each.Effect === "Deny" ? [everybody, open(each)] : [open(each)],
      }));
    });
    await obeyed(pairs, fc.constant([{}]), { numRuns: 400, requests: only.requests });
  }, 60_000);

  test("has a gain: everything together", async () => {
    const contexts = fc.array(context, { minLength: 3, maxLength: 3 });
    await obeyed(few.map(estates), contexts, { numRuns: 120 });
  }, 120_000);
});

function pairOf<T>(both: readonly [T, T], estateOf: (each: T) => Estate): readonly [Estate, Estate] {
  return [estateOf(both[0]), estateOf(both[1])];
}
