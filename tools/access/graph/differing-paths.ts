import { isDeepStrictEqual } from "node:util";
import type { Access } from "../decide/access";
import { namesOrganization } from "../decide/request-context";
import type { Policy } from "../policy/policy";
import type { ParsedStatement } from "../policy/statement";
import type { AccessModel } from "../read/model";
import { type Actor, type ActorsAndSteps, ADMINISTRATOR, type PathToAdministrator, type Step } from "./access-graph";
import { accessGraphOf, graphOf, stepsInto, withAdministratorSteps } from "./access-graph-of";
import { administeringAccounts, assignableAccounts, permissionSets } from "./identity-center";
import { groupedBy } from "../../support/order";

type Paths = readonly PathToAdministrator[];

/**
 * The paths to administrator of two models, without those of accounts whose paths are the same in both. Only accounts
 * from which such a path may come are searched, each once if its steps are the same in both.
 */
export async function differingPaths(before: Access, after: Access): Promise<readonly [Paths, Paths]> {
  const affected = affectedAccounts(before.model, after.model);
  if (!affected) return [(await accessGraphOf(before)).paths, (await accessGraphOf(after)).paths];
  const same = new Map<string, ActorsAndSteps>();
  const stepsOf = (access: Access) => async (accountId: string) => {
    const steps = same.get(accountId) ?? (await stepsInto(access, access.index.principalsOf(accountId)));
    if (!affected.steps.has(accountId)) same.set(accountId, steps);
    return steps;
  };
  return [await pathsTo(affected.paths, stepsOf(before)), await pathsTo(affected.paths, stepsOf(after))];
}

/**
 * The paths to administrator of some accounts, as the graph of all accounts has them. Steps are searched from their ends:
 * a path has only steps to actors that reach an end.
 *
 * @param stepsOf the steps into an account
 */
async function pathsTo(
  ends: ReadonlySet<string>,
  stepsOf: (accountId: string) => Promise<ActorsAndSteps>,
): Promise<Paths> {
  const read = new Set<string>();
  const found = { actors: [] as Actor[], steps: [] as Step[] };
  for (let next = [...ends]; next.length > 0; next = accountsReaching(ends, found, read)) {
    for (const id of next) {
      const { actors, steps } = await stepsOf(id);
      found.actors.push(...actors);
      found.steps.push(...steps);
      read.add(id);
    }
  }
  return graphOf(found).paths.filter(({ accountId }) => ends.has(accountId));
}

/** Accounts that are not read yet, of actors that reach administrator of some accounts. */
function accountsReaching(ends: ReadonlySet<string>, found: ActorsAndSteps, read: ReadonlySet<string>): string[] {
  // Also steps of administrators of accounts that are not read yet: reading shows whether an actor reaches these.
  const into = groupedBy([...found.steps, ...withAdministratorSteps(found).steps], ({ to }) => to);
  const reaching = new Set([...ends].map((id) => ADMINISTRATOR + id));
  // A set that grows while it is walked is walked to its new end.
  for (const id of reaching) for (const { from } of into.get(id) ?? []) reaching.add(from);
  const accounts = new Map(found.actors.map(({ id, accountId }) => [id, accountId]));
  const all = [...reaching].map((id) =>
    id.startsWith(ADMINISTRATOR) ? id.slice(ADMINISTRATOR.length) : (accounts.get(id) ?? ""),
  );
  return [...new Set(all)].filter((id) => id !== "" && !read.has(id));
}

/** The accounts that a change may affect. All others have the same steps and paths before and after. */
export interface AffectedAccounts {
  /** Accounts into which a step may differ. */
  readonly steps: ReadonlySet<string>;
  /** Accounts to whose administrator a path may differ. */
  readonly paths: ReadonlySet<string>;
}

/**
 * The accounts that the difference of two models may affect; undefined if it may affect any.
 *
 * A step into an account depends on the parts of that account, on the principals of the accounts that its roles trust,
 * on what the conditions of these name, and on the organization. So a step that differs leads into an account that
 * differs, or that trusts one. A path with such a step goes on into accounts that trust the one before, or that
 * Identity Center gives access to.
 */
export function affectedAccounts(before: AccessModel, after: AccessModel): AffectedAccounts | undefined {
  const changed = changedAccounts(before, after);
  if (!changed) return undefined;
  if (changed.size === 0) return { steps: changed, paths: changed };
  const known = new Set([before, after].flatMap(({ principals }) => principals.map(({ arn }) => arn)));
  const trusting = groupedBy(
    [before, after].flatMap((model) => trusts(model, known)),
    ({ trusted }) => trusted,
  );
  const trustingOne = (id: string) =>
    [...(trusting.get(id) ?? []), ...(trusting.get(ANY) ?? [])].map(({ account }) => account);
  // Anyone who administers Identity Center reaches them all: by steps that depend on no principal.
  const administering = new Set([before, after].flatMap(administeringAccounts));
  const assignable = [before, after].flatMap(assignableAccounts);
  const steps = new Set([...changed, ...[...changed].flatMap(trustingOne)]);
  const paths = new Set(steps);
  // A set that grows while it is walked is walked to its new end.
  for (const id of paths)
    for (const account of [...trustingOne(id), ...(administering.has(id) ? assignable : [])]) paths.add(account);
  return { steps, paths };
}

/** A part of a model that belongs to an account. */
interface Part {
  readonly arn: string;
  readonly accountId: string;
}

/** The accounts with a part that differs or that names one; undefined if a part of all accounts differs. */
function changedAccounts(before: AccessModel, after: AccessModel): Set<string> | undefined {
  const everywhere = (model: AccessModel) => [
    ...[model.accounts, model.organizationId, namesOrganization(model)],
    ...[model.identityCenter?.accountId, model.identityCenter?.region, permissionSets(model)],
  ];
  if (!isDeepStrictEqual(everywhere(before), everywhere(after))) return undefined;
  const partsOf = ({ principals, groups = [], guardedResources, resources }: AccessModel): readonly Part[] => [
    ...principals,
    ...groups,
    ...guardedResources,
    ...resources,
  ];
  const parts = differing(partsOf(before), partsOf(after), ({ arn }) => arn);
  const policies = differing(before.managedPolicies, after.managedPolicies, ({ name }) => name);
  const names = new Set([...parts.map(({ arn }) => arn), ...policies.map(({ name }) => name)]);
  const changed = new Set([...parts.map(({ accountId }) => accountId), ...[...names].map(accountIn)]);
  const reached = (model: AccessModel) => [
    assignableAccounts(model),
    (model.identityCenter?.groups ?? []).map(({ name }) => name),
  ];
  if (!isDeepStrictEqual(reached(before), reached(after)))
    for (const id of administeringAccounts(after)) changed.add(id);
  // A bucket belongs to the account of its stack. Any other part without an account may be asked for in all.
  changed.delete("");
  if ([...names].some((name) => !/^(arn:aws:s3:::|arn:[^:]*:[^:]*:[^:]*:\d{12}:)/.test(name))) return undefined;
  if (names.size === 0) return changed;
  const differs = namesAny(names, [...before.managedPolicies, ...after.managedPolicies]);
  const levels = after.accounts.flatMap(({ organizationPath = [] }) => organizationPath);
  if (levels.some((level) => level.policies.some((policy) => differs(policy)))) return undefined;
  for (const { principals, guardedResources } of [before, after]) {
    for (const { accountId, policies: own, boundary, trust } of principals)
      if ([...own, boundary, trust].some((policy) => policy && differs(policy))) changed.add(accountId);
    for (const { accountId, arn, policy } of guardedResources)
      if (differs(policy)) changed.add(accountId).add(accountIn(arn));
  }
  return changed;
}

/** The values of two lists that only one of them has, or that differ. */
function differing<T>(before: readonly T[], after: readonly T[], keyOf: (value: T) => string): T[] {
  const [then, now] = [groupedBy(before, keyOf), groupedBy(after, keyOf)];
  return [...new Set([...then.keys(), ...now.keys()])].flatMap((key) =>
    isDeepStrictEqual(then.get(key), now.get(key)) ? [] : [...(then.get(key) ?? []), ...(now.get(key) ?? [])],
  );
}

/** Condition keys whose values are looked up in the model: as a principal, a boundary, or a policy to attach. */
const NAMING = /^(aws:PrincipalArn|iam:PermissionsBoundary|iam:PolicyARN)$/i;

/**
 * Whether a policy differs, or its conditions name something that differs. A principal may get a managed policy that a
 * condition names, and what the conditions of that one name. No condition of AWS's own policies has such a name.
 */
function namesAny(names: ReadonlySet<string>, managed: readonly Policy[]): (policy: Policy) => boolean {
  const found = new Set(names);
  // A variable may stand for any name.
  const isFound = (policy: Policy) =>
    found.has(policy.name) ||
    policy.statements.some((each) => namesIn(each).some((name) => found.has(name) || name.includes("${")));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const policy of managed) if (isFound(policy)) found.add(policy.name);
  }
  return isFound;
}

/** An account with a role that trusts principals of an account. */
interface Trust {
  readonly account: string;
  /** The other account's id, or `ANY`. */
  readonly trusted: string;
}

const ANY = "*";

/**
 * Which account trusts which. A user that no stack creates is left out: a step may lead from it, but none leads to it, and
 * its account decides nothing about it.
 */
function trusts({ principals }: AccessModel, known: ReadonlySet<string>): Trust[] {
  return principals.flatMap(({ accountId: account, trust }) =>
    (trust?.statements ?? [])
      .flatMap((statement) => statement.principals?.["AWS"] ?? [])
      .filter((name) => !name.includes(":user/") || known.has(name))
      .map((name) => ({ account, trusted: /^\d{12}$/.test(accountIn(name)) ? accountIn(name) : ANY })),
  );
}

function namesIn({ conditions }: ParsedStatement): string[] {
  return Object.values(conditions).flatMap((keys) =>
    Object.entries(keys).flatMap(([key, values]) => (NAMING.test(key) ? values : [])),
  );
}

const accountIn = (arn: string): string => arn.split(":")[4] ?? "";
