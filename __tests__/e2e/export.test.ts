import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import exampleFile from "../../config/example";
import { loadEstate } from "../../config/load";
import { stacksOf } from "../../config/layout";
import { ROOT, TYPESCRIPT } from "../../tools/support/project";
import type { Stack } from "../../tools/synth/stacks";
import { SHARED_STACKS } from "./support/applied-estate";
import { startWorkplace, writeEstate, type Workplace } from "./support/workplace";

/*
 * The exported folders, without CDKTF: Terraform finds nothing to do against the states of the project. `npm run test:long`
 * applies the whole example and plans each of its stacks; otherwise two stacks of the shared estate are planned. Three of
 * other kinds are planned by first-day.test.ts, and a unit test compares what Terraform reads of every stack.
 */

const LONG = process.env["LONG_TESTS"] !== undefined;
const EVERY = stacksOf(loadEstate()).map(({ id }) => id);
const SAMPLE = ["dev-iam", "dev-network"];
const PLANNED = LONG ? EVERY : SAMPLE;

let workplace: Workplace;
let out: string;

beforeAll(async () => {
  workplace = await startWorkplace(
    "export",
    LONG ? { applied: EVERY } : { estate: exampleFile, applied: SHARED_STACKS },
  );
  out = join(workplace.directory, "plain");
  const args = ["--require", TYPESCRIPT, "tools/cli/export.ts", "--out", out];
  // The estate that was applied: without lifecycle rules, but for the long form.
  const env = LONG
    ? process.env
    : { ...process.env, ESTATE: writeEstate(join(workplace.directory, "own"), exampleFile) };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" });
  expect({ code: status, output: stdout + stderr }).toExitWith(0);
});

afterAll(() => workplace.stop());

/** Runs Terraform in the exported folder of a stack, as its page says: without this project. */
function terraform(stack: Stack, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(workplace.tools.terraform.path, [...args, "-no-color"], {
    cwd: join(out, stack.id),
    env: workplace.environment(stack),
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

test("every stack is exported, and none with a file of CDKTF", () => {
  const without = EVERY.filter((id) => !existsSync(join(out, id, "main.tf.json")));
  expect(without).toEqual([]);
  expect(EVERY.filter((id) => existsSync(join(out, id, "cdk.tf.json")))).toEqual([]);
  expect(EVERY.length).toBeGreaterThan(30);
});

test.each(PLANNED)("%s is valid, terraform finds the state, and its plan is empty", (id) => {
  const stack = workplace.stack(id);
  const lock = readFileSync(join(out, id, ".terraform.lock.hcl"), "utf8");
  expect(terraform(stack, "init", "-input=false", "-lockfile=readonly")).toExitWith(0);
  expect(terraform(stack, "validate")).toExitWith(0);
  const planned = terraform(stack, "plan", "-input=false", "-detailed-exitcode", "-lock=false");
  expect(planned).toExitWith(0);
  expect(planned.output).toContain("No changes.");
  expect(readFileSync(join(out, id, ".terraform.lock.hcl"), "utf8")).toBe(lock);
});
