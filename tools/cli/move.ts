import { join } from "node:path";
import { Command } from "commander";
import type { Move } from "../../config/address-files";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import { UserError } from "../../config/user-error";
import { carryOut, planMove, type MoveRequest, type MoveSide, type PlannedMove } from "../refactor/move-resources";
import { proveMove } from "../refactor/prove-move";
import { objectOf } from "../support/json";
import { counted, shellQuoted } from "../support/text";
import { stackJson } from "../synth/stacks";
import { lockLines, MOVE } from "../terraform/state/lock-info";
import { LockHeld, readLock } from "../terraform/state/state-lock";
import { versioningOf } from "../terraform/state/state-versions";
import { stateEncryption } from "../terraform/state/while-locked";
import { confirm } from "./confirm";
import { profileOption, runCommand } from "./run-command";
import { PROOFS, withStacks, type SingleStack } from "./single-stack";

interface Flags {
  readonly continue?: string;
  readonly yes?: string;
  readonly profile?: string;
}

/** Resources that go from one stack to another. */
interface Wanted {
  readonly source: string;
  readonly target: string;
  readonly moves: readonly Move[];
}

const command = new Command("npm run move --")
  .description(
    "Moves resources from the state of one stack to that of another, of the same account. The code must have them in the other stack already. Changes no resource in AWS.",
  )
  .argument("<from and to...>", "pairs of <stack>:<address>, the present place and the new one")
  .option("--continue <lock id>", "finish a move whose run was killed, if its locks have this id")
  .option("--yes <stack>", "move without asking, if this is the stack that gets the resources")
  .addOption(profileOption())
  .action((places: readonly string[], flags: Flags) => runCommand((signal) => move(places, flags, signal)));

async function move(
  places: readonly string[],
  { yes, profile, ...flags }: Flags,
  signal: AbortSignal,
): Promise<number> {
  const wanted = wantedOf(places);
  const { source: from, target: to, moves } = wanted;
  expectSameAccount(wanted);
  return withStacks([from, to], { profile, signal }, async ([source, target], directory) => {
    if (!source || !target) throw new Error("both stacks must be there");
    await expectVersions(source);
    const request: MoveRequest = {
      ...{ source: sideOf(source), target: sideOf(target), moves, continued: flags.continue },
      command: `npm run move -- ${places.map(shellQuoted).join(" ")}`,
      terraformVersion: source.terraformVersion,
    };
    await expectUnlocked(request);
    const planned = await planMove(request);
    const isDone = planned.source.next === undefined && planned.target.next === undefined;
    if (!planned.isBegun) expectInCode(source, target, moves);
    if (!isDone) {
      for (const { from: here, to: there } of moves) console.log(`${from}: ${here}\n  → ${to}: ${there}`);
      // A resource that is in both states must leave the first one, whatever the code says meanwhile.
      if (planned.isBegun) console.log(`the state of ${to} has what moves already: only that of ${from} changes`);
      else await prove({ source, target, planned, moves, directory });
      if (yes !== undefined && yes !== to) throw new UserError(`nothing was changed: --yes must be ${to}, got ${yes}`);
      if (yes === undefined) await confirm({ expected: to, option: `--yes ${to}`, signal });
    }
    if (signal.aborted) throw new UserError("interrupted before a state was written: both are unchanged");
    if (!isDone || flags.continue !== undefined) await carryOut(planned, request);
    console.log(`${counted(moves.length, "resource")} ${isDone ? "was already" : "is now"} in ${to}`);
    console.log(`next: npm run plan -- ${from} ${to}`);
    return 0;
  });
}

/** Prints what the next plans show. */
async function prove(of: {
  readonly source: SingleStack;
  readonly target: SingleStack;
  readonly planned: PlannedMove;
  readonly moves: readonly Move[];
  readonly directory: string;
}): Promise<void> {
  const { source, target, planned, moves, directory } = of;
  console.log("planning both stacks on their new states …");
  const sides = { source: { ...source, change: planned.source }, target: { ...target, change: planned.target } };
  const lines = await proveMove(sides, moves, join(directory, PROOFS));
  console.log(lines.length > 0 ? ["the next plans show:", ...lines].join("\n  ") : "both plans are empty");
}

const KEY = String.raw`(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?`;
/** `<stack>:<address>`, also in modules and with keys of count and for_each. */
const PLACE = new RegExp(`^([\\w-]+):((?:module\\.[\\w-]+${KEY}\\.)*([a-z][a-z0-9_]*)\\.[A-Za-z_][\\w-]*${KEY})$`);

/** @throws UserError unless all pairs have the same two stacks */
function wantedOf(places: readonly string[]): Wanted {
  const parsed = places.map((place) => {
    const [, stack = "", address = "", type = ""] = PLACE.exec(place) ?? [];
    if (address !== "") return { stack, address, type };
    throw new UserError(`a place must be <stack>:<address>, such as dev-network:aws_vpc.main_1234, got ${place}`);
  });
  const pairs = parsed.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: parsed[index + 1] }] : []));
  const moves = pairs.map(({ from, to }): Move => {
    if (!to) throw new UserError(`each place must have a new one after it, got ${from.stack}:${from.address} alone`);
    if (from.type !== to.type) throw new UserError(`${from.address} must keep its type, got ${to.address}`);
    return { from: from.address, to: to.address };
  });
  const [source = "", ...otherSources] = new Set(pairs.map(({ from }) => from.stack));
  const [target = "", ...otherTargets] = new Set(pairs.map(({ to }) => to?.stack ?? ""));
  if (otherSources.length + otherTargets.length > 0 || source === target)
    throw new UserError(`the pairs must lead from one stack to one other, got ${places.join(" ")}. Run the command once for each; within a stack: npm run refactor.`); // prettier-ignore
  for (const side of ["from", "to"] as const)
    if (new Set(moves.map((each) => each[side])).size < moves.length)
      throw new UserError("each address must be there once, got one twice");
  return { source, target, moves };
}

/** @throws UserError if the stacks are of two accounts: AWS can't move a resource */
function expectSameAccount({ source, target }: Wanted): void {
  const specs = stacksOf(loadEstate());
  const accounts = [source, target].flatMap((id) => specs.find((spec) => spec.id === id)?.account.name ?? []);
  const [one = "", other = one] = accounts;
  if (one !== other)
    throw new UserError(`${source} and ${target} must be of the same account, got ${one} and ${other}. AWS cannot move a resource to another account: create it there.`); // prettier-ignore
}

/** @throws UserError unless the code has every resource in its new place alone */
function expectInCode({ stack: source }: SingleStack, { stack: target }: SingleStack, moves: readonly Move[]): void {
  const has = (stack: typeof source, address: string): boolean => {
    const [type = "", name = ""] = address.split(".");
    return objectOf(objectOf(objectOf(stackJson(stack))["resource"])[type])[name] !== undefined;
  };
  const problems = moves.flatMap(({ from, to }) => [
    ...(has(source, from) ? [`${source.id} must not have ${from} any more. Remove it from the code first.`] : []),
    ...(has(target, to) ? [] : [`${target.id} must have ${to}, got none. Add it to the code first.`]),
  ]);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** Earlier versions of both states can be restored. The stacks of an account share a bucket. */
async function expectVersions({ stack, clients }: SingleStack): Promise<void> {
  if ((await versioningOf(clients.s3, stack.state)) === "Enabled") return;
  throw new UserError(`the bucket ${stack.state.bucket} must keep versions. Apply the bootstrap stack, which enables them; nothing was changed.`); // prettier-ignore
}

/** @throws UserError with the holder if another run has a lock; it names the option if that run did the same */
async function expectUnlocked({ source, target, command: own, continued }: MoveRequest): Promise<void> {
  for (const { s3, stack } of [source, target]) {
    const lock = await readLock(s3, stack);
    if (!lock) continue;
    const { info } = lock;
    if (info?.Operation !== MOVE || info.Info !== own) throw new LockHeld(stack, lock);
    if (continued === info.ID) continue;
    throw new UserError(`${stack.id} is locked by this move: ${lockLines(lock).join(", ")}. If that run has certainly ended, add --continue ${info.ID}.`); // prettier-ignore
  }
}

const sideOf = ({ stack, clients }: SingleStack): MoveSide => ({
  s3: clients.s3,
  stack,
  encryption: stateEncryption(stack),
});

export default command;
if (require.main === module) void command.parseAsync();
