import type { Construct } from "constructs";
import type { PolicyStatement } from "../../../modules/iam/policy-document";
import { Role, type RoleProps, trustServices, trustPeople } from "../../../modules/iam/role";
import { problemsOf, synthModule } from "../../support/module";
const build =
  (changes: Partial<RoleProps> = {}) =>
  (scope: Construct) => {
    new Role(scope, "role", {
      name: "worker",
      description: "Works",
      trust: [trustServices(["ec2.amazonaws.com"])],
      ...changes,
    });
  };

/** A statement that pads a document of its own to this many characters. */
function document(characters: number): PolicyStatement {
  const statement = (resource: string): PolicyStatement => ({
    sid: "Padding",
    actions: ["s3:GetObject"],
    resources: [resource],
  });
  const bare = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "Padding", Effect: "Allow", Action: ["s3:GetObject"], Resource: [""] }],
  });
  return statement("x".repeat(characters - bare.length));
}

const managed = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, `arn:aws:iam::aws:policy/P${index}`]));

test("is a role with the given trust and sessions of one hour by default", () => {
  const role = synthModule(build()).one("aws_iam_role");
  expect(role).toMatchObject({ name: "worker", description: "Works", max_session_duration: 3600 });
  expect(role).not.toHaveProperty("permissions_boundary");
});

test("has the given permissions boundary", () => {
  const permissionsBoundaryArn = "arn:aws:iam::111111111111:policy/boundary";
  expect(synthModule(build({ permissionsBoundaryArn })).one("aws_iam_role")).toMatchObject({
    permissions_boundary: permissionsBoundaryArn,
  });
});

describe("attachments made outside the code", () => {
  const stack = synthModule(
    build({ inlinePolicies: { first: [document(200)], second: [document(200)] }, managedPolicies: managed(2) }),
  );
  const name = stack.reference("role/role", "name");

  test("are removed: inline policies are exactly the given ones", () => {
    const names = ["first", "second"].map((policy) => stack.reference(`role/inline-${policy}`, "name"));
    expect(stack.one("aws_iam_role_policies_exclusive")).toEqual({ role_name: name, policy_names: names });
  });

  test("are removed: managed policies are exactly the given ones", () => {
    const arns = ["p0", "p1"].map((policy) => stack.reference(`role/managed-${policy}`, "policy_arn"));
    expect(stack.one("aws_iam_role_policy_attachments_exclusive")).toEqual({ role_name: name, policy_arns: arns });
  });

  test("are removed even if no policy is given", () => {
    const bare = synthModule(build());
    expect(bare.one("aws_iam_role_policies_exclusive")).toMatchObject({ policy_names: [] });
    expect(bare.one("aws_iam_role_policy_attachments_exclusive")).toMatchObject({ policy_arns: [] });
  });
});

describe("AWS's limits", () => {
  const trust = (characters: number): Partial<RoleProps> => ({ trust: [document(characters)] });
  const inline = (characters: number): Partial<RoleProps> => ({
    inlinePolicies: { large: [document(characters - 1000)], small: [document(1000)] },
  });

  test.each([
    ["a trust policy of 2,048 characters", trust(2048)],
    ["inline policies of 10,240 characters together", inline(10240)],
    ["10 managed policies", { managedPolicies: managed(10) }],
    ["sessions of one hour", { maxSessionSeconds: 3600 }],
    ["sessions of twelve hours", { maxSessionSeconds: 43200 }],
  ])("accept %s", (_, props) => {
    expect(problemsOf(build(props))).toEqual([]);
  });

  test.each<[string, Partial<RoleProps>, string]>([
    ["a longer trust policy", trust(2049), "trust policy must have at most 2048 characters, got 2049"],
    ["longer inline policies", inline(10241), "inline policies must have at most 10240 characters, got 10241"],
    ["11 managed policies", { managedPolicies: managed(11) }, "managed policies must have at most 10 policies, got 11"],
    ["sessions under an hour", { maxSessionSeconds: 3599 }, "maxSessionSeconds must be 3600 to 43200, got 3599"],
    ["sessions over twelve hours", { maxSessionSeconds: 43201 }, "maxSessionSeconds must be 3600 to 43200, got 43201"],
  ])("refuse %s at synth", (_, props, problem) => {
    expect(problemsOf(build(props))).toEqual([problem]);
  });

  test("are all reported at once", () => {
    expect(
      problemsOf(build({ ...trust(3000), ...inline(11000), managedPolicies: managed(12), maxSessionSeconds: 60 })),
    ).toHaveLength(4);
  });
});

const people = ["arn:aws:iam::111111111111:user/platform-engineer", "arn:aws:iam::111111111111:role/on-call"];

test("trustPeople trusts the named people with MFA, and nobody else", () => {
  expect(trustPeople(people)).toEqual({
    sid: "NamedPeopleMayAssumeWithMfa",
    principals: { AWS: people },
    actions: ["sts:AssumeRole"],
    conditions: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  });
});

test("trustPeople requires MFA in the request: BoolIfExists would allow long-lived keys", () => {
  expect(JSON.stringify(trustPeople(people, { sourceIps: ["198.51.100.0/24"] }))).not.toContain("IfExists");
});

test("trustPeople requires both MFA and the network, if networks are given", () => {
  expect(trustPeople(people, { sourceIps: ["198.51.100.0/24", "2001:db8::/32"] }).conditions).toEqual({
    Bool: { "aws:MultiFactorAuthPresent": "true" },
    IpAddress: { "aws:SourceIp": ["198.51.100.0/24", "2001:db8::/32"] },
  });
});

test("trustServices trusts services by name", () => {
  expect(trustServices(["lambda.amazonaws.com"])).toEqual({
    sid: "ServiceMayAssume",
    principals: { Service: ["lambda.amazonaws.com"] },
    actions: ["sts:AssumeRole"],
  });
});

test("a role that exists keeps its path, and the managed policies that somebody attached", () => {
  const arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
  const stack = synthModule(build({ name: "team/worker", keepPolicies: [arn] }));
  expect(stack.one("aws_iam_role")).toMatchObject({ name: "worker", path: "/team/" });
  const kept = stack.resourceAt(`role/kept-${encodeURIComponent(arn)}`.replace("kept", "managed-kept"));
  expect(kept.values).toMatchObject({ policy_arn: arn });
  // Otherwise the exclusive attachments would detach it.
  expect(stack.one("aws_iam_role_policy_attachments_exclusive")["policy_arns"]).toEqual([
    `\${${kept.address}.policy_arn}`,
  ]);
});
