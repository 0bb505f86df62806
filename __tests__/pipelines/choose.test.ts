import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Manifest } from "../../planning/manifest";
import { choosePlans, copyPlans, type Choice } from "../../pipelines/choose";
import { findPlans } from "../../pipelines/plan-folders";
import { temporaryFolder } from "../runner/support/temporary-folder";
import { VPC, writePlan, type PlannedChange } from "./support";

const folder = temporaryFolder();
const LATER = "2026-02-02T03:04:05Z";

/** The choice between what is planned now, and one artifact for each of the reviewed plans. */
function choice(
  fresh: Record<string, PlannedChange>,
  reviewed: readonly Record<string, PlannedChange>[],
  changes: Partial<Manifest> = {},
): Choice {
  writePlan(join(folder(), "plans"), fresh, { madeAt: "2026-02-02T03:04:05.678Z" }, LATER);
  reviewed.forEach((stacks, index) => writePlan(join(folder(), "reviewed", `plan-${index}`), stacks, changes));
  const [made] = findPlans(join(folder(), "plans"));
  if (!made) throw new Error("no plan");
  return choosePlans(made, findPlans(join(folder(), "reviewed")));
}

const change = { change: VPC };
const ids = ({ plans }: Choice) => plans.map(({ manifest }) => manifest.stacks.map(({ id }) => id).join("+"));

test("what was reviewed is applied where a new plan says the very same, whenever it was made, in the order of the stacks", () => {
  const fresh = { "dev-database": { ...change, dependencies: ["dev-network"] }, "dev-network": change };
  const chosen = choice(fresh, [{ "dev-database": { ...change, dependencies: ["dev-network"] } }, { "dev-network": change }]);
  expect(chosen).toMatchObject({ reviewed: true, notes: [] });
  expect(ids(chosen)).toEqual(["dev-network", "dev-database"]);
  const copies = copyPlans(chosen, join(folder(), "chosen"));
  expect(
    copies.map((copy) =>
      copy
        .slice(folder().length + 1)
        .split("/")
        .slice(0, 2)
        .join("/"),
    ),
  ).toEqual(["chosen/001", "chosen/002"]);
  for (const [index, copy] of copies.entries()) {
    expect(basename(copy)).toBe(basename(chosen.plans[index]?.folder ?? ""));
    expect(existsSync(join(copy, "manifest.json"))).toBe(true);
  }
});

test.each<[string, Record<string, PlannedChange>[], Partial<Manifest>, RegExp]>([
  ["nothing was reviewed", [], {}, /no reviewed plan was found/],
  ["a stack was not reviewed", [{ "dev-iam": change }], {}, /dev-network: it was not reviewed/],
  ["it changed nothing then", [{ "dev-network": {} }], {}, /dev-network: it was not reviewed/],
  ["other code", [{ "dev-network": change }], { tree: "f".repeat(40) }, /dev-network: it was reviewed with other code/],
  ["no commit", [{ "dev-network": change }], { tree: undefined }, /dev-network: it was reviewed with other code/],
  ["changes that no commit holds", [{ "dev-network": change }], { dirty: true }, /dev-network: it was reviewed with other code/],
  ["another estate", [{ "dev-network": change }], { estate: { file: "x", sha256: "e".repeat(64) } }, /with another estate/],
  ["another Terraform", [{ "dev-network": change }], { terraformVersion: "1.12.0" }, /another version of Terraform/],
  ["a rehearsal", [{ "dev-network": change }], { rehearsedOn: "f".repeat(40) }, /a plan of another kind/],
  ["a destroy", [{ "dev-network": change }], { kind: "destroy" }, /a plan of another kind/],
  ["another state", [{ "dev-network": { ...change, state: { lineage: "l", serial: 2 } } }], {}, /its state has moved on/],
  [
    "other outputs",
    [{ "dev-network": { ...change, upstreams: [{ stackId: "dev-iam", outputs: ["a"], sha256: "a".repeat(64) }] } }],
    {},
    /what it reads of other stacks has changed/,
  ],
  ["another change", [{ "dev-network": { change: { ...VPC, address: "aws_vpc.other" } } }], {}, /what would be done has changed/],
  [
    "another program in the same plan",
    [{ "dev-network": { change: { ...VPC, provisioners: ["local-exec"] } } }],
    {},
    /what would be done has changed/,
  ],
])("the new plan is applied, and asked about: %s", (_, reviewed, changes, why) => {
  const chosen = choice({ "dev-network": change }, reviewed, changes);
  expect(chosen.reviewed).toBe(false);
  expect(chosen.notes.join("\n")).toMatch(why);
  expect(chosen.plans.map(({ folder: plan }) => plan)).toEqual([expect.stringContaining("/plans/")]);
});

test("a reviewed plan of which a part is not to be done any more is not applied", () => {
  const chosen = choice({ "dev-network": change, "dev-iam": {} }, [{ "dev-network": change, "dev-iam": change }]);
  expect(chosen).toMatchObject({ reviewed: false, notes: ["dev-iam: what was reviewed is not to be done any more"] });
});

test("where one of several stacks is stale, all are planned anew: what was reviewed was reviewed as a whole", () => {
  const chosen = choice({ "dev-network": change, "dev-iam": change }, [
    { "dev-network": change },
    { "dev-iam": { change: { ...VPC, name: "x" } } },
  ]);
  expect(chosen.reviewed).toBe(false);
  expect(ids(chosen)).toEqual(["dev-network+dev-iam"]);
});

test("of several reviewed plans of a stack the one that still holds is taken", () => {
  const chosen = choice({ "dev-network": change }, [{ "dev-network": { change: { ...VPC, name: "x" } } }, { "dev-network": change }]);
  expect(chosen.reviewed).toBe(true);
  expect(chosen.plans[0]?.folder).toContain("plan-1");
});

test("where nothing changes, the new plan records that", () => {
  const chosen = choice({ "dev-network": {} }, [{ "dev-network": change }]);
  expect(chosen).toMatchObject({ reviewed: false, notes: ["nothing changes: that is recorded"] });
});

test("a reviewed plan's JSON that is not the one of its manifest is no evidence", () => {
  writePlan(join(folder(), "plans"), { "dev-network": change }, {}, LATER);
  const reviewed = writePlan(join(folder(), "reviewed"), { "dev-network": { change: { ...VPC, address: "aws_iam_user.evil" } } });
  // It says now what the new plan says, while the plan file does something else.
  writeFileSync(
    join(reviewed, "stacks/dev-network/plan.json"),
    readFileSync(join(findPlans(join(folder(), "plans"))[0]?.folder ?? "", "stacks/dev-network/plan.json")),
  );
  const [made] = findPlans(join(folder(), "plans"));
  if (!made) throw new Error("no plan");
  const chosen = choosePlans(made, findPlans(join(folder(), "reviewed")));
  expect(chosen.notes).toEqual([expect.stringMatching(/plan.json, which was reviewed, is not the one of its manifest/)]);
});

test("a folder whose manifest was changed is refused", () => {
  const reviewed = writePlan(join(folder(), "reviewed"), { "dev-network": change });
  writeFileSync(
    join(reviewed, "manifest.json"),
    readFileSync(join(reviewed, "manifest.json"), "utf8").replace('"dirty": false', '"dirty": true'),
  );
  expect(() => findPlans(join(folder(), "reviewed"))).toThrow("not the one that the folder is named after");
});
