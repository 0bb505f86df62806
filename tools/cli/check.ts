import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { ROOT } from "../support/project";
import { filesToLint } from "./lint-selection";
import { runCommand } from "./run-command";
import { runParts, type Part } from "./run-parts";

const CACHE = ".cache/check";

/** The longest first. The tests are last: they use every core by themselves. */
const partsOf = (linted: readonly string[], jestArguments: readonly string[]): Part[] => [
  ...(linted.length > 0 ? [{ name: "eslint", command: "eslint", args: ["--no-warn-ignored", ...linted] }] : []),
  { name: "types", command: "tsc", args: ["--noEmit", "--incremental", "--tsBuildInfoFile", `${CACHE}/types.json`] },
  { name: "knip", command: "knip", args: [] },
  {
    name: "prettier",
    command: "prettier",
    args: ["--check", ".", "--cache", "--cache-location", `${CACHE}/prettier`, "--cache-strategy", "content"],
  },
  { name: "access", command: "node", args: ["--import", "tsx", "tools/cli/access.ts", "--check", "--current"] },
  { name: "schema", command: "node", args: ["--import", "tsx", "tools/cli/schema.ts", "--check"] },
  {
    name: "tests",
    command: "jest",
    args: ["--selectProjects", "unit", "--maxWorkers=100%", "--errorOnDeprecated", ...jestArguments],
  },
];

const command = new Command("npm run check --")
  .description("Checks code, format, types, generated files and access, and runs the unit tests, all at the same time.")
  .argument("[jest arguments...]", "passed to Jest, behind another --: npm run check -- -- --onlyChanged")
  .action((jestArguments: string[]) => runCommand(() => check(jestArguments)));

async function check(jestArguments: readonly string[]): Promise<number> {
  const lint = filesToLint(join(ROOT, CACHE, "linted.json"));
  const parts = partsOf(lint.files, jestArguments);
  const failed = await runParts(parts, availableParallelism(), (text) => process.stdout.write(text));
  if (!failed.includes("eslint")) lint.remember();
  if (failed.length > 0) console.error(`failed: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

export default command;
if (require.main === module) void command.parseAsync();
