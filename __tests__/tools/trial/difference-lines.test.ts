import { trialVerdict, type EstateDifference } from "../../../tools/trial/difference-lines";

const estate = "config/example.ts";
const where = { estate, stack: "dev-network", block: "aws_vpc.main" };
const providerVersion: EstateDifference = {
  ...{ estate, stack: "dev-network", block: "terraform", attribute: "required_providers.aws.version" },
  ...{ before: "5.100.0", now: "6.25.0" },
};

test("attributes that change, are added or are removed have a line each", () => {
  const differences: EstateDifference[] = [
    { ...where, attribute: "tags.Name", before: "a", now: "b" },
    { ...where, attribute: "region", now: "eu-west-1" },
    { ...where, attribute: "instance_tenancy", before: "default" },
    { ...where, block: "aws_subnet.a", attribute: "", now: {} },
    { ...where, block: "aws_subnet.b", attribute: "", before: {} },
  ];
  expect(trialVerdict({ differences, failed: [] })).toEqual({
    lines: [
      `aws_vpc.main: tags.Name changes from "a" to "b" (1 stack: dev-network of ${estate})`,
      `aws_vpc.main: region is added, "eu-west-1" (1 stack: dev-network of ${estate})`,
      `aws_vpc.main: instance_tenancy is removed, it was "default" (1 stack: dev-network of ${estate})`,
      `aws_subnet.a is new (1 stack: dev-network of ${estate})`,
      `aws_subnet.b is removed (1 stack: dev-network of ${estate})`,
    ],
    exitCode: 2,
  });
});

test("what differs alike in several stacks is one line, and another version of a provider is no change of a resource", () => {
  const stacks = ["dev-network", "ci-network", "prod-network", "dev-iam"];
  const differences = stacks.map((stack) => ({ ...providerVersion, stack }));
  expect(trialVerdict({ differences, failed: [] })).toEqual({
    lines: [
      `terraform: required_providers.aws.version changes from "5.100.0" to "6.25.0" (4 stacks: dev-network of ${estate}, ci-network of ${estate}, prod-network of ${estate}, and 1 more)`,
      "no resource differs",
    ],
    exitCode: 0,
  });
});

test("another name of the same provider is printed, and no change; another provider and another setting are", () => {
  const codeOf = (change: Partial<EstateDifference>) =>
    trialVerdict({ differences: [{ ...providerVersion, ...change }], failed: [] }).exitCode;
  const source = "required_providers.aws.source";
  expect(codeOf({ attribute: source, before: "aws", now: "hashicorp/aws" })).toBe(0);
  expect(codeOf({ attribute: source, before: "aws", now: "opentofu/aws" })).toBe(2);
  expect(codeOf({ attribute: "required_version" })).toBe(2);
});

test("a failed check fails the trial", () => {
  expect(trialVerdict({ differences: [], failed: ["types"] })).toEqual({
    lines: ["no resource differs", "failed: types"],
    exitCode: 1,
  });
});
