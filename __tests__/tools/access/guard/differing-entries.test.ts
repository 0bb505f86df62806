import fc from "fast-check";
import type { Baseline, BaselinePolicy } from "../../../../tools/access/guard/baseline";
import { accessChangeLines, compareBaselines } from "../../../../tools/access/guard/compare-baselines";
import { differingEntries } from "../../../../tools/access/guard/differing-entries";

const HOME = "111111111111";
const ROLE = `arn:aws:iam::${HOME}:role/worker`;
const SHARED = `arn:aws:iam::${HOME}:policy/shared`;

const allows = (name: string, action: string): BaselinePolicy => ({
  name,
  version: "2012-10-17",
  statements: [{ effect: "Allow", actions: [action], resources: ["*"] }],
});

/** A role with one policy of each kind: own, managed, boundary, and of its organization. */
const baseline = (own = "s3:Get*", shared = "ec2:*", control = "*", bucket = "s3:*"): Baseline => ({
  format: 1,
  accounts: {
    [HOME]: { name: "dev", management: false, organizationPath: [{ name: "root", policies: ["control"] }] },
  },
  principals: {
    [ROLE]: { kind: "role", account: HOME, policies: [allows("own", own), SHARED], boundary: SHARED },
  },
  guardedResources: { "arn:aws:s3:::data": { account: HOME, policies: [allows("bucket", bucket)] } },
  pathsToAdministrator: [],
  managedPolicies: { [SHARED]: allows(SHARED, shared) },
  serviceControlPolicies: { control: allows("control", control) },
});

const NONE = { accounts: [], principals: [], guardedResources: [], managedPolicies: [] };

test("equal baselines have no differing entry", () => {
  expect(differingEntries(baseline(), structuredClone(baseline()))).toEqual(NONE);
});

test("an entry differs with its own policy", () => {
  expect(differingEntries(baseline(), baseline("s3:*"))).toEqual({ ...NONE, principals: [ROLE] });
});

test("a principal differs with a policy that it only names", () => {
  const differing = { ...NONE, principals: [ROLE], managedPolicies: [SHARED] };
  expect(differingEntries(baseline(), baseline("s3:Get*", "s3:*"))).toEqual(differing);
});

test("an account and its principals differ with the policies of the organization", () => {
  const differing = { ...NONE, accounts: [HOME], principals: [ROLE] };
  expect(differingEntries(baseline(), baseline("s3:Get*", "ec2:*", "s3:*"))).toEqual(differing);
});

test("a resource differs with its policy, and entries of one side differ", () => {
  const resources = { ...NONE, guardedResources: ["arn:aws:s3:::data"] };
  expect(differingEntries(baseline(), baseline("s3:Get*", "ec2:*", "*", "s3:Get*"))).toEqual(resources);
  const without: Baseline = { ...baseline(), principals: {} };
  expect(differingEntries(baseline(), without)).toEqual({ ...NONE, principals: [ROLE] });
  expect(differingEntries(without, baseline())).toEqual({ ...NONE, principals: [ROLE] });
});

test("baselines are reported as equal only if no entry differs", () => {
  const action = fc.constantFrom("*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*");
  const any = fc.tuple(action, action, action, action);
  fc.assert(
    fc.property(any, any, (one, other) => {
      const [before, after] = [baseline(...one), baseline(...other)];
      const differs = Object.values(differingEntries(before, after)).some((names) => names.length > 0);
      if (!differs) expect(one).toEqual(other);
      if (accessChangeLines(compareBaselines(before, after, new Set())).length > 0) expect(differs).toBe(true);
    }),
  );
});
