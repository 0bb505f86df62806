import { Command, Option } from "commander";
import {
  fillInIds,
  type FilledIn,
  joinedMembers,
  recordMembers,
  type RecordedMembers,
  unrecordedJoining,
} from "../accounts/members";
import { organizationOutputs } from "../accounts/organization-outputs";
import { idLines } from "../../config/account-ids";
import { estateFile } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import type { Estate } from "../../config/model";
import { memberIdOutput, stackId } from "../../config/naming";
import { UserError } from "../../config/user-error";
import { organizationStack, waitingStacks } from "../../config/waiting";
import { runCommand, profileOption } from "./run-command";
import { CACHE } from "../support/project";

const STEPS = ["record", "status", "invite", "accept", "close"];

const command = new Command("npm run accounts --")
  .description(
    "Records the members of the organization, and fills in the ids of accounts that AWS has created. Reads AWS and the state of the organization's stack with the credentials of the master account.",
  )
  .option("--record", "only record the created members in <estate>.members.json, without Terraform and AWS", false)
  .addOption(step("--status", "list the member accounts, where each is, and what to do next"))
  .addOption(step("--invite <account>", "invite an account with joins: true to the organization"))
  .addOption(step("--accept <account>", "accept the invitation, with the account's own credentials"))
  .addOption(step("--close <account>", "close a retired account for good"))
  .option("--yes <account>", "confirm --accept or --close without a terminal: the account's name")
  .addOption(profileOption())
  .action((flags: Flags) => runCommand((signal) => accounts(flags, signal)));

/** An option that excludes the other steps. */
function step(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.conflicts(STEPS.filter((name) => name !== option.attributeName()));
}

interface Flags {
  readonly record: boolean;
  readonly status?: true;
  readonly invite?: string;
  readonly accept?: string;
  readonly close?: string;
  readonly yes?: string;
  readonly profile?: string;
}

async function accounts(flags: Flags, signal: AbortSignal): Promise<number> {
  const { status, invite, accept, close, yes, profile } = flags;
  if (yes !== undefined && (accept ?? close) === undefined)
    throw new UserError(`--yes must come with --accept or --close, got neither. Remove it.`);
  if (status === undefined && (invite ?? accept ?? close) === undefined) return record(flags, signal);
  // Lazily: the clients of AWS load slowly.
  const membership = await import("./membership.js");
  const options = { profile, yes, signal };
  if (invite !== undefined) return membership.sendInvitation(invite, options);
  if (accept !== undefined) return membership.acceptInvitation(accept, options);
  if (close !== undefined) return membership.closeMember(close, options);
  return membership.printStatus(options);
}

async function record({ record: recordOnly, profile }: Flags, signal: AbortSignal): Promise<number> {
  const file = estateFile();
  const recorded = recordMembers(file);
  printRecorded(recorded);
  if (recordOnly) return 0;
  await recordJoined(file, recorded, profile);
  return fillIn(file, recorded, signal, profile);
}

/** Records the invited members that have joined, and says what is next. */
async function recordJoined(file: string, { estate, file: name }: RecordedMembers, profile?: string): Promise<void> {
  if (unrecordedJoining(estate).length === 0) return;
  const { accountsOf } = await import("../accounts/account-clients.js");
  const joined = await joinedMembers(estate, accountsOf(estate, profile));
  for (const { name: waiting } of unrecordedJoining(estate))
    if (!joined.includes(waiting))
      console.log(`${waiting} has not joined the organization: npm run accounts -- --status`);
  if (joined.length === 0) return;
  printRecorded(recordMembers(file, joined));
  console.log(
    `next: commit ${name}, then run npm run plan -- ${organizationStack(estate)}, which imports ${joined.join(", ")}`,
  );
}

async function fillIn(file: string, recorded: RecordedMembers, signal: AbortSignal, profile?: string): Promise<number> {
  const { estate } = recorded;
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
