import type { Account, Estate } from "../../../config/model";
import type { ReadingClients } from "../../terraform/aws/reading-clients";

/** Something that AWS lists in an account, of a type that the project creates. */
export interface ListedResource {
  readonly type: string;
  /** What a person knows it by, and accepts it by: `intern`, `sg-0123456789abcdef0`. */
  readonly id: string;
  /** Its attribute `id` or `arn` in a state, or `keyOf` its type and `id`. @default the id */
  readonly key?: string;
  /** What else a person knows it by, such as its tag `Name`. @default none */
  readonly name?: string;
  /** Where it is. What has no region has its events in us-east-1. */
  readonly region: string;
}

/** What a list reads. */
export interface ListScope {
  readonly estate: Estate;
  readonly account: Account;
  readonly region: string;
  /** In this region. */
  readonly clients: ReadingClients;
  /** Whether a state of the account holds something with this `id`, `arn` or `keyOf`. */
  readonly isHeld: (key: string) => boolean;
}

/** Lists what an account has, without what AWS creates itself. */
export type ResourceList = (scope: ListScope) => Promise<readonly ListedResource[]>;

/** The region of the events of services that have none. */
export const GLOBAL_REGION = "us-east-1";

/** What identifies a resource in a state if resources of several types have the same `id`. */
export const keyOf = (type: string, id: string): string => `${type} ${id}`;
