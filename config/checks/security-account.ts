import { formatValue, type Problem } from "../estate-error";
import { mayHaveMaster } from "./accounts";
import { draftAccounts, joins, type Draft } from "./draft";

/** At most one account is of kind security, in the organization. */
export function* securityAccount(draft: Draft): Iterable<Problem> {
  const [first, ...others] = draftAccounts(draft).filter(([, account]) => account["kind"] === "security");
  if (!first) return;
  const [name, account] = first;
  const got = `"security" (accounts.${name} is the security account)`;
  for (const [other] of others) yield { path: `accounts.${other}.kind`, expected: "member", got };
  if (mayHaveMaster(draft) === false)
    yield {
      path: `accounts.${name}.kind`,
      expected: "another kind in an estate without a master account",
      got: `"security"`,
      remedy: "Add the account of kind master whose organization it is in",
    };
  else if (account["membership"] === "invited" && !joins(account))
    yield {
      path: `accounts.${name}.joins`,
      expected: "true for an invited account of kind security, which is in the organization",
      got: formatValue(account["joins"] ?? false),
    };
}
