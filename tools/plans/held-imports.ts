import { UserError } from "../../config/user-error";
import type { PlanJson } from "../review/plan-json";
import type { Finding } from "../review/review";
import { objectOf, type JsonObject } from "../support/json";
import type { Stack } from "../synth/stacks";
import { isMissingBucket } from "../terraform/aws/aws-problem";
import { statesIn } from "../terraform/state/bucket-states";
import type { S3 } from "../terraform/state/state-lock";
import { addressOf } from "../terraform/state/state-difference";

/**
 * What a plan would import although another state of the account holds it. Two stacks would manage it then: each would
 * take back what the other sets, and either could destroy it.
 *
 * @throws UserError if a state of the account is damaged; the client's error if one cannot be read
 */
export async function importsHeldElsewhere(plan: PlanJson, stack: Stack, s3: S3): Promise<Finding[]> {
  const imported = (plan.resource_changes ?? []).filter(({ mode, change }) => mode === "managed" && change.importing);
  if (imported.length === 0) return [];
  const holders = await holdersIn(stack, s3);
  return imported.flatMap(({ address, type, change }) => {
    const holder = holders.get(identityOf(type, objectOf(change.before)));
    if (holder === undefined) return [];
    const message = `is ${holder} already, and two stacks would manage it. Move it (npm run move), or remove its entry from <estate>.adopt.json, and plan again.`;
    return [{ address, message }];
  });
}

/** What the other states of the account hold, each with its address and the state's key. */
async function holdersIn({ id, state: { bucket, key: own } }: Stack, s3: S3): Promise<ReadonlyMap<string, string>> {
  const states = await statesIn(s3, bucket).catch((error: unknown) => {
    if (isMissingBucket(error)) return []; // no stack of the account was ever applied
    throw error;
  });
  const holders = new Map<string, string>();
  for (const { key, state, damage } of states) {
    if (key === own || damage === "empty") continue;
    if (damage !== undefined) throw new UserError(`${id}: the state ${key} of its account is ${damage}`);
    for (const resource of state.resources.filter(({ mode }) => mode === "managed"))
      for (const instance of resource.instances)
        holders.set(
          identityOf(resource.type, instance.attributes ?? {}),
          `${addressOf(resource, instance)} of the state ${key}`,
        );
  }
  return holders;
}

/** Names are unique in a region or an account, and so ids that are names: an ARN has both. */
function identityOf(type: string, { arn, id }: JsonObject): string {
  return `${type} ${typeof arn === "string" && arn !== "" ? arn : String(id)}`;
}
