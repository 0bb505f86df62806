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
    "Records the created members of the estate, and gives those that AWS has made their id. Reads the state of the organization's stack: with the master account's credentials.",
  )
  .option("--record", "only the record, <estate>.members.json: no Terraform, no AWS", false)
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
  tellRecorded(recorded);
  if (recordOnly) return 0;
  if (estate.waiting.length === 0) {
    const master = estate.organization ? "" : "no account is of kind master, which would create members; ";
    console.log(`${master}nothing waits for an account's id`);
    return 0;
  }
  const filled = fillInIds(file, await organizationOutputs({ estate, cacheDirectory: CACHE, profile, signal }));
  if (filled.ids.size > 0) tellFilledIn(nameOf(file), recorded, filled);
  for (const account of filled.missing) console.error(missing(account, estate));
  return filled.missing.length > 0 ? 1 : 0;
}

function tellRecorded({ file, added }: RecordedMembers): void {
  const what = added.length > 0 ? `wrote ${file}: added ${added.join(", ")}` : `${file} lists every created member`;
  console.log(what);
}

function tellFilledIn(name: string, { estate, file }: RecordedMembers, { ids, written }: FilledIn): void {
  if (written) for (const [account, id] of ids) console.log(`wrote ${name}: ${account} is ${id}`);
  else console.log([`add to the accounts of ${name}:`, ...idLines(ids).map((line) => `  ${line}`)].join("\n"));

  const stackIds = waitingStacks(estate).flatMap(({ account, stackIds }) => (ids.has(account) ? stackIds : []));
  const others = stackIds.filter((id) => !id.endsWith("-bootstrap"));
  console.log(`\n${written ? "these" : "with them these"} stacks can be applied: ${stackIds.join(", ")}`);
  console.log(`next: commit ${name} and ${file}, and`);
  console.log(`  npm run bootstrap -- ${[...ids.keys()].join(" ")}`);
  console.log(`  npm run plan -- ${others.join(" ")}`);
  const first = applications(estate, ids);
  if (first.length > 0)
    console.log(`a member's stack trusts roles of the application: ${first.join(", ")} must be there before it`);
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
  const remedy = `npx cdktf apply ${stack}, then: npm run accounts`;
  return `${account}: ${stack} has no output ${memberIdOutput(account)}, it was not applied since the account is in the estate; ${remedy}`;
}

void command.parseAsync();
