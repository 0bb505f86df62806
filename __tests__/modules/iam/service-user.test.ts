import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { PolicyStatement } from "../../../modules/iam/policy-document";
import { ServiceUser, type ServiceUserProps } from "../../../modules/iam/service-user";
import { problemsOf, synthModule } from "../../support/module";

const look: PolicyStatement = { sid: "Look", actions: ["ec2:DescribeVpcs"], resources: ["*"] };
const build =
  (changes: Partial<ServiceUserProps> = {}) =>
  (scope: Construct) => {
    new ServiceUser(scope, "user", { name: "robot", statements: [look], boundary: [look], ...changes });
  };

const stack = synthModule(build({ managedPolicies: { extra: "arn:aws:iam::aws:policy/Extra" } }));

test("has the path /service/ and its permissions boundary", () => {
  expect(stack.one("aws_iam_user")).toEqual({
    name: "robot",
    path: "/service/",
    permissions_boundary: stack.reference("user/boundary", "arn"),
  });
  expect(stack.at("user/boundary")).toMatchObject({ name: "robot-boundary", path: "/service/" });
});

test("has no access key, no console login and no group", () => {
  const types = new Set(stack.resources.map(({ type }) => type));
  expect([...types].sort()).toEqual([
    "aws_iam_policy",
    "aws_iam_user",
    "aws_iam_user_policies_exclusive",
    "aws_iam_user_policy_attachment",
    "aws_iam_user_policy_attachments_exclusive",
  ]);
});

test("has exactly its own policy and the given managed policies", () => {
  const own = stack.reference("user/policy", "arn");
  expect(new Set(stack.managedPolicies("user"))).toEqual(new Set([own, "arn:aws:iam::aws:policy/Extra"]));
  const attached = ["own", "extra"].map((name) => stack.reference(`user/managed-${name}`, "policy_arn"));
  expect(stack.one("aws_iam_user_policy_attachments_exclusive")).toMatchObject({ policy_arns: attached });
  expect(stack.one("aws_iam_user_policies_exclusive")).toMatchObject({ policy_names: [] });
});

describe("the limit of 6,144 characters a managed policy", () => {
  const empty = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "Look", Effect: "Allow", Action: ["ec2:DescribeVpcs"], Resource: [""] }],
  });
  const document = (characters: number): PolicyStatement => ({
    ...look,
    resources: ["x".repeat(characters - empty.length)],
  });

  test("accepts a document of exactly that length", () => {
    expect(problemsOf(build({ statements: [document(6144)], boundary: [document(6144)] }))).toEqual([]);
  });

  test("refuses a longer policy or boundary at synth", () => {
    expect(problemsOf(build({ statements: [document(6145)], boundary: [document(6146)] }))).toEqual([
      "the policy of robot must have at most 6144 characters, got 6145",
      "the boundary of robot must have at most 6144 characters, got 6146",
    ]);
  });
});

test("a user that exists keeps its name and path, its policy's, and what somebody attached; its boundary is new", () => {
  const arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  const kept = synthModule(build({ existing: { user: "people/rob", policy: "Robots", keepPolicies: [arn] } }));
  expect(kept.one("aws_iam_user")).toMatchObject({ name: "rob", path: "/people/" });
  expect(kept.at("user/policy")).toMatchObject({ name: "Robots" });
  expect(kept.at("user/policy")).not.toHaveProperty("path");
  expect(kept.at("user/boundary")).toMatchObject({ name: "robot-boundary", path: "/service/" });
  const attached = kept.all("aws_iam_user_policy_attachment");
  expect(attached.map(({ values }) => values["policy_arn"]).sort()).toEqual(
    [kept.reference("user/policy", "arn"), arn].sort(),
  );
  const exclusive = kept.one("aws_iam_user_policy_attachments_exclusive")["policy_arns"] as string[];
  expect([...exclusive].sort()).toEqual(attached.map(({ address }) => `\${${address}.policy_arn}`).sort());
});

test("its ARN for people has the path of the code, as soon as a plan changes the path", () => {
  const made = synthModule((scope) => {
    const { userArn } = new ServiceUser(scope, "user", { name: "robot", statements: [look], boundary: [look] });
    new TerraformOutput(scope, "arn", { value: userArn });
  });
  const user = made.reference("user/user", "arn").slice(2, -".arn}".length);
  const value = `\${replace(${user}.arn, "/:user.*/", ":user\${${user}.path}\${${user}.name}")}`;
  expect(made.outputs["arn"]?.value).toBe(value);
});
