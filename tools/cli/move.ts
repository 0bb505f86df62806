import { join } from "node:path";
import { Command } from "commander";
import type { Move } from "../../config/address-files";
import { stacksOf } from "../../config/layout";
import { loadEstate } from "../../config/load";
import { UserError } from "../../config/user-error";
import {
  carryOut,
  planMove,
  type MoveRequest,
  type MoveSide,
  type PlannedMove,
  type StateChange,
} from "../refactor/move-resources";
import { proveMove } from "../refactor/prove-move";
import { objectOf } from "../support/json";
import { counted, shellQuoted } from "../support/text";
import { stackJson, type Stack } from "../synth/stacks";
import { stateKeysOf } from "../terraform/state/bucket-states";
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

/** A stack of a move. */
interface Side extends MoveSide, Pick<SingleStack, "terraformIn" | "terraformVersion"> {
  /** Its synthesized output. @default the estate no longer has it */
  readonly code?: Stack;
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
  const present = presentStacks(wanted);
  return withStacks(present, { profile, signal }, async (singles, directory) => {
    const [source, target] = [await sideOf(from, singles), await sideOf(to, singles)];
    await expectVersions(source);
    const request: MoveRequest = {
      ...{ source, target, moves, continued: flags.continue },
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
      if (yes !== undefined && yes !== to)
        throw new UserError(`nothing was changed: --yes must be ${to}, got ${yes}. Correct it.`);
      if (yes === undefined) await confirm({ expected: to, option: `--yes ${to}`, signal });
    }
    if (signal.aborted) throw new UserError("interrupted before a state was written: both are unchanged");
    if (!isDone || flags.continue !== undefined) await carryOut(planned, request);
    console.log(`${counted(moves.length, "resource")} ${isDone ? "was already" : "is now"} in ${to}`);
    console.log(`next: npm run plan -- ${present.join(" ")}`);
    return 0;
  });
}

/** Prints what the next plans show. */
async function prove(of: {
  readonly source: Side;
  readonly target: Side;
  readonly planned: PlannedMove;
  readonly moves: readonly Move[];
  readonly directory: string;
}): Promise<void> {
  const { source, target, planned, moves, directory } = of;
  console.log(source.code ? "planning both stacks on their new states …" : `the code no longer has ${source.stack.id}: planning ${target.stack.id} on its new state …`); // prettier-ignore
  const side = ({ code, terraformIn }: Side, change: StateChange) => code && { stack: code, terraformIn, change };
  const [left, arrived] = [side(source, planned.source), side(target, planned.target)];
  if (!arrived) throw new Error(`the code must have ${target.stack.id}`);
  const lines = await proveMove({ source: left, target: arrived }, moves, join(directory, PROOFS));
  console.log(lines.length > 0 ? ["the next plans show:", ...lines].join("\n  ") : "nothing else would change");
}

const KEY = String.raw`(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?`;
/** `<stack>:<address>`, also in modules and with keys of count and for_each. */
const PLACE = new RegExp(`^([\\w-]+):((?:module\\.[\\w-]+${KEY}\\.)*([a-z][a-z0-9_]*)\\.[A-Za-z_][\\w-]*${KEY})$`);

/** @throws UserError unless all pairs have the same two stacks */
function wantedOf(places: readonly string[]): Wanted {
  const parsed = places.map((place) => {
    const [, stack = "", address = "", type = ""] = PLACE.exec(place) ?? [];
    if (address !== "") return { stack, address, type };
    throw new UserError(
      `a place must be <stack>:<address>, such as dev-network:aws_vpc.main_1234, got ${place}. Copy the address from a plan.`,
    );
  });
  const pairs = parsed.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: parsed[index + 1] }] : []));
  const moves = pairs.map(({ from, to }): Move => {
    if (!to)
      throw new UserError(`each place must have a new one after it, got ${from.stack}:${from.address} alone. Add it.`);
    if (from.type !== to.type)
      throw new UserError(`${from.address} must keep its type, got ${to.address}. Name a resource of its type.`);
    return { from: from.address, to: to.address };
  });
  const [source = "", ...otherSources] = new Set(pairs.map(({ from }) => from.stack));
  const [target = "", ...otherTargets] = new Set(pairs.map(({ to }) => to?.stack ?? ""));
  if (otherSources.length + otherTargets.length > 0 || source === target)
    throw new UserError(`the pairs must lead from one stack to one other, got ${places.join(" ")}. Run the command once for each; within a stack: npm run refactor.`); // prettier-ignore
  for (const side of ["from", "to"] as const) {
    const addresses = moves.map((each) => each[side]);
    const twice = addresses.find((address, index) => addresses.indexOf(address) < index);
    if (twice !== undefined)
      throw new UserError(`each address must be there once, got ${twice} twice. Leave one of its pairs out.`);
  }
  return { source, target, moves };
}

/**
 * Those of the two stacks that the estate has; both if it has neither.
 *
 * @throws UserError if the stacks are of two accounts: AWS can't move a resource
 */
function presentStacks({ source, target }: Wanted): readonly string[] {
  const specs = stacksOf(loadEstate());
  const own = [source, target].flatMap((id) => specs.find((spec) => spec.id === id) ?? []);
  const [one = "", other = one] = own.map(({ account }) => account.name);
  if (one !== other)
    throw new UserError(`${source} and ${target} must be of the same account, got ${one} and ${other}. AWS cannot move a resource to another account: create it there.`); // prettier-ignore
  return own.length > 0 ? own.map(({ id }) => id) : [source, target];
}

/** @throws UserError unless the code has every resource in its new place alone */
function expectInCode({ code: source }: Side, { stack: { id }, code: target }: Side, moves: readonly Move[]): void {
  if (!target)
    throw new UserError(`${id} must be a stack of the estate, got one that it no longer has. Put it back to move resources there.`); // prettier-ignore
  const has = (stack: Stack, address: string): boolean => {
    const [type = "", name = ""] = address.split(".");
    return objectOf(objectOf(objectOf(stackJson(stack))["resource"])[type])[name] !== undefined;
  };
  const problems = moves.flatMap(({ from, to }) => [
    ...(source && has(source, from)
      ? [`${source.id} must not have ${from} any more, got it in the code. Remove it there first.`]
      : []),
    ...(has(target, to) ? [] : [`${target.id} must have ${to}, got none. Add it to the code first.`]),
  ]);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** Earlier versions of both states can be restored. The stacks of an account share a bucket. */
async function expectVersions({ stack: { state }, s3 }: Side): Promise<void> {
  const versioning = await versioningOf(s3, state);
  if (versioning === "Enabled") return;
  throw new UserError(`nothing was changed: the bucket ${state.bucket} must keep versions, got versioning that is ${versioning.toLowerCase()}. Apply the bootstrap stack, which enables it.`); // prettier-ignore
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

/**
 * One of the stacks, with its state. One that the estate no longer has is found by its state in the bucket of the other
 * one: only stacks of one account share a bucket.
 */
async function sideOf(id: string, singles: readonly SingleStack[]): Promise<Side> {
  const [any] = singles;
  const single = singles.find(({ stack }) => stack.id === id) ?? any;
  if (!single) throw new Error("one of the stacks must be in the estate");
  const { stack, clients, terraformIn, terraformVersion } = single;
  const side = { s3: clients.s3, encryption: stateEncryption(stack), terraformIn, terraformVersion };
  if (stack.id === id) return { ...side, stack, code: stack };
  const { bucket } = stack.state;
  const [key, ...others] = await stateKeysOf(clients.s3, bucket, id);
  if (key !== undefined && others.length === 0) return { ...side, stack: { id, state: { ...stack.state, key } } };
  const got = key === undefined ? "neither" : [key, ...others].join(" and ");
  throw new UserError(`${id} must be a stack of the estate or have one state in ${bucket}, got ${got}. Correct its name, or put it back into the code.`); // prettier-ignore
}

export default command;
if (require.main === module) void command.parseAsync();
