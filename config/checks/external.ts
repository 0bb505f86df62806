import { formatValue, type Problem } from "../estate-error";
import {
  accountNamed,
  entries,
  isDraftValues,
  leftOut,
  nameAmong,
  namesIn,
  type Draft,
  type DraftValues,
} from "./draft";

/** The settings of each provider outside AWS that were at least partly accepted, with their path and their list. */
export function* externalSettings(draft: Draft) {
  const singleSignOn = isDraftValues(draft["singleSignOn"]) ? draft["singleSignOn"] : {};
  const all = [
    { stack: "aiven", path: "search", list: "projects", values: draft["search"] },
    { stack: "microsoft", path: "singleSignOn.microsoft", list: "applications", values: singleSignOn["microsoft"] },
    { stack: "google", path: "singleSignOn.google", list: "projects", values: singleSignOn["google"] },
  ] as const;
  for (const { values, ...each } of all) if (isDraftValues(values)) yield { ...each, values };
}

/** What is managed outside AWS names accounts and environments of the estate, and nothing twice. */
export function* external(draft: Draft): Iterable<Problem> {
  for (const { stack, path, list, values } of externalSettings(draft)) {
    yield* accountProblems(draft, path, values);
    const owners = new Map<string, string>();
    for (const [name, entry] of entries(values, list)) {
      const at = `${path}.${list}.${name}`;
      yield* environmentProblems(draft, at, entry);
      if (stack === "google") yield* parentProblems(at, entry);
      const key = { aiven: "project", microsoft: "displayName", google: "projectId" }[stack];
      const id = entry[key];
      if (typeof id !== "string") continue;
      const other = owners.get(id);
      if (other !== undefined)
        yield { path: `${at}.${key}`, expected: "a value that no other entry has", got: `${formatValue(id)} (also ${other})` }; // prettier-ignore
      owners.set(id, at);
    }
  }
}

function* accountProblems(draft: Draft, path: string, values: DraftValues): Iterable<Problem> {
  const name = values["account"];
  if (name === undefined) return;
  const account = accountNamed(draft, name);
  const got = formatValue(name);
  if (!account)
    yield { path: `${path}.account`, expected: nameAmong("an account", namesIn(draft, "accounts") ?? []), got };
  else if (account["kind"] !== undefined && account["kind"] !== "main" && account["kind"] !== "master")
    yield { path: `${path}.account`, expected: "a main account, or the master account", got };
}

function* environmentProblems(draft: Draft, at: string, { environment }: DraftValues): Iterable<Problem> {
  const known = namesIn(draft, "environments");
  if (typeof environment !== "string" || known === undefined || known.includes(environment)) return;
  yield {
    path: `${at}.environment`,
    expected: nameAmong("an environment", known),
    got: formatValue(environment),
  };
}

function* parentProblems(at: string, entry: DraftValues): Iterable<Problem> {
  if ("organization" in entry && "folder" in entry)
    yield* leftOut(at, entry, "left out, since the folder belongs to an organization", "organization");
  if (!("organization" in entry) && !("folder" in entry))
    yield { path: `${at}.organization`, expected: "the number of an organization, or a folder", got: "nothing" };
}
