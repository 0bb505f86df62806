import { Command } from "commander";
import { fillInIds, type FilledIn, recordMembers, type RecordedMembers } from "../accounts/members";
import { organizationOutputs } from "../accounts/organization-outputs";
import { idLines } from "../../config/account-ids";
import { estateFile } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import type { Estate } from "../../config/model";
import { memberIdOutput, stackId } from "../../config/naming";
import { organizationStack, waitingStacks } from "../../config/waiting";
import { runCommand, profileOption } from "./run-command";
import { CACHE } from "../support/project";

const command = new Command("npm run accounts --")
  .description(
    "Records the created members of the estate, and fills in the ids of those that AWS has created. Reads the state of the organization's stack with the credentials of the master account.",
  )
  .option("--record", "only write the record, <estate>.members.json, without Terraform and AWS", false)
  .addOption(profileOption())
  .action((flags: Flags) => runCommand((signal) => accounts(flags, signal)));

interface Flags {
  readonly record: boolean;
  readonly profile?: string;
}

async function accounts({ record: recordOnly, profile }: Flags, signal: AbortSignal): Promise<number> {
  const file = estateFile();
  const recorded = recordMembers(file);
  const { estate } = recorded;
  printRecorded(recorded);
  if (recordOnly) return 0;
  if (estate.waiting.length === 0) {
    const master = estate.organization ? "" : "no account of kind master, which creates members; ";
    console.log(`${master}no account waits for its id`);
    return 0;
  }
  const filled = fillInIds(file, await organizationOutputs({ estate, cacheDirectory: CACHE, profile, signal }));
  if (filled.ids.size > 0) printFilledIn(nameOf(file), recorded, filled);
  for (const account of filled.missing) console.error(missing(account, estate));
  return filled.missing.length > 0 ? 1 : 0;
}

function printRecorded({ file, added, count }: RecordedMembers): void {
  if (added.length > 0) console.log(`wrote ${file}: added ${added.join(", ")}`);
  else console.log(count > 0 ? `${file} lists every created member` : "the estate has no created member to record");
}

function printFilledIn(name: string, { estate, file }: RecordedMembers, { ids, written }: FilledIn): void {
  if (written) for (const [account, id] of ids) console.log(`wrote ${name}: ${account} is ${id}`);
  else console.log([`add to the accounts of ${name}:`, ...idLines(ids).map((line) => `  ${line}`)].join("\n"));

  const stackIds = waitingStacks(estate).flatMap(({ account, stackIds }) => (ids.has(account) ? stackIds : []));
  const others = stackIds.filter((id) => !id.endsWith("-bootstrap"));
  console.log(
    `\n${written ? "these stacks can be applied now" : "then these stacks can be applied"}: ${stackIds.join(", ")}`,
  );
  console.log(`next: commit ${name} and ${file}, then run`);
  console.log(`  npm run bootstrap -- ${[...ids.keys()].join(" ")}`);
  console.log(`  npm run plan -- ${others.join(" ")}`);
  const first = applications(estate, ids);
  if (first.length > 0)
    console.log(`a member's stack trusts roles of the application: apply ${first.join(", ")} first`);
}

/** The application stacks of the environments that these accounts are members of. */
function applications({ waiting }: Estate, ids: ReadonlyMap<string, string>): string[] {
  const environments = waiting
    .filter(({ account }) => ids.has(account))
    .flatMap(({ members }) => members.map(({ environment }) => environment));
  return [...new Set(environments)].map((environment) => stackId(environment, "application"));
}

function missing(account: string, estate: Estate): string {
  const stack = organizationStack(estate);
  const remedy = `Run npm run plan -- ${stack}, apply that plan, then run npm run accounts.`;
  return `${account}: ${stack} has no output ${memberIdOutput(account)}: it was not applied after the account was added. ${remedy}`;
}

export default command;
if (require.main === module) void command.parseAsync();
