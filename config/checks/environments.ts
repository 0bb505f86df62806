import { formatValue, type Problem } from "../estate-error";
import {
  accountNamed,
  draftEnvironments,
  given,
  isDraftValues,
  isMemberKind,
  nameAmong,
  namesIn,
  textOf,
  textsOf,
  type Draft,
} from "./draft";

/** Every environment names an account that can run it. */
export function* references(draft: Draft): Iterable<Problem> {
  const { accounts } = draft;
  if (!isDraftValues(accounts)) return;
  for (const [name, environment] of draftEnvironments(draft)) {
    const path = `environments.${name}.account`;
    const account = textOf(environment["account"]);
    if (account === undefined) continue;
    const kind = accountNamed(draft, account)?.["kind"];
    if (!Object.hasOwn(accounts, account))
      yield { path, expected: nameAmong("an account", Object.keys(accounts)), got: formatValue(account) };
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
  const [known, listed] = [new Set(names), new Set<unknown>()];
  for (const [index, name] of (list as unknown[]).entries()) {
    if (typeof name !== "string") continue;
    const path = `promotionOrder[${index}]`;
    if (!known.has(name)) yield { path, expected: nameAmong("an environment", names), got: formatValue(name) };
    else if (listed.has(name))
      yield { path, expected: "an environment that is not listed before", got: formatValue(name) };
    listed.add(name);
  }
  const missing = textsOf(list) ? names.filter((name) => !listed.has(name)) : [];
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
