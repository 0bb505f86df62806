import fc from "fast-check";
import { Access } from "../../../../tools/access/decide/access";
import type { PathToAdministrator } from "../../../../tools/access/graph/access-graph";
import { accessGraphOf, stepsInto } from "../../../../tools/access/graph/access-graph-of";
import { affectedAccounts } from "../../../../tools/access/graph/affected-accounts";
import { differingPaths } from "../../../../tools/access/graph/differing-paths";
import { ACCOUNTS, change, modelFrom, recipe } from "./random-models";

/*
 * The law: without the accounts that a change does not affect, two models differ in the same steps and paths. Each way by
 * which a change affects another account has a case of its own in affected-accounts.test.ts: random models seldom meet it.
 */

/** What the runs met. */
const met = { full: 0, sparedPaths: 0, sparedSteps: 0, differing: 0 };

async function checkLaw(before: Access, after: Access): Promise<void> {
  const [then, now] = [(await accessGraphOf(before)).paths, (await accessGraphOf(after)).paths];
  const affected = affectedAccounts(before.model, after.model);
  if (JSON.stringify(then) !== JSON.stringify(now)) met.differing++;
  if (!affected) met.full++;
  const isAffected = ({ accountId }: PathToAdministrator) => !affected || affected.paths.has(accountId);
  expect(await differingPaths(before, after)).toEqual([then.filter(isAffected), now.filter(isAffected)]);
  const spared = now.filter((each) => !isAffected(each));
  expect(spared).toEqual(then.filter((each) => !isAffected(each)));
  if (spared.length > 0) met.sparedPaths++;
  for (const id of affected ? ACCOUNTS.filter((each) => !affected.steps.has(each)) : []) {
    const steps = await stepsInto(before, before.index.principalsOf(id));
    expect(await stepsInto(after, after.index.principalsOf(id))).toEqual(steps);
    if (steps.steps.length > 0) met.sparedSteps++;
  }
}

test("the steps and paths of accounts that a change does not affect are the same before and after", async () => {
  await fc.assert(
    fc.asyncProperty(recipe, change, (first, changed) =>
      checkLaw(new Access(modelFrom(first)), new Access(modelFrom(changed(first)))),
    ),
    { numRuns: 30, seed: 15 },
  );
  for (const count of Object.values(met)) expect(count).toBeGreaterThan(0);
});
