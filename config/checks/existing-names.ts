import { formatValue, type Problem } from "../estate-error";
import { accountNames, environmentNames, namespace } from "../naming";
import {
  accountNamed,
  draftAccounts,
  draftDatabases,
  draftEnvironments,
  entries,
  given,
  isDraftValues,
  regionOf,
  textOf,
  textsOf,
  type Draft,
  type DraftValues,
} from "./draft";

/** A name in AWS, and where AWS gives it only once. */
interface NameInAws {
  readonly kind: string;
  readonly name: string;
  /** The path of the key that gives it; undefined for a name that the project builds. */
  readonly path: string | undefined;
  readonly owner: string;
}

/** A name that the estate gives is not used twice where AWS allows it once, nor is it one that the project builds. */
export function existingNames(draft: Draft): Iterable<Problem> {
  const isGiven = draftEnvironments(draft).some(([, values]) => "existing" in values);
  return isGiven ? namesGivenTwice(draft) : [];
}

function* namesGivenTwice(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  if (solution === undefined) return;
  const known = new Map<string, NameInAws>();
  for (const [account] of draftAccounts(draft))
    for (const name of [accountNames.operator, accountNames.admin, accountNames.machine])
      known.set(`role ${account} ${name.toLowerCase()}`, {
        kind: "role",
        name,
        path: undefined,
        owner: `accounts.${account}`,
      });
  for (const [environment, values] of draftEnvironments(draft)) {
    const region = regionOf(draft, values);
    if (region === undefined) continue;
    for (const each of namesOf(draft, environment, values, {
      region,
      prefix: namespace(environment, region, solution),
    })) {
      // IAM does not distinguish names by case.
      const key = `${each.kind} ${each.kind.startsWith("role") ? each.name.toLowerCase() : each.name}`;
      const other = known.get(key);
      known.set(key, other ?? each);
      const path = each.path ?? other?.path;
      if (other && path !== undefined)
        yield {
          path,
          expected: `another name than the ${what(each)} of ${(path === each.path ? other : each).owner}`,
          got: formatValue(path === each.path ? each.name : other.name),
        };
    }
  }
}

/** The name of a kind in a place: the one that a key of `existing` gives, or the built one. */
type NameFor = (kind: string, holder: string, key: string, built: string) => NameInAws;

interface Place {
  readonly region: string;
  readonly prefix: string;
}

function* namesOf(draft: Draft, environment: string, values: DraftValues, place: Place): Iterable<NameInAws> {
  const owner = `environments.${environment}`;
  const kept = given(values, "existing", {});
  if (!isDraftValues(kept)) return;
  const name: NameFor = (kind, holder, key, built) => {
    const record = holder.split(".").reduce<unknown>((at, part) => (isDraftValues(at) ? at[part] : undefined), kept);
    const own = isDraftValues(record) ? textOf(record[key]) : undefined;
    const path = own === undefined ? undefined : `${owner}.existing.${holder}.${key}`;
    return { kind, owner, name: bare(kind, own ?? built), path };
  };
  const account = textOf(values["account"]) ?? "";
  yield* applicationNames(draft, values, place, name);
  yield name(`role ${account}`, "roles", "deployment", environmentNames.deployment(place.prefix));
  yield name(`role ${account}`, "roles", "flowLogs", environmentNames.flowLogsRole(place.prefix));
  yield name(`instance-profile ${account}`, "profiles", "deployment", environmentNames.deployment(place.prefix));
  yield* rolesElsewhere(draft, values, place, name);
  const groups = given(values, "securityGroups", {});
  for (const group of new Set(["default", ...(isDraftValues(groups) ? Object.keys(groups) : [])]))
    yield name(`security-group ${owner}`, "securityGroups", group, environmentNames.securityGroup(place.prefix, group));
  for (const database of draftDatabases(values))
    yield* databaseNames(owner, `${account} ${place.region}`, { prefix: place.prefix, ...database }, name);
}

function* applicationNames(
  draft: Draft,
  values: DraftValues,
  { prefix, region }: Place,
  name: NameFor,
): Iterable<NameInAws> {
  const application = given(values, "application", {});
  if (!isDraftValues(application)) return;
  const account = textOf(values["account"]) ?? "";
  const id = textOf(accountNamed(draft, account)?.["id"]) ?? account;
  for (const bucket of ["studydata", ...(textsOf(application["buckets"]) ?? [])])
    yield name("bucket", "buckets", bucket, environmentNames.bucket(prefix, id, bucket));
  for (const repository of textsOf(application["repositories"]) ?? [])
    yield name(`repository ${account} ${region}`, "repositories", repository, environmentNames.repository(prefix, repository)); // prettier-ignore
  if ("existingRoles" in application) return;
  for (const key of ["apiHandler", "workflowLoopRunner"] as const)
    yield name(`role ${account}`, "roles", key, environmentNames[`${key}Role`](prefix));
}

/** Roles in the master account and in the accounts of members. */
function* rolesElsewhere(draft: Draft, values: DraftValues, { prefix }: Place, name: NameFor): Iterable<NameInAws> {
  const master = draftAccounts(draft).find(([, { kind }]) => kind === "master")?.[0];
  if (master !== undefined) yield name(`role ${master}`, "roles", "masterRole", environmentNames.masterRole(prefix));
  for (const member of new Set(entries(values, "members").map(([, { account }]) => textOf(account))))
    if (member !== undefined)
      yield name(`role ${member}`, "roles", "crossAccountRole", environmentNames.crossAccountRole(prefix));
}

function* databaseNames(
  owner: string,
  where: string,
  { prefix, key, name: databaseName, values }: Pick<Place, "prefix"> & ReturnType<typeof draftDatabases>[number],
  name: NameFor,
): Iterable<NameInAws> {
  const built = environmentNames.database(prefix, databaseName);
  yield name(`database ${where}`, key, "identifier", built);
  if (values["replica"] !== undefined) yield name(`database ${where}`, key, "replica", `${built}-replica`);
  yield name(`subnet-group ${where}`, key, "subnetGroup", built);
  yield name(`security-group ${owner}`, `${key}.ownSecurityGroup`, "name", built);
  // Without the key, AWS builds a unique name.
  yield name(`parameter-group ${where}`, `${key}.parameterGroup`, "name", `${built}-postgres`);
}

const what = ({ kind }: NameInAws): string => (kind.split(" ")[0] ?? "").replaceAll("-", " ");

/** The name of a role without its path. */
const bare = (kind: string, name: string): string =>
  kind.startsWith("role") ? name.slice(name.lastIndexOf("/") + 1) : name;
