import { formatValue, type Problem } from "../estate-error";
import {
  accountNamed,
  draftEnvironments,
  given,
  isMemberKind,
  nameAmong,
  namesIn,
  textOf,
  textsOf,
  type Draft,
} from "./draft";

/** Every environment names an account that can run it. */
export function* references(draft: Draft): Iterable<Problem> {
  const names = namesIn(draft, "accounts");
  if (names === undefined) return;
  for (const [name, environment] of draftEnvironments(draft)) {
    const path = `environments.${name}.account`;
    const account = textOf(environment["account"]);
    if (account === undefined) continue;
    const kind = accountNamed(draft, account)?.["kind"];
    if (!names.includes(account)) yield { path, expected: nameAmong("an account", names), got: formatValue(account) };
    else if (isMemberKind(kind))
      yield {
        path,
        expected: "an account of kind main or master",
        got: `${formatValue(account)} of kind ${String(kind)}`,
      };
  }
}

/** The promotion order lists every environment once. */
export function* order(draft: Draft): Iterable<Problem> {
  const list = draft["promotionOrder"];
  const names = namesIn(draft, "environments");
  if (!Array.isArray(list) || names === undefined) return;
  for (const [index, name] of (list as unknown[]).entries()) {
    if (typeof name !== "string") continue;
    const path = `promotionOrder[${index}]`;
    if (!names.includes(name)) yield { path, expected: nameAmong("an environment", names), got: formatValue(name) };
    else if (list.indexOf(name) < index)
      yield { path, expected: "an environment that is not listed before", got: formatValue(name) };
  }
  const missing = names.filter((name) => textsOf(list)?.includes(name) === false);
  if (missing.length > 0)
    yield {
      path: "promotionOrder",
      expected: "a list of every environment",
      got: `${formatValue(list)} (without ${missing.join(", ")})`,
    };
}

/** A production environment has an external id of its own. */
export function* production(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    if (environment["production"] !== true) continue;
    const path = `environments.${name}`;
    if (given(environment, "externalId", "galileo") === "galileo") {
      const got = "externalId" in environment ? `"galileo"` : `nothing (the default is "galileo")`;
      yield { path: `${path}.externalId`, expected: "your own in production, because the default is public", got };
    }
  }
}
