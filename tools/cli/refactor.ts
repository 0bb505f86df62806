import { realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { adoptionsFile, movesFile, type Moves } from "../../config/address-files";
import { stacksOf } from "../../config/layout";
import { estateFile, loadEstate } from "../../config/load";
import { nameOf } from "../../config/read-estate-file";
import { UserError } from "../../config/user-error";
import { compareVersions } from "../refactor/compare-versions";
import { joinMoves, moveProblems, renamedAdoptions, splitDone } from "../refactor/join-moves";
import { renamedOutputs } from "../refactor/renamed-outputs";
import { versionsSince } from "../refactor/versions-since";
import { writeAtomically } from "../support/files";
import { CACHE, newRunDirectory, ROOT } from "../support/project";
import { groupedBy } from "../support/order";
import { counted, oneLine } from "../support/text";
import { profileOption, runCommand } from "./run-command";

interface Flags {
  readonly base?: string;
  readonly done: boolean;
  readonly profile?: string;
}

const command = new Command("npm run refactor --")
  .description(
    "Finds resources whose address changed since another commit, proves that nothing else changed, and writes the moves into <estate>.moves.json. Includes uncommitted changes.",
  )
  .option("--base <ref>", "compare with the merge base of HEAD and this ref; default: the main branch")
  .option("--done", "instead, remove the moves that every state has from the file; reads the states in AWS", false)
  .addOption(profileOption())
  .action((flags: Flags) => runCommand((signal) => (flags.done ? removeDone(flags) : refactor(flags, signal))));

async function refactor({ base: ref }: Flags, signal: AbortSignal): Promise<number> {
  const { moves: existing = {}, adoptions = {} } = loadEstate();
  const file = realpathSync(estateFile());
  const directory = newRunDirectory(join(CACHE, "refactor"));
  try {
    const { base, before, now, stacks } = await versionsSince({
      root: ROOT,
      ref,
      estateFile: estateFile(),
      directory,
      signal,
    });
    console.log(`compared with ${base.slice(0, 12)}, the merge base with ${oneLine(ref ?? "the main branch")}`);
    const { moves, refusals } = compareVersions(before, now, existing);
    if (refusals.length > 0) throw new UserError(refused(refusals));
    const joined = joinMoves(existing, moves);
    const problems = moveProblems(joined, now, nameOf(movesFile(file)));
    if (problems.length > 0) throw new UserError(problems.join("\n"));
    const ids = Object.keys(moves);
    if (ids.length === 0) {
      console.log("no address changed");
      return 0;
    }
    for (const line of moveLines(moves)) console.log(line);
    write(movesFile(file), joined);
    const imports = renamedAdoptions(adoptions, moves);
    if (imports !== adoptions) write(adoptionsFile(file), imports);
    for (const { stack, readers } of renamedOutputs(before, now, stacks))
      console.log(`${stack} renames outputs that ${readers.join(", ")} read: apply ${stack} first, then plan ${readers.join(", ")}.`); // prettier-ignore
    console.log(`next: commit the file, then npm run plan -- ${ids.join(" ")}`);
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function refused(refusals: readonly string[]): string {
  const stackOf = (line: string) => line.slice(0, line.indexOf(": ") + 1);
  const byText = groupedBy(refusals, (line) => line.slice(stackOf(line).length).trim());
  return [
    "nothing was written: a refactoring must change addresses alone, got",
    ...[...byText].map(([text, lines]) => {
      const stacks = lines.map((line) => stackOf(line).slice(0, -1)).filter((id) => id !== "");
      return `  ${oneLine(stacks.length > 0 ? `${stacks.join(", ")}: ${text}` : text)}`;
    }),
    "Make other changes in a commit of their own, and name that commit: --base <ref>.",
  ].join("\n");
}

/** Reads the states of the stacks with moves, and keeps the moves that one of them still needs. */
async function removeDone({ base, profile }: Flags): Promise<number> {
  if (base !== undefined) throw new UserError(`--done must be the only option, got --base ${base}. Leave one out.`);
  const estate = loadEstate();
  const { moves = {} } = estate;
  const file = movesFile(realpathSync(estateFile()));
  // Lazily: the clients take a second to load.
  const { openAwsRun } = await import("../terraform/aws/aws-run.js");
  const { s3Of } = await import("../plans/promotion/record-store.js");
  const { stateAt } = await import("../terraform/state/state-position.js");
  const { awsProblem } = await import("../terraform/aws/aws-problem.js");
  const { env } = await openAwsRun({ estate, cacheDirectory: CACHE, profile });
  const addresses = new Map<string, ReadonlySet<string>>();
  for (const spec of stacksOf(estate).filter(({ id }) => moves[id] !== undefined)) {
    const state = await stateAt(s3Of(env)(spec), spec).catch((error: unknown) => {
      throw awsProblem(error, spec.id, { profile, account: spec.account.name }) ?? error;
    });
    if (state) addresses.set(spec.id, new Set(state.resources.map(({ type, name }) => `${type}.${name}`)));
  }
  const { done, open } = splitDone(moves, (id) => addresses.get(id));
  const lines = [...moveLines(done, "done"), ...moveLines(open, "not applied yet")];
  console.log(lines.length > 0 ? lines.join("\n") : `${nameOf(file)} has no moves`);
  if (Object.keys(done).length > 0) write(file, open);
  return 0;
}

/** The moves of each stack. Stacks with the same ones share their lines. */
function moveLines(moves: Moves, state?: string): string[] {
  return [...groupedBy(Object.keys(moves), (stack) => JSON.stringify(moves[stack]))].flatMap(([, stacks]) => {
    const list = moves[stacks[0] ?? ""] ?? [];
    return [
      `${stacks.join(", ")}: ${counted(list.length, "move")}${state === undefined ? "" : ` ${state}`}`,
      ...list.map(({ from, to }) => `  ${from} → ${to}`),
    ];
  });
}

function write(file: string, content: object): void {
  if (Object.keys(content).length === 0) {
    rmSync(file, { force: true });
    console.log(`removed ${nameOf(file)}: it has no entry left`);
    return;
  }
  writeAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
  console.log(`wrote ${nameOf(file)}`);
}

export default command;
if (require.main === module) void command.parseAsync();
