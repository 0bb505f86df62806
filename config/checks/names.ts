import { formatValue, type Problem } from "../estate-error";
import { EXTERNAL_PROVIDERS } from "../external-model";
import { accountNames, environmentNames, namespace, OWN_UNITS } from "../naming";
import {
  accountNamed,
  draftAccounts,
  draftDatabases,
  draftEnvironments,
  entries,
  given,
  isDraftValues,
  joins,
  namesIn,
  regionOf,
  textsOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { externalSettings } from "./external";

/**
 * AWS's limits, in characters. IAM: "IAM and STS character limits"; S3: "Bucket naming rules"; RDS: "Quotas and
 * constraints"; ECR: CreateRepository; Organizations: CreateAccount; Budgets: Budget. Every other built name fits if these
 * do: a law checks it in an estate with the longest names.
 */
const LIMITS = {
  role: 64,
  alias: 63,
  bucket: 63,
  "DB identifier": 63,
  "ECR repository": 256,
  account: 50,
  budget: 100,
} as const;

function* tooLong(path: string, kind: keyof typeof LIMITS, built: string): Iterable<Problem> {
  if (built.length <= LIMITS[kind]) return;
  yield {
    path,
    expected: `short enough for the ${kind} name "${built}" to have at most ${LIMITS[kind]} characters`,
    got: `${built.length} characters`,
  };
}

/** Built names are no longer than AWS allows. */
export function* builtNames(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  if (solution === undefined) return;
  for (const [name, account] of draftAccounts(draft)) {
    const [path, id] = [`accounts.${name}`, textOf(account["id"])];
    if (!("alias" in account)) yield* tooLong(path, "alias", accountNames.alias(solution, name));
    yield* tooLong(path, "budget", accountNames.budget(solution, name));
    if (id !== undefined) yield* tooLong(path, "bucket", accountNames.stateBucket(solution, id));
    if (account["membership"] === "created" || joins(account)) yield* tooLong(path, "account", name);
  }
  if (draft["repository"] !== undefined) {
    yield* tooLong("solution", "role", accountNames.applyRole(solution, accountNames.accountDeployment));
    for (const name of namesIn(draft, "environments") ?? [])
      yield* tooLong(`environments.${name}`, "role", accountNames.applyRole(solution, name));
  }
  for (const [name, environment] of draftEnvironments(draft)) {
    const region = regionOf(draft, environment);
    if (region !== undefined)
      yield* environmentNameProblems(draft, `environments.${name}`, environment, namespace(name, region, solution));
  }
}

function* environmentNameProblems(
  draft: Draft,
  path: string,
  environment: DraftValues,
  prefix: string,
): Iterable<Problem> {
  // Every other role name fits if the name of the bucket `studydata` fits.
  if (draftAccounts(draft).some(([, { kind }]) => kind === "master"))
    yield* tooLong(path, "role", environmentNames.masterRole(prefix));
  for (const { key, name, values } of draftDatabases(environment)) {
    const identifier = environmentNames.database(prefix, name);
    const at = name === undefined ? path : `${path}.${key}`;
    yield* tooLong(at, "DB identifier", values["replica"] === undefined ? identifier : `${identifier}-replica`);
  }
  const application = given(environment, "application", {});
  if (!isDraftValues(application)) return;
  const accountId = textOf(accountNamed(draft, environment["account"])?.["id"]) ?? "0".repeat(12);
  const bucket = (bucketName: string) => environmentNames.bucket(prefix, accountId, bucketName);
  yield* tooLong(path, "bucket", bucket("studydata"));
  for (const [index, bucketName] of (textsOf(application["buckets"]) ?? []).entries()) {
    const at = `${path}.application.buckets[${index}]`;
    yield* tooLong(at, "bucket", bucket(bucketName));
    if (bucketName === "studydata")
      yield { path: at, expected: "a bucket other than studydata, which every environment has", got: `"studydata"` };
  }
  for (const [index, repository] of (textsOf(application["repositories"]) ?? []).entries())
    yield* tooLong(
      `${path}.application.repositories[${index}]`,
      "ECR repository",
      environmentNames.repository(prefix, repository),
    );
}

/** Names that JavaScript, AWS or the project itself needs for something else are not used. */
export function* reservedNames(draft: Draft): Iterable<Problem> {
  yield* javaScriptNames(draft);
  for (const [name, environment] of draftEnvironments(draft))
    yield* listedNames(`environments.${name}.application`, given(environment, "application", {}));
  yield* environmentNamesTaken(draft);
}

/**
 * `JSON.parse` makes `__proto__` an ordinary key that zod silently drops, and constructs keep their children in a plain
 * object, which has a `constructor`.
 */
function* javaScriptNames(draft: Draft): Iterable<Problem> {
  const records: readonly { path: string; holder: DraftValues; key: string; taken?: readonly string[] }[] = [
    { path: "accounts", holder: draft, key: "accounts" },
    { path: "environments", holder: draft, key: "environments" },
    ...draftEnvironments(draft).flatMap(([name, holder]) =>
      ["members", "securityGroups", "databases"].map((key) => ({ path: `environments.${name}.${key}`, holder, key })),
    ),
    ...draftEnvironments(draft).flatMap(([name, { network }]) =>
      isDraftValues(network) ? [{ path: `environments.${name}.network.tiers`, holder: network, key: "tiers" }] : [],
    ),
    ...[...externalSettings(draft)].flatMap(({ stack, path, list, values }) => [
      // They are in their stack next to its backend and its provider.
      { path: `${path}.${list}`, holder: values, key: list, taken: ["backend", EXTERNAL_PROVIDERS[stack]] },
      ...entries(values, list).map(([name, holder]) => ({ path: `${path}.${list}.${name}.services`, holder, key: "services" })),
    ]),
  ]; // prettier-ignore
  for (const { path, holder, key, taken = [] } of records) {
    for (const name of ["__proto__", "constructor", ...taken])
      if (namesIn(holder, key)?.includes(name))
        yield { path: `${path}.${name}`, expected: NOT_RESERVED, got: formatValue(name) };
  }
  const center = draft["identityCenter"];
  if (isDraftValues(center) && namesIn(center, "groups")?.includes("__proto__"))
    yield { path: "identityCenter.groups.__proto__", expected: NOT_RESERVED, got: formatValue("__proto__") };
}

const NOT_RESERVED = "a name that is not reserved";

/** S3 reserves the ends of bucket names that it gives itself ("General purpose bucket naming rules"). */
function* listedNames(path: string, application: unknown): Iterable<Problem> {
  if (!isDraftValues(application)) return;
  for (const key of ["buckets", "repositories"] as const) {
    for (const [index, listed] of (textsOf(application[key]) ?? []).entries()) {
      const problem = { path: `${path}.${key}[${index}]`, got: formatValue(listed) };
      if (listed === "constructor") yield { ...problem, expected: NOT_RESERVED };
      const reserved = key === "buckets" && /(^|-)(s3alias|an)$/.exec(listed)?.[2];
      if (reserved) yield { ...problem, expected: `a name that does not end in -${reserved}, which S3 reserves` };
    }
  }
}

/** No environment has the name of a GitHub environment or an organizational unit that the project uses otherwise. */
function* environmentNamesTaken(draft: Draft): Iterable<Problem> {
  const { accountDeployment } = accountNames;
  const taken = new Map<string, string>([
    [accountDeployment, "the account-wide stacks"],
    ...(namesIn(draft, "accounts") ?? []).map(
      (name) => [`${accountDeployment}-${name}`, `the account-wide stacks of accounts.${name}`] as const,
    ),
  ]);
  const hasMaster = draftAccounts(draft).some(([, { kind }]) => kind === "master");
  const units = hasMaster ? OWN_UNITS.map((unit) => unit.toLowerCase()) : [];
  for (const name of namesIn(draft, "environments") ?? []) {
    const owner = taken.get(name);
    const problem = { path: `environments.${name}`, got: formatValue(name) };
    if (`${name}-`.startsWith("sg-"))
      yield { ...problem, expected: 'a name whose security groups do not begin with "sg-", which AWS refuses' };
    if (units.includes(name)) yield { ...problem, expected: "a name that is not a unit of every organization" };
    if (owner) yield { ...problem, expected: `a name that pipelines do not use for ${owner}` };
  }
}
