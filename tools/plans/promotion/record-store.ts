import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { StackSpec } from "../../../config/layout";
import { appliedKey } from "../../../config/naming";
import { UserError } from "../../../config/user-error";
import { awsClients } from "../../terraform/aws/aws-clients";
import { isConflict, isMissingObject } from "../../terraform/aws/aws-problem";
import type { S3 } from "../../terraform/state/state-lock";
import type { StackWithState } from "../../terraform/state/state-position";
import { appliedText, parseApplied, type AppliedContent } from "./applied-content";

/** How often a record is written anew when somebody else wrote it in between. */
const ATTEMPTS = 3;

type Environment = (stack: { readonly accountId: string; readonly accessRoleArn?: string }) => NodeJS.ProcessEnv;

/** Asks S3 as Terraform does for a stack. */
export function s3Of(env: Environment): (stack: StackSpec) => S3 {
  return ({ account: { id, assumedRoleArn: accessRoleArn }, state }) =>
    awsClients({ accessRoleArn, state }, env({ accountId: id, accessRoleArn })).s3;
}

/**
 * What was applied of a stack.
 *
 * @returns undefined where nothing is recorded
 * @throws UserError where what lies there is no record; what the client throws where it can't be read
 */
export async function readApplied(s3: S3, stack: StackWithState): Promise<AppliedContent | undefined> {
  return (await readWithTag(s3, stack))?.record;
}

/**
 * Writes what a record becomes, in case of a race on top of what another has written.
 *
 * @param update undefined where it stays as it is
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
      // With S3's own key, whatever the bucket's is: roles of other accounts read it, which may not use that key.
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
        `${id}: s3://${state.bucket}/${key} is no record of what was applied: look at its earlier versions`,
        {
          cause: error,
        },
      );
    }
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw error;
  }
}
