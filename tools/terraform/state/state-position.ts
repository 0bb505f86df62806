import { UserError } from "../../../config/user-error";
import { statusOf } from "../aws/aws-problem";
import type { S3 } from "./state-lock";
import type { StateDocument } from "../terraform";
import { readStateText } from "./state-text";
import type { StackSpec, StateLocation } from "../../../config/layout";

/** A stack whose state, and the record of its last apply next to the state, may exist. */
export type StackWithState = Pick<StackSpec, "id"> & { readonly state: Pick<StateLocation, "bucket" | "key"> };

/** Identifies a state and its revision. */
export interface StatePosition {
  readonly lineage: string;
  readonly serial: number;
}

/** Whether two states are the same revision, or both do not exist. */
export function isSamePosition(one: StatePosition | undefined, other: StatePosition | undefined): boolean {
  return one?.lineage === other?.lineage && one?.serial === other?.serial;
}

/** Reads lineage and serial of a state without Terraform. Throws like `stateAt`. */
export async function readStatePosition(s3: S3, stack: StackWithState): Promise<StatePosition | undefined> {
  const state = await stateAt(s3, stack);
  return state && { lineage: state.lineage, serial: state.serial };
}

/**
 * Reads a state without Terraform. An empty object is damaged: Terraform would create everything again.
 *
 * @returns undefined if there is no state, or no bucket: no stack of the account was ever applied then
 * @throws UserError if the object is not a state; the client's error if it cannot be read
 */
export async function stateAt(s3: S3, stack: StackWithState): Promise<StateDocument | undefined> {
  return (await stateObjectAt(s3, stack))?.state;
}

/** A state, and its object in the bucket. */
export interface StateObject {
  readonly text: string;
  readonly etag?: string;
  readonly state: StateDocument;
}

/** Like `stateAt`, with the object's text and tag, for a change of it. */
export async function stateObjectAt(
  s3: S3,
  { id, state: { bucket, key } }: StackWithState,
): Promise<StateObject | undefined> {
  try {
    // Lazily: the commands start without clients.
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await answer.Body?.transformToString()) ?? "";
    const { state, damage } = readStateText(text);
    if (damage !== undefined) throw new UserError(`${id}: its state is ${damage}. Run npm run state -- history ${id}.`);
    return { text, etag: answer.ETag, state };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
