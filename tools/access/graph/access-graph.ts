import type { Access } from "../decide/access";
import { groupId, groupTitle, titleOf } from "../read/permission-set-role";
import { compareTexts, groupedBy } from "../../support/order";

/** A principal, or an identity that another principal can assume. */
export interface Actor {
  /**
   * An ARN; `service:ec2.amazonaws.com`; `subject:<provider ARN>#<subject>` of an identity provider;
   * `group:<name>` of Identity Center; `account:222222222222`, any principal that the account authorizes;
   * `administrator:222222222222`, an administrator of the account; `made:<ARN pattern>`, a role or user that a
   * principal can create; or `root:222222222222`, the root user of a member in a session that AWS limits to one task.
   */
  readonly id: string;
  readonly kind:
    "person" | "user" | "role" | "service" | "subject" | "group" | "account" | "administrator" | "made" | "root";
  /** The name in reports. */
  readonly name: string;
  /** The account that the actor is in; of a group, the account of Identity Center. Services and subjects have none. */
  readonly accountId?: string;
}

/** One way in which an actor gets the permissions of another. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** The id of the way: `assume`, `pass-role-ec2`, `change-trust` … */
  readonly way: string;
  /** A verb that connects both names: `assumes`, `runs an EC2 instance as` … */
  readonly text: string;
  /** All that must hold, sorted: `MFA`, `ExternalId "galileo"`, `from 198.51.100.0/24`. */
  readonly conditions: readonly string[];
}

/** Part of a graph, before it is sorted. */
export interface ActorsAndSteps {
  readonly actors: readonly Actor[];
  readonly steps: readonly Step[];
}

/** A shortest path from an actor to administrator of an account. */
export interface PathToAdministrator {
  readonly from: string;
  readonly accountId: string;
  readonly steps: readonly Step[];
}

/** Which actors can assume which others, over all accounts. Sorted by id: the same estate gives the same graph. */
export interface AccessGraph extends ActorsAndSteps {
  readonly paths: readonly PathToAdministrator[];
}

/** Prefix of the id of an account's administrator. */
export const ADMINISTRATOR = "administrator:";

/** The actor with an ARN: a principal of the estate, or one that policies only name. */
export function actorOf(access: Access, arn: string): Actor {
  const accountId = arn.split(":")[4] ?? "";
  const known = access.index.principal(arn);
  const name = known?.permissionSet === undefined ? (arn.split(/[:/]/).at(-1) ?? arn) : titleOf(known);
  return { id: arn, kind: known?.kind ?? (arn.includes(":user/") ? "person" : "role"), name, accountId };
}

/** The actor of an account's administrators. */
export function administratorOf(access: Access, accountId: string): Actor {
  const name = `administrator of ${access.account(accountId).name}`;
  return { id: ADMINISTRATOR + accountId, kind: "administrator", name, accountId };
}

/** The actor of all members of a group of Identity Center. */
export function groupActor({ model }: Access, name: string): Actor {
  const accountId = model.identityCenter?.accountId;
  return { id: groupId(name), kind: "group", name: groupTitle(name), accountId };
}

/** A shortest path from each actor to the administrator of each account that it reaches, in the order of ids. */
export function pathsToAdministrator(actors: readonly Actor[], steps: readonly Step[]): PathToAdministrator[] {
  const outgoing = groupedBy([...steps].sort(fewerConditionsFirst), ({ from }) => from);
  return actors.filter(({ kind }) => kind !== "administrator").flatMap(({ id }) => pathsFrom(id, outgoing));
}

function pathsFrom(start: string, outgoing: ReadonlyMap<string, readonly Step[]>): PathToAdministrator[] {
  const reachedBy = new Map<string, Step>();
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const step of outgoing.get(at) ?? []) {
      if (step.to === start || reachedBy.has(step.to)) continue;
      reachedBy.set(step.to, step);
      queue.push(step.to);
    }
  }
  return [...reachedBy.keys()]
    .filter((id) => id.startsWith(ADMINISTRATOR))
    .sort()
    .map((id) => ({ from: start, accountId: id.slice(ADMINISTRATOR.length), steps: pathBack(start, id, reachedBy) }));
}

function pathBack(start: string, end: string, reachedBy: ReadonlyMap<string, Step>): Step[] {
  const steps: Step[] = [];
  for (let at = end; at !== start;) {
    const step = reachedBy.get(at);
    if (!step) return steps;
    steps.unshift(step);
    at = step.from;
  }
  return steps;
}

/** Of several shortest paths, the one with the fewest conditions is found. */
function fewerConditionsFirst(a: Step, b: Step): number {
  return a.conditions.length - b.conditions.length || compareTexts(keyOf(a), keyOf(b));
}

function keyOf({ from, to, way }: Step): string {
  return `${from} ${to} ${way}`;
}
