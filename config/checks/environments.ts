import { formatValue, type Problem } from "../estate-error";
import {
  accountNamed,
  draftEnvironments,
  given,
  isDraftValues,
  known,
  namesIn,
  textsOf,
  textOf,
  type Draft,
} from "./draft";

export function* references(draft: Draft): Iterable<Problem> {
  const names = namesIn(draft, "accounts");
  if (names === undefined) return;
  for (const [name, environment] of draftEnvironments(draft)) {
    const path = `environments.${name}.account`;
    const account = textOf(environment["account"]);
    if (account === undefined) continue;
    const kind = accountNamed(draft, account)?.["kind"];
    if (!names.includes(account)) yield { path, text: `no account ${formatValue(account)}; ${known(names)}` };
    else if (kind === "member")
      yield { path, text: `got ${formatValue(account)} of kind member, expected an account of kind main or master` };
  }
}

export function* order(draft: Draft): Iterable<Problem> {
  const list = draft["promotionOrder"];
  const names = namesIn(draft, "environments");
  if (!Array.isArray(list) || names === undefined) return;
  for (const [index, name] of (list as unknown[]).entries()) {
    if (typeof name !== "string") continue;
    const path = `promotionOrder[${index}]`;
    if (!names.includes(name)) yield { path, text: `no environment ${formatValue(name)}; ${known(names)}` };
    else if (list.indexOf(name) < index)
      yield { path, text: `got ${formatValue(name)} a second time, expected each environment once` };
  }
  const missing = names.filter((name) => textsOf(list)?.includes(name) === false);
  if (missing.length > 0)
    yield { path: "promotionOrder", text: `lacks ${missing.join(", ")}, expected every environment once` };
}

/** What an environment may do only where nobody depends on it. */
export function* production(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    if (environment["production"] !== true) continue;
    const path = `environments.${name}`;
    if (given(environment, "externalId", "galileo") === "galileo") {
      const got = "externalId" in environment ? `got "galileo"` : `is missing (the default is "galileo")`;
      yield { path: `${path}.externalId`, text: `${got}, expected one of your own: everybody knows the default` };
    }
    const database = environment["database"];
    if (!isDraftValues(database)) continue;
    if (database["deletionProtection"] === false) {
      yield { path: `${path}.database.deletionProtection`, text: "got false, expected true in production" };
    }
    if (database["backupRetentionDays"] === 0) {
      yield { path: `${path}.database.backupRetentionDays`, text: "got 0, expected 1 to 35 days in production" };
    }
  }
}
