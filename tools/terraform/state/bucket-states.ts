import { counted, shellQuoted } from "../../support/text";
import type { Stack } from "../../synth/stacks";
import { isDenied, isMissingBucket } from "../aws/aws-problem";
import { everyPage } from "../aws/every-page";
import type { S3 } from "./state-lock";
import { readStateText } from "./state-text";

/** `<owner>/<stack>.tfstate`. Keys of other tools in the bucket are not states of this project. */
export const STATE_KEY = /^([^/]+)\/([^/]+)\.tfstate$/;
const STATE_END = ".tfstate";

/** The id of the stack with this state key. */
const stackOfState = (key: string): string => key.replace(STATE_KEY, "$1-$2");

/** The keys of the states that a stack with this id may have in a bucket: of one that the estate no longer has, too. */
export async function stateKeysOf(s3: S3, bucket: string, id: string): Promise<string[]> {
  return (await keysIn(s3, bucket)).filter((key) => STATE_KEY.test(key) && stackOfState(key) === id);
}

/**
 * The states in a bucket that still list resources, or that cannot be read as states. A state without resources is what a
 * destroy leaves.
 *
 * @param isChecked whether to read the state with this key
 * @returns lines such as "dev-database: 6 resources in s3://<bucket>/dev/database.tfstate"
 */
export async function filledStates(s3: S3, bucket: string, isChecked: (key: string) => boolean): Promise<string[]> {
  const keys = (await keysIn(s3, bucket)).filter((key) => STATE_KEY.test(key) && isChecked(key));
  return (await Promise.all(keys.map((key) => lineOf(s3, bucket, key)))).flat().sort();
}

/**
 * The states in a bucket by their keys, those of stacks that the estate no longer has included.
 *
 * @param isSkipped whether to leave a state out that cannot be read because of this error. Default: none
 */
export async function statesIn(
  s3: S3,
  bucket: string,
  isSkipped: (error: unknown) => boolean = () => false,
): Promise<(ReturnType<typeof readStateText> & { readonly key: string })[]> {
  const keys = (await keysIn(s3, bucket)).filter((key) => key.endsWith(STATE_END));
  const states = keys.map(async (key) => {
    try {
      return [{ key, ...(await stateIn(s3, bucket, key)) }];
    } catch (error) {
      if (isSkipped(error)) return [];
      throw error;
    }
  });
  return (await Promise.all(states)).flat();
}

/** The states in a stack's bucket, its own included. */
export type StatesOf = (stack: Stack) => ReturnType<typeof statesIn>;

/**
 * Reads each bucket when it is first asked for, and once: the stacks of an account share a bucket, and several of them may
 * import and destroy. For one command, because states change.
 *
 * @param isApply the states that the credentials may not read are left out: pipelines apply as roles that read only states
 *   of their own deployment, and the plan has been compared with all of them
 */
export function statesOnce(s3Of: (stack: Stack) => Promise<S3>, isApply = false): StatesOf {
  const known = new Map<string, ReturnType<StatesOf>>();
  const read = async (stack: Stack): ReturnType<StatesOf> => {
    try {
      return await statesIn(await s3Of(stack), stack.state.bucket, (error) => isApply && isDenied(error));
    } catch (error) {
      if (isMissingBucket(error)) return []; // no stack of the account was ever applied
      throw error;
    }
  };
  return (stack) => {
    const key = `${stack.state.bucket} ${stack.accessRoleArn ?? ""}`;
    const states = known.get(key) ?? read(stack);
    known.set(key, states);
    return states;
  };
}

async function stateIn(s3: S3, bucket: string, key: string): Promise<ReturnType<typeof readStateText>> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return readStateText((await Body?.transformToString()) ?? "");
}

async function keysIn(s3: S3, bucket: string): Promise<string[]> {
  const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const objects = await everyPage(async (ContinuationToken) => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken }));
    return [page.Contents, page.NextContinuationToken];
  });
  return objects.flatMap(({ Key }) => Key ?? []);
}

async function lineOf(s3: S3, bucket: string, key: string): Promise<string[]> {
  const { state, damage } = await stateIn(s3, bucket, key);
  const id = stackOfState(key);
  const where = `s3://${bucket}/${key}`;
  if (damage !== undefined) return damage === "empty" ? [] : [`${id}: a state that is ${damage} in ${where}`];
  const managed = state.resources.filter(({ mode }) => mode === "managed").length;
  return managed > 0 ? [`${id}: ${counted(managed, "resource")} in ${where}`] : [];
}

/** A resource of a stack, or of the state with this key. */
type Place = { readonly address: string } & ({ readonly id: string } | { readonly key: string });

/**
 * The command that moves a resource between two states, also of stacks that the estate no longer has. Undefined if one is
 * another tool's, or has it with another type.
 */
export function moveCommand(from: Place, to: Place): string | undefined {
  const places = [from, to].map((place) => {
    if (!("key" in place)) return `${place.id}:${place.address}`;
    return STATE_KEY.test(place.key) ? `${stackOfState(place.key)}:${place.address}` : undefined;
  });
  if (places.includes(undefined) || typeAt(from.address) !== typeAt(to.address)) return undefined;
  return `npm run move -- ${places.map((place) => shellQuoted(String(place))).join(" ")}`;
}

/** `aws_vpc` of `module.a["key"].aws_vpc.main["key"]`. */
const typeAt = (address: string): string | undefined =>
  address
    .replaceAll(/\[(\d+|"([^"\\]|\\.)*")\]/g, "")
    .split(".")
    .at(-2);
