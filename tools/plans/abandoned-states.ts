import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { counted } from "../support/text";
import { awsErrorMessage, isMissingBucket } from "../terraform/aws/aws-problem";
import type { PlannedStack } from "../terraform/plan-stacks";
import type { S3 } from "../terraform/state/state-lock";
import { readStateText } from "../terraform/state/state-text";
import type { Stack } from "../synth/stacks";

/** `<owner>/<stack>.tfstate`. Keys of other tools in the bucket are not states of this project. */
const STATE_KEY = /^([^/]+)\/([^/]+)\.tfstate$/;

/**
 * Finds the states of stacks that the estate no longer has, in the state buckets of the planned stacks: a database or an
 * environment that was removed from the estate stays in AWS, and no plan of what is left shows it. A state without
 * resources is what a destroy leaves.
 *
 * @returns lines such as "dev-database: 6 resources in s3://<bucket>/dev/database.tfstate"
 */
export async function abandonedStates(
  planned: readonly PlannedStack[],
  estate: Estate,
  s3Of: (stack: Stack) => S3,
): Promise<string[]> {
  const known = new Set(stacksOf(estate).map(({ state }) => `${state.bucket}/${state.key}`));
  const readable = planned.filter(({ status }) => status !== "failed" && status !== "not started");
  const buckets = new Map(readable.map(({ stack }) => [stack.state.bucket, stack]));
  const found = [...buckets].map(async ([bucket, stack]) => {
    const s3 = s3Of(stack);
    try {
      const keys = (await keysIn(s3, bucket)).filter((key) => STATE_KEY.test(key) && !known.has(`${bucket}/${key}`));
      return (await Promise.all(keys.map((key) => lineOf(s3, bucket, key)))).flat();
    } catch (error) {
      if (isMissingBucket(error)) return []; // no stack of the account was ever applied
      return [`unknown: ${bucket} cannot be read (${awsErrorMessage(error, stack.id)})`];
    }
  });
  return (await Promise.all(found)).flat().sort();
}

async function keysIn(s3: S3, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function lineOf(s3: S3, bucket: string, key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const { state, damage } = readStateText((await Body?.transformToString()) ?? "");
  const id = key.replace(STATE_KEY, "$1-$2");
  const where = `s3://${bucket}/${key}`;
  if (damage !== undefined) return damage === "empty" ? [] : [`${id}: a state that is ${damage} in ${where}`];
  const managed = state.resources.filter(({ mode }) => mode === "managed").length;
  return managed > 0 ? [`${id}: ${counted(managed, "resource")} in ${where}`] : [];
}
