import { stacksOf } from "../../config/layout";
import { estateFile } from "../../config/load";
import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import type { InAccount } from "../accounts/account-clients";
import { nameOf } from "../../config/read-estate-file";
import { sortedBy } from "../support/order";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import { accepts, acceptedFile, readAccepted, type AcceptedResource } from "./unmanaged/accepted";
import { LISTED_TYPES, lookAt } from "./unmanaged/account-resources";
import type { ListedResource } from "./unmanaged/listing";
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
  const sorted = sortedBy(resources, ({ type, id, region }) => `${type} ${id} ${region}`);
  const { makers, unknown } = await makersOf(sorted, { clientsOf, pause });
  return {
    status: sorted.length > 0 ? "unmanaged" : "clean",
    resources: sorted.map((resource) => ({ ...resource, maker: makers.get(resource) })),
    errors: [],
    makersUnknown: unknown,
  };
}
