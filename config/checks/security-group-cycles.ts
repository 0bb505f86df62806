import { formatValue, type Problem } from "../estate-error";
import { entries, draftEnvironments, isDraftValues, textOf, type Draft } from "./draft";

/** Whom each group of an environment admits by name, and by which of its rules. */
type Admissions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Groups admit each other in no circle, since Terraform makes a group after those that its rules of ingress name. One
 * that admits itself is none. Each circle is told once, at a rule of its first group; where circles share groups, the
 * shortest ones that hold every rule of theirs.
 */
export function* securityGroupCycles(draft: Draft): Iterable<Problem> {
  for (const [environmentName, environment] of draftEnvironments(draft)) {
    const admissions = admissionsOf(environment);
    for (const [first = "", second = "", ...rest] of circles(admissions)) {
      const index = admissions.get(first)?.get(second) ?? 0;
      const circle = [first, second, ...rest, first];
      const told = circle.slice(1).map((name, at) => `${circle[at] ?? ""} admits ${name}`);
      yield {
        path: `environments.${environmentName}.securityGroups.${first}.ingress[${index}].group`,
        text: `got ${formatValue(second)}, expected no circle of groups (${told.join(", ")}): let one of them admit a cidrBlock, or a third group to which the members belong as well`,
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
      // Of several rules that name one group, the first.
      return [name, new Map(named.reverse())] as const;
    }),
  );
}

/**
 * For every admission that lies in a circle, the shortest one that it lies in; each once, and begun at its first group.
 */
function circles(admissions: Admissions): readonly (readonly string[])[] {
  const order = [...admissions.keys()];
  const found = new Map<string, readonly string[]>();
  for (const [name, others] of admissions) {
    for (const other of others.keys()) {
      const back = shortestWay(admissions, other, name);
      if (!back) continue;
      const first = Math.min(...back.map((each) => order.indexOf(each)));
      const start = back.indexOf(order[first] ?? "");
      const circle = [...back.slice(start), ...back.slice(0, start)];
      found.set(JSON.stringify(circle), circle);
    }
  }
  return [...found.values()];
}

/** From group to group, each admitting the next, both ends with it; undefined where there is no such way. */
function shortestWay(admissions: Admissions, from: string, to: string): readonly string[] | undefined {
  const ways = new Map([[from, [from]]]);
  // What is added to a map while it is gone through is gone through too.
  for (const [name, way] of ways) {
    if (name === to) return way;
    for (const next of admissions.get(name)?.keys() ?? []) if (!ways.has(next)) ways.set(next, [...way, next]);
  }
  return undefined;
}
