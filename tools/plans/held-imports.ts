import type { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../config/user-error";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { objectOf, type JsonObject } from "../support/json";
import { groupedBy } from "../support/order";
import type { Stack } from "../synth/stacks";
import { isDenied, isMissingBucket } from "../terraform/aws/aws-problem";
import { statesIn } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import { addressOf } from "../terraform/state/state-difference";
import type { StateDocument } from "../terraform/terraform";
import { resourceRegion } from "./destruction/destroyed-resources";

/**
 * What a plan would import although another state of the account holds it. Two stacks would manage it then: each would
 * take back what the other sets, and either could destroy it.
 *
 * @param isApply the states that the credentials may not read are left out: pipelines apply as roles that read only states
 *   of their own deployment, and the plan has been compared with all of them
 * @throws UserError if a state of the account is damaged; the client's error if one cannot be read
 */
export async function importsHeldElsewhere(plan: PlanJson, stack: Stack, s3: S3, isApply = false): Promise<Finding[]> {
  const imported = importedIn(plan);
  if (imported.length === 0) return [];
  const holders = await holdersIn(stack, s3, isApply);
  return imported.flatMap(({ address, type, change }) => {
    const holder = holderOf(type, objectOf(change.before), holders);
    if (holder === undefined) return [];
    const message = `is ${holder.address} of the state ${holder.key} already, and two stacks would manage it. Move it (npm run move), or remove its entry from <estate>.adopt.json, and plan again.`;
    return [{ address, message }];
  });
}

/**
 * What a plan would destroy although another state of the account holds it, as after the restore of a state from before
 * a move: that stack would lose what it manages.
 *
 * @param isApply like `importsHeldElsewhere`
 * @throws like `importsHeldElsewhere`
 */
export async function destructionsHeldElsewhere(
  plan: PlanJson,
  stack: Stack,
  s3: S3,
  isApply = false,
): Promise<Finding[]> {
  const destroyed = (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === "managed" && change.actions.includes("delete"),
  );
  if (destroyed.length === 0) return [];
  const holders = await holdersIn(stack, s3, isApply);
  return destroyed.flatMap(({ address, type, change }) => {
    const holder = holderOf(type, objectOf(change.before), holders);
    if (holder === undefined) return [];
    const message = `is ${holder.address} of the state ${holder.key} too, and that stack would lose it. Remove it from this state: ${removalOf(stack.id, address, holder)}. Then plan again.`;
    return [{ address, message }];
  });
}

/**
 * What a state has although another state of the account holds it, in lines.
 *
 * @throws like `importsHeldElsewhere`
 */
export async function heldTwice({ resources }: StateDocument, stack: Stack, s3: S3): Promise<string[]> {
  const holders = await holdersIn(stack, s3);
  return instancesIn(resources).flatMap(({ type, address, attributes }) => {
    const holder = holderOf(type, attributes, holders);
    return holder ? [`${address} is in the state ${holder.key} too: ${removalOf(stack.id, address, holder)}`] : [];
  });
}

/**
 * What plans that are applied together would import although another address of theirs has it, or imports it too. No
 * state shows that before they are applied. What is forgotten at one address may be imported at another.
 *
 * @returns by stack
 */
export function importsOfOneThing(
  plans: readonly { readonly stack: Pick<Stack, "id" | "accountId" | "region">; readonly plan: PlanJson }[],
): ReadonlyMap<string, readonly Finding[]> {
  const all = plans.flatMap(({ stack, plan }) =>
    (plan.resource_changes ?? [])
      .filter(({ mode, change }) => mode === "managed" && change.before != null && !change.actions.includes("forget"))
      .flatMap((resource) => {
        const thing = thingOf(resource, plan, stack);
        return thing === undefined ? [] : [{ stack, resource, thing }];
      }),
  );
  const shared = [...groupedBy(all, ({ thing }) => thing).values()].filter((owners) => owners.length > 1);
  const found = shared.flatMap((owners) =>
    owners.flatMap((own) => {
      // What another stack has without an import, its state holds.
      const isRival = (each: (typeof owners)[number]) =>
        each !== own && (each.stack.id === own.stack.id || each.resource.change.importing !== undefined);
      const other = owners.find(isRival);
      if (!other || !own.resource.change.importing) return [];
      const message = `is ${other.resource.address} of ${other.stack.id} too, and a thing in AWS must have one address. Remove one of the entries from <estate>.adopt.json, and plan again.`;
      return [{ id: own.stack.id, address: own.resource.address, message }];
    }),
  );
  return groupedBy(found, ({ id }) => id);
}

/**
 * What a plan would import although another account owns it and only shares it: that account may change or delete it at
 * any time, and sees what is written into it.
 *
 * @param s3Of clients for a region
 */
export async function importsOfOtherAccounts(
  plan: PlanJson,
  stack: Stack,
  s3Of: (region: string) => Promise<Pick<S3Client, "send">>,
): Promise<Finding[]> {
  const found = importedIn(plan).map(async (resource) => {
    const { address, type, change } = resource;
    const { owner_id: owner, arn, bucket: Bucket } = objectOf(change.before);
    const message = `must be of account ${stack.accountId}, got one of another account. Remove its entry from <estate>.adopt.json, and plan again.`;
    const account = [owner, String(arn).split(":")[4]].find((each) => /^\d{12}$/.test(String(each)));
    if (account !== undefined && account !== stack.accountId) return [{ address, message }];
    if (type !== "aws_s3_bucket" || typeof Bucket !== "string") return [];
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    const s3 = await s3Of(resourceRegion(resource, plan, stack));
    try {
      await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: stack.accountId }));
      return [];
    } catch (error) {
      // Terraform has just read it, with the same permission.
      if (isDenied(error)) return [{ address, message }];
      throw error;
    }
  });
  return (await Promise.all(found)).flat();
}

const importedIn = ({ resource_changes: changes = [] }: PlanJson): ResourceChange[] =>
  changes.filter(({ mode, change }) => mode === "managed" && change.importing);

/** A resource in the state of another stack. */
interface Holder {
  readonly key: string;
  readonly address: string;
}

/** The command that removes a resource from one of two states which have it. */
const removalOf = (id: string, address: string, { key, address: to }: Holder): string =>
  `npm run move -- ${id}:${address} ${key.replace(/\.tfstate$/, "").replace("/", "-")}:${to}`;

/** What the other states of the account hold, by identity. */
async function holdersIn(
  { id, state: { bucket, key: own } }: Pick<Stack, "id" | "state">,
  s3: S3,
  isApply = false,
): Promise<ReadonlyMap<string, Holder>> {
  const states = await statesIn(s3, bucket, (error) => isApply && isDenied(error)).catch((error: unknown) => {
    if (isMissingBucket(error)) return []; // no stack of the account was ever applied
    throw error;
  });
  const holders = new Map<string, Holder>();
  for (const { key, state, damage } of states) {
    if (key === own || damage === "empty") continue;
    if (damage !== undefined)
      throw new UserError(`${id}: the state ${key} of its account is ${damage}. Restore it (docs/states.md).`);
    for (const { type, address, attributes } of instancesIn(state.resources)) {
      const identity = identityOf(type, attributes);
      if (identity !== undefined) holders.set(identity, { key, address });
    }
  }
  return holders;
}

const instancesIn = (resources: StateDocument["resources"]) =>
  resources
    .filter(({ mode }) => mode === "managed")
    .flatMap((resource) =>
      resource.instances.map((instance) => ({
        type: resource.type,
        address: addressOf(resource, instance),
        attributes: instance.attributes ?? {},
      })),
    );

function holderOf(type: string, attributes: JsonObject, holders: ReadonlyMap<string, Holder>): Holder | undefined {
  const identity = identityOf(type, attributes);
  return identity === undefined ? undefined : holders.get(identity);
}

/** One thing in AWS, of which no account and region is part of the id. IAM has no regions. */
function thingOf(
  resource: ResourceChange,
  plan: PlanJson,
  stack: Pick<Stack, "accountId" | "region">,
): string | undefined {
  const region = resource.type.startsWith("aws_iam_") ? "" : resourceRegion(resource, plan, stack);
  const identity = identityOf(resource.type, objectOf(resource.change.before));
  return identity && [stack.accountId, region, identity].join(" ");
}

/**
 * Names are unique in a region or an account, and so ids that are names: an ARN has both. Undefined if a resource has
 * neither, as an exclusive list of policies.
 */
function identityOf(type: string, { arn, id }: JsonObject): string | undefined {
  const identity = [arn, id].find((each): each is string => typeof each === "string" && each !== "");
  // What AWS makes with a VPC has a type of its own, and is the same thing.
  return identity === undefined ? undefined : `${type.replace("aws_default_", "aws_")} ${identity}`;
}
