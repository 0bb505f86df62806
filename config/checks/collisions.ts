import { formatValue, type Problem } from "../estate-error";
import { accountStackNames, databaseStackName, ENVIRONMENT_STACKS, memberStackName } from "../layout";
import { accountNames, namespace, stackId } from "../naming";
import {
  draftAccounts,
  draftDatabases,
  draftEnvironments,
  draftUsers,
  entries,
  given,
  identityAccount,
  isDraftValues,
  regionOf,
  textOf,
  type Draft,
  type DraftValues,
} from "./draft";
import { externalSettings } from "./external";

/**
 * No two stacks have the same id, since they would write the same folder. The account `dev-member` has the stack
 * `dev-member-iam`, and so has the member `iam` of `dev`.
 */
export function* stackIds(draft: Draft): Iterable<Problem> {
  const owners = new Map<string, string>();
  const manager = identityAccount(draft)?.name;
  const settings = draft["organization"];
  const trailAccount = isDraftValues(settings) ? settings["trailAccount"] : undefined;
  const external = [...externalSettings(draft)];
  for (const [name, { kind }] of draftAccounts(draft)) {
    const stacks = accountStackNames({
      kind: kind === "master" ? kind : "main",
      identityRegion: name === manager ? "any" : undefined,
      externalStacks: external.filter(({ values }) => values["account"] === name).map(({ stack }) => stack),
      trailBucket: name === trailAccount ? "any" : undefined,
    });
    for (const stack of stacks) owners.set(stackId(name, stack), `accounts.${name}`);
  }
  for (const [name, environment] of draftEnvironments(draft)) {
    for (const [stack, path] of environmentStacks(name, environment)) {
      const id = stackId(name, stack);
      const other = owners.get(id);
      if (other)
        yield { path, expected: "a name whose stacks have ids of their own", got: `${id} (also a stack of ${other})` };
      owners.set(id, path);
    }
  }
}

function environmentStacks(name: string, environment: DraftValues): (readonly [stack: string, path: string])[] {
  const path = `environments.${name}`;
  const ofDatabases = draftDatabases(environment).flatMap(({ key, name: database }) =>
    database === undefined ? [] : [[databaseStackName(database), `${path}.${key}`] as const],
  );
  const ofMembers = entries(environment, "members").map(
    ([member]) => [memberStackName(member), `${path}.members.${member}`] as const,
  );
  return [...ENVIRONMENT_STACKS.map((stack) => [stack, path] as const), ...ofDatabases, ...ofMembers];
}

/** The name of a role or user without its path, as IAM compares it. */
const bareName = (role: string): string => role.slice(role.lastIndexOf("/") + 1).toLowerCase();

/** Whether a role is one that the project creates. IAM has only one role with a name, in whatever case. */
function ownRoles(draft: Draft, solution: string): (role: string) => boolean {
  const kept = draftEnvironments(draft).flatMap(([, { existing }]) =>
    Object.values(isDraftValues(existing) && isDraftValues(existing["roles"]) ? existing["roles"] : {}).map(String),
  );
  const names = [accountNames.operator, accountNames.admin, accountNames.machine, ...kept].map(bareName);
  const prefixes = draftEnvironments(draft).flatMap(([name, environment]) => {
    const region = regionOf(draft, environment);
    return region === undefined ? [] : [`${namespace(name, region, solution)}-`];
  });
  const all = [accountNames.pipelineRoles(solution).replace("*", ""), ...prefixes].map((prefix) =>
    prefix.toLowerCase(),
  );
  return (role) => {
    const name = bareName(role);
    return names.includes(name) || all.some((prefix) => name.startsWith(prefix));
  };
}

/**
 * Existing roles are not among those that the project creates: it would create them a second time, or change their
 * trust policies.
 */
export function* foreignRoles(draft: Draft): Iterable<Problem> {
  const solution = textOf(draft["solution"]);
  if (solution === undefined) return;
  const own = ownRoles(draft, solution);
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
  for (const [path, role] of named)
    if (typeof role === "string" && own(role))
      yield { path, expected: "a role that the project does not create", got: formatValue(role) };
}

/** The project's service users have no MFA, and they may not assume Operator or Admin. */
export function* foreignUsers(draft: Draft): Iterable<Problem> {
  const ids = new Set(draftAccounts(draft).map(([, { id }]) => id));
  const kept = draftAccounts(draft).flatMap(([, { existing }]) =>
    Object.values(isDraftValues(existing) ? existing : {}).flatMap(
      (user) => (isDraftValues(user) ? textOf(user["user"]) : undefined) ?? [],
    ),
  );
  const own = new Set([accountNames.terraformUser, accountNames.elasticContainerRegistryUser, ...kept].map(bareName));
  for (const { path, arn, accountId, name } of draftUsers(draft))
    if (ids.has(accountId) && own.has(name.toLowerCase()))
      yield {
        path,
        expected: "a user that the project does not create, because its service users have no MFA",
        got: formatValue(arn),
        remedy: "Name the people's users",
      };
}
