import { managedPolicy } from "../../../../tools/access/policy/managed-policies";
import pinned from "../../../../tools/access/policy/managed-policies.json";
import { awkward, example } from "../../../support/estates";
import { synthesize } from "../../../support/synthesize";

const ARNS = Object.keys(pinned);

/** AWS managed policies that a stack attaches, or that one of its policies names. */
function named(text: string): string[] {
  return text.match(/arn:aws:iam::aws:policy\/[\w+=,.@/-]+(?![\w*?])/g) ?? [];
}

test.each([
  ["the shipped estate", synthesize(example())],
  ["the awkward estate", synthesize(awkward())],
])("contains every AWS managed policy of %s", (_, estate) => {
  const arns = [...estate.texts.values()].flatMap(named);
  expect(arns).toContain("arn:aws:iam::aws:policy/AdministratorAccess");
  expect(arns.filter((arn) => managedPolicy(arn) === undefined)).toEqual([]);
});

test.each(ARNS)("reads %s", (arn) => {
  const policy = managedPolicy(arn);
  expect(policy?.name).toBe(arn);
  expect(policy?.source).toMatch(/^AWS managed policy, v\d+ of 20\d\d-\d\d-\d\d$/);
  expect(policy?.statements.length).toBeGreaterThan(0);
  expect(managedPolicy(arn)).toBe(policy);
});

test("includes the version and date of the policy", () => {
  const { version, updated } = pinned["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"];
  expect(managedPolicy("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")?.source).toBe(
    `AWS managed policy, ${version} of ${updated.slice(0, 10)}`,
  );
});

test("reads the statement of AdministratorAccess, unchanged since 2015", () => {
  expect(managedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")?.statements).toEqual([
    expect.objectContaining({ effect: "Allow", actions: ["*"], resources: ["*"], conditions: {} }),
  ]);
});

test.each(["arn:aws:iam::aws:policy/NoSuchPolicy", "AdministratorAccess", "toString", ""])("rejects %j", (arn) => {
  expect(managedPolicy(arn)).toBeUndefined();
});
