import type { Role } from "@aws-sdk/client-iam";
import type { ResourceChange } from "../../review/plan-json";
import { listOf, objectOf, type JsonObject } from "../../support/json";
import { statusOf } from "../../terraform/aws/aws-problem";
import { everyPage } from "../../terraform/aws/every-page";
import type { SettingClients } from "../../terraform/aws/setting-clients";

/** A setting that a plan would create or change. */
export interface Look extends SettingClients {
  readonly accountId: string;
  readonly region: string;
  /** The attributes of a resource that the plan changes. Empty for one that it creates. */
  readonly before: JsonObject;
  /** The attributes that the plan sets. */
  readonly planned: JsonObject;
  /** Every resource of the plan. */
  readonly changes: readonly ResourceChange[];
  /** Names of the buckets that this plan and those of other stacks create together. */
  readonly createdBuckets: ReadonlySet<string>;
}

/** The result of a check. Undefined if nothing is replaced. */
export type Found =
  { readonly message: string; /** Whether the plan must not be applied. */ readonly refused: boolean } | undefined;

/** Looks at what exists, by the type of the resource that a plan would create or change. */
export type Looks = Readonly<Record<string, (look: Look) => Promise<Found>>>;

export const refused = (message: string): Found => ({ message, refused: true });
export const replaced = (message: string): Found => ({ message, refused: false });

interface Value {
  readonly attribute: string;
  /** Undefined if it is AWS's default, which nobody has decided. */
  readonly was: unknown;
  readonly will: unknown;
}

const text = (value: unknown): string =>
  typeof value === "string" ? value : value == null ? "none" : JSON.stringify(value);

/** What is replaced of values that somebody has set. */
export function replacedValues(what: string, values: readonly Value[]): Found {
  const differences = values
    .filter(({ was, will }) => was !== undefined && was !== will)
    .map(({ attribute, was, will }) => `${attribute}: ${text(was)} → ${text(will)}`);
  return differences.length === 0 ? undefined : replaced(`replaces ${what} (${differences.join(", ")})`);
}

/** The answer of AWS, or undefined if there is no such thing. */
export function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (statusOf(error) === 404 || (error instanceof Error && error.name === "ResourceNotFoundException"))
      return undefined;
    throw error;
  });
}

/** The roles below a path. IAM may answer fewer than it is asked for, and more on a next page (ListRoles, API reference). */
export async function rolesUnder(iam: SettingClients["iam"], PathPrefix: string): Promise<Role[]> {
  const { ListRolesCommand } = await import("@aws-sdk/client-iam");
  return everyPage(async (Marker) => {
    const page = await iam.send(new ListRolesCommand({ PathPrefix, Marker }));
    return [page.Roles, page.IsTruncated ? page.Marker : undefined];
  });
}

/** The ids of the accounts that administer a service for the organization. A page may be empty although more follow. */
export function administratorsOf(call: SettingClients["call"], ServicePrincipal: string): Promise<unknown[]> {
  const target = "AWSOrganizationsV20161128.ListDelegatedAdministrators";
  return everyPage(async (token) => {
    const page = await call("organizations", {
      target,
      input: token === undefined ? { ServicePrincipal } : { ServicePrincipal, NextToken: token },
    });
    const ids = listOf(page["DelegatedAdministrators"]).map((each) => objectOf(each)["Id"]);
    return [ids, page["NextToken"] as string | undefined];
  });
}
