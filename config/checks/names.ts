import type { Problem } from "../estate-error";
import { accountStackNames, memberStackName } from "../layout";
import { accountNames, environmentNames, namespace, OWN_UNITS, stackId } from "../naming";
import {
  accountNamed,
  draftAccounts,
  entries,
  draftEnvironments,
  given,
  isDraftValues,
  namesIn,
  regionOf,
  textsOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";

/**
 * AWS's limits, in characters. IAM: "IAM and STS character limits"; S3: "Bucket naming rules"; RDS: "Quotas and
 * constraints"; ECR: CreateRepository; Organizations: CreateAccount.
 */
const LIMITS = { role: 64, alias: 63, bucket: 63, "DB identifier": 63, "ECR repository": 256, account: 50 } as const;

function* tooLong(path: string, kind: keyof typeof LIMITS, built: string): Iterable<Problem> {
  if (built.length <= LIMITS[kind]) return;
  yield {
    path,
    text: `makes the ${kind} name "${built}" of ${built.length} characters, expected at most ${LIMITS[kind]}`,
  };
}

/** Names that AWS would refuse for their length, once built. */
export function* builtNames(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  if (solution === undefined) return;
  for (const [name, account] of draftAccounts(draft)) {
    const [path, id] = [`accounts.${name}`, textOf(account["id"])];
    yield* tooLong(path, "alias", accountNames.alias(solution, name));
    if (id !== undefined) yield* tooLong(path, "bucket", accountNames.stateBucket(solution, id));
    if (account["membership"] === "created") yield* tooLong(path, "account", name);
  }
  if (textOf(draft["repository"]) !== undefined) {
    yield* tooLong("solution", "role", accountNames.applyRole(solution, accountNames.accountDeployment));
    for (const name of namesIn(draft, "environments") ?? []) {
      yield* tooLong(`environments.${name}`, "role", accountNames.applyRole(solution, name));
    }
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
  // No other role's name can be too long where that of the bucket `studydata` is not.
  if (draftAccounts(draft).some(([, { kind }]) => kind === "master"))
    yield* tooLong(path, "role", environmentNames.masterRole(prefix));
  if (isDraftValues(environment["database"])) yield* tooLong(path, "DB identifier", environmentNames.database(prefix));
  const application = given(environment, "application", {});
  if (!isDraftValues(application)) return;
  const accountId = textOf(accountNamed(draft, environment["account"])?.["id"]) ?? "0".repeat(12);
  const bucket = (bucketName: string) => environmentNames.bucket(prefix, accountId, bucketName);
  yield* tooLong(path, "bucket", bucket("studydata"));
  for (const [index, bucketName] of (textsOf(application["buckets"]) ?? []).entries()) {
    const at = `${path}.application.buckets[${index}]`;
    yield* tooLong(at, "bucket", bucket(bucketName));
    if (bucketName === "studydata")
      yield { path: at, text: `got "studydata", expected another: every environment has it already` };
  }
  for (const [index, repository] of (textsOf(application["repositories"]) ?? []).entries()) {
    yield* tooLong(
      `${path}.application.repositories[${index}]`,
      "ECR repository",
      environmentNames.repository(prefix, repository),
    );
  }
}

/** Names that the project, or JavaScript itself, needs for something else. */
export function* reservedNames(draft: Draft): Iterable<Problem> {
  const records: [string, DraftValues, string][] = [
    ["accounts", draft, "accounts"],
    ["environments", draft, "environments"],
    ...draftEnvironments(draft).flatMap(([name, environment]) =>
      ["members", "securityGroups"].map((key): [string, DraftValues, string] => [
        `environments.${name}.${key}`,
        environment,
        key,
      ]),
    ),
  ];
  for (const [path, holder, key] of records) {
    // JSON.parse makes `__proto__` an ordinary key, and zod drops it without a word; constructs keep their children in
    // a plain object.
    for (const name of ["__proto__", "constructor"])
      if (namesIn(holder, key)?.includes(name)) yield { path: `${path}.${name}`, text: "is no name, expected another" };
  }
  for (const [name, environment] of draftEnvironments(draft)) {
    const application = given(environment, "application", {});
    for (const key of ["buckets", "repositories"] as const) {
      for (const [index, listed] of (isDraftValues(application) ? (textsOf(application[key]) ?? []) : []).entries()) {
        const path = `environments.${name}.application.${key}[${index}]`;
        if (listed === "constructor") yield { path, text: `got "constructor", expected another name` };
        if (key === "buckets" && /(^|-)s3alias$/.test(listed))
          yield {
            path,
            text: `got ${JSON.stringify(listed)}, expected another: S3 keeps names that end in -s3alias for itself`,
          };
      }
    }
  }
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
    if (`${name}-`.startsWith("sg-"))
      yield {
        path: `environments.${name}`,
        text: 'makes names of security groups that begin with "sg-", which AWS refuses, expected another name',
      };
    if (units.includes(name))
      yield { path: `environments.${name}`, text: "is a unit that every organization has, expected another name" };
    if (owner) yield { path: `environments.${name}`, text: `is what pipelines call ${owner}, expected another name` };
  }
}

/**
 * Two stacks with one id would write one folder: the account `dev-member` has `dev-member-iam`, and so has member `iam`
 * of `dev`.
 */
export function* stackIds(draft: Draft): Iterable<Problem> {
  const owners = new Map<string, string>();
  for (const [name, { kind }] of draftAccounts(draft)) {
    const stacks = accountStackNames({ kind: kind === "master" ? kind : "main" });
    for (const stack of stacks) owners.set(stackId(name, stack), `accounts.${name}`);
  }
  for (const [name, environment] of draftEnvironments(draft)) {
    const own = ["network", "database", "application", "master-role"].map(
      (stack) => [stack, `environments.${name}`] as const,
    );
    const ofMembers = entries(environment, "members").map(
      ([member]) => [memberStackName(member), `environments.${name}.members.${member}`] as const,
    );
    for (const [stack, path] of [...own, ...ofMembers]) {
      const id = stackId(name, stack);
      const other = owners.get(id);
      if (other) yield { path, text: `makes the stack ${id}, which ${other} makes too, expected another name` };
      owners.set(id, path);
    }
  }
}

/**
 * Roles that exist already are none of those that the project makes: it would make them a second time, or change whom
 * they trust.
 */
export function* foreignRoles(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  if (solution === undefined) return;
  const prefixes = draftEnvironments(draft).flatMap(([name, environment]) => {
    const region = regionOf(draft, environment);
    return region === undefined ? [] : [`${namespace(name, region, solution)}-`];
  });
  const own = (role: string) =>
    [accountNames.operator, accountNames.admin, accountNames.machine].some(
      (name) => name.toLowerCase() === role.toLowerCase(),
    ) || [accountNames.pipelineRoles(solution).replace("*", ""), ...prefixes].some((prefix) => role.startsWith(prefix));
  const named = [
    ...draftAccounts(draft).map(([name, account]) => [`accounts.${name}.accessRole`, account["accessRole"]] as const),
    ...draftEnvironments(draft).flatMap(([name, environment]) => {
      const application = given(environment, "application", {});
      const roles =
        isDraftValues(application) && isDraftValues(application["existingRoles"]) ? application["existingRoles"] : {};
      return Object.entries(roles).map(
        ([key, role]) => [`environments.${name}.application.existingRoles.${key}`, role] as const,
      );
    }),
  ];
  for (const [path, role] of named) {
    if (typeof role === "string" && own(role))
      yield { path, text: `got "${role}", a role that the project makes, expected another` };
  }
}
