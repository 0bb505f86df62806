import type { StackSpec } from "../../../config/layout";
import type { Account, Estate } from "../../../config/model";
import { UserError } from "../../../config/user-error";
import { whyNoFirstApply } from "../../plans/lost-state";
import { isMissingBucket } from "../../terraform/aws/aws-problem";
import type { ReadingClients } from "../../terraform/aws/reading-clients";
import { statesIn } from "../../terraform/state/bucket-states";
import { concurrentWork, readActivity, type StackActivity } from "../../terraform/state/stack-activity";
import type { S3 } from "../../terraform/state/state-lock";
import { GLOBAL_LISTS } from "./global-lists";
import { IDENTITY_LISTS } from "./identity-lists";
import { GLOBAL_REGION, keyOf, type ListedResource, type ListScope, type ResourceList } from "./listing";
import { NETWORK_LISTS } from "./network-lists";
import { ORGANIZATION_LISTS } from "./organization-lists";
import { REGIONAL_LISTS } from "./regional-lists";

const ONCE = { ...GLOBAL_LISTS, ...ORGANIZATION_LISTS };
const IN_EACH_REGION = { ...NETWORK_LISTS, ...REGIONAL_LISTS, ...IDENTITY_LISTS };

/** The types that are listed. */
export const LISTED_TYPES: readonly string[] = Object.keys({ ...ONCE, ...IN_EACH_REGION }).sort();

/** An account, and how it is read. */
export interface ReadableAccount {
  readonly estate: Estate;
  readonly account: Account;
  /** Every stack of the estate that deploys into the account. */
  readonly specs: readonly StackSpec[];
  readonly clientsOf: (region: string) => ReadingClients;
}

/** What no state of the account holds, or why that is not known. */
export type AccountLook =
  | { readonly status: "read"; readonly resources: readonly ListedResource[] }
  | { readonly status: "never applied" }
  | { readonly status: "locked" | "failed"; readonly errors: readonly string[] };

/**
 * Lists what an account has and no state of the account holds. Without all states nothing is listed: what a state holds
 * would look unmanaged. Neither if a stack is applied meanwhile.
 *
 * @throws the error of a client
 */
export async function lookAt(readable: ReadableAccount): Promise<AccountLook> {
  const { account, specs, clientsOf } = readable;
  const s3 = await clientsOf(account.region).s3();
  const held = await heldBy(account, s3);
  if (held === undefined) return { status: "never applied" };
  const before = await activities(specs, s3);
  const errors = [...held.errors, ...(await lostStates(specs, before, s3))];
  if (errors.length > 0) return { status: "failed", errors };
  const listed = await listIn(readable, (key) => held.keys.has(key));
  const after = await activities(specs, s3);
  const work = specs.flatMap((spec) => {
    const found = concurrentWork(spec, after.get(spec.id), before.get(spec.id));
    return found ? [{ status: found.status, error: `${spec.id} ${found.error}` }] : [];
  });
  if (work.length > 0) {
    const status = work.some((each) => each.status === "failed") ? "failed" : "locked";
    return { status, errors: work.map(({ error }) => error) };
  }
  return { status: "read", resources: listed.filter(({ id, key = id }) => !held.keys.has(key)) };
}

/**
 * Lists what an account has and neither a state of it nor `isAdopted` holds. An account may have no state yet.
 *
 * @param isAdopted like `isHeld` of a list
 * @throws UserError if a state is damaged; the error of a client
 */
export async function resourcesBesides(
  readable: Omit<ReadableAccount, "specs">,
  isAdopted: ListScope["isHeld"],
): Promise<readonly ListedResource[]> {
  const { account, clientsOf } = readable;
  const held = await heldBy(account, await clientsOf(account.region).s3());
  if (held && held.errors.length > 0) throw new UserError(held.errors.join("\n"));
  const isHeld = (key: string) => held?.keys.has(key) === true || isAdopted(key);
  const listed = await listIn(readable, isHeld);
  return listed.filter(({ type, id, key = id }) => ![key, keyOf(type, id), keyOf(type, key)].some(isHeld));
}

/** Stacks that are recorded as applied and have no state. */
async function lostStates(
  specs: readonly StackSpec[],
  activity: ReadonlyMap<string, StackActivity>,
  s3: S3,
): Promise<string[]> {
  const without = specs.filter(({ id }) => activity.get(id)?.etag === undefined);
  const why = await Promise.all(without.map((spec) => whyNoFirstApply(() => s3, spec)));
  return why.flatMap((each) => each?.error.message ?? []);
}

async function activities(specs: readonly StackSpec[], s3: S3): Promise<ReadonlyMap<string, StackActivity>> {
  return new Map(await Promise.all(specs.map(async (spec) => [spec.id, await readActivity(s3, spec)] as const)));
}

interface Held {
  /** The attributes `id` and `arn` of everything that a state holds, and `keyOf` of each. */
  readonly keys: ReadonlySet<string>;
  /** States that can't be read. */
  readonly errors: readonly string[];
}

/** @returns undefined if there is no bucket: no stack of the account was ever applied */
async function heldBy({ stateBucket }: Account, s3: S3): Promise<Held | undefined> {
  try {
    const states = await statesIn(s3, stateBucket);
    const keys = states.flatMap(({ state }) =>
      (state?.resources ?? [])
        .filter(({ mode }) => mode === "managed")
        .flatMap(({ type, instances }) =>
          instances.flatMap(({ attributes }) => {
            const id = attributes?.["id"];
            return [id, attributes?.["arn"], typeof id === "string" ? keyOf(type, id) : undefined];
          }),
        ),
    );
    const damaged = states.filter(({ damage }) => damage !== undefined && damage !== "empty");
    return {
      keys: new Set(keys.filter((key) => typeof key === "string")),
      errors: damaged.map(({ key, damage }) => `s3://${stateBucket}/${key} must be a state, got one that is ${String(damage)}. Restore an earlier version (docs/states.md).`), // prettier-ignore
    };
  } catch (error) {
    if (isMissingBucket(error)) return undefined;
    throw error;
  }
}

async function listIn(
  { estate, account, clientsOf }: Omit<ReadableAccount, "specs">,
  isHeld: (key: string) => boolean,
): Promise<readonly ListedResource[]> {
  const read = (lists: Readonly<Record<string, ResourceList>>, region: string) =>
    Object.values(lists).map((list) => list({ estate, account, region, clients: clientsOf(region), isHeld }));
  const regions = [...new Set([...account.regions, GLOBAL_REGION, account.identityRegion ?? GLOBAL_REGION])];
  const pages = [...read(ONCE, account.region), ...regions.flatMap((region) => read(IN_EACH_REGION, region))];
  return (await Promise.all(pages)).flat();
}
