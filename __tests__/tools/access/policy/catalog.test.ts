import {
  actionsMatching,
  conditionKeysOf,
  onlyReads,
  readingPatterns,
  resourceTypesOf,
  unknownActions,
} from "../../../../tools/access/policy/catalog";
import { parsePolicy } from "../../../../tools/access/policy/policy";
import type { Profile } from "../../../../config/schema";
import { awkward, example, smallWith } from "../../../support/estates";
import { type SynthesizedEstate, synthesize } from "../../../support/synthesize";
import { cpuSeconds } from "../../../support/cpu-seconds";

const ofProfile = (profile: Profile) =>
  smallWith(({ environments }) => {
    for (const environment of Object.values(environments)) environment.profile = profile;
  });

const ESTATES = [
  ["the shipped estate", synthesize(example())],
  ["the awkward estate", synthesize(awkward())],
  ["a documented environment", synthesize(ofProfile("documented"))],
  ["a hardened environment", synthesize(ofProfile("hardened"))],
] as const;

/** Every policy document in a value, with the address of its resource. */
function policyTexts(value: unknown, where: string): [where: string, text: string][] {
  if (typeof value === "string") return value.includes('"Statement"') ? [[where, value.replaceAll("$${", "${")]] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => policyTexts(each, `${where}.${key}`));
}

/** The actions of all policies of an estate, each with one address that names it. */
function actionsOf({ stacks }: SynthesizedEstate): Map<string, string> {
  const places = new Map<string, string>();
  for (const { id, json } of stacks) {
    expect(json.data ?? {}).not.toHaveProperty("aws_iam_policy_document"); // this test does not read data sources
    for (const [where, text] of policyTexts(json.resource, id)) {
      for (const { sid, actions = [], notActions = [] } of parsePolicy(text, where, id).statements) {
        for (const action of [...actions, ...notActions]) places.set(action, `${where} ${sid ?? "without sid"}`);
      }
    }
  }
  return places;
}

test.each(ESTATES)("%s has only actions of AWS in its policies", async (_, estate) => {
  const places = actionsOf(estate);
  expect(places.size).toBeGreaterThan(100);
  const unknown = await unknownActions([...places.keys()]);
  expect(unknown.map((each) => ({ ...each, where: places.get(each.pattern) }))).toEqual([]);
});

test("reports a misspelt action with the most similar one", async () => {
  const misspelt = [
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcz",
    "ec2:Descibe*",
    "s3:GetObjekt",
    "ecc2:RunInstances",
    "ec2:DescribeVpcz",
  ];
  expect(await unknownActions(misspelt)).toEqual([
    { pattern: "ec2:DescribeVpcz", problem: "Amazon EC2 has no action DescribeVpcz", didYouMean: "ec2:DescribeVpcs" },
    { pattern: "ec2:Descibe*", problem: "Amazon EC2 has no action like Descibe*", didYouMean: "ec2:Describe*" },
    { pattern: "s3:GetObjekt", problem: "Amazon S3 has no action GetObjekt", didYouMean: "s3:GetObject" },
    { pattern: "ecc2:RunInstances", problem: "AWS has no service ecc2", didYouMean: "ec2:RunInstances" },
  ]);
});

test("reports an action of another service, and suggests no action that differs much", async () => {
  expect(await unknownActions(["ec2:GetObject", "s3:Zzzzzzzzzzzz"])).toEqual([
    expect.objectContaining({ pattern: "ec2:GetObject", problem: "Amazon EC2 has no action GetObject" }),
    { pattern: "s3:Zzzzzzzzzzzz", problem: "Amazon S3 has no action Zzzzzzzzzzzz", didYouMean: undefined },
  ]);
});

test.each(["nonsense", "", "*:*", "s*:GetObject", "s3:Get:Object", "s3:"])(
  "rejects %j as a pattern of actions",
  async (pattern) => {
    expect(await unknownActions([pattern])).toEqual([
      { pattern, problem: "must be * or <service>:<action>, the service without wildcards" },
    ]);
  },
);

test.each([
  "*",
  "s3:*",
  "s3:Get*",
  "s3:Get?bject",
  "S3:getobject",
  "rds-db:connect",
  "sts:AssumeRoot",
  "sts:TagSession",
  "iam:PassRole",
])("accepts %s", async (pattern) => {
  expect(await unknownActions([pattern])).toEqual([]);
});

test("lists the actions that a pattern matches, as AWS writes them, sorted", async () => {
  expect(await actionsMatching("STS:assumerole*")).toEqual([
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
  ]);
  expect(await actionsMatching("s3:Get?bject")).toEqual(["s3:GetObject"]);
  expect(await actionsMatching("s3:GetObject.*")).toEqual([]);
  expect(await actionsMatching("nosuchservice:*")).toEqual([]);
});

test("lists all actions, and reads the files once", async () => {
  const all = await actionsMatching("*");
  expect(all.length).toBeGreaterThan(15_000);
  expect(all).toEqual([...new Set(all)].sort());
  // Reading the files takes a quarter of a second.
  expect(await cpuSeconds(() => actionsMatching("*"))).toBeLessThan(0.2);
});

test("lists the resource types of an action", async () => {
  expect(await resourceTypesOf("ec2:StopInstances")).toEqual([
    { name: "instance", required: true, arn: "arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}" },
  ]);
  expect(await resourceTypesOf("ec2:DescribeVpcs")).toEqual([]);
});

test.each([
  ["s3:GetObject", true],
  ["s3:ListBucket", true],
  ["s3:PutObject", false],
  ["iam:TagRole", false],
  ["s3:PutBucketPolicy", false],
])("knows whether an action only reads: %s", async (action, reads) => {
  expect(await onlyReads(action)).toBe(reads);
});

test("knows the patterns whose actions all only read", async () => {
  const patterns = ["ecr:Describe*", "ecr:*", "*", "ecr:batchgetimage", "ecr:PutImage", "ecr:NoSuchAction", "*:Get*"];
  expect([...(await readingPatterns(patterns))]).toEqual(["ecr:Describe*", "ecr:batchgetimage"]);
});

test("lists the condition keys of an action and of its resources", async () => {
  expect(await conditionKeysOf("iam:passrole")).toEqual(
    expect.arrayContaining(["iam:PassedToService", "iam:AssociatedResourceArn"]),
  );
  expect(await conditionKeysOf("sts:AssumeRole")).toEqual(
    expect.arrayContaining(["sts:ExternalId", "sts:RoleSessionName"]),
  );
  expect(await conditionKeysOf("ec2:StopInstances")).toContain("ec2:InstanceType");
});

test.each(["ec2:DescribeVpcz", "s3:Get*", "nonsense"])("rejects %s, which is not an action", async (action) => {
  await expect(resourceTypesOf(action)).rejects.toThrow(
    `action must be an action of AWS such as s3:GetObject, got ${action}`,
  );
  await expect(conditionKeysOf(action)).rejects.toThrow(
    `action must be an action of AWS such as s3:GetObject, got ${action}`,
  );
});
