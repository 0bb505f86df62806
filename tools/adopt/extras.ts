import type { Account, Estate } from "../../config/model";
import { UserError } from "../../config/user-error";
import { unmanagedBesides, type UnmanagedResource } from "../drift/unmanaged-resources";
import { awsProblem } from "../terraform/aws/aws-problem";
import type { ReadingClients } from "../terraform/aws/reading-clients";
import type { Candidate } from "./finder";
import type { Searched } from "./search";

/** Something that an account has and the code does not. */
interface Extra extends UnmanagedResource {
  readonly account: string;
}

export interface Extras {
  readonly found: readonly Extra[];
  /** Why they are not known, by account. */
  readonly problems: ReadonlyMap<string, string>;
}

interface ExtrasOptions {
  readonly estate: Estate;
  readonly clientsOf: (account: Account, region: string) => ReadingClients;
  /** What was found of every stack of an account. */
  readonly searchedIn: (account: Account) => Promise<readonly Searched[]>;
  /** @default the file of the commands */
  readonly estateFile?: string;
}

/**
 * What accounts have of the types that the project creates, and the code does not, by the lists of `npm run drift --
 * --unmanaged`. The report contains what cannot be read: the adoption does not need it.
 */
export async function extrasIn(
  accounts: readonly Account[],
  { estate, clientsOf, searchedIn, estateFile }: ExtrasOptions,
): Promise<Extras> {
  const found: Extra[] = [];
  const problems = new Map<string, string>();
  for (const account of accounts) {
    const { name } = account;
    try {
      const adopted = (await searchedIn(account)).flatMap(({ resource: { type }, outcome }) =>
        candidatesOf(outcome).map(({ id, attributes = {} }) => ({
          type,
          keys: [id, attributes["id"], attributes["arn"]].filter((key) => key !== undefined),
        })),
      );
      const options = { clientsOf: (region: string) => clientsOf(account, region), estateFile };
      const extras = await unmanagedBesides(adopted, estate, account, options);
      found.push(...extras.map((extra) => ({ ...extra, account: name })));
    } catch (error) {
      const problem = error instanceof UserError ? error : awsProblem(error, name);
      if (!problem) throw error;
      problems.set(name, problem.message);
    }
  }
  return { found, problems };
}

/** What is, or may be, a resource of the code. */
function candidatesOf(outcome: Searched["outcome"]): readonly Candidate[] {
  if (outcome.status === "ambiguous") return outcome.candidates;
  return outcome.status === "found" ? [outcome.candidate] : [];
}
