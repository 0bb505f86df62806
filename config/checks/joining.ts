import type { Problem } from "../estate-error";
import { mayHaveMaster } from "./accounts";
import { draftAccounts, joins, textOf, type Draft } from "./draft";

/** What Terraform accepts as the address of an account. */
const LONGEST_EMAIL = 64;

/** Only an invited member joins an organization, which the master account hosts. */
export function* joining(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) {
    if (account["joins"] !== true) continue;
    const [path, got] = [`accounts.${name}.joins`, "true"];
    const { kind, membership } = account;
    const isUnknown = kind === undefined || (kind === "member" && membership === undefined);
    if (!isUnknown && !joins(account))
      yield { path, expected: "left out for an account that is not an invited member", got };
    else if (mayHaveMaster(draft) === false)
      yield {
        path,
        expected: "left out in an estate without a master account",
        got,
        remedy: "Add the account of kind master whose organization it joins",
      };
    const email = textOf(account["email"]) ?? "";
    if (joins(account) && email.length > LONGEST_EMAIL)
      yield {
        path: `accounts.${name}.email`,
        expected: `at most ${LONGEST_EMAIL} characters long, because Terraform manages no account with a longer address`,
        got: `${email.length} characters`,
      };
  }
}
