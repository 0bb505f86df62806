import { join } from "node:path";
import { loadEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { findTools, proofsOf, rehearse, type Rehearsal } from "../../tools/rehearsal/rehearse";
import { createView } from "../../tools/terraform/view/create-view";
import { CACHE } from "./support/workplace";

/* The whole example: applied on the emulator, planned again, and inspected with the AWS SDK, one case each. */

const estate = loadEstate();
const specs = stacksOf(estate);
/** Used for the names only: the addresses are those of the real run. */
const proofs = proofsOf(estate, specs, estate.environments, "http://127.0.0.1:1");

let rehearsal: Rehearsal;

beforeAll(async () => {
  const tools = await findTools(CACHE);
  rehearsal = await rehearse({
    estate,
    environments: estate.environments,
    tools,
    directory: join(CACHE, "e2e-rehearsal"),
    view: () => createView({ env: { CI: "true" }, stream: process.stderr }),
  });
}, 30 * 60_000);

test.each(specs.map(({ id }) => id))("%s is applied, and the next plan is empty", (id) => {
  const report = rehearsal.applied.stacks.find(({ stack }) => stack.id === id);
  expect(report?.error).toBeUndefined();
  expect(report?.status).toBe("checked");
});

test.each(proofs.map(({ account, claim }, index) => [`${account}: ${claim}`, index] as const))(
  "%s",
  (_claim, index) => {
    const result = rehearsal.proofs[index];
    expect(result?.proof.claim).toBe(proofs[index]?.claim);
    expect(result?.error).toBeUndefined();
  },
);

test("the rehearsal reports success", () => {
  expect(rehearsal.ok).toBe(true);
});
