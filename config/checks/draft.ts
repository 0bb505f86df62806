import { formatValue, type Problem } from "../estate-error";
import { oncePer } from "../maps";
import { zonesOf } from "../regions";

/*
 * Checks also run on a file in which the schema refused single values, so that one error reports every problem. They
 * run on its draft, and skip what depends on a refused value.
 */

export type DraftValues = Readonly<Record<string, unknown>>;

/** The accepted values of a file. A key that holds `undefined` was given and refused; an absent key has its default. */
export type Draft = DraftValues;

export const isDraftValues = (value: unknown): value is DraftValues =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
export const textsOf = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;

/** The value of a key, the default if the key is absent, or undefined if the value was refused. */
export const given = (values: DraftValues, key: string, byDefault: unknown) =>
  Object.hasOwn(values, key) ? values[key] : byDefault;

/** The names in a record, including those whose value was refused; undefined if the record itself was refused. */
export function namesIn(draft: Draft, key: string): string[] | undefined {
  const record = draft[key];
  return isDraftValues(record) ? Object.keys(record) : undefined;
}

/** A cache: most checks walk the accounts and the environments, some for each of the others. */
const entriesOf = oncePer((record: DraftValues): readonly [string, DraftValues][] =>
  Object.entries(record).filter((entry): entry is [string, DraftValues] => isDraftValues(entry[1])),
);
const NO_ENTRIES: readonly [string, DraftValues][] = [];

/** The entries of a record whose values were at least partly accepted. */
export function entries(draft: Draft, key: string): readonly [string, DraftValues][] {
  const record = draft[key];
  return isDraftValues(record) ? entriesOf(record) : NO_ENTRIES;
}

export const draftAccounts = (draft: Draft) => entries(draft, "accounts");
export const draftEnvironments = (draft: Draft) => entries(draft, "environments");

/** The subnets of a VPC that exists; undefined if the environment describes its network itself. */
export function keptNetwork({ existing }: DraftValues): DraftValues | undefined {
  const network = isDraftValues(existing) ? existing["network"] : undefined;
  return isDraftValues(network) ? network : undefined;
}

/** The zones of the private subnets; undefined if a value that decides them was refused. */
export function zonesIn(draft: Draft, environment: DraftValues): readonly string[] | undefined {
  const kept = keptNetwork(environment)?.["privateSubnets"];
  if (Array.isArray(kept)) return textsOf(kept.map((subnet: unknown) => isDraftValues(subnet) && subnet["zone"]));
  const [network, region] = [given(environment, "network", {}), regionOf(draft, environment)];
  if (!isDraftValues(network)) return undefined;
  return textsOf(given(network, "zones", region && zonesOf(region).slice(0, 2)));
}

/** The people of an account: each accepted entry of its lists. */
export const draftPeople = oncePer((draft: Draft) =>
  draftAccounts(draft).flatMap(([account, values]) =>
    ["operators", "admins", "breakGlass"].flatMap((list) => {
      const people: readonly unknown[] = Array.isArray(values[list]) ? values[list] : [];
      return people.flatMap((person, index) =>
        typeof person === "string" ? [{ account, path: `accounts.${account}.${list}[${index}]`, person }] : [],
      );
    }),
  ),
);

const USER = /^arn:aws:iam::(\d+):user\/(?:.*\/)?([^/]+)$/;

/** The users that may assume Operator and Admin, by account and list. */
export const draftUsers = oncePer((draft: Draft) =>
  draftPeople(draft).flatMap(({ path, person }) => {
    const parts = USER.exec(person);
    if (!parts) return [];
    const [arn, accountId = "", name = ""] = parts;
    return [{ path, arn, accountId, name, key: `${accountId}/${name.toLowerCase()}` }];
  }),
);

export function accountNamed({ accounts }: Draft, name: unknown): DraftValues | undefined {
  if (typeof name !== "string" || !isDraftValues(accounts) || !Object.hasOwn(accounts, name)) return undefined;
  const account = accounts[name];
  return isDraftValues(account) ? account : undefined;
}

/** The account that manages IAM Identity Center; undefined if there is none, or it was refused. */
export function identityAccount(draft: Draft): { readonly name: string; readonly account: DraftValues } | undefined {
  const settings = draft["identityCenter"];
  if (!isDraftValues(settings)) return undefined;
  const master = draftAccounts(draft).find(([, { kind }]) => kind === "master")?.[0];
  const name = given(settings, "account", master);
  const account = accountNamed(draft, name);
  return account && typeof name === "string" ? { name, account } : undefined;
}

/** What a reference must be: `the name of an account (master, dev)`. */
export const nameAmong = (what: string, names: readonly string[]) =>
  `the name of ${what} (${names.length > 0 ? names.join(", ") : "there are none"})`;
export const regionOf = (draft: Draft, values: DraftValues) => textOf(given(values, "region", draft["defaultRegion"]));

/** A problem for each of the keys that is given, although it must be left out. */
export const leftOut = (path: string, values: DraftValues, expected: string, ...keys: string[]): Problem[] =>
  keys
    .filter((key) => values[key] !== undefined)
    .map((key) => ({ path: `${path}.${key}`, expected, got: formatValue(values[key]) }));

/** A problem if a required key is missing. */
export const required = (path: string, values: DraftValues, key: string, expected: string): Problem[] =>
  key in values ? [] : [{ path: `${path}.${key}`, expected, got: "nothing" }];

/** Whether accounts of a kind are members of the organization, created or invited. */
export const isMemberKind = (kind: unknown): boolean => kind === "member" || kind === "security";

/** Whether an account is somebody else's, and stays outside the organization. */
export const isOutside = ({ membership, joins: isJoining }: DraftValues): boolean =>
  membership === "invited" && isJoining !== true;

/** Whether an account joins the organization by invitation. */
export const joins = ({ kind, membership, joins: isJoining }: DraftValues): boolean =>
  isJoining === true && (kind === "main" || (isMemberKind(kind) && membership === "invited"));

/** A database of an environment. */
interface DraftDatabase {
  /** Its path below the environment: `database`, or `databases.reports`. */
  readonly key: string;
  /** Its name in `databases`. */
  readonly name?: string;
  readonly values: DraftValues;
}

/** The databases of an environment whose settings were at least partly accepted. */
export function draftDatabases(environment: DraftValues): DraftDatabase[] {
  const first = environment["database"];
  return [
    ...(isDraftValues(first) ? [{ key: "database", values: first }] : []),
    ...entries(environment, "databases").map(([name, values]) => ({ key: `databases.${name}`, name, values })),
  ];
}

/** Whether an environment has a database, also if its settings were refused. */
export const hasDatabase = (environment: DraftValues): boolean =>
  "database" in environment || (namesIn(environment, "databases") ?? []).length > 0;

/** What a database keeps of one that exists. @param key like `DraftDatabase.key` */
export function keptOfDatabase({ existing }: DraftValues, key: string): DraftValues {
  const kept = key.split(".").reduce<unknown>((at, part) => (isDraftValues(at) ? at[part] : undefined), existing);
  return isDraftValues(kept) ? kept : {};
}
