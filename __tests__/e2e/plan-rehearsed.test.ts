import { existsSync } from "node:fs";
import { join } from "node:path";
import exampleFile from "../../config/example";
import type { EstateFile } from "../../config/schema";
import { found } from "../support/estates";
import { startClone, type Clone } from "./support/clone";

/* What a reviewer sees without credentials: a plan on an emulator that holds the main branch. */

let clone: Clone;
let summary: string;

beforeAll(async () => {
  clone = await startClone("plan-rehearsed", { estate: structuredClone<EstateFile>(exampleFile) });
  // No profile, no key, no endpoint: the user has no AWS.
  for (const name of ["ESTATE_PROFILE", "AWS_CONFIG_FILE", "AWS_ENDPOINT_URL"])
    Reflect.deleteProperty(clone.environment, name);
  clone.git("checkout", "--quiet", "-b", "change");
});

afterAll(() => clone.stop());

test("shows what the change creates, changes, replaces and destroys, compared with the main branch", async () => {
  const changed = structuredClone<EstateFile>(exampleFile);
  const dev = found(changed.environments, "dev");
  dev.securityGroups = { ...dev.securityGroups, batch: { work: "application" } }; // made
  found(dev.securityGroups, "web").ingress = []; // a rule goes from its group
  found(dev.securityGroups, "web").egress = []; // deletes an egress rule, which is its own resource
  dev.chargeCode = "platform-0009"; // tags change
  delete dev.members?.["partner-lab"]; // a stack goes
  clone.change(changed);

  // Of the selected stacks only the affected ones, on top of the commit that they are compared with.
  const { code, output } = await clone.run("plan", "--rehearse", "--affected", "main", "dev-network", "ci-network");
  expect(output).toMatch(/^dev-network .* is removed\n +the provider: default_tags$/m);
  expect(output).toMatch(/dev-network +planned \(/);
  expect(output).not.toMatch(/ci-network +planned/);
  expect({ code, output }).toExitWith(2);
  const folder = clone.lastPlan();
  summary = clone.read(join(folder, "summary.md"));
  expect(summary).toMatch(/rehearsed/i);
  expect(summary).toContain(clone.git("rev-parse", "main").slice(0, 7));
  const { stacks } = JSON.parse(clone.read(join(folder, "summary.json"))) as {
    stacks: { id: string; review: { counts: Record<string, number> } }[];
  };
  expect(stacks.map(({ id }) => id)).toEqual(["dev-network"]);
  expect(stacks[0]?.review.counts).toMatchObject({ create: expect.any(Number) as number, destroy: 1, replace: 0 });
  expect(stacks[0]?.review.counts["create"]).toBeGreaterThan(0);
  expect(stacks[0]?.review.counts["update"]).toBeGreaterThan(0);
});

test("lists stacks that nothing manages any longer", () => {
  expect(summary).toContain("dev-member-partner-lab");
});

test("leaves no second checkout", () => {
  expect(clone.git("worktree", "list").split("\n")).toHaveLength(1);
  expect(clone.git("status", "--porcelain")).toBe("");
});

test("cannot be applied", async () => {
  const { code, output } = await clone.run("apply", clone.lastPlan());
  expect({ code, output }).toExitWith(1);
  expect(output).toMatch(/the plan is rehearsed: it was made on an emulator/);
});

test("a missing or unexpected base is refused before anything starts", async () => {
  const unknown = await clone.run("plan", "--rehearse", "--base", "nothing", "dev-network");
  expect(unknown).toMatchObject({
    code: 1,
    output: expect.stringContaining('--base must be a commit, a branch or a tag, got "nothing"') as string,
  });
  const alone = await clone.run("plan", "--base", "main", "dev-network");
  expect(alone).toMatchObject({
    code: 1,
    output: expect.stringContaining("--base main requires --rehearse") as string,
  });
  expect(existsSync(join(clone.directory, ".cache/plans"))).toBe(true);
});
