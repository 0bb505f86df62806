/** Something that acts, or that can be become. */
export interface Actor {
  /**
   * An ARN; `service:ec2.amazonaws.com`; `subject:<provider ARN>#<subject>` of an identity provider;
   * `account:222222222222`, whoever the account lets; `administrator:222222222222`, whoever can do everything in the
   * account; or `made:<ARN pattern>`, a role that somebody can make.
   */
  readonly id: string;
  readonly kind: "person" | "user" | "role" | "service" | "subject" | "account" | "administrator" | "made";
  /** What people call it. */
  readonly name: string;
  /** The account it is in; undefined for services and for subjects outside AWS. */
  readonly accountId?: string;
}

/** How one actor becomes another. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** The name of the way: `assume`, `pass-role-ec2`, `update-trust` … */
  readonly way: string;
  /** In words, as between the two: `assumes`, `hands it to a machine of EC2` … */
  readonly text: string;
  /** What must hold, in words, sorted: `MFA`, `ExternalId "galileo"`, `from 198.51.100.0/24`. Empty: nothing. */
  readonly conditions: readonly string[];
}

/** A shortest way to everything in an account. */
export interface PathToAdministrator {
  readonly from: string;
  readonly accountId: string;
  readonly steps: readonly Step[];
}

/**
 * Who can become whom, over all accounts. Everything is in the order of ids, so that the same estate gives the same
 * graph.
 */
export interface AccessGraph {
  readonly actors: readonly Actor[];
  readonly steps: readonly Step[];
  readonly paths: readonly PathToAdministrator[];
}

/** Prefix of the actor that stands for everything in an account. */
export const ADMINISTRATOR = "administrator:";

/** From every actor a shortest way to everything in each account that it can reach, in the order of ids. */
export function pathsToAdministrator(actors: readonly Actor[], steps: readonly Step[]): PathToAdministrator[] {
  const out = new Map<string, Step[]>();
  for (const step of [...steps].sort(byText)) out.set(step.from, [...(out.get(step.from) ?? []), step]);
  return actors.filter(({ kind }) => kind !== "administrator").flatMap(({ id }) => pathsFrom(id, out));
}

function pathsFrom(start: string, out: ReadonlyMap<string, readonly Step[]>): PathToAdministrator[] {
  const reachedBy = new Map<string, Step>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const step of out.get(at) ?? []) {
      if (step.to === start || reachedBy.has(step.to)) continue;
      reachedBy.set(step.to, step);
      queue.push(step.to);
    }
  }
  return [...reachedBy.keys()]
    .filter((id) => id.startsWith(ADMINISTRATOR))
    .sort()
    .map((id) => ({ from: start, accountId: id.slice(ADMINISTRATOR.length), steps: walked(start, id, reachedBy) }));
}

function walked(start: string, end: string, reachedBy: ReadonlyMap<string, Step>): Step[] {
  const steps: Step[] = [];
  for (let at = end; at !== start;) {
    const step = reachedBy.get(at);
    if (!step) return steps;
    steps.unshift(step);
    at = step.from;
  }
  return steps;
}

/** Steps with fewer conditions first, so that the easiest of several shortest ways is told. */
function byText(a: Step, b: Step): number {
  return a.conditions.length - b.conditions.length || (keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf({ from, to, way }: Step): string {
  return `${from} ${to} ${way}`;
}
