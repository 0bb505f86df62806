import { formatValue, type Problem } from "../estate-error";
import { entries, draftEnvironments, isDraftValues, textOf, type Draft } from "./draft";

/** The groups that each group of an environment admits by name, with the index of the rule. */
type Admissions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Security groups must not refer to each other in a cycle, since Terraform creates a group after those that its ingress
 * rules name. A group may admit itself. Each cycle is reported once, at a rule of its first group. If cycles share
 * groups, the shortest ones that cover all their rules are reported.
 */
export function* securityGroupCycles(draft: Draft): Iterable<Problem> {
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const admissions = admissionsOf(environment);
    for (const { groups, index } of cycles(admissions)) {
      const [first, second] = groups;
      const links = groups.map((name, at) => `${name} admits ${groups[at + 1] ?? first}`);
      yield {
        path: `environments.${environmentName}.securityGroups.${first}.ingress[${index}].group`,
        expected: "a security group outside a cycle",
        got: `${formatValue(second)} (${links.join(", ")})`,
        remedy: "Let one of them admit a cidrBlock, or a third group to which its members also belong",
      };
    }
  }
}

function admissionsOf(environment: Draft): Admissions {
  const groups = entries(environment, "securityGroups");
  const names = new Set(groups.map(([name]) => name));
  return new Map(
    groups.map(([name, { ingress }]) => {
      const named = (Array.isArray(ingress) ? (ingress as unknown[]) : []).flatMap((rule, index) => {
        const other = isDraftValues(rule) ? textOf(rule["group"]) : undefined;
        return other !== undefined && other !== name && names.has(other) ? [[other, index] as const] : [];
      });
      // If several rules name one group, the first counts.
      return [name, new Map(named.reverse())] as const;
    }),
  );
}

interface Cycle {
  /** Each admits the next, and the last admits the first. */
  readonly groups: readonly [string, string, ...string[]];
  /** The rule with which the first group admits the second. */
  readonly index: number;
}

/** The time to find the next cycle grows with the square of the rules. */
const MOST_CYCLES = 100;

/** The groups that may be in a cycle: leaves out each group that no remaining group admits. */
function withoutFreeGroups(all: Admissions): Admissions {
  const admitted = new Map([...all.keys()].map((name) => [name, 0]));
  const count = (others: Iterable<string>, by: number): string[] =>
    [...others].filter((other) => {
      const left = (admitted.get(other) ?? 0) + by;
      admitted.set(other, left);
      return left === 0;
    });
  for (const others of all.values()) count(others.keys(), 1);
  const free = [...admitted].flatMap(([name, times]) => (times === 0 ? [name] : []));
  // The loop also visits names that are added to the list while it runs.
  for (const name of free) free.push(...count(all.get(name)?.keys() ?? [], -1));
  const dropped = new Set(free);
  return new Map([...all].filter(([name]) => !dropped.has(name)));
}

/** For every admission in a cycle, the shortest cycle that contains it; each once, from its first group in the file. */
function cycles(all: Admissions): readonly Cycle[] {
  const admissions = withoutFreeGroups(all);
  const order = [...admissions.keys()];
  const found = new Map<string, Cycle>();
  for (const [name, others] of admissions) {
    for (const other of others.keys()) {
      if (found.size === MOST_CYCLES) return [...found.values()];
      const path = shortestPath(admissions, other, name);
      if (!path) continue;
      const start = path.indexOf(order.find((each) => path.includes(each)) ?? name);
      const [first = name, second = other, ...rest] = [...path.slice(start), ...path.slice(0, start)];
      const index = admissions.get(first)?.get(second);
      if (index === undefined) throw new Error(`the rules of ${first} must admit ${second}, got no such rule`);
      found.set(JSON.stringify([first, second, ...rest]), { groups: [first, second, ...rest], index });
    }
  }
  return [...found.values()];
}

/** From group to group, each admitting the next, including both ends; undefined if there is no path. */
function shortestPath(admissions: Admissions, from: string, to: string): readonly string[] | undefined {
  const paths = new Map([[from, [from]]]);
  // The loop also visits entries that are added to the map while it runs.
  for (const [name, path] of paths) {
    if (name === to) return path;
    for (const next of admissions.get(name)?.keys() ?? []) if (!paths.has(next)) paths.set(next, [...path, next]);
  }
  return undefined;
}
