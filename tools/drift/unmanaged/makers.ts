import { everyPage } from "../../terraform/aws/every-page";
import { setTimeout as sleep } from "node:timers/promises";
import { type Event, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { objectOf, parsedJson } from "../../support/json";
import { awsErrorMessage, statusOf } from "../../terraform/aws/aws-problem";
import type { ReadingClients } from "../../terraform/aws/reading-clients";
import { type ListedResource } from "./listing";

/** Who created a resource, and when, as CloudTrail's events of the last 90 days say. */
export interface Maker {
  /** An ARN, or a name where the event has no ARN. */
  readonly by: string;
  /** ISO 8601. */
  readonly at?: string;
}

interface LookUpOptions {
  readonly clientsOf: (region: string) => ReadingClients;
  /** Waits between two calls. @default AWS answers two calls a second (LookupEvents, API reference) */
  readonly pause?: () => Promise<void>;
}

interface Makers {
  readonly makers: ReadonlyMap<ListedResource, Maker>;
  /** Why makers are not known. @default CloudTrail was asked about every resource */
  readonly unknown?: string;
}

/** Resources of an account that CloudTrail is asked about: half a minute. */
const MOST_LOOKUPS = 50;

const CREATION = /^(Create|Run|Put|Import|Allocate)/;

/** Asks CloudTrail who created resources. An error ends the questions: who made something is not worth a failure. */
export async function makersOf(
  resources: readonly ListedResource[],
  { clientsOf, pause = () => sleep(500) }: LookUpOptions,
): Promise<Makers> {
  const makers = new Map<ListedResource, Maker>();
  for (const [index, resource] of resources.slice(0, MOST_LOOKUPS).entries()) {
    if (index > 0) await pause();
    try {
      const maker = await makerOf(resource, clientsOf(resource.region));
      if (maker) makers.set(resource, maker);
    } catch (error) {
      if (statusOf(error) === undefined) throw error;
      return { makers, unknown: awsErrorMessage(error, "CloudTrail") };
    }
  }
  const left = resources.length - MOST_LOOKUPS;
  return left > 0 ? { makers, unknown: `CloudTrail was not asked about the last ${left}` } : { makers };
}

/** The oldest creation among a resource's events, which come newest first. */
async function makerOf({ id }: ListedResource, clients: ReadingClients): Promise<Maker | undefined> {
  const cloudtrail = await clients.cloudtrail();
  const LookupAttributes = [{ AttributeKey: "ResourceName", AttributeValue: id }] as const;
  const events = await everyPage(async (NextToken) => {
    const page = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes: [...LookupAttributes], NextToken }));
    return [page.Events, page.NextToken];
  });
  const creation = events.findLast(({ EventName = "" }) => CREATION.test(EventName));
  const by = creation && (arnIn(creation) ?? creation.Username);
  return by === undefined ? undefined : { by, at: creation?.EventTime?.toISOString() };
}

function arnIn({ CloudTrailEvent }: Event): string | undefined {
  const { arn } = objectOf(objectOf(parsedJson(CloudTrailEvent))["userIdentity"]);
  return typeof arn === "string" ? arn : undefined;
}
