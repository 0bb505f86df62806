import { join } from "node:path";
import { checkDestroy } from "../../../tools/synth/selection";
import { writeOutput } from "../terraform/support/synthesized-output";
import { temporaryFolder } from "../terraform/support/temporary-folder";
import { readStacks } from "../../../tools/synth/read-stacks";

const folder = temporaryFolder();
const stacks = () =>
  readStacks(
    writeOutput(join(folder(), "out"), {
      network: {},
      database: { dependencies: ["network"] },
      application: { dependencies: ["network"] },
      iam: {},
    }),
  );
const check = (...ids: string[]) => {
  checkDestroy(stacks().filter(({ id }) => ids.includes(id)), stacks()); // prettier-ignore
};

test("what others need is destroyed together with them, or not at all: all of them are told", () => {
  expect(() => {
    check("network", "iam");
  }).toThrow(/select them too:\n {2}database needs network\n {2}application needs network$/);
});

test("what nobody needs, and what goes with all that need it, passes", () => {
  check("database");
  check("iam", "application");
  check("network", "database", "application");
});
