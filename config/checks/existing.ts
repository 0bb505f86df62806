import { formatValue, type Problem } from "../estate-error";
import { SERVICE_USERS } from "../schema/account";
import {
  draftAccounts,
  draftDatabases,
  draftEnvironments,
  given,
  isDraftValues,
  keptNetwork,
  keptOfDatabase,
  leftOut,
  nameAmong,
  namesIn,
  textOf,
  textsOf,
  type Draft,
  type DraftValues,
} from "./draft";

/** What exists can only be kept of what the account or the environment has. */
export function* existing(draft: Draft): Iterable<Problem> {
  for (const [name, account] of draftAccounts(draft)) yield* existingUsers(`accounts.${name}.existing`, account);
  for (const [name, environment] of draftEnvironments(draft)) {
    const kept = environment["existing"];
    if (!isDraftValues(kept)) continue;
    const path = `environments.${name}`;
    yield* existingDatabases(path, environment, kept);
    yield* existingRoles(`${path}.existing.roles`, environment, kept);
    yield* unknownNames(`${path}.existing`, environment, kept);
  }
}

function* existingUsers(path: string, account: DraftValues): Iterable<Problem> {
  const kept = account["existing"];
  const users = textsOf(given(account, "serviceUsers", SERVICE_USERS));
  if (!isDraftValues(kept) || !users) return;
  const missing = SERVICE_USERS.filter((user) => !users.includes(user));
  yield* leftOut(path, kept, "left out in an account without this service user", ...missing);
  const names = users.map((user) => {
    const values = kept[user];
    return ((isDraftValues(values) ? textOf(values["user"]) : undefined) ?? user).split("/").at(-1)?.toLowerCase();
  });
  if (new Set(names).size < names.length)
    yield { path, expected: "two users with different names", got: formatValue(names[0]) };
}

function* existingDatabases(path: string, environment: DraftValues, kept: DraftValues): Iterable<Problem> {
  if (!("database" in environment))
    yield* leftOut(`${path}.existing`, kept, "left out in an environment without a database", "database");
  const names = "databases" in environment ? namesIn(environment, "databases") : [];
  for (const name of namesIn(kept, "databases") ?? [])
    if (names && !names.includes(name))
      yield { path: `${path}.existing.databases`, expected: nameAmong("a database", names), got: formatValue(name) };
  for (const { key, values } of draftDatabases(environment))
    yield* existingDatabase(path, environment, { key, database: values, kept: keptOfDatabase(environment, key) });
}

function* existingDatabase(
  path: string,
  environment: DraftValues,
  { key, database, kept }: { key: string; database: DraftValues; kept: DraftValues },
): Iterable<Problem> {
  const subnets = keptNetwork(environment);
  const at = `${path}.existing.${key}`;
  if (subnets) yield* tooFewZones(path, subnets, kept);
  if (kept["encrypted"] === false && database["customerManagedKey"] === true)
    yield { path: `${at}.encrypted`, expected: "left out with customerManagedKey: true", got: "false" };
  yield* database["replica"] === undefined
    ? leftOut(at, kept, "left out for a database without a replica", "replica")
    : [];
  const network = given(environment, "network", {});
  if (kept["publicSubnets"] === true && isDraftValues(network) && network["publicSubnets"] === false)
    yield {
      path: `${at}.publicSubnets`,
      expected: "left out in a network without public subnets",
      got: formatValue(true),
    };
}

/** "Each DB subnet group should have subnets in at least two Availability Zones" (RDS User Guide). */
function* tooFewZones(path: string, subnets: DraftValues, database: DraftValues): Iterable<Problem> {
  const tiers = ["privateSubnets", ...(database["publicSubnets"] === true ? ["publicSubnets"] : [])];
  const lists = tiers.map((tier) => subnets[tier]);
  if (!lists.every(Array.isArray)) return;
  const zones = new Set(lists.flat().map((subnet: unknown) => isDraftValues(subnet) && subnet["zone"]));
  if (zones.size < 2)
    yield {
      path: `${path}.existing.network.privateSubnets`,
      expected: "subnets in at least two zones with a database",
      got: `${zones.size} of them`,
    };
}

/** The application's roles are either the project's under their names, or others that it leaves alone. */
function existingRoles(path: string, environment: DraftValues, { roles }: DraftValues): Problem[] {
  const application = given(environment, "application", {});
  if (!isDraftValues(roles) || !isDraftValues(application) || !("existingRoles" in application)) return [];
  const expected = "left out with application.existingRoles, whose roles the project leaves alone";
  return leftOut(path, roles, expected, "apiHandler", "workflowLoopRunner");
}

/** Names in AWS are those of groups, buckets and repositories that the environment has. */
function* unknownNames(path: string, environment: DraftValues, kept: DraftValues): Iterable<Problem> {
  const application = given(environment, "application", {});
  const listed = (key: string) => (isDraftValues(application) ? textsOf(given(application, key, [])) : undefined);
  const groups = given(environment, "securityGroups", {});
  const buckets = listed("buckets");
  const known = {
    securityGroups: isDraftValues(groups) ? ["default", ...Object.keys(groups)] : undefined,
    buckets: buckets && ["studydata", ...buckets],
    repositories: listed("repositories"),
  };
  for (const [kind, names] of Object.entries(known)) {
    const values = kept[kind];
    if (!names || !isDraftValues(values)) continue;
    for (const name of Object.keys(values))
      if (!names.includes(name))
        yield {
          path: `${path}.${kind}`,
          expected:
            names.length === 0
              ? `left out in an environment without ${kind}`
              : `names of ${[...new Set(names)].join(", ")}`,
          got: formatValue(name),
        };
  }
}
