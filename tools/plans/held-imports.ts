import type { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../config/user-error";
import type { PlanJson, ResourceChange } from "../review/plan-json";
import type { Finding } from "../review/review";
import { objectOf, type JsonObject } from "../support/json";
import { distinct, groupedBy } from "../support/order";
import type { Stack } from "../synth/stacks";
import { isDenied } from "../terraform/aws/aws-problem";
import { moveCommand, STATE_KEY, statesOnce, type StatesOf } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import { addressOf } from "../terraform/state/state-difference";
import type { StateDocument } from "../terraform/terraform";
import { resourceRegion } from "./destruction/destroyed-resources";

/**
 * What a plan would import although another state of the account holds it. Two stacks would manage it then: each would
 * take back what the other sets, and either could destroy it.
 *
 * @throws UserError if a state of the account is damaged; the client's error if one cannot be read
 */
export async function importsHeldElsewhere(plan: PlanJson, stack: Stack, statesOf: StatesOf): Promise<Finding[]> {
  const imported = importedIn(plan);
  if (imported.length === 0) return [];
  const holders = await holdersIn(stack, statesOf);
  return imported.flatMap((resource) => {
    const { address, type, change } = resource;
    const holder = holderOf(type, objectOf(change.before), resourceRegion(resource, plan, stack), holders);
    if (holder === undefined) return [];
    const move = moveCommand(holder, { id: stack.id, address });
    const remedy = `${move === undefined ? "R" : `Move it: ${move}, or r`}emove its entry from <estate>.adopt.json`;
    const message = `is ${holder.address} of the state ${holder.key} already, and two stacks would manage it. ${remedy}, and plan again.`;
    return [{ address, message }];
  });
}

/**
 * What a plan would destroy although another state of the account holds it, as after the restore of a state from before
 * a move: that stack would lose what it manages.
 *
 * @throws like `importsHeldElsewhere`
 */
export async function destructionsHeldElsewhere(plan: PlanJson, stack: Stack, statesOf: StatesOf): Promise<Finding[]> {
  const destroyed = (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === "managed" && change.actions.includes("delete"),
  );
  if (destroyed.length === 0) return [];
  const holders = await holdersIn(stack, statesOf);
  return destroyed.flatMap((resource) => {
    const { address, type, change } = resource;
    const holder = holderOf(type, objectOf(change.before), resourceRegion(resource, plan, stack), holders);
    if (holder === undefined) return [];
    const message = `is ${holder.address} of the state ${holder.key} too, and that stack would lose it. ${removalOf(stack.id, address, holder)}. If that state is only a copy, delete the copy instead. Then plan again.`;
    return [{ address, message }];
  });
}

/**
 * What a state has although another state of the account holds it, in lines.
 *
 * @throws like `importsHeldElsewhere`
 */
export async function heldTwice({ resources }: StateDocument, stack: Stack, s3: S3): Promise<string[]> {
  const holders = await holdersIn(
    stack,
    statesOnce(() => Promise.resolve(s3)),
  );
  return instancesIn(resources).flatMap(({ type, address, attributes, region = stack.region }) => {
    const holder = holderOf(type, attributes, region, holders);
    return holder ? [`${address} is in the state ${holder.key} too. ${removalOf(stack.id, address, holder)}`] : [];
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
  /** Undefined: unknown. */
  readonly region?: string;
}

/** How to remove a resource from one of two states which have it. */
function removalOf(id: string, address: string, holder: Holder): string {
  const move = moveCommand({ id, address }, holder);
  return move === undefined
    ? `Restore a version of this state without it: npm run state -- history ${id}`
    : `Remove it from this state: ${move}`;
}

/** What the other states of the account hold, by identity. */
async function holdersIn(stack: Stack, statesOf: StatesOf): Promise<ReadonlyMap<string, readonly Holder[]>> {
  const { id, state: { key: own } } = stack; // prettier-ignore
  const states = await statesOf(stack);
  const held = states.flatMap(({ key, state, damage }) => {
    // Another tool's state may have another format.
    if (key === own || damage === "empty" || (damage !== undefined && !STATE_KEY.test(key))) return [];
    if (damage !== undefined)
      throw new UserError(`${id}: the state ${key} of its account is ${damage}. Restore it (docs/states.md).`);
    return instancesIn(state.resources).flatMap(({ type, attributes, address, region }) => {
      const identity = identityOf(type, attributes);
      return identity === undefined ? [] : [{ key, address, region, identity }];
    });
  });
  return groupedBy(held, ({ identity }) => identity);
}

/** The managed resources of a state, with their region as far as the ARNs of what their provider created show one. */
export function instancesIn(resources: StateDocument["resources"]) {
  const managed = resources.filter(({ mode }) => mode === "managed").flatMap((resource) =>
    resource.instances.map((instance) => {
      const { type, provider = "" } = resource;
      return { type, provider, address: addressOf(resource, instance), attributes: instance.attributes ?? {} };
    }),
  ); // prettier-ignore
  const regions = [...groupedBy(managed, ({ provider }) => provider)].map(([provider, own]) => {
    const [one, ...others] = distinct(own.flatMap(({ attributes: { arn } }) => String(arn).split(":").slice(3, 4)).filter((region) => region !== "")); // prettier-ignore
    return [provider, others.length === 0 ? one : undefined] as const;
  });
  const regionOf = new Map(regions);
  return managed.map((each) => ({ ...each, region: regionOf.get(each.provider) }));
}

/** Types whose names are the same in all regions of an account. */
export const GLOBAL = /^aws_(iam|s3|organizations|ssoadmin|identitystore|route53|cloudfront|budgets)_|^(?!aws_)/;

function holderOf(
  type: string,
  attributes: JsonObject,
  region: string,
  holders: ReadonlyMap<string, readonly Holder[]>,
): Holder | undefined {
  const identity = identityOf(type, attributes);
  const named = identity === undefined ? [] : (holders.get(identity) ?? []);
  const isAnywhere = Boolean(attributes["arn"]) || GLOBAL.test(type);
  return named.find((holder) => isAnywhere || [undefined, region].includes(holder.region));
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

/** Types whose id is a name in something else, with the arguments that name it. */
const NAMED_WITHIN: Readonly<Record<string, readonly string[]>> = {
  aws_autoscaling_lifecycle_hook: ["autoscaling_group_name"],
  aws_cloudwatch_log_metric_filter: ["log_group_name"],
  aws_iam_group_membership: ["group"],
  aws_iam_policy_attachment: ["policy_arn"],
  aws_lambda_permission: ["function_name", "qualifier"],
};

/**
 * Names are unique in a region or an account, and so ids that are names: an ARN has both. Undefined if a resource has
 * neither, as an exclusive list of policies, or is nothing but an entry of a state: all of random_password have one id.
 */
export function identityOf(type: string, attributes: JsonObject): string | undefined {
  const { arn, id } = attributes;
  const identity = [arn, id].find((each): each is string => typeof each === "string" && each !== "");
  if (identity === undefined || /^(random|null|time|tls|local|archive|terraform)_/.test(type)) return undefined;
  const within = Object.hasOwn(NAMED_WITHIN, type) ? (NAMED_WITHIN[type] ?? []) : [];
  // What AWS makes with a VPC has a type of its own, and is the same thing.
  return JSON.stringify([type.replace("aws_default_", "aws_"), within.map((name) => attributes[name] ?? ""), identity]);
}
