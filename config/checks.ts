import { contains, overlaps, wizardSubnets } from "./cidr";
import { shown, type Problem } from "./estate-error";
import { ACCOUNT_STACKS, memberStackName } from "./layout";
import { MEMBER_CIDR_BLOCK } from "./model";
import { accountNames, environmentNames, namespace, stackId } from "./naming";
import { zonesOf } from "./regions";

/*
 * What more than one value decides. The checks also run on a file whose single values have problems, so that all is reported at once:
 * a draft holds `undefined` for every value that was refused already, and a check passes over what it cannot know.
 */

type Values = Readonly<Record<string, unknown>>;

/** A file as far as its values were accepted. A key that holds `undefined` was given and refused. */
export type Draft = Values;

/** Every problem that a draft's values have with each other. */
export function checkDraft(draft: Draft): Problem[] {
  const checks = [uniqueAccounts, oneMaster, memberships, references, order, networks, members, production, builtNames, stackIds];
  return checks.flatMap((check) => [...check(draft)]);
}

const isValues = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const strings = (value: unknown) => (Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined);
/** The value of a key; the default where the key is absent; undefined where the value was refused. */
const given = (values: Values, key: string, byDefault: unknown) => (key in values ? values[key] : byDefault);

function entries(draft: Draft, key: string): [string, Values][] {
  const record = draft[key];
  return isValues(record) ? Object.entries(record).filter((entry): entry is [string, Values] => isValues(entry[1])) : [];
}

const accountsOf = (draft: Draft) => entries(draft, "accounts");
const environmentsOf = (draft: Draft) => entries(draft, "environments");
const accountNamed = (draft: Draft, name: unknown) => accountsOf(draft).find(([known]) => known === name)?.[1];
const known = (names: readonly string[]) => (names.length > 0 ? `known: ${names.join(", ")}` : "there are none");
const regionOf = (draft: Draft, values: Values) => text(given(values, "region", draft["defaultRegion"]));

function namespaceOf(draft: Draft, name: string, environment: Values): string | undefined {
  const [region, solution] = [regionOf(draft, environment), text(draft["solution"])];
  return region !== undefined && solution !== undefined ? namespace(name, region, solution) : undefined;
}

function* uniqueAccounts(draft: Draft): Iterable<Problem> {
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

function* oneMaster(draft: Draft): Iterable<Problem> {
  const [first, ...others] = accountsOf(draft).filter(([, account]) => account["kind"] === "master");
  for (const [name] of others) {
    yield {
      path: `accounts.${name}.kind`,
      text: `got "master" a second time, expected one master account; accounts.${first?.[0] ?? ""} is it`,
    };
  }
}

function* memberships(draft: Draft): Iterable<Problem> {
  for (const [name, account] of accountsOf(draft)) {
    const path = `accounts.${name}.membership`;
    const isMember = account["kind"] === "member";
    if (isMember && !("membership" in account)) yield { path, text: "is missing, expected created (in the organization) or invited" };
    if (!isMember && account["kind"] !== undefined && account["membership"] !== undefined) {
      yield { path, text: `got ${shown(account["membership"])}, expected none: the account is of kind ${shown(account["kind"])}` };
    }
  }
}

function* references(draft: Draft): Iterable<Problem> {
  const names = accountsOf(draft).map(([name]) => name);
  for (const [name, environment] of environmentsOf(draft)) {
    const path = `environments.${name}.account`;
    const account = text(environment["account"]);
    if (account === undefined) continue;
    const kind = accountNamed(draft, account)?.["kind"];
    if (!names.includes(account)) yield { path, text: `no account ${shown(account)}; ${known(names)}` };
    else if (kind === "member") yield { path, text: `got ${shown(account)} of kind member, expected an account of kind main or master` };
  }
}

function* order(draft: Draft): Iterable<Problem> {
  const list = draft["promotionOrder"];
  if (!Array.isArray(list) || !isValues(draft["environments"])) return;
  const names = Object.keys(draft["environments"]);
  for (const [index, name] of (list as unknown[]).entries()) {
    if (typeof name !== "string") continue;
    const path = `promotionOrder[${index}]`;
    if (!names.includes(name)) yield { path, text: `no environment ${shown(name)}; ${known(names)}` };
    else if (list.indexOf(name) < index) yield { path, text: `got ${shown(name)} a second time, expected each environment once` };
  }
  const missing = names.filter((name) => !list.includes(name));
  if (missing.length > 0) yield { path: "promotionOrder", text: `lacks ${missing.join(", ")}, expected every environment once` };
}

interface Tier {
  readonly path: string;
  readonly cidrBlocks: readonly string[];
}

/** Subnets that do not lie in their network, or overlap. */
function* subnetProblems(cidrBlock: string, tiers: readonly Tier[]): Iterable<Problem> {
  const subnets = tiers.flatMap(({ path, cidrBlocks }) => cidrBlocks.map((subnet, index) => ({ path: `${path}[${index}]`, subnet })));
  for (const [index, { path, subnet }] of subnets.entries()) {
    if (!contains(cidrBlock, subnet)) yield { path, text: `got ${shown(subnet)}, expected a part of the network ${cidrBlock}` };
    const other = subnets.slice(0, index).find((earlier) => overlaps(earlier.subnet, subnet));
    if (other) yield { path, text: `got ${shown(subnet)}, which overlaps ${shown(other.subnet)} of ${other.path}` };
  }
}

function* networks(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of environmentsOf(draft)) {
    const network = given(environment, "network", {});
    if (!isValues(network)) continue;
    const path = `environments.${name}.network`;
    const region = regionOf(draft, environment);
    const available = region === undefined ? [] : zonesOf(region);
    const zones = strings(given(network, "zones", region === undefined ? undefined : available.slice(0, 2)));
    if (zones && region !== undefined) {
      for (const [index, zone] of zones.entries()) {
        const at = `${path}.zones[${index}]`;
        if (!available.includes(zone))
          yield { path: at, text: `got ${shown(zone)}, expected a zone of ${region}: ${available.join(", ")}` };
        else if (zones.indexOf(zone) < index) yield { path: at, text: `got ${shown(zone)} a second time, expected each zone once` };
      }
    }
    const cidrBlock = text(given(network, "cidrBlock", "10.0.0.0/20"));
    if (cidrBlock === undefined) continue;
    const wizard = zones && wizardSubnets(cidrBlock, zones.length);
    const tiers: Tier[] = [];
    for (const [key, byDefault] of [
      ["publicSubnetCidrBlocks", wizard?.publicCidrBlocks],
      ["privateSubnetCidrBlocks", wizard?.privateCidrBlocks],
    ] as const) {
      if (key === "publicSubnetCidrBlocks" && network["publicSubnets"] === false && !(key in network)) continue;
      const cidrBlocks = strings(given(network, key, byDefault));
      if (cidrBlocks && zones && cidrBlocks.length !== zones.length) {
        yield { path: `${path}.${key}`, text: `got ${cidrBlocks.length}, expected one for each of the ${zones.length} zones` };
      }
      if (cidrBlocks) tiers.push({ path: `${path}.${key}`, cidrBlocks });
    }
    yield* subnetProblems(cidrBlock, tiers);
  }
}

function* members(draft: Draft): Iterable<Problem> {
  const memberAccounts = accountsOf(draft).filter(([, account]) => account["kind"] === "member");
  const hasMaster = accountsOf(draft).some(([, account]) => account["kind"] === "master");
  for (const [environmentName, environment] of environmentsOf(draft)) {
    const seen = new Map<string, string>();
    for (const [name, member] of entries(environment, "members")) {
      const path = `environments.${environmentName}.members.${name}`;
      const accountName = text(member["account"]);
      if (accountName === undefined) continue;
      const account = accountNamed(draft, accountName);
      if (account?.["kind"] !== "member") {
        const got = account
          ? `got ${shown(accountName)}, an account of kind ${shown(account["kind"])}`
          : `no account ${shown(accountName)}`;
        yield { path: `${path}.account`, text: `${got}, expected a member account; ${known(memberAccounts.map(([known]) => known))}` };
        continue;
      }
      const other = seen.get(accountName);
      if (other)
        yield {
          path: `${path}.account`,
          text: `${shown(accountName)} is also that of member ${other}, expected another: the role's name is taken`,
        };
      seen.set(accountName, name);
      yield* memberNetwork(path, member, account["membership"], hasMaster);
    }
  }
}

function* memberNetwork(path: string, member: Values, membership: unknown, hasMaster: boolean): Iterable<Problem> {
  if (membership === "invited") {
    for (const key of ["vpcId", "subnetId"])
      if (!(key in member)) yield { path: `${path}.${key}`, text: "is missing, expected that of the invited member" };
    for (const key of ["cidrBlock", "subnetCidrBlock", "mapPublicAddresses"]) {
      if (key in member)
        yield { path: `${path}.${key}`, text: `got ${shown(member[key])}, expected none: an invited member brings its network` };
    }
  } else if (membership === "created") {
    for (const key of ["vpcId", "subnetId"]) {
      if (key in member)
        yield { path: `${path}.${key}`, text: `got ${shown(member[key])}, expected none: a created member gets its network` };
    }
    if (!hasMaster) yield { path: `${path}.account`, text: "is a created member, expected an account of kind master that creates it" };
    const cidrBlock = text(given(member, "cidrBlock", MEMBER_CIDR_BLOCK));
    const subnet = text(member["subnetCidrBlock"]);
    if (cidrBlock && subnet && !contains(cidrBlock, subnet)) {
      yield { path: `${path}.subnetCidrBlock`, text: `got ${shown(subnet)}, expected a part of the network ${cidrBlock}` };
    }
  }
}

/** What an environment may do only where nobody depends on it. */
function* production(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of environmentsOf(draft)) {
    if (environment["production"] !== true) continue;
    const path = `environments.${name}`;
    if (given(environment, "externalId", "galileo") === "galileo") {
      const got = "externalId" in environment ? `got "galileo"` : `is missing (the default is "galileo")`;
      yield { path: `${path}.externalId`, text: `${got}, expected one of your own: everybody knows the default` };
    }
    const database = environment["database"];
    if (!isValues(database)) continue;
    if (database["deletionProtection"] === false) {
      yield { path: `${path}.database.deletionProtection`, text: "got false, expected true in production" };
    }
    if (database["backupRetentionDays"] === 0) {
      yield { path: `${path}.database.backupRetentionDays`, text: "got 0, expected 1 to 35 days in production" };
    }
  }
}

/** AWS's limits, in characters. IAM: "IAM and STS character limits"; S3: "Bucket naming rules"; RDS: "Quotas and constraints"; ECR: CreateRepository. */
const LIMITS = { role: 64, alias: 63, bucket: 63, "DB identifier": 63, "ECR repository": 256 } as const;

function* builtNames(draft: Draft): Iterable<Problem> {
  const tooLong = function* (path: string, kind: keyof typeof LIMITS, built: string): Iterable<Problem> {
    if (built.length <= LIMITS[kind]) return;
    yield { path, text: `makes the ${kind} name "${built}" of ${built.length} characters, expected at most ${LIMITS[kind]}` };
  };
  const solution = text(draft["solution"]);
  for (const [name, account] of accountsOf(draft)) {
    if (solution === undefined) break;
    const [path, id] = [`accounts.${name}`, text(account["id"]) ?? ""];
    yield* tooLong(path, "alias", accountNames.alias(solution, name));
    yield* tooLong(path, "bucket", accountNames.stateBucket(solution, id));
    const deployments = environmentsOf(draft).map(([environment]) => environment);
    for (const owner of [accountNames.accountDeployment, ...deployments])
      yield* tooLong(path, "role", accountNames.applyRole(solution, owner));
  }
  for (const [name, environment] of environmentsOf(draft)) {
    const prefix = namespaceOf(draft, name, environment);
    if (prefix === undefined) continue;
    const path = `environments.${name}`;
    yield* tooLong(path, "role", environmentNames.masterRole(prefix));
    if (isValues(environment["database"])) yield* tooLong(path, "DB identifier", environmentNames.database(prefix));
    const application = given(environment, "application", {});
    if (!isValues(application)) continue;
    const bucket = (bucketName: string) => environmentNames.bucket(prefix, "0".repeat(12), bucketName);
    yield* tooLong(path, "bucket", bucket("studydata"));
    for (const [index, bucketName] of (strings(application["buckets"]) ?? []).entries()) {
      const at = `${path}.application.buckets[${index}]`;
      yield* tooLong(at, "bucket", bucket(bucketName));
      if (bucketName === "studydata") yield { path: at, text: `got "studydata", expected another: every environment has it already` };
    }
    for (const [index, repository] of (strings(application["repositories"]) ?? []).entries()) {
      yield* tooLong(`${path}.application.repositories[${index}]`, "ECR repository", environmentNames.repository(prefix, repository));
    }
  }
}

/** Two stacks with one id would write one folder: the account `dev-member` has `dev-member-iam`, and so has member `iam` of `dev`. */
function* stackIds(draft: Draft): Iterable<Problem> {
  if (environmentsOf(draft).some(([name]) => name === accountNames.accountDeployment)) {
    const path = `environments.${accountNames.accountDeployment}`;
    yield { path, text: "is what pipelines call the account-wide stacks, expected another name" };
  }
  const owners = new Map<string, string>();
  for (const [name] of accountsOf(draft)) for (const stack of ACCOUNT_STACKS) owners.set(stackId(name, stack), `accounts.${name}`);
  for (const [name, environment] of environmentsOf(draft)) {
    const own = ["network", "database", "application", "master-role"].map((stack) => [stack, `environments.${name}`] as const);
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
