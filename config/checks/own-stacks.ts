import type { DeclaredStack } from "../custom";
import { EXTERNAL_STACKS } from "../external-model";
import { formatValue, type Problem } from "../estate-error";
import { accountStackNames, databaseStackName, ENVIRONMENT_STACKS, memberStackName } from "../layout";
import { stackId } from "../naming";
import { accountsWith, isIn, ownStackNames } from "../resolve/own-stacks";
import type { ParsedEstate } from "../schema";

const ACCOUNT_STACKS = accountStackNames({
  kind: "master",
  identityRegion: "any",
  trailBucket: "any",
  externalStacks: EXTERNAL_STACKS,
});

/** How the names of stacks begin of which an environment may have several. */
const PREFIXES = { members: memberStackName(""), databases: databaseStackName("") };

/** The problems of own stacks that depend on each other or on the estate. */
export function ownStackProblems(declared: readonly DeclaredStack[], settings: ParsedEstate): Problem[] {
  const each = declared.flatMap((stack, index) => {
    const path = `stacks[${index}]`;
    return [
      ...nameProblems(path, stack, declared.slice(0, index)),
      ...filterProblems(path, stack, settings),
      ...dependencyProblems(path, stack, declared),
      ...regionProblems(path, stack, settings),
    ];
  });
  return [...each, ...idProblems(declared, settings)];
}

function* nameProblems(path: string, { name }: DeclaredStack, before: readonly DeclaredStack[]): Iterable<Problem> {
  const ours: readonly string[] = [...ENVIRONMENT_STACKS, ...ACCOUNT_STACKS];
  const problem = { path: `${path}.name`, got: formatValue(name) };
  if (ours.includes(name)) yield { ...problem, expected: `a name that the project does not use (${ours.join(", ")})` };
  for (const [owners, prefix] of Object.entries(PREFIXES))
    if (name.startsWith(prefix))
      yield { ...problem, expected: `a name that does not begin with ${prefix}, as those of ${owners} do` };
  if (before.some((other) => other.name === name)) yield { ...problem, expected: "a name that no other stack has" };
}

function* filterProblems(path: string, stack: DeclaredStack, settings: ParsedEstate): Iterable<Problem> {
  for (const key of ["environments", "accounts"] as const) {
    const listed = stack[key];
    if (!listed) continue;
    const known = Object.keys(settings[key]);
    if (`${stack.scope}s` !== key)
      yield { path: `${path}.${key}`, expected: `left out with the scope ${stack.scope}`, got: formatValue(listed) };
    else
      for (const [index, name] of listed.entries())
        if (!known.includes(name))
          yield {
            path: `${path}.${key}[${index}]`,
            expected: `the name of an ${stack.scope} (${known.join(", ")})`,
            got: formatValue(name),
          };
  }
}

function* dependencyProblems(
  path: string,
  stack: DeclaredStack,
  declared: readonly DeclaredStack[],
): Iterable<Problem> {
  const { name, scope, dependsOn = [] } = stack;
  const siblings = declared.filter((each) => each.scope === scope && each.name !== name);
  const ours: readonly string[] = scope === "environment" ? ENVIRONMENT_STACKS : ACCOUNT_STACKS;
  const names = [...ours, ...siblings.map((each) => each.name)];
  for (const [index, other] of dependsOn.entries()) {
    const problem = { path: `${path}.dependsOn[${index}]`, got: formatValue(other) };
    const sibling = siblings.find((each) => each.name === other);
    const isOfSeveral = scope === "environment" && Object.values(PREFIXES).some((prefix) => other.startsWith(prefix));
    if (!names.includes(other) && !isOfSeveral)
      yield { ...problem, expected: `another stack of the same ${scope} (${names.join(", ")})` };
    const filter = sibling?.environments ?? sibling?.accounts;
    if (filter && !(stack.environments ?? stack.accounts)?.every((owner) => filter.includes(owner)))
      yield { ...problem, expected: `a stack of every ${scope} that ${name} is in` };
  }
  const cycle = cycleFrom(name, siblings, dependsOn);
  if (cycle)
    yield {
      path: `${path}.dependsOn`,
      expected: "a list without a cycle",
      got: [name, ...cycle, name].join(" -> "),
    };
}

/** The names on the way from a stack's dependencies back to it. */
function cycleFrom(
  name: string,
  siblings: readonly DeclaredStack[],
  dependsOn: readonly string[],
  seen: readonly string[] = [],
): string[] | undefined {
  for (const other of dependsOn) {
    if (other === name) return [];
    if (seen.includes(other)) continue;
    const next = siblings.find((each) => each.name === other)?.dependsOn ?? [];
    const rest = cycleFrom(name, siblings, next, [...seen, other]);
    if (rest) return [other, ...rest];
  }
  return undefined;
}

/** The organization's policies deny its members every region that is not allowed. */
function* regionProblems(path: string, stack: DeclaredStack, settings: ParsedEstate): Iterable<Problem> {
  const allowed = settings.organization?.allowedRegions;
  if (!allowed) return;
  const members = accountsWith(stack, settings).filter((name) => {
    const account = settings.accounts[name];
    return account?.membership === "created" || account?.joins === true;
  });
  for (const [index, region] of (stack.regions ?? []).entries())
    if (members.length > 0 && !allowed.includes(region))
      yield {
        path: `${path}.regions[${index}]`,
        expected: `one of organization.allowedRegions (${allowed.join(", ")}), since ${members.join(", ")} is a member`,
        got: formatValue(region),
      };
}

/** The environment `dev` with the stack `a-b` and the environment `dev-a` with the stack `b` would share an id. */
function idProblems(declared: readonly DeclaredStack[], settings: ParsedEstate): Problem[] {
  if (declared.length === 0) return [];
  const owners = new Map<string, string>();
  for (const account of Object.keys(settings.accounts))
    for (const name of ACCOUNT_STACKS) owners.set(stackId(account, name), `accounts.${account}`);
  for (const [environment, { members, databases }] of Object.entries(settings.environments))
    for (const name of [
      ...ENVIRONMENT_STACKS,
      ...Object.keys(databases).map(databaseStackName),
      ...Object.keys(members).map(memberStackName),
    ])
      owners.set(stackId(environment, name), `environments.${environment}`);
  return declared.flatMap((stack, index) => {
    const scope = stack.scope === "environment" ? "environments" : "accounts";
    return Object.keys(settings[scope])
      .filter((owner) => isIn(stack, owner))
      .flatMap((owner) =>
        ownStackNames(stack).map((name) => ({ id: stackId(owner, name), owner: `${scope}.${owner}` })),
      )
      .flatMap(({ id, owner }) => {
        const other = owners.get(id);
        owners.set(id, owner);
        if (other === undefined || other === owner) return [];
        const got = `${id} in ${owner} (also a stack of ${other})`;
        return [{ path: `stacks[${index}].name`, expected: "a name whose stacks have ids of their own", got }];
      });
  });
}
