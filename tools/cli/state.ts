import { Command } from "commander";
import { UserError } from "../../config/user-error";
import { heldTwice } from "../plans/held-imports";
import type { Stack } from "../synth/stacks";
import { chooseVersion, type Choice } from "../terraform/state/state-choice";
import { stateDifference, type StateDifference } from "../terraform/state/state-difference";
import type { S3 } from "../terraform/state/state-lock";
import type { StateDocument } from "../terraform/terraform";
import { stateEncryption, untilUnlocked } from "../terraform/state/while-locked";
import { restoreState } from "../terraform/state/state-restore";
import { readStateText } from "../terraform/state/state-text";
import { listVersions, readVersions, versioningOf, versionText } from "../terraform/state/state-versions";
import { confirm } from "./confirm";
import { lockTimeoutOption, profileOption, runCommand } from "./run-command";
import { withSingleStack, type SingleStack } from "./single-stack";
import { versionTable } from "./version-table";
import { messageOf } from "../support/errors";
import { utc } from "../support/time";
import { counted } from "../support/text";

interface HistoryFlags {
  readonly all: boolean;
  readonly profile?: string;
}

interface RestoreFlags {
  readonly version?: string;
  readonly otherLineage: boolean;
  readonly yes?: string;
  readonly profile?: string;
  readonly lockTimeout: number;
}

/** The number of versions that are read and shown without --all. */
const SHOWN = 20;

const command = new Command("npm run state --").description("Lists and restores versions of a stack's state.");

command
  .command("history <stack>")
  .description("Lists the versions of the state, newest first.")
  .option("--all", `list all versions, not only the newest ${SHOWN}`, false)
  .addOption(profileOption())
  .action((id: string, flags: HistoryFlags) =>
    runCommand((signal) =>
      withSingleStack(id, { profile: flags.profile, signal }, (single) => history(single, flags, signal)),
    ),
  );

command
  .command("restore <stack>")
  .description(
    "Writes an older version of the state as the newest one. Keeps all versions, and changes no resource in AWS.",
  )
  .option(
    "--version <id>",
    "the version, or the beginning of its id; default: the newest intact one, if the current one is damaged or deleted",
  )
  .option("--other-lineage", "allow a version of another lineage, which may be the state of other resources", false)
  .option("--yes <version id>", "restore without asking, if this is the version")
  .addOption(profileOption())
  .addOption(lockTimeoutOption())
  .action((id: string, flags: RestoreFlags) =>
    runCommand((signal) =>
      withSingleStack(id, { profile: flags.profile, signal }, (single) => restore(single, flags, signal)),
    ),
  );

async function history(
  { stack, clients: { s3 } }: SingleStack,
  { all }: HistoryFlags,
  signal: AbortSignal,
): Promise<number> {
  const listed = await listVersions(s3, stack.state, signal);
  const versioning = await versioningOf(s3, stack.state);
  if (versioning !== "Enabled") console.error(unversioned(stack.state.bucket, versioning));
  const { bucket, key } = stack.state;
  if (listed.length === 0) {
    console.log(`${stack.id} has never had a state (s3://${bucket}/${key})`);
    return 0;
  }
  const shown = all ? listed : listed.slice(0, SHOWN);
  console.log(versionTable(await readVersions(s3, stack.state, shown, signal)));
  if (shown.length < listed.length)
    console.log(`${counted(listed.length - shown.length, "older version")}: use --all to list them`);
  return 0;
}

async function restore(single: SingleStack, flags: RestoreFlags, signal: AbortSignal): Promise<number> {
  const { stack, clients, terraformVersion } = single;
  const { s3 } = clients;
  const versioning = await versioningOf(s3, stack.state);
  if (versioning !== "Enabled")
    throw new UserError(`${stack.id}: nothing was changed: ${unversioned(stack.state.bucket, versioning)}`);
  await untilUnlocked(s3, stack, {
    seconds: flags.lockTimeout * 60,
    onWait: (holder) => {
      console.error(`${stack.id} waits for its lock: ${holder}`);
    },
    signal,
  });
  const versions = await readVersions(s3, stack.state, await listVersions(s3, stack.state, signal), signal);
  const choice = chooseVersion(stack.id, versions, flags);
  const { versionId } = choice.version;
  await show(single, choice);
  if (flags.yes !== undefined && flags.yes !== versionId)
    throw new UserError(
      `nothing was changed: --yes must be ${versionId}, the version to restore, got ${flags.yes}. Correct it.`,
    );
  if (flags.yes === undefined) await confirm({ expected: stack.id, option: `--yes ${versionId}`, signal });
  const restored = await restoreState(s3, stack, {
    choice,
    encryption: stateEncryption(stack),
    terraformVersion,
    signal,
  });
  console.log(`restored ${stack.id}: its newest version is ${restored.versionId} with serial ${restored.serial}`);
  await verify(single, restored);
  console.log(`next: run npm run plan -- ${stack.id} to see where AWS differs from this state`);
  return 0;
}

/** Shows which resources would change, by address. */
async function show({ stack, clients: { s3 } }: SingleStack, { version, current }: Choice): Promise<void> {
  const text = async (versionId: string) => readStateText(await versionText(s3, stack.state, versionId)).state;
  const chosen = await text(version.versionId);
  if (!chosen) throw new Error(`the version ${version.versionId} is damaged, but was intact when it was listed`);
  const newest = current.summary ? await text(current.versionId) : undefined;
  const { summary, time } = version;
  const state = current.isDeletion
    ? "is deleted"
    : current.summary
      ? `has serial ${current.summary.serial}`
      : `is damaged (${current.damage ?? ""})`;
  console.log(
    [
      `${stack.id}: version ${version.versionId} of ${utc(time)}, serial ${summary.serial}, Terraform ${summary.terraformVersion}, ${counted(summary.resources, "resource")}`,
      `the current one, of ${utc(current.time)}, ${state}`,
      ...differenceLines(stateDifference(newest, chosen)),
      ...(await twiceLines(stack, chosen, s3)),
    ].join("\n"),
  );
}

/** What a move has since taken to another state. A plan that would destroy it is blocked. */
async function twiceLines(stack: Stack, chosen: StateDocument, s3: S3): Promise<string[]> {
  try {
    const lines = await heldTwice(chosen, stack, s3);
    if (lines.length === 0) return [];
    return [`  in another state too (${lines.length}). After the restore, remove them from this one:`, ...lines.map((line) => `    ${line}`)]; // prettier-ignore
  } catch (error) {
    // Another state may be damaged as well, and one of them must be restored first.
    return [`  whether another state has them too is unknown: ${messageOf(error)}`];
  }
}

function differenceLines({ onlyInCurrent, onlyInVersion, otherId, otherValues, same }: StateDifference): string[] {
  const list = (title: string, addresses: readonly string[]) =>
    addresses.length === 0
      ? []
      : [`  ${title} (${addresses.length}):`, ...addresses.map((address) => `    ${address}`)];
  return [
    ...list("removed from the state, still in AWS", onlyInCurrent),
    ...list("added to the state", onlyInVersion),
    ...list("another resource with the same address", otherId),
    ...list("the same resource with other values", otherValues),
    `  the same (${same})`,
  ];
}

/** Verifies that Terraform reads the restored state. */
async function verify(
  { stack, terraform }: SingleStack,
  { serial, lineage }: { serial: number; lineage: string },
): Promise<void> {
  await terraform.init();
  const state = await terraform.statePull();
  if (state?.serial === serial && state.lineage === lineage) return;
  throw new UserError(
    `${stack.id}: the serial must be ${serial}, got ${state?.serial ?? "none"}: another process wrote the state meanwhile. Compare the versions: npm run state -- history ${stack.id}`,
  );
}

function unversioned(bucket: string, versioning: "Suspended" | "Off"): string {
  const what = versioning === "Off" ? "keeps no versions" : "has suspended versioning";
  return `the bucket ${bucket} ${what}. Apply the bootstrap stack, which enables versioning.`;
}

export default command;
if (require.main === module) void command.parseAsync();
