import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../../tools/plans/manifest";
import { compareWithReviewed, type ReviewComparison } from "../../../tools/pipelines/compare-with-reviewed";
import { findPlans, findReadablePlans, type FoundPlan } from "../../../tools/pipelines/handover";
import { manifestWith } from "../plans/support/manifests";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { VPC, writePlan, type PlannedChange } from "./support";

const folder = temporaryFolder();
const LATER = "2026-02-02T03:04:05Z";

/** Compares a new plan with reviewed ones, each in a separate artifact. */
function compared(
  fresh: Record<string, PlannedChange>,
  reviewed: readonly Record<string, PlannedChange>[],
  changes: Partial<Manifest> = {},
): ReviewComparison {
  writePlan(join(folder(), "plans"), fresh, { madeAt: "2026-02-02T03:04:05.678Z" }, LATER);
  reviewed.forEach((stacks, index) => writePlan(join(folder(), "reviewed", `plan-${index}`), stacks, changes));
  return compareWithReviewed(made(), findPlans(join(folder(), "reviewed")));
}

function made(): FoundPlan {
  const [plan] = findPlans(join(folder(), "plans"));
  if (!plan) throw new Error("no plan");
  return plan;
}

const change = { change: VPC };

test("a new plan with the same content does what was reviewed, at any time", () => {
  const fresh = { "dev-database": { ...change, dependencies: ["dev-network"] }, "dev-network": change };
  const reviewed: Record<string, PlannedChange>[] = [
    { "dev-database": { ...change, dependencies: ["dev-network"] } },
    { "dev-network": change },
    { "dev-iam": {} },
  ];
  expect(compared(fresh, reviewed)).toEqual({ isReviewed: true, notes: [] });
});

test.each<[string, Record<string, PlannedChange>[], Partial<Manifest>, RegExp]>([
  ["nothing was reviewed", [], {}, /no reviewed plan was found/],
  ["a stack was not reviewed", [{ "dev-iam": change }], {}, /dev-network: it was not reviewed/],
  ["it changed nothing then", [{ "dev-network": {} }], {}, /dev-network: it was not reviewed/],
  ["other code", [{ "dev-network": change }], { tree: "f".repeat(40) }, /dev-network: it was reviewed with other code/],
  ["no commit", [{ "dev-network": change }], { tree: undefined }, /dev-network: it was reviewed with other code/],
  ["uncommitted changes", [{ "dev-network": change }], { dirty: true }, /dev-network: it was reviewed with other code/],
  [
    "another estate",
    [{ "dev-network": change }],
    { estate: { file: "x", sha256: "e".repeat(64) } },
    /with another estate/,
  ],
  [
    "another Terraform",
    [{ "dev-network": change }],
    { terraformVersion: "1.12.0" },
    /another version of Terraform or the provider/,
  ],
  [
    "another endpoint",
    [{ "dev-network": change }],
    { connections: { ...manifestWith([]).connections, endpoints: { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" } } },
    /dev-network: it was reviewed against other endpoints/,
  ],
  ["a rehearsal", [{ "dev-network": change }], { rehearsedOn: "f".repeat(40) }, /the reviewed plan is of another kind/],
  ["a destroy", [{ "dev-network": change }], { kind: "destroy" }, /the reviewed plan is of another kind/],
  [
    "another state",
    [{ "dev-network": { ...change, state: { lineage: "l", serial: 2 } } }],
    {},
    /its state has changed/,
  ],
  [
    "other outputs",
    [{ "dev-network": { ...change, upstreams: [{ stackId: "dev-iam", outputs: ["a"], sha256: "a".repeat(64) }] } }],
    {},
    /the outputs that it reads of other stacks have changed/,
  ],
  [
    "another change",
    [{ "dev-network": { change: { ...VPC, address: "aws_vpc.other" } } }],
    {},
    /its changes differ from the reviewed ones/,
  ],
  [
    "another program in the same plan",
    [{ "dev-network": { change: { ...VPC, provisioners: ["local-exec"] } } }],
    {},
    /its changes differ from the reviewed ones/,
  ],
])("a plan is not the reviewed one, with the reason: %s", (_, reviewed, changes, why) => {
  const { isReviewed, notes } = compared({ "dev-network": change }, reviewed, changes);
  expect(isReviewed).toBe(false);
  expect(notes.join("\n")).toMatch(why);
});

test("lists reviewed changes that are no longer planned", () => {
  const comparison = compared({ "dev-network": change, "dev-iam": {} }, [{ "dev-network": change, "dev-iam": change }]);
  expect(comparison).toEqual({ isReviewed: false, notes: ["dev-iam: the reviewed change is no longer planned"] });
});

test("if one of several stacks differs, the plan is not the reviewed one, and that stack is named", () => {
  const comparison = compared({ "dev-network": change, "dev-iam": change }, [
    { "dev-network": change },
    { "dev-iam": { change: { ...VPC, name: "x" } } },
  ]);
  expect(comparison.isReviewed).toBe(false);
  expect(comparison.notes).toEqual([expect.stringMatching(/^dev-iam: its changes differ from the reviewed ones/)]);
});

test("one equal plan among several reviewed plans of a stack is enough", () => {
  const reviewed = [{ "dev-network": { change: { ...VPC, name: "x" } } }, { "dev-network": change }];
  expect(compared({ "dev-network": change }, reviewed)).toEqual({ isReviewed: true, notes: [] });
});

test("reports that nothing changes", () => {
  expect(compared({ "dev-network": {} }, [{ "dev-network": change }])).toEqual({
    isReviewed: false,
    notes: ["nothing changes; this is recorded"],
  });
});

test("a reviewed plan's JSON that does not match its manifest is no evidence", () => {
  writePlan(join(folder(), "plans"), { "dev-network": change }, {}, LATER);
  const reviewed = writePlan(join(folder(), "reviewed"), {
    "dev-network": { change: { ...VPC, address: "aws_iam_user.evil" } },
  });
  // The JSON equals the new plan's, but the plan file does something else.
  writeFileSync(
    join(reviewed, "stacks/dev-network/plan.json"),
    readFileSync(join(findPlans(join(folder(), "plans"))[0]?.folder ?? "", "stacks/dev-network/plan.json")),
  );
  expect(() => findPlans(join(folder(), "reviewed"))).toThrow("stacks/dev-network/plan.json has changed since");
  const comparison = compareWithReviewed(made(), findReadablePlans(join(folder(), "reviewed")));
  expect(comparison.notes).toEqual(["no reviewed plan was found for this code"]);
});

test("a folder with a changed manifest is refused", () => {
  const reviewed = writePlan(join(folder(), "reviewed"), { "dev-network": change });
  writeFileSync(
    join(reviewed, "manifest.json"),
    readFileSync(join(reviewed, "manifest.json"), "utf8").replace('"dirty": false', '"dirty": true'),
  );
  expect(() => findPlans(join(folder(), "reviewed"))).toThrow("the id of its manifest: the manifest has changed");
  // The other folders of another run are still read.
  writePlan(join(folder(), "reviewed"), { "dev-iam": change });
  expect(findReadablePlans(join(folder(), "reviewed")).map(({ manifest }) => manifest.stacks[0]?.id)).toEqual([
    "dev-iam",
  ]);
});
