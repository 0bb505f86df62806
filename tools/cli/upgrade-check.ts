import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { trialVerdict } from "../trial/difference-lines";
import { tryLibraries } from "../trial/try-libraries";
import { runCommand } from "./run-command";

const BINDINGS = "@cdktf/provider-aws";

const command = new Command("npm run upgrade-check --")
  .description(
    `Tries another version of ${BINDINGS} in a temporary copy of the project: checks types, synthesizes every example estate, and prints what differs by resource. Exit code 0 if only the version of the Terraform provider differs, 2 if more differs, 1 for a failure.`,
  )
  .argument("<version>", `a version of ${BINDINGS}`)
  .action((version: string) => runCommand((signal) => upgradeCheck(version, signal), { usesEstate: false }));

async function upgradeCheck(version: string, signal: AbortSignal): Promise<number> {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new UserError(
      `the version must be exact, such as 21.22.1, got ${JSON.stringify(version)}. Run npm view ${BINDINGS} versions, and choose one.`,
    );
  const result = await tryLibraries({
    change: (manifest) => ({ ...manifest, dependencies: { ...manifest.dependencies, [BINDINGS]: version } }),
    print: console.log,
    signal,
  });
  const { lines, exitCode } = trialVerdict(result);
  console.log(lines.join("\n"));
  return exitCode;
}

export default command;
if (require.main === module) void command.parseAsync();
