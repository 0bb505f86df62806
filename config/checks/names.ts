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

const NONE: readonly Problem[] = [];

function tooLong(path: string, kind: keyof typeof LIMITS, built: string): readonly Problem[] {
  if (built.length <= LIMITS[kind]) return NONE;
  const expected = `short enough for the ${kind} name "${built}" to have at most ${LIMITS[kind]} characters`;
  return [{ path, expected, got: `${built.length} characters` }];
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
  const hasMaster = draftAccounts(draft).some(([, { kind }]) => kind === "master");
  for (const [name, environment] of draftEnvironments(draft)) {
    const region = regionOf(draft, environment);
    if (region === undefined) continue;
    const [path, prefix] = [`environments.${name}`, namespace(name, region, solution)];
    // Every other role name fits if the name of the bucket `studydata` fits.
    if (hasMaster) yield* tooLong(path, "role", environmentNames.masterRole(prefix));
    yield* environmentNameProblems(draft, path, environment, prefix);
  }
}

function* environmentNameProblems(
  draft: Draft,
  path: string,
  environment: DraftValues,
  prefix: string,
): Iterable<Problem> {
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
  yield* takenNames("accounts", draft["accounts"]);
  yield* takenNames("environments", draft["environments"]);
  for (const [name, environment] of draftEnvironments(draft))
    for (const key of ["members", "securityGroups", "databases"])
      yield* takenNames(`environments.${name}.${key}`, environment[key]);
  for (const [name, { network }] of draftEnvironments(draft))
    if (isDraftValues(network)) yield* takenNames(`environments.${name}.network.tiers`, network["tiers"]);
  for (const { stack, path, list, values } of externalSettings(draft)) {
    // They are in their stack next to its backend and its provider.
    yield* takenNames(`${path}.${list}`, values[list], "backend", EXTERNAL_PROVIDERS[stack]);
    for (const [name, { services }] of entries(values, list))
      yield* takenNames(`${path}.${list}.${name}.services`, services);
  }
  const center = draft["identityCenter"];
  if (isDraftValues(center) && namesIn(center, "groups")?.includes("__proto__"))
    yield { path: "identityCenter.groups.__proto__", expected: NOT_RESERVED, got: formatValue("__proto__") };
}

const NOT_RESERVED = "a name that is not reserved";

const takenNames = (path: string, record: unknown, ...further: readonly string[]): readonly Problem[] =>
  isDraftValues(record)
    ? ["__proto__", "constructor", ...further]
        .filter((name) => Object.hasOwn(record, name))
        .map((name) => ({ path: `${path}.${name}`, expected: NOT_RESERVED, got: formatValue(name) }))
    : NONE;

/** S3 reserves the ends of bucket names that it gives itself ("General purpose bucket naming rules"). */
function* listedNames(path: string, application: unknown): Iterable<Problem> {
  if (!isDraftValues(application)) return;
  for (const key of ["buckets", "repositories"] as const) {
    for (const [index, listed] of (textsOf(application[key]) ?? []).entries()) {
      const problem = (expected: string) => ({ path: `${path}.${key}[${index}]`, expected, got: formatValue(listed) });
      if (listed === "constructor") yield problem(NOT_RESERVED);
      const reserved = key === "buckets" && /(^|-)(s3alias|an)$/.exec(listed)?.[2];
      if (reserved) yield problem(`a name that does not end in -${reserved}, which S3 reserves`);
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
    const problem = (expected: string) => ({ path: `environments.${name}`, expected, got: formatValue(name) });
    if (`${name}-`.startsWith("sg-"))
      yield problem('a name whose security groups do not begin with "sg-", which AWS refuses');
    if (units.includes(name)) yield problem("a name that is not a unit of every organization");
    if (owner) yield problem(`a name that pipelines do not use for ${owner}`);
  }
}
