import { formatValue, type Problem } from "../estate-error";
import type { MembersRecord } from "../members-record";
import {
  draftAccounts,
  entries,
  draftEnvironments,
  given,
  isDraftValues,
  regionOf,
  textsOf,
  textOf,
  type Draft,
} from "./draft";

export function* uniqueAccounts(draft: Draft): Iterable<Problem> {
  for (const [key, what] of [
    ["id", "an account has one name"],
    ["email", "AWS wants a different one for each account"],
  ] as const) {
    const first = new Map<string, string>();
    for (const [name, account] of draftAccounts(draft)) {
      const value = textOf(account[key])?.toLowerCase();
      if (value === undefined) continue;
      const other = first.get(value);
      if (other === undefined) first.set(value, name);
      else
        yield {
          path: `accounts.${name}.${key}`,
          text: `${formatValue(account[key])} is also that of accounts.${other}, expected another: ${what}`,
        };
    }
  }
}

export function* oneMaster(draft: Draft): Iterable<Problem> {
  const [first, ...others] = draftAccounts(draft).filter(([, account]) => account["kind"] === "master");
  for (const [name] of others) {
    yield {
      path: `accounts.${name}.kind`,
      text: `got "master" a second time, expected one master account; accounts.${first?.[0] ?? ""} is it`,
    };
  }
}

export function* memberships(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    const path = `accounts.${name}.membership`;
    const isMember = account["kind"] === "member";
    if (isMember && !("membership" in account))
      yield { path, text: "is missing, expected created (in the organization) or invited" };
    if (!isMember && account["kind"] !== undefined && account["membership"] !== undefined) {
      yield {
        path,
        text: `got ${formatValue(account["membership"])}, expected none: the account is of kind ${formatValue(account["kind"])}`,
      };
    }
    if (isMember && account["membership"] === "created" && mayHaveMaster(draft) === false) {
      yield {
        path,
        text: `got "created", expected an account of kind master beside it, whose organization creates it`,
      };
    }
  }
}

/** Whether an account is of kind master; undefined where one's kind was refused, and could be it. */
function mayHaveMaster(draft: Draft): boolean | undefined {
  const accounts = draft["accounts"];
  if (!isDraftValues(accounts)) return undefined;
  const kinds = Object.values(accounts).map((account) => (isDraftValues(account) ? account["kind"] : undefined));
  return kinds.includes("master") || (kinds.includes(undefined) ? undefined : false);
}

/** An alarm without a trail is deaf: EventBridge hears of no role that is assumed. */
export function* alarmTrails(draft: Draft): Iterable<Problem> {
  const settings = given(draft, "organization", {});
  if (!isDraftValues(settings)) return;
  const [ofOrganization, existing] = [given(settings, "trail", true), given(settings, "existing", false)];
  for (const [name, account] of draftAccounts(draft)) {
    const { kind } = account;
    const hosting = draftEnvironments(draft).find(
      ([, environment]) => environment["account"] === name && environment["production"] === true,
    );
    if (!hosting || (kind !== "main" && kind !== "master")) continue;
    // A main account may be one of an organization that exists, whose trail covers it.
    const covered = kind === "main" ? existing : ofOrganization;
    if (covered !== false || given(account, "trail", kind === "main") !== false) continue;
    const got = "trail" in account ? "got false" : "is missing (the default is false, and organization.trail is false)";
    yield {
      path: `accounts.${name}.trail`,
      text: `${got}, expected true: environments.${hosting[0]} is production, and its alarm hears nothing without`,
    };
  }
}

/** What only an account has that the organization creates: a time without an id, and an end. */
export function* createdOnly(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    const path = `accounts.${name}`;
    const { kind, membership } = account;
    const created = kind === "member" && membership === "created";
    const unknown = kind === undefined || (kind === "member" && membership === undefined);
    const email = textOf(account["email"]);
    // CreateAccount, in the API reference of AWS Organizations.
    if (created && email !== undefined && email.length > 64) {
      yield {
        path: `${path}.email`,
        text: `got one of ${email.length} characters, expected at most 64: AWS creates no account with a longer one`,
      };
    }
    if (created || unknown) continue;
    if (!("id" in account)) yield { path: `${path}.id`, text: "is missing, expected 12 digits, in quotes" };
    if (account["retired"] === true) {
      yield {
        path: `${path}.retired`,
        text: "got true, expected none: only a created member is forgotten without being destroyed",
      };
    }
  }
}

/** What the organization must fit with. */
export function* organizationSettings(draft: Draft): Iterable<Problem> {
  const settings = given(draft, "organization", {});
  if (!isDraftValues(settings)) return;
  if ("organization" in draft && mayHaveMaster(draft) === false) {
    yield { path: "organization", text: "is given, expected an account of kind master that hosts it" };
  }
  for (const [name, account] of draftAccounts(draft)) {
    if (account["kind"] !== "master" || account["trail"] !== true || given(settings, "trail", true) !== true) continue;
    yield {
      path: `accounts.${name}.trail`,
      text: "got true, expected none: the organization has a trail there, which covers it",
    };
  }
  if (settings["existing"] === true && textsOf(settings["trustedServices"])?.length) {
    yield {
      path: "organization.trustedServices",
      text: `got ${formatValue(settings["trustedServices"])}, expected none: an organization that exists is only read`,
    };
  }
  const allowed = textsOf(settings["allowedRegions"]);
  if (!allowed) return;
  const used = new Map<string, string>();
  for (const [path, region] of memberRegions(draft))
    if (region !== undefined && !used.has(region)) used.set(region, path);
  for (const [region, path] of used) {
    if (!allowed.includes(region))
      yield { path: "organization.allowedRegions", text: `lacks ${region}, where ${path} has stacks` };
  }
}

/** Where the accounts that the organization creates have stacks. */
function* memberRegions(draft: Draft): Iterable<readonly [path: string, region: string | undefined]> {
  const created = draftAccounts(draft).filter(
    ([, { membership, retired }]) => membership === "created" && retired !== true,
  );
  for (const [name, account] of created) yield [`accounts.${name}`, regionOf(draft, account)];
  for (const [name, environment] of draftEnvironments(draft)) {
    for (const [member, { account }] of entries(environment, "members")) {
      if (created.some(([known]) => known === account))
        yield [`environments.${name}.members.${member}`, regionOf(draft, environment)];
    }
  }
}

/**
 * A created member that is gone from the file, though the committed list says that there was one: Terraform forgets
 * `prevent_destroy` together with the block, and would take the account out of its organization.
 */
export function* recordedMembers(draft: Draft, record: MembersRecord): Iterable<Problem> {
  const accounts = draft["accounts"];
  if (!isDraftValues(accounts)) return;
  for (const name of record.members) {
    const account = accounts[name];
    const path = `accounts.${name}`;
    if (!Object.hasOwn(accounts, name)) {
      yield {
        path,
        text: `is gone, but ${record.file} lists it as a created member, expected it under this name, with retired: true if Terraform is to forget the account and leave it as it is (only where it was never applied: take it off that list)`,
      };
    } else if (isDraftValues(account)) {
      const { kind, membership } = account;
      if ((kind ?? "member") === "member" && (membership ?? "created") === "created") continue;
      yield {
        path,
        text: `was a created member (${record.file} lists it), expected that still, with retired: true if Terraform is to forget it`,
      };
    }
  }
  const gone = record.members.filter((name) => !Object.hasOwn(accounts, name));
  const remedy =
    gone.length > 0
      ? `, while ${gone.join(", ")} is gone: a created member keeps its name (docs/organization.md)`
      : "; `npm run accounts -- --record` adds it, and commit the file";
  for (const [name, { kind, membership }] of draftAccounts(draft)) {
    if (kind !== "member" || membership !== "created" || record.members.includes(name)) continue;
    yield { path: `accounts.${name}`, text: `is a created member that ${record.file} does not list${remedy}` };
  }
}
