import { isOpen } from "../cidr";
import { formatValue, type Problem } from "../estate-error";
import { securityGroupId } from "../schema/values";
import {
  entries,
  draftEnvironments,
  given,
  isDraftValues,
  known,
  textsOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { DEFAULT_SECURITY_GROUP } from "../resolve/environment";

/**
 * Groups that bear charge codes, admit nobody from the internet without an approval, and go where their kind of work
 * goes.
 */
export function* securityGroups(draft: Draft): Iterable<Problem> {
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const path = `environments.${environmentName}`;
    const groups = given(environment, "securityGroups", {});
    const names = isDraftValues(groups) ? [...new Set([DEFAULT_SECURITY_GROUP, ...Object.keys(groups)])] : undefined;
    for (const [name, group] of entries(environment, "securityGroups")) {
      const at = `${path}.securityGroups.${name}`;
      if (securityGroupId.test(name))
        yield { path: at, text: "reads like the id of a security group, expected another name" };
      if ("chargeCode" in group && "chargeCodes" in group) {
        yield {
          path: `${at}.chargeCodes`,
          text: "is given beside chargeCode, expected one of the two: one charge code a group, unless several are meant",
        };
      }
      yield* workProblems(draft, at, environmentName, environment, name, group);
      for (const direction of ["ingress", "egress"] as const)
        yield* ruleProblems(`${at}.${direction}`, direction, name, group, names ?? []);
      if (name === "database" && isDraftValues(environment["database"])) {
        yield { path: at, text: "is the name of the database's own group, expected another name" };
      }
    }
    if (isDraftValues(environment["database"]))
      yield* databaseProblems(`${path}.database`, environment["database"], names);
  }
}

/** Who may connect to the database; `names` are undefined where the groups were refused. */
function* databaseProblems(
  path: string,
  database: DraftValues,
  names: readonly string[] | undefined,
): Iterable<Problem> {
  for (const [index, name] of (textsOf(database["allowedSecurityGroups"]) ?? []).entries()) {
    if (!names || names.includes(name)) continue;
    yield {
      path: `${path}.allowedSecurityGroups[${index}]`,
      text: `no security group ${formatValue(name)}; ${known(names)}`,
    };
  }
  for (const [index, cidrBlock] of (textsOf(database["allowedCidrBlocks"]) ?? []).entries()) {
    if (!isOpen(cidrBlock)) continue;
    yield {
      path: `${path}.allowedCidrBlocks[${index}]`,
      text: `got ${formatValue(cidrBlock)}, expected a private network or one of /16 at most: a database is never open to the internet`,
    };
  }
}

/**
 * Environments before this one, in promotion order, that are not in production; undefined where the order was refused.
 */
function testsOf(draft: Draft, environmentName: string): [name: string, values: unknown][] | undefined {
  const environments = draft["environments"];
  if (!isDraftValues(environments)) return undefined;
  const names = Object.keys(environments);
  const order = textsOf(given(draft, "promotionOrder", names));
  if (order?.length !== names.length || !names.every((name) => order.includes(name))) return undefined;
  return order
    .slice(0, order.indexOf(environmentName))
    .map((name): [string, unknown] => [name, environments[name]])
    .filter(([, values]) => !isDraftValues(values) || given(values, "production", false) !== true);
}

/** Whether an environment has the group, or may have it since a value was refused. */
function mayHaveGroup(environment: unknown, name: string): boolean {
  const groups = isDraftValues(environment) ? given(environment, "securityGroups", {}) : undefined;
  return !isDraftValues(groups) || Object.hasOwn(groups, name);
}

/** An application is tested before it reaches production; a computation has no test environment. */
function* workProblems(
  draft: Draft,
  path: string,
  environmentName: string,
  environment: DraftValues,
  name: string,
  group: DraftValues,
): Iterable<Problem> {
  if (name === DEFAULT_SECURITY_GROUP) {
    if (group["work"] !== undefined) {
      yield {
        path: `${path}.work`,
        text: `got ${formatValue(group["work"])}, expected none: the default group is for all work, in every environment`,
      };
    }
    return;
  }
  if (!("work" in group)) yield { path: `${path}.work`, text: "is missing, expected application or computation" };
  const production = given(environment, "production", false);
  if (group["work"] === "computation" && production === false) {
    yield {
      path: `${path}.work`,
      text: `got "computation", expected application: computation is in production environments only`,
    };
  }
  if (group["work"] !== "application" || production !== true) return;
  const tests = testsOf(draft, environmentName);
  if (!tests || tests.some(([, values]) => mayHaveGroup(values, name))) return;
  const where =
    tests.length > 0
      ? `in ${tests.map(([test]) => test).join(" or ")}`
      : "in an environment before this one, which is not production";
  yield {
    path,
    text: `is of work application and in no earlier environment, expected it ${where} too: production comes after development`,
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
    if (Object.values(rule).includes(undefined)) continue; // what was refused would look alike
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
    else yield { path: at, text: `says the same as ${path}[${first}], expected each rule once` };
  }
}

function* portProblems(path: string, rule: DraftValues): Iterable<Problem> {
  const protocol = textOf(given(rule, "protocol", "tcp"));
  const { port, toPort } = rule;
  if (protocol === "tcp" || protocol === "udp") {
    if (!("port" in rule)) yield { path: `${path}.port`, text: "is missing, expected a whole number from 0 to 65535" };
    if (typeof port === "number" && typeof toPort === "number" && toPort < port) {
      yield { path: `${path}.toPort`, text: `got ${toPort}, expected ${port} or more: it is the last port` };
    }
  } else if (protocol !== undefined) {
    for (const key of ["port", "toPort"]) {
      if (rule[key] !== undefined)
        yield {
          path: `${path}.${key}`,
          text: `got ${formatValue(rule[key])}, expected none: ${protocol} has no ports`,
        };
    }
  }
}

function* sourceProblems(path: string, rule: DraftValues, names: readonly string[]): Iterable<Problem> {
  const group = textOf(rule["group"]);
  if (!("cidrBlock" in rule) && !("group" in rule))
    yield { path, text: "names nobody, expected a cidrBlock or a group" };
  if ("cidrBlock" in rule && "group" in rule)
    yield { path: `${path}.group`, text: "is given beside cidrBlock, expected one of the two" };
  if (group !== undefined && !names.includes(group) && !securityGroupId.test(group)) {
    yield { path: `${path}.group`, text: `no security group ${formatValue(group)}; ${known(names)}` };
  }
}

function* openProblems(path: string, rule: DraftValues, name: string, group: DraftValues): Iterable<Problem> {
  const cidrBlock = textOf(rule["cidrBlock"]);
  if (cidrBlock === undefined || !isOpen(cidrBlock)) return;
  if (group["work"] === "computation" || name === DEFAULT_SECURITY_GROUP) {
    const who =
      name === DEFAULT_SECURITY_GROUP
        ? "the default group, which is computation's and the database's too,"
        : "computation";
    yield {
      path: `${path}.cidrBlock`,
      text: `got ${formatValue(cidrBlock)}, expected a private network: ${who} is never open to the internet`,
    };
  } else if (!("approval" in rule)) {
    yield {
      path: `${path}.approval`,
      text: `is missing, expected the reference of an approval: ${cidrBlock} is open to the internet`,
    };
  }
}
