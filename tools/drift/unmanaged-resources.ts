import { stacksOf } from "../../config/layout";
import { estateFile } from "../../config/load";
import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import type { InAccount } from "../accounts/account-clients";
import { nameOf } from "../../config/read-estate-file";
import { sortedBy } from "../support/order";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import { accepts, acceptedFile, readAccepted, type AcceptedResource } from "./unmanaged/accepted";
import { LISTED_TYPES, lookAt, resourcesBesides } from "./unmanaged/account-resources";
import { keyOf, type ListedResource } from "./unmanaged/listing";
import { makersOf, type Maker } from "./unmanaged/makers";

/** A resource that no state holds. */
export interface UnmanagedResource extends ListedResource {
  /** @default CloudTrail does not say */
  readonly maker?: Maker;
}

/** What an account has that no state holds. */
export interface AccountReport {
  readonly account: string;
  readonly status: "clean" | "unmanaged" | "never applied" | "locked" | "failed";
  readonly resources: readonly UnmanagedResource[];
  /** How many resources are accepted. */
  readonly accepted: number;
  /** Why it is locked or failed. */
  readonly errors: readonly string[];
  /** Why CloudTrail does not say who created some resources. */
  readonly makersUnknown?: string;
}

export interface UnmanagedReport {
  readonly accounts: readonly AccountReport[];
  /** Entries of accepted resources that match nothing. */
  readonly stale: readonly AcceptedResource[];
  /** The file of accepted resources, for people. */
  readonly file: string;
}

interface FindUnmanagedOptions {
  readonly inAccount: InAccount;
  /** @default the file of the commands */
  readonly estateFile?: string;
  /** See `makersOf`. */
  readonly pause?: () => Promise<void>;
}

/**
 * Lists what accounts have that no state holds: of the types that the project creates, without what AWS creates itself and
 * what is accepted. The report contains failures; only a wrong list of accepted resources is thrown.
 */
export async function findUnmanaged(
  estate: Estate,
  accounts: readonly Account[],
  { inAccount, estateFile: file = estateFile(), pause }: FindUnmanagedOptions,
): Promise<UnmanagedReport> {
  const entries = readAccepted(file, estate, LISTED_TYPES);
  const reports: AccountReport[] = [];
  const stale: AcceptedResource[] = [];
  // One after the other: each reads about twenty lists in each region at once.
  for (const account of accounts) {
    const { name } = account;
    const report = await inAccount(account, async ({ reading }) => {
      const clientsOf = oncePerRegion(reading);
      const specs = stacksOf(estate).filter((spec) => spec.account.name === name);
      const look = await lookAt({ estate, account, specs, clientsOf });
      if (look.status !== "read") return { ...NOTHING, account: name, ...look };
      const own = entries.filter((entry) => entry.account === name);
      stale.push(...own.filter((entry) => !look.resources.some((resource) => accepts(entry, resource))));
      const left = look.resources.filter((resource) => !own.some((entry) => accepts(entry, resource)));
      return { ...(await reported(left, clientsOf, pause)), account: name, accepted: look.resources.length - left.length }; // prettier-ignore
    }).catch((error: unknown): AccountReport => {
      if (!(error instanceof UserError)) throw error;
      return { ...NOTHING, account: name, status: "failed", errors: [error.message] };
    });
    reports.push(report);
  }
  return { accounts: reports, stale, file: nameOf(acceptedFile(file)) };
}

interface Adopted {
  readonly type: string;
  /** The id of its import, and what else identifies it, such as its ARN. */
  readonly keys: readonly string[];
}

/**
 * Lists what an account has that no state holds and an adoption does not import: of the types that the project creates,
 * without what AWS creates itself and what is accepted.
 *
 * @throws UserError if a state, or the list of what is accepted, is wrong; the error of a client
 */
export async function unmanagedBesides(
  adopted: readonly Adopted[],
  estate: Estate,
  account: Account,
  { clientsOf, estateFile: file = estateFile() }: { readonly clientsOf: (region: string) => ReadingClients } & Pick<FindUnmanagedOptions, "estateFile">, // prettier-ignore
): Promise<readonly UnmanagedResource[]> {
  const entries = readAccepted(file, estate, LISTED_TYPES).filter((entry) => entry.account === account.name);
  const keys = new Set(adopted.flatMap(({ type, keys: own }) => own.flatMap((key) => [key, keyOf(type, key)])));
  const listed = await resourcesBesides({ estate, account, clientsOf }, (key) => keys.has(key));
  return sorted(listed.filter((resource) => !entries.some((entry) => accepts(entry, resource))));
}

const NOTHING = { resources: [], accepted: 0, errors: [] } as const;

function oncePerRegion(reading: (region: string) => ReadingClients): (region: string) => ReadingClients {
  const known = new Map<string, ReadingClients>();
  return (region) => {
    const clients = known.get(region) ?? reading(region);
    known.set(region, clients);
    return clients;
  };
}

async function reported(
  resources: readonly ListedResource[],
  clientsOf: (region: string) => ReadingClients,
  pause?: () => Promise<void>,
): Promise<Omit<AccountReport, "account" | "accepted">> {
  const inOrder = sorted(resources);
  const { makers, unknown } = await makersOf(inOrder, { clientsOf, pause });
  return {
    status: inOrder.length > 0 ? "unmanaged" : "clean",
    resources: inOrder.map((resource) => ({ ...resource, maker: makers.get(resource) })),
    errors: [],
    makersUnknown: unknown,
  };
}

const sorted = (resources: readonly ListedResource[]): readonly ListedResource[] =>
  sortedBy(resources, ({ type, id, region }) => `${type} ${id} ${region}`);
