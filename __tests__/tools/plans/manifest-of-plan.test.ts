import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf, type StackSpec } from "../../../config/layout";
import type { Estate } from "../../../config/model";
import { groupsOf, groupsWith } from "../../../stacks/groups";
import { manifestOf } from "../../../tools/plans/manifest-of-plan";
import { readStacks } from "../../../tools/synth/read-stacks";
import { stacksToPlan } from "../../../tools/synth/selection";
import type { Stack } from "../../../tools/synth/stacks";
import { REFERENCE_PREFIX } from "../../../tools/synth/upstreams";
import { awkward, example } from "../../support/estates";
import { synthesize } from "../../support/synthesize";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { EMPTY_PLAN, PRESENT } from "./support/plan-folders";

const folder = temporaryFolder();

/** The manifest of a plan of these stacks, made by code that synthesized `stacks`. */
function manifestWith(stacks: readonly Stack[], ids: readonly string[], estate: Estate) {
  const states = stacksOf(estate).map(({ id }) => ({
    address: `data.terraform_remote_state.${REFERENCE_PREFIX}${id}`,
    values: { outputs: { any: `of ${id}` } },
  }));
  const plan = { ...EMPTY_PLAN, prior_state: { values: { root_module: { resources: states } } } };
  const planned = stacks.filter(({ id }) => ids.includes(id));
  const outcomes = planned.map((stack) => ({ stack, status: "changes", reasons: [], seconds: 1, plan }) as const);
  return manifestOf(outcomes, stacks, {
    estate,
    estateFile: "config/estate.ts",
    checkout: PRESENT.checkout,
    madeAt: "2026-01-02T03:04:05.678Z",
    connections: { providerSources: [], endpoints: {}, proxies: {}, caBundles: {}, passed: [] },
    terraform: { path: "terraform", version: "1.11.4" },
    providerVersion: "5.100.0",
    files: {},
  });
}

test.each([
  ["the example", example],
  ["an awkward estate", awkward],
])("of %s, a plan of part of the stacks has the same manifest if only those to plan are synthesized", (_, estateOf) => {
  const estate = estateOf();
  const synthesized = synthesize(estate);
  synthesized.writeTo(folder());
  const every = readStacks(folder());
  const specs = stacksOf(estate);
  const selections = [
    ...specs.map(({ id }) => [id]),
    ...estate.environments.map(({ name }) =>
      specs.filter((each) => each.environment?.name === name).map(({ id }) => id),
    ),
    ...estate.accounts.map(({ name }) => specs.filter(({ account }) => account.name === name).map(({ id }) => id)),
  ];
  let [followers, parts] = [0, 0];
  for (const ids of selections) {
    const selected = specs.filter(({ id }) => ids.includes(id));
    const toPlan = stacksToPlan(selected, estate) ?? [];
    const present = new Set(groupsWith(groupsOf(estate), toPlan).flatMap((group) => group.specs.map(({ id }) => id)));
    const entries = Object.entries(synthesized.manifest.stacks).filter(([id]) => present.has(id));
    const manifest = { ...synthesized.manifest, stacks: Object.fromEntries(entries) };
    writeFileSync(join(folder(), "manifest.json"), JSON.stringify(manifest));
    const part = readStacks(folder(), specs);
    if (part.length < every.length) parts++;
    const whole = manifestWith(every, ids, estate);
    expect(whole.stacks.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(manifestWith(part, ids, estate)).toEqual(whole);
    followers += whole.stacks.filter(({ after }) => after !== undefined).length;
  }
  expect(followers).toBeGreaterThan(0);
  expect(parts).toBeGreaterThan(specs.length / 2);
});

test("every stack is synthesized for a plan of every stack, or of more than a command line can name", () => {
  const specs = stacksOf(example());
  expect(stacksToPlan(specs, example())).toBeUndefined();
  expect(stacksToPlan(specs.slice(0, 1), example())).toEqual([specs[0]?.id]);
  const many = Array.from({ length: 151 }, (_, index) => ({ ...specs[0], id: `s-${index}` }) as StackSpec);
  expect(stacksToPlan(many, example())).toBeUndefined();
  expect(stacksToPlan(many.slice(1), example())).toHaveLength(150);
});
