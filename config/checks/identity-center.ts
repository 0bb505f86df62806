import { formatValue, type Problem } from "../estate-error";
import { accountNames } from "../naming";
import { groupIn } from "../schema/values";
import {
  draftAccounts,
  draftEnvironments,
  draftPeople,
  identityAccount,
  isDraftValues,
  isOutside,
  nameAmong,
  namesIn,
  textsOf,
  type Draft,
  type DraftValues,
} from "./draft";

/** The name of a permission set (CreatePermissionSet, in the API reference of IAM Identity Center). */
const LONGEST_SET = 32;

/** The account that manages IAM Identity Center exists and has an id. */
export function* identityCenter(draft: Draft): Iterable<Problem> {
  const settings = draft["identityCenter"];
  if (!isDraftValues(settings)) return;
  const path = "identityCenter.account";
  const found = identityAccount(draft);
  if (!found) {
    const expected = nameAmong("the account that manages IAM Identity Center", namesIn(draft, "accounts") ?? []);
    if (!("account" in settings)) yield { path, expected, got: "nothing (there is no account of kind master)" };
    else if (settings["account"] !== undefined) yield { path, expected, got: formatValue(settings["account"]) };
    return;
  }
  const { retired, id } = found.account;
  const outside = isOutside(found.account);
  if (outside || retired === true || !("id" in found.account))
    yield {
      path,
      expected: "an account of the organization that has an id and is not retired",
      got: `${formatValue(found.name)} (${outside ? "invited" : retired === true ? "retired" : `id: ${formatValue(id)}`})`,
    };
}

/** A group is named where IAM Identity Center can assign it. */
export function* groups(draft: Draft): Iterable<Problem> {
  const accounts = new Map(draftAccounts(draft));
  const manager = identityAccount(draft);
  for (const { account, path, person } of draftPeople(draft)) {
    if (groupIn(person) === undefined) continue;
    const values = accounts.get(account) ?? {};
    const problem = (expected: string) => ({ path, expected, got: formatValue(person) });
    if (!("identityCenter" in draft))
      yield {
        ...problem("the ARN of an IAM user in an estate without identityCenter"),
        remedy: "Name users, or add identityCenter: {}",
      };
    else if (isOutside(values))
      yield problem("the ARN of an IAM user, because the account is outside the organization");
    else if (values["kind"] === "master" && manager && manager.name !== account)
      yield problem(
        `the ARN of an IAM user, because ${manager.name} manages IAM Identity Center, and a delegated administrator cannot assign people to the master account`,
      );
  }
}

/** Where production runs, somebody can work as Admin without IAM Identity Center. */
export function* breakGlass(draft: Draft): Iterable<Problem> {
  const hosts = draftEnvironments(draft).filter(([, { production }]) => production === true);
  // Reversed: the first one in the file stays.
  const hosted = new Map(hosts.toReversed().map(([name, { account }]) => [account, name]));
  for (const [name, account] of draftAccounts(draft)) {
    const hosting = hosted.get(name);
    const admins = textsOf(account["admins"]);
    if (hosting === undefined || !admins || "breakGlass" in account) continue;
    if (admins.some((admin) => groupIn(admin) === undefined)) continue;
    yield {
      path: `accounts.${name}.breakGlass`,
      expected: `a list of at least one IAM user, because environments.${hosting} is production and admins names groups only`,
      got: "nothing",
    };
  }
}

/** An account with its own sessions or networks has permission sets of its own. */
export function* permissionSetNames(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    for (const [list, role] of [
      ["operators", accountNames.operator],
      ["admins", accountNames.admin],
    ] as const) {
      if (!ownSet(account, list) || !textsOf(account[list])?.some((person) => groupIn(person) !== undefined)) continue;
      const set = accountNames.permissionSet(role, name);
      if (set.length > LONGEST_SET)
        yield {
          path: `accounts.${name}`,
          expected: `a name for which ${formatValue(set)} has at most ${LONGEST_SET} characters`,
          got: `${set.length} characters`,
          remedy: `Leave out ${list === "operators" ? "operatorSessionSeconds and sourceIps" : "sourceIps"}, or choose a shorter name before the first apply`,
        };
    }
  }
}

/** Whether an account's permission set differs from that of all accounts. */
const ownSet = (account: DraftValues, list: "operators" | "admins"): boolean =>
  "sourceIps" in account || (list === "operators" && "operatorSessionSeconds" in account);
