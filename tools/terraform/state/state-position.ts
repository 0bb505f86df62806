import { GetObjectCommand } from "@aws-sdk/client-s3";
import { UserError } from "../../../config/user-error";
import { isMissingObject } from "../aws/aws-problem";
import type { S3 } from "./state-lock";
import { readStateText } from "./state-text";
import type { StackSpec, StateLocation } from "../../../config/layout";

/** A stack whose state may be there, and beside the state a record of what was applied. */
export type StackWithState = Pick<StackSpec, "id"> & { readonly state: Pick<StateLocation, "bucket" | "key"> };

/** Which state it is, and how often it was written. */
export interface StatePosition {
  readonly lineage: string;
  readonly serial: number;
}

/**
 * Where a state stands, read without Terraform.
 *
 * @returns undefined where there is none
 * @throws UserError where what lies there is no state; what the client throws where it can't be read
 */
export async function readStatePosition(
  s3: S3,
  { id, state: { bucket, key } }: StackWithState,
): Promise<StatePosition | undefined> {
  let text: string;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    text = (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
  const { whole, damage } = readStateText(text);
  if (damage !== undefined) throw new UserError(`${id}: its state is ${damage}`);
  return { lineage: whole.lineage, serial: whole.serial };
}
