import { shown, type Problem } from "../estate-error";
import { accountsOf, text, type Draft } from "./draft";

export function* uniqueAccounts(draft: Draft): Iterable<Problem> {
  for (const [key, what] of [
    ["id", "an account has one name"],
    ["email", "AWS wants a different one for each account"],
  ] as const) {
    const first = new Map<string, string>();
    for (const [name, account] of accountsOf(draft)) {
      const value = text(account[key])?.toLowerCase();
      if (value === undefined) continue;
      const other = first.get(value);
      if (other === undefined) first.set(value, name);
      else
        yield {
          path: `accounts.${name}.${key}`,
          text: `${shown(account[key])} is also that of accounts.${other}, expected another: ${what}`,
        };
    }
  }
}

export function* oneMaster(draft: Draft): Iterable<Problem> {
  const [first, ...others] = accountsOf(draft).filter(([, account]) => account["kind"] === "master");
  for (const [name] of others) {
    yield {
      path: `accounts.${name}.kind`,
      text: `got "master" a second time, expected one master account; accounts.${first?.[0] ?? ""} is it`,
    };
  }
}

export function* memberships(draft: Draft): Iterable<Problem> {
  for (const [name, account] of accountsOf(draft)) {
    const path = `accounts.${name}.membership`;
    const isMember = account["kind"] === "member";
    if (isMember && !("membership" in account)) yield { path, text: "is missing, expected created (in the organization) or invited" };
    if (!isMember && account["kind"] !== undefined && account["membership"] !== undefined) {
      yield { path, text: `got ${shown(account["membership"])}, expected none: the account is of kind ${shown(account["kind"])}` };
    }
  }
}
