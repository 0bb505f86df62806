import exampleFile from "../../config/example";
import { parseEstate } from "../../config/load";
import type { Estate } from "../../config/model";
import type { EstateFile } from "../../config/schema";
import { awkwardEstate } from "./awkward-estate";
import { longestEstate } from "./longest-estate";

/** The estate that a plain object describes. */
export function estateFrom(file: EstateFile): Estate {
  return parseEstate(file, "the test's estate");
}

/** A project on Azure DevOps. */
export const AZURE_DEVOPS = {
  organization: "example-org",
  organizationId: "11111111-2222-3333-4444-555555555555",
  project: "aws-estate",
} as const;

let shipped: Estate | undefined;

/** The estate that the project ships. */
export function example(): Estate {
  return (shipped ??= estateFrom(exampleFile));
}

/** The shipped estate with a change. */
export function exampleWith(change: (file: EstateFile) => void): Estate {
  const file = structuredClone(exampleFile);
  change(file);
  return estateFrom(file);
}

/** Gives the roles users in place of the groups of IAM Identity Center. */
export function useUsers(file: EstateFile): void {
  const arn = (name: string) => `arn:aws:iam::111111111111:user/${name}`;
  const operators = ["platform-engineer", "on-call-engineer"].map(arn);
  for (const account of Object.values(file.accounts)) {
    Object.assign(account, { operators, admins: [arn("platform-lead")] });
    delete account.breakGlass;
  }
  delete file.identityCenter;
}

let users: Estate | undefined;

/** The shipped estate with users in place of groups. */
export function exampleWithUsers(): Estate {
  return (users ??= usersWith(() => undefined));
}

/** The shipped estate with users in place of groups, and with a change. */
export function usersWith(change: (file: EstateFile) => void): Estate {
  return exampleWith((file) => {
    useUsers(file);
    change(file);
  });
}

/**
 * The shipped estate reduced to the master account and the environment `ci`, with users instead of groups, and with a
 * change. It is quick to synthesize.
 */
export function smallFile(change: (file: EstateFile) => void): EstateFile {
  const file = structuredClone(exampleFile);
  file.accounts = { master: found(file.accounts, "master"), ci: found(file.accounts, "ci") };
  useUsers(file);
  file.environments = { ci: found(file.environments, "ci") };
  change(file);
  return file;
}

/** The estate of `smallFile`. */
export function smallWith(change: (file: EstateFile) => void): Estate {
  return estateFrom(smallFile(change));
}

let uncommon: Estate | undefined;

/** An estate with the features that the shipped one does not use. */
export function awkward(): Estate {
  return (uncommon ??= estateFrom(awkwardEstate));
}

let long: Estate | undefined;

/** An estate with names as long as they may be. */
export function longest(): Estate {
  return (long ??= estateFrom(longestEstate));
}

/** The value at a key that must exist. */
export function found<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`no ${key}, only ${Object.keys(record).join(", ")}`);
  return value;
}
