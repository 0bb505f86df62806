import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { StackSpec } from "../../../config/layout";
import { appliedKey } from "../../../config/naming";
import { UserError } from "../../../config/user-error";
import { awsClients } from "../../terraform/aws/aws-clients";
import { isConflict, isMissingObject } from "../../terraform/aws/aws-problem";
import type { S3 } from "../../terraform/state/state-lock";
import type { StackWithState } from "../../terraform/state/state-position";
import { appliedText, parseApplied, type AppliedContent } from "./applied-content";

/** The number of attempts to write a record that another run changes at the same time. */
const ATTEMPTS = 3;

type Environment = (stack: { readonly accountId: string; readonly accessRoleArn?: string }) => NodeJS.ProcessEnv;

/** Creates an S3 client for a stack with the same credentials as Terraform. */
export function s3Of(env: Environment): (stack: StackSpec) => S3 {
  return ({ account: { id, assumedRoleArn: accessRoleArn }, state }) =>
    awsClients({ accessRoleArn, state }, env({ accountId: id, accessRoleArn })).s3;
}

/**
 * Reads the record of a stack's applies.
 * @returns undefined if nothing is recorded
 * @throws UserError if the object is not a record; the client's error if it cannot be read
 */
export async function readApplied(s3: S3, stack: StackWithState): Promise<AppliedContent | undefined> {
  return (await readWithTag(s3, stack))?.record;
}

/**
 * Reads, updates and writes a record. If another run writes it in between, updates that version instead.
 * @param update returns undefined to keep the record unchanged
 */
export async function updateApplied(
  s3: S3,
  stack: StackWithState,
  update: (record: AppliedContent | undefined) => AppliedContent | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await readWithTag(s3, stack);
    const updated = update(found?.record);
    if (updated === undefined) return;
    const condition = found ? { IfMatch: found.etag } : { IfNoneMatch: "*" };
    const object = { Bucket: stack.state.bucket, Key: appliedKey(stack.state.key) };
    try {
      // Encrypted with S3's own key, not the bucket's: roles of other accounts read it, and may not use that key.
      const put = { ...object, ...condition, ContentType: "application/json", ServerSideEncryption: "AES256" as const };
      await s3.send(new PutObjectCommand({ ...put, Body: appliedText(updated) }));
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function readWithTag(
  s3: S3,
  { id, state }: StackWithState,
): Promise<{ readonly record: AppliedContent; readonly etag: string } | undefined> {
  const key = appliedKey(state.key);
  try {
    const { Body, ETag: etag = "" } = await s3.send(new GetObjectCommand({ Bucket: state.bucket, Key: key }));
    const text = (await Body?.transformToString()) ?? "";
    try {
      return { record: parseApplied(text), etag };
    } catch (error) {
      throw new UserError(
        `${id}: s3://${state.bucket}/${key} must be a record of applies, got something else. Restore an earlier version of the object.`,
        { cause: error },
      );
    }
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}
