import { splitByValue, areImpliedBy, type ParsedCondition, parseConditions } from "./conditions";
import { coversAny, hasVariable, intersects, withoutVariables } from "../policy/patterns";
import type { BaselinePolicy, BaselineStatement } from "./baseline";
/** Whether a principal's own policies allow what the atom does, whomever the atom speaks of. */
export type Delegates = (arn: string, atom: AtomicStatement) => boolean;

/** More sets of alternatives of conditions than this are not looked at one by one. */
const MOST_ALTERNATIVES = 64;

/**
 * Atoms of which is asked whether they say all that another one says. Most of them are not even looked at: they are of
 * another service.
 */
export class Coverage {
  private readonly ids: ReadonlySet<string>;
  private readonly byService = new Map<string, AtomicStatement[]>();

  /**
   * @param delegates of a resource's account, to whom it may leave the decision. @default nobody is known to be allowed
   */
  constructor(
    readonly atoms: readonly AtomicStatement[],
    private readonly delegates: Delegates = () => false,
  ) {
    this.ids = new Set(atoms.map(({ id }) => id));
    for (const each of atoms) {
      const service = serviceOf(each);
      this.byService.set(service, [...(this.byService.get(service) ?? []), each]);
    }
  }

  /** Whether each request that the atom speaks of is spoken of here. True only where that is sure. */
  covers(atom: AtomicStatement): boolean {
    return this.ids.has(atom.id) || this.coversAll(atom, MOST_ALTERNATIVES);
  }

  private coversAll(atom: AtomicStatement, most: number): boolean {
    if (this.near(atom).some((each) => this.coversOne(each, atom))) return true;
    const alternatives = splitByValue(atom.requirements) ?? [];
    if (alternatives.length === 0 || alternatives.length > most) return false;
    return alternatives.every((requirements) => this.coversAll({ ...atom, requirements }, most / alternatives.length));
  }

  /** The atoms that would cover it, were it not for their conditions. */
  coveringBut(atom: AtomicStatement): readonly AtomicStatement[] {
    return this.near(atom).filter((each) => this.coversOne({ ...each, requirements: [] }, atom));
  }

  /** Whether a request may be spoken of by both, whoever makes it. False only where there is surely none. */
  mayMeet(atom: AtomicStatement): boolean {
    const service = serviceOf(atom);
    const near = service === "" ? this.atoms : this.near(atom);
    return near.some((each) => mayMeet(each.actions, atom.actions) && mayMeet(each.resources, atom.resources));
  }

  private near(atom: AtomicStatement): readonly AtomicStatement[] {
    const service = serviceOf(atom);
    const any = this.byService.get("") ?? [];
    return service === "" ? any : [...any, ...(this.byService.get(service) ?? [])];
  }

  private coversOne(wide: AtomicStatement, narrow: AtomicStatement): boolean {
    return (
      isWithin(narrow.actions, wide.actions) &&
      isWithin(narrow.resources, wide.resources) &&
      areImpliedBy(wide.requirements, narrow.requirements) &&
      this.coversWho(wide, narrow)
    );
  }

  private coversWho(wide: AtomicStatement, narrow: AtomicStatement): boolean {
    if (!wide.who) return true;
    if (!narrow.who) return isEverybody(wide.who);
    if (wide.who.not) return isOutside(narrow.who, wide.who);
    if (narrow.who.not) return isEverybody(wide.who);
    const [wideValue = "", value = ""] = [wide.who.values[0], narrow.who.values[0]];
    if (isEverybody(wide.who) || value === wideValue) return true;
    const account = rootOf(wideValue);
    if (account === undefined || accountOf(value) !== account) return false;
    // An account that is let in decides by its own policies whom it sends. A principal of the resource's own account
    // that is named needs none.
    return (
      wide.effect === "Deny" ||
      account !== wide.who.home ||
      this.delegates(value.replace(/^AWS /, ""), { ...narrow, who: undefined })
    );
  }
}

function serviceOf({ actions }: AtomicStatement): string {
  const [pattern = ""] = actions.patterns;
  return actions.not ? "" : (/^([^:*?]*):/.exec(pattern)?.[1] ?? "");
}

function isEverybody({ not, values }: PrincipalSet): boolean {
  return !not && values[0] === "AWS *";
}

/**
 * Whether nobody of `narrow` is one of those that `wide` leaves out, by any reading of accounts and their principals.
 */
function isOutside(narrow: PrincipalSet, wide: PrincipalSet): boolean {
  if (narrow.not) return wide.values.every((value) => narrow.values.includes(value));
  const [value = ""] = narrow.values;
  const group = groupOf(value);
  return group !== undefined && wide.values.every((other) => groupOf(other) !== undefined && groupOf(other) !== group);
}

/** The account of a principal, or the service or identity provider that it is. Undefined where that is not known. */
function groupOf(value: string): string | undefined {
  return accountOf(value) ?? (/^(Service|Federated) /.test(value) ? value : undefined);
}

/** The account that a principal is the root of. */
function rootOf(value: string): string | undefined {
  return /^AWS arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1];
}

function accountOf(value: string): string | undefined {
  return /^AWS arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(value)?.[1];
}

/**
 * The texts that some patterns match, or (`not`) all texts but those: what `Action` and `NotAction`, `Resource` and
 * `NotResource` say.
 */
export interface PatternSet {
  readonly not: boolean;
  readonly patterns: readonly string[];
  /** The patterns as they stand in the policy. */
  readonly written: readonly string[];
}

/** Whether all texts of `narrow` are in `wide`, whatever the request. */
export function isWithin(narrow: PatternSet, wide: PatternSet): boolean {
  const { patterns } = wide;
  if (!wide.not) {
    if (!narrow.not) return narrow.patterns.every((each) => coversAny(patterns, each));
    return coversAny([...narrow.patterns, ...patterns], "*");
  }
  // Where a variable has no value in the request the statement says nothing at all ("IAM policy elements: Variables and
  // tags").
  const isSure = (excluded: string) => !hasVariable(excluded) || (narrow.not && narrow.patterns.includes(excluded));
  if (!patterns.every(isSure)) return false;
  if (narrow.not) return patterns.every((excluded) => coversAny(narrow.patterns, excluded));
  return patterns.every((excluded) => narrow.patterns.every((each) => !intersects(each, excluded)));
}

/** Whether some text may be in both. False only where there is surely none. */
export function mayMeet(one: PatternSet, other: PatternSet): boolean {
  if (one.not && other.not) return !coversAny([...one.patterns, ...other.patterns], "*");
  if (one.not) return mayMeet(other, one);
  if (other.not) return one.patterns.some((each) => !coversAny(other.patterns, each));
  return one.patterns.some((each) => other.patterns.some((pattern) => intersects(each, pattern)));
}

/** Whom a statement of a resource's policy speaks of. */
export interface PrincipalSet {
  readonly not: boolean;
  /** `AWS arn:…`, `Service ec2.amazonaws.com` …; just one, unless `not`. */
  readonly values: readonly string[];
  /** The account of the resource: its own principals need no more than its policy. */
  readonly home: string;
}

/** The least part of a statement that says something alone: one action on one resource by one principal. */
export interface AtomicStatement {
  readonly effect: "Allow" | "Deny";
  readonly actions: PatternSet;
  readonly resources: PatternSet;
  /** Only of policies of resources, trust policies among them. */
  readonly who?: PrincipalSet;
  readonly requirements: readonly ParsedCondition[];
  /** The same for atoms that say the same. */
  readonly id: string;
}

/** What a policy of a resource is attached to. */
export interface PolicyTarget {
  readonly account: string;
  /** What statements without a resource speak of: a trust policy's role. */
  readonly arn: string;
}

/**
 * All that a policy says, as atoms. Splitting and joining statements, and reordering lists, does not change their ids.
 */
export function atomicStatementsOf(policy: BaselinePolicy, home?: PolicyTarget): readonly AtomicStatement[] {
  return policy.statements.flatMap((statement) => {
    const requirements = parseConditions(statement.conditions ?? {}, policy.version);
    const resources = resourcesOf(statement, policy.version, home?.arn ?? "*");
    const whos = home ? whosOf(statement, home) : [undefined];
    return actionsOf(statement).flatMap((actions) =>
      resources.flatMap((each) => whos.map((who) => atom(statement.effect, actions, each, who, requirements))),
    );
  });
}

function atom(
  effect: AtomicStatement["effect"],
  actions: PatternSet,
  resources: PatternSet,
  who: PrincipalSet | undefined,
  requirements: AtomicStatement["requirements"],
): AtomicStatement {
  const bare = ({ not, patterns }: PatternSet) => [not, patterns];
  const id = JSON.stringify([effect, bare(actions), bare(resources), who, requirements.map((each) => each.id)]);
  return { effect, actions, resources, who, requirements, id };
}

function actionsOf({ actions = [], notActions }: BaselineStatement): readonly PatternSet[] {
  const pattern = (written: string) => written.toLowerCase();
  if (notActions) return [{ not: true, patterns: notActions.map(pattern).sort(), written: notActions }];
  return actions.map((written) => ({ not: false, patterns: [pattern(written)], written: [written] }));
}

function resourcesOf(
  { resources, notResources }: BaselineStatement,
  version: string,
  otherwise: string,
): readonly PatternSet[] {
  const pattern = (written: string) => (version === "2008-10-17" ? withoutVariables(written) : written);
  if (notResources) return [{ not: true, patterns: notResources.map(pattern).sort(), written: notResources }];
  return (resources ?? [otherwise]).map((written) => ({
    not: false,
    patterns: [pattern(written)],
    written: [written],
  }));
}

function whosOf(
  { principals = {}, notPrincipals }: BaselineStatement,
  { account }: PolicyTarget,
): readonly PrincipalSet[] {
  const values = Object.entries(notPrincipals ?? principals).flatMap(([kind, each]) =>
    each.map((value) => `${kind} ${value}`),
  );
  if (notPrincipals) return [{ not: true, values: values.sort(), home: account }];
  return values.map((value) => ({ not: false, values: [value], home: account }));
}

/** An atom that says: everything, always. */
export const ALLOW_ALL = atom(
  "Allow",
  { not: false, patterns: ["*"], written: ["*"] },
  { not: false, patterns: ["*"], written: ["*"] },
  undefined,
  [],
);
