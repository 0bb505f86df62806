import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Move } from "../../config/address-files";
import { UserError } from "../../config/user-error";
import { GLOBAL, identityOf, instancesIn } from "../plans/held-imports";
import { messageOf } from "../support/errors";
import { isSame } from "../support/json";
import { isConflict } from "../terraform/aws/aws-problem";
import { MOVE } from "../terraform/state/lock-info";
import { deleteLock, LockHeld, readLock, type HeldLock, type Locked, type S3 } from "../terraform/state/state-lock";
import { stateObjectAt, type StateObject } from "../terraform/state/state-position";
import { takeStateLock, type StateEncryption } from "../terraform/state/while-locked";
import type { StateDocument } from "../terraform/terraform";
import {
  firstState,
  idAt,
  isIncomplete,
  isSingle,
  isTaintedAt,
  resourceAt,
  withCopies,
  withoutResources,
} from "./state-edit";

/** A stack whose state loses or gets resources. */
export interface MoveSide {
  readonly s3: S3;
  /** @default of its region nothing is known */
  readonly stack: Locked & { readonly region?: string };
  readonly encryption: StateEncryption;
}

export interface MoveRequest {
  readonly source: MoveSide;
  readonly target: MoveSide;
  /** Addresses in the source, and in the target. */
  readonly moves: readonly Move[];
  /** The command that finishes this move: both locks contain it. */
  readonly command: string;
  readonly terraformVersion: string;
  /** The id of the locks that a killed run of this move left. @default none: both states must be unlocked */
  readonly continued?: string;
}

/** A state's object and the text that replaces it. */
export interface StateChange {
  /** The present text. @default there is no state yet */
  readonly text?: string;
  readonly etag?: string;
  /** @default the state stays as it is */
  readonly next?: string;
}

export interface PlannedMove {
  readonly source: StateChange;
  readonly target: StateChange;
  /** Whether an earlier run ended in the middle: it had written the target, with everything that moves. */
  readonly isBegun: boolean;
}

/**
 * Reads both states and decides how they change. A resource in both is what a killed run leaves, or the restore of an
 * earlier state: it is removed from the source, also from a module or a resource with count or for_each.
 * @throws UserError if a resource is in neither, is another or a tainted one in the target, or cannot be moved
 */
export async function planMove({ source, target, moves, terraformVersion }: MoveRequest): Promise<PlannedMove> {
  const [one, other] = [await readState(source), await readState(target)];
  const problems = moves.flatMap((move) => problemsOf(move, one.state, other.state, { source, target }));
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  const copied = moves.filter(({ to }) => resourceAt(other.state, to) === undefined);
  const removed = moves.filter(({ from }) => resourceAt(one.state, from) !== undefined);
  const change = ({ text, etag }: StateChange, next?: string): StateChange => ({ text, etag, next });
  const from = one.text ?? "";
  return {
    source: change(one, removed.length > 0 ? withoutResources(from, removed) : undefined),
    target: change(other, copied.length > 0 ? withCopies(other.text ?? firstState(terraformVersion), from, copied) : undefined), // prettier-ignore
    isBegun: copied.length === 0,
  };
}

/**
 * Writes the target's state, then the source's, and holds both locks meanwhile. So a resource is in one state at least. If
 * the run ends in the middle, the locks stay and keep others away: the same command with `continued` finishes it.
 * @throws UserError if a state is locked, or has changed since it was read; nothing was written then
 */
export async function carryOut(planned: PlannedMove, request: MoveRequest): Promise<void> {
  const { source, target, continued } = request;
  const id = continued ?? randomUUID();
  let isOpen = planned.isBegun && planned.source.next !== undefined;
  const taken: { readonly side: MoveSide; readonly lock: HeldLock }[] = [];
  try {
    for (const side of [source, target]) taken.push({ side, lock: await lockFor(side, id, request) });
    await expectSame(source, planned.source);
    await expectSame(target, planned.target);
    isOpen ||= planned.target.next !== undefined; // from here on, an error leaves it unknown what was written
    await write(target, planned.target);
    await write(source, planned.source);
    isOpen = false;
  } catch (error) {
    if (!isOpen || taken.length < 2) throw error;
    throw new UserError(
      `the move is not finished (${messageOf(error)}). Both states stay locked until it is: ${request.command} --continue ${id}`,
      { cause: error },
    );
  } finally {
    if (!isOpen) for (const { side, lock } of taken.reverse()) await deleteLock(side.s3, side.stack, lock);
  }
}

async function lockFor(side: MoveSide, id: string, request: MoveRequest): Promise<HeldLock> {
  const { s3, stack, encryption } = side;
  const { command: info, terraformVersion, continued } = request;
  const held = continued === undefined ? undefined : await readLock(s3, stack);
  if (held && held.info?.ID !== continued) throw new LockHeld(stack, held);
  return takeStateLock(s3, stack, { operation: MOVE, info, terraformVersion, encryption, id, replaced: held });
}

/** The state's object. Without properties if there is none yet. */
async function readState({ s3, stack }: MoveSide): Promise<Partial<StateObject>> {
  return (await stateObjectAt(s3, stack)) ?? {};
}

function problemsOf(
  { from, to }: Move,
  one: StateDocument | undefined,
  other: StateDocument | undefined,
  { source, target }: Pick<MoveRequest, "source" | "target">,
): string[] {
  const [left, arrived] = [resourceAt(one, from), resourceAt(other, to)];
  const [here, there] = [`${source.stack.id}: ${from}`, `${target.stack.id}: ${to}`];
  if (left && arrived) {
    if (!one || !other || !isSameThing(one, other, { from, to }, [source.stack.region, target.stack.region]))
      return [`${there} must not be in its state yet, got another resource than ${here}. Remove one of them first.`];
    // The next apply would replace it: the thing that moves would be destroyed.
    const untaint = `Run terraform untaint ${to} in the folder of ${target.stack.id} (docs/applying.md, "When an apply is killed")`;
    return isTaintedAt(other, to) ? [`${there} must be created completely, got a tainted one. ${untaint}.`] : [];
  }
  if (arrived) return [];
  if (!left) return [`${here} must be in its state, got none. Apply ${source.stack.id} first, or correct the address.`];
  if (isIncomplete(left))
    return [`${here} must be created completely, got a tainted or deposed one. Apply ${source.stack.id} first.`];
  const keyed = "must be one resource, got one in a module or with count or for_each. Write it as one resource";
  return [...(isSingle(left) ? [] : [`${here} ${keyed}.`]), ...(isPlain(to) ? [] : [`${there} ${keyed}.`])];
}

/**
 * Whether two states hold the same thing in AWS. An id may be a name, which is another thing elsewhere; what exists in
 * states alone must be equal.
 */
function isSameThing(
  one: StateDocument,
  other: StateDocument,
  { from, to }: Move,
  [here, there]: readonly [string?, string?],
): boolean {
  const objectAt = ({ resources }: StateDocument, address: string, own?: string) => {
    const current = resources.map((each) => ({ ...each, instances: each.instances.filter(({ deposed }) => deposed === undefined) })); // prettier-ignore
    const found = instancesIn(current).find((each) => each.address === address);
    return found && { ...found, region: found.region ?? own, thing: identityOf(found.type, found.attributes) };
  };
  const [mine, its] = [objectAt(one, from, here), objectAt(other, to, there)];
  if (!mine || !its || mine.thing !== its.thing || idAt(one, from) !== idAt(other, to)) return false;
  if (mine.thing === undefined) return isSame(mine.attributes, its.attributes);
  const isAnywhere = Boolean(mine.attributes["arn"]) || GLOBAL.test(mine.type);
  return isAnywhere || [mine.region, its.region].includes(undefined) || mine.region === its.region;
}

/** Whether an address has neither a module nor a key. */
const isPlain = (address: string): boolean => /^\w+\.[\w-]+$/.test(address);

async function expectSame(side: MoveSide, { etag }: StateChange): Promise<void> {
  const now = await readState(side);
  if (now.etag === etag) return;
  throw new UserError(`${side.stack.id}: another run wrote the state meanwhile. Nothing was changed. Run it again.`);
}

async function write(side: MoveSide, { etag, next: Body }: StateChange): Promise<void> {
  if (Body === undefined) return;
  const { s3, stack, encryption } = side;
  const object = { Bucket: stack.state.bucket, Key: stack.state.key, Body, ContentType: "application/json" };
  // The lock stops Terraform; this condition also stops programs that ignore the lock.
  const condition = etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag };
  try {
    await s3.send(new PutObjectCommand({ ...object, ...condition, ...encryption }));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // The client retries when an answer is lost: the retry may be refused because the first request succeeded.
    if ((await readState(side)).text !== Body) throw error;
  }
}
