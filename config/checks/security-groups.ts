import { isOpen } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import { idOf } from "../schema/values";
import { databaseStackName } from "../layout";
import {
  draftDatabases,
  entries,
  draftEnvironments,
  given,
  isDraftValues,
  leftOut,
  nameAmong,
  required,
  textsOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { oncePer } from "../maps";
import { DEFAULT_SECURITY_GROUP } from "../resolve/environment";

const SECURITY_GROUP_ID = idOf("sg");

/**
 * Security groups have charge codes, are open to the internet only with an approval, and exist in the environments
 * that their kind of work allows.
 */
export function* securityGroups(draft: Draft): Iterable<Problem> {
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const path = `environments.${environmentName}`;
    const groups = given(environment, "securityGroups", {});
    const names = isDraftValues(groups) ? [...new Set([DEFAULT_SECURITY_GROUP, ...Object.keys(groups)])] : undefined;
    const databases = draftDatabases(environment);
    for (const [name, group] of entries(environment, "securityGroups")) {
      const at = `${path}.securityGroups.${name}`;
      if (SECURITY_GROUP_ID.test(name))
        yield { path: at, expected: "a name that does not look like a security group id", got: formatValue(name) };
      if ("chargeCode" in group && "chargeCodes" in group)
        yield {
          path: `${at}.chargeCodes`,
          expected: "left out if chargeCode is given",
          got: "both",
          remedy: "Give one charge code in chargeCode, or several in chargeCodes",
        };
      yield* workProblems(draft, at, environmentName, environment, name, group);
      for (const direction of ["ingress", "egress"] as const)
        yield* ruleProblems(`${at}.${direction}`, direction, name, group, names ?? []);
      if (databases.some((database) => databaseStackName(database.name) === name))
        yield { path: at, expected: "a name other than that of the database's own group", got: formatValue(name) };
    }
    for (const { key, values } of databases) yield* databaseProblems(`${path}.${key}`, values, names);
  }
}

/** The sources that may connect to the database. `names` is undefined if the groups were refused. */
function* databaseProblems(
  path: string,
  database: DraftValues,
  names: readonly string[] | undefined,
): Iterable<Problem> {
  for (const [index, name] of (textsOf(database["allowedSecurityGroups"]) ?? []).entries()) {
    if (!names || names.includes(name)) continue;
    yield {
      path: `${path}.allowedSecurityGroups[${index}]`,
      expected: nameAmong("a security group", names),
      got: formatValue(name),
    };
  }
  for (const [index, cidrBlock] of (textsOf(database["allowedCidrBlocks"]) ?? []).entries()) {
    if (!isOpen(cidrBlock)) continue;
    yield {
      path: `${path}.allowedCidrBlocks[${index}]`,
      expected: "a private network or one of /16 at most, because a database is never open to the internet",
      got: formatValue(cidrBlock),
    };
  }
}

interface Promotion {
  /** The place of each environment; undefined if the order was refused. */
  readonly places?: ReadonlyMap<string, number>;
  /** The environments that are not production, in their order. */
  readonly tests: readonly { readonly name: string; readonly values: unknown; readonly place: number }[];
}

const promotion = oncePer((draft: Draft): Promotion => {
  const environments = draft["environments"];
  if (!isDraftValues(environments)) return { tests: [] };
  const names = Object.keys(environments);
  const order = textsOf(given(draft, "promotionOrder", names)) ?? [];
  const places = new Map(order.map((name, place) => [name, place]));
  if (order.length !== names.length || !names.every((name) => places.has(name))) return { tests: [] };
  const tests = order
    .map((name, place) => ({ name, values: environments[name], place }))
    .filter(({ values }) => !isDraftValues(values) || given(values, "production", false) !== true);
  return { places, tests };
});

/** The earlier environments, in promotion order, that are not production; undefined if the order was refused. */
function testEnvironments(draft: Draft, environmentName: string): Promotion["tests"] | undefined {
  const { places, tests } = promotion(draft);
  const end = places?.get(environmentName);
  return end === undefined ? undefined : tests.filter(({ place }) => place < end);
}

/** Whether an environment has the group, or may have it because a value was refused. */
function mayHaveGroup(environment: unknown, name: string): boolean {
  const groups = isDraftValues(environment) ? given(environment, "securityGroups", {}) : undefined;
  return !isDraftValues(groups) || Object.hasOwn(groups, name);
}

/** An application is tested before it is in production. A computation has no test environment. */
function* workProblems(
  draft: Draft,
  path: string,
  environmentName: string,
  environment: DraftValues,
  name: string,
  group: DraftValues,
): Iterable<Problem> {
  if (name === DEFAULT_SECURITY_GROUP) {
    const expected = "left out for the default group, which is for all work in every environment";
    yield* leftOut(path, group, expected, "work");
    return;
  }
  yield* required(path, group, "work", "application or computation");
  const production = given(environment, "production", false);
  if (group["work"] === "computation" && production === false)
    yield { path: `${path}.work`, expected: "application outside production environments", got: `"computation"` };
  if (group["work"] !== "application" || production !== true) return;
  const tests = testEnvironments(draft, environmentName);
  if (!tests || tests.some(({ values }) => mayHaveGroup(values, name))) return;
  const where =
    tests.length > 0 ? tests.map((test) => test.name).join(" or ") : "an earlier environment that is not production";
  yield {
    path,
    expected: `in ${where} too, because applications are tested before production`,
    got: "no such group there",
  };
}

function* ruleProblems(
  path: string,
  direction: "ingress" | "egress",
  name: string,
  group: DraftValues,
  names: readonly string[],
): Iterable<Problem> {
  const rules = group[direction];
  if (!Array.isArray(rules)) return;
  const seen = new Map<string, number>();
  for (const [index, rule] of (rules as unknown[]).entries()) {
    if (!isDraftValues(rule)) continue;
    const at = `${path}[${index}]`;
    yield* portProblems(at, rule);
    yield* sourceProblems(at, rule, names);
    if (direction === "ingress") yield* openProblems(at, rule, name, group);
    if (Object.values(rule).includes(undefined)) continue; // refused values would look equal
    const {
      protocol,
      port,
      toPort,
      cidrBlock,
      group: other,
    } = { protocol: "tcp", toPort: rule["port"], ...rule } as DraftValues;
    const same = JSON.stringify([protocol, port, toPort, cidrBlock, other]);
    const first = seen.get(same);
    if (first === undefined) seen.set(same, index);
    else yield { path: at, expected: "a rule that is not listed before", got: `the same as ${path}[${first}]` };
  }
}

function* portProblems(path: string, rule: DraftValues): Iterable<Problem> {
  const protocol = textOf(given(rule, "protocol", "tcp"));
  const { port, toPort } = rule;
  if (protocol === "tcp" || protocol === "udp") {
    yield* required(path, rule, "port", "a whole number from 0 to 65535");
    if (typeof port === "number" && typeof toPort === "number" && toPort < port)
      yield { path: `${path}.toPort`, expected: `the last port, ${port} or higher`, got: formatValue(toPort) };
  } else if (protocol !== undefined) {
    yield* leftOut(path, rule, `left out, because ${protocol} has no ports`, "port", "toPort");
  }
}

function* sourceProblems(path: string, rule: DraftValues, names: readonly string[]): Iterable<Problem> {
  const group = textOf(rule["group"]);
  if (!("cidrBlock" in rule) && !("group" in rule))
    yield { path, expected: "a rule with a cidrBlock or a group", got: "neither" };
  if ("cidrBlock" in rule && "group" in rule)
    yield { path: `${path}.group`, expected: "left out if cidrBlock is given", got: "both" };
  if (group !== undefined && !names.includes(group) && !SECURITY_GROUP_ID.test(group))
    yield { path: `${path}.group`, expected: nameAmong("a security group", names), got: formatValue(group) };
}

function* openProblems(path: string, rule: DraftValues, name: string, group: DraftValues): Iterable<Problem> {
  const cidrBlock = textOf(rule["cidrBlock"]);
  if (cidrBlock === undefined || !isOpen(cidrBlock)) return;
  if (group["work"] === "computation" || name === DEFAULT_SECURITY_GROUP) {
    const what =
      name === DEFAULT_SECURITY_GROUP ? "the default group (also of computation and the database)" : "computation";
    yield {
      path: `${path}.cidrBlock`,
      expected: `a private network, because ${what} is never open to the internet`,
      got: formatValue(cidrBlock),
    };
  } else if (!("approval" in rule)) {
    yield {
      path: `${path}.approval`,
      expected: `the reference of an approval, because ${cidrBlock} is open to the internet`,
      got: "nothing",
    };
  }
}
