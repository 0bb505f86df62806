import { rehearsal } from "../../../tools/rehearsal/rehearse";
import type { ProofResult } from "../../../tools/rehearsal/proof";
import type { ApplyReport } from "../../../tools/rehearsal/apply-stacks";
import type { DestroyReport } from "../../../tools/rehearsal/destroy-stacks";
import type { DestroyedStack } from "../../../tools/rehearsal/stack-destruction";

const applied: ApplyReport = { ok: true, stacks: [], steps: [] };
const proof = { account: "dev", claim: "it is so", check: () => Promise.resolve() };
const holds: ProofResult = { proof };
const fails: ProofResult = { proof, error: new Error("it is not") };
const destroyed = (ok: boolean, ...statuses: DestroyedStack["status"][]): DestroyReport => ({
  ok,
  stacks: statuses.map((status) => ({ status }) as DestroyedStack),
});

test("a rehearsal is ok if every apply, every proof and every destruction succeeded", () => {
  expect(rehearsal(applied, [holds, holds])).toEqual({
    ok: true,
    applied,
    proofs: [holds, holds],
    destroyed: undefined,
  });
  expect(rehearsal(applied, [holds], destroyed(true, "destroyed", "kept")).ok).toBe(true);
});

test.each<[string, Parameters<typeof rehearsal>]>([
  ["a stack was not applied, or has unexpected changes", [{ ok: false, stacks: [], steps: [] }, [holds]]],
  ["one proof does not hold", [applied, [holds, fails, holds]]],
  ["there are no proofs", [applied, []]],
  ["a destroy failed", [applied, [holds], destroyed(false, "failed")]],
  ["one proof does not hold and all stacks were destroyed", [applied, [fails], destroyed(true, "destroyed")]],
  ["an applied stack has no state", [applied, [holds], destroyed(true, "destroyed", "absent")]],
])("is not ok where %s", (_what, args) => {
  expect(rehearsal(...args).ok).toBe(false);
});
