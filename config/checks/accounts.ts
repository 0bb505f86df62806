import { formatValue, type Problem } from "../estate-error";
import { accountNames } from "../naming";
import {
  draftAccounts,
  draftEnvironments,
  draftUsers,
  given,
  isDraftValues,
  isMemberKind,
  joins,
  leftOut,
  required,
  textOf,
  type Draft,
} from "./draft";

/** Each id, e-mail address and alias belongs to one account. Aliases are one name space over all accounts. */
export function* uniqueAccounts(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  const defaults = new Map(
    draftAccounts(draft).flatMap(([name, account]) =>
      solution === undefined || "alias" in account ? [] : [[accountNames.alias(solution, name), name] as const],
    ),
  );
  for (const [name, { alias }] of draftAccounts(draft)) {
    const other = typeof alias === "string" ? defaults.get(alias) : undefined;
    if (other !== undefined)
      yield {
        path: `accounts.${name}.alias`,
        expected: `different from the alias that accounts.${other} has by default`,
        got: formatValue(alias),
        remedy: `Choose another, or give accounts.${other} an alias or false`,
      };
  }
  for (const [key, remedy] of [
    ["id", "List each account once"],
    ["email", "Give each account its own address, as AWS requires"],
    ["alias", "Give each account its own alias, as AWS requires"],
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
          expected: `different from accounts.${other}.${key}`,
          got: formatValue(account[key]),
          remedy,
        };
    }
  }
}

/**
 * A user has one ARN wherever it is named. "IAM user, group, role, and policy names must be unique within the
 * account. Names are not distinguished by case" (CreateUser), nor by path, and AWS refuses a trust policy that names a
 * principal that does not exist.
 */
export function* uniqueUsers(draft: Draft): Iterable<Problem> {
  const first = new Map<string, { readonly path: string; readonly arn: string }>();
  for (const { path, arn, key } of draftUsers(draft)) {
    const other = first.get(key);
    if (!other) first.set(key, { path, arn });
    else if (other.arn !== arn)
      yield {
        path,
        expected: `${formatValue(other.arn)} as in ${other.path}, because an account has only one user of a name`,
        got: formatValue(arn),
        remedy: "Write the ARN as AWS shows it, in both places",
      };
  }
}

/** At most one account is of kind master. */
export function* oneMaster(draft: Draft): Iterable<Problem> {
  const [first, ...others] = draftAccounts(draft).filter(([, account]) => account["kind"] === "master");
  if (!first) return;
  const got = `"master" (accounts.${first[0]} is the master account)`;
  for (const [name] of others) yield { path: `accounts.${name}.kind`, expected: "main, member or security", got };
}

/** Member accounts have a membership, and only they do. */
export function* memberships(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    const path = `accounts.${name}`;
    const isMember = isMemberKind(account["kind"]);
    if (isMember) yield* required(path, account, "membership", "created (in the organization) or invited");
    else if (account["kind"] !== undefined)
      yield* leftOut(path, account, `left out for an account of kind ${textOf(account["kind"])}`, "membership");
    if (isMember && account["membership"] === "created" && mayHaveMaster(draft) === false)
      yield {
        path: `${path}.membership`,
        expected: "invited in an estate without a master account",
        got: `"created"`,
        remedy: "Add the account of kind master whose organization creates it",
      };
  }
}

/** Whether an account is of kind master; undefined if none is but a kind was refused. */
export function mayHaveMaster(draft: Draft): boolean | undefined {
  const accounts = draft["accounts"];
  if (!isDraftValues(accounts)) return undefined;
  const kinds = Object.values(accounts).map((account) => (isDraftValues(account) ? account["kind"] : undefined));
  return kinds.includes("master") || (kinds.includes(undefined) ? undefined : false);
}

/** An account with an alarm has a trail: without one, EventBridge receives no event when a role is assumed. */
export function* alarmTrails(draft: Draft): Iterable<Problem> {
  const settings = given(draft, "organization", {});
  if (!isDraftValues(settings)) return;
  const [ofOrganization, existing] = [given(settings, "trail", true), given(settings, "existing", false)];
  const production = draftEnvironments(draft).filter(([, environment]) => environment["production"] === true);
  // Reversed: the first one in the file stays.
  const hosted = new Map(production.toReversed().map(([name, { account }]) => [account, name]));
  for (const [name, account] of draftAccounts(draft)) {
    const { kind } = account;
    const hosting = hosted.get(name);
    if (hosting === undefined || (kind !== "main" && kind !== "master")) continue;
    // The trail of an existing organization may cover a main account.
    const covered = kind === "main" ? existing : ofOrganization;
    if (covered !== false || given(account, "trail", kind === "main") !== false) continue;
    const got = "trail" in account ? "false" : "nothing (the default is false, and organization.trail is false)";
    yield {
      path: `accounts.${name}.trail`,
      expected: `true, because the alarm for environments.${hosting} (production) receives no events without a trail`,
      got,
    };
  }
}

/** An account that records data events has its own trail, and an environment whose buckets it records. */
export function* dataEvents(draft: Draft): Iterable<Problem> {
  const hosting = new Set(draftEnvironments(draft).map(([, { account }]) => account));
  for (const [name, account] of draftAccounts(draft)) {
    if (account["trailDataEvents"] !== true) continue;
    const hasTrail = given(account, "trail", account["kind"] === "main") !== false;
    if (hasTrail && hosting.has(name)) continue;
    yield {
      path: `accounts.${name}.trailDataEvents`,
      expected: "left out for an account without an environment and a trail of its own",
      got: "true",
    };
  }
}

/** Only an account that the organization creates may have no id yet. Only it, and a member that joins, may be retired. */
export function* createdOnly(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    const path = `accounts.${name}`;
    const { kind, membership } = account;
    const created = isMemberKind(kind) && membership === "created";
    const unknown = kind === undefined || (isMemberKind(kind) && membership === undefined);
    const email = textOf(account["email"]);
    if (created && email !== undefined) yield* rootAddress(`${path}.email`, email);
    if (created && textOf(account["accessRole"])?.includes("/"))
      yield {
        path: `${path}.accessRole`,
        expected: "a name without a path, because AWS creates the role in a new account without one",
        got: formatValue(account["accessRole"]),
      };
    if (created || unknown) continue;
    yield* required(path, account, "id", "12 digits in quotes");
    if (account["retired"] === true && !(joins(account) && isMemberKind(kind)))
      yield {
        path: `${path}.retired`,
        expected: "left out for an account that is neither a created member nor a member that joins",
        got: "true",
      };
  }
}

/** What CreateAccount demands of an address, in the API reference of AWS Organizations. */
function* rootAddress(path: string, email: string): Iterable<Problem> {
  if (email.length > 64)
    yield {
      path,
      expected: "at most 64 characters long, because AWS creates no account with a longer address",
      got: `${email.length} characters`,
    };
  if (email.includes("'"))
    yield { path, expected: "an address without ', because AWS creates no account with it", got: formatValue(email) };
}
