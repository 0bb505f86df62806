import type { BaselinePolicy, BaselineStatement } from "./baseline";
import { coversAny, hasVariable, intersects, withoutVariables } from "../policy/patterns";
import { groupedBy } from "../../support/order";
import { areImpliedBy, type ParsedCondition, parseConditions, splitByValue } from "./conditions";

/** All texts that match some patterns; with `not`, all others. Covers `NotAction` and `NotResource`. */
export interface PatternSet {
  readonly not: boolean;
  readonly patterns: readonly string[];
  /** The patterns as the policy writes them. */
  readonly written: readonly string[];
}

/** The principals that a statement of a resource's policy applies to. */
interface PrincipalSet {
  readonly not: boolean;
  /** `AWS arn:…`, `Service ec2.amazonaws.com` …; exactly one, unless `not`. */
  readonly values: readonly string[];
  /** The account of the resource. Its principals need no other Allow. */
  readonly home: string;
}

/** The smallest part of a statement: one action on one resource by one principal. */
export interface AtomicStatement {
  readonly effect: "Allow" | "Deny";
  readonly actions: PatternSet;
  readonly resources: PatternSet;
  /** Only in policies of resources and in trust policies. */
  readonly who?: PrincipalSet;
  readonly conditions: readonly ParsedCondition[];
  /** Equal for statements with the same meaning. */
  readonly id: string;
}

/** The resource that a policy is attached to. */
export interface PolicyTarget {
  readonly account: string;
  /** The resource of statements without one: a trust policy's role. */
  readonly arn: string;
}

/** All statements of a policy. Splitting or joining statements and reordering lists does not change their ids. */
export function atomicStatementsOf(policy: BaselinePolicy, target?: PolicyTarget): readonly AtomicStatement[] {
  return policy.statements.flatMap((statement) => {
    const conditions = parseConditions(statement.conditions ?? {}, policy.version);
    const resources = resourcesOf(statement, policy.version, target?.arn ?? "*");
    const principals = target ? principalsOf(statement, target) : [undefined];
    return actionsOf(statement).flatMap((actions) =>
      resources.flatMap((each) =>
        principals.map((who) => atomicStatement(statement.effect, actions, each, who, conditions)),
      ),
    );
  });
}

function atomicStatement(
  effect: AtomicStatement["effect"],
  actions: PatternSet,
  resources: PatternSet,
  who: PrincipalSet | undefined,
  conditions: AtomicStatement["conditions"],
): AtomicStatement {
  const bare = ({ not, patterns }: PatternSet) => [not, patterns];
  const id = JSON.stringify([effect, bare(actions), bare(resources), who, conditions.map((each) => each.id)]);
  return { effect, actions, resources, who, conditions, id };
}

function actionsOf({ actions = [], notActions }: BaselineStatement): readonly PatternSet[] {
  return patternSets(actions, notActions, (written) => written.toLowerCase());
}

function resourcesOf(
  { resources, notResources }: BaselineStatement,
  version: string,
  otherwise: string,
): readonly PatternSet[] {
  const pattern = (written: string) => (version === "2008-10-17" ? withoutVariables(written) : written);
  return patternSets(resources ?? [otherwise], notResources, pattern);
}

function patternSets(
  written: readonly string[],
  excluded: readonly string[] | undefined,
  pattern: (written: string) => string,
): readonly PatternSet[] {
  if (excluded) return [{ not: true, patterns: excluded.map(pattern).sort(), written: excluded }];
  return written.map((each) => ({ not: false, patterns: [pattern(each)], written: [each] }));
}

function principalsOf(
  { principals = {}, notPrincipals }: BaselineStatement,
  { account: home }: PolicyTarget,
): readonly PrincipalSet[] {
  const values = Object.entries(notPrincipals ?? principals).flatMap(([kind, each]) =>
    each.map((value) => `${kind} ${value}`),
  );
  if (notPrincipals) return [{ not: true, values: values.sort(), home }];
  return values.map((value) => ({ not: false, values: [value], home }));
}

const ANY: PatternSet = { not: false, patterns: ["*"], written: ["*"] };

/** Allows every action on every resource, without conditions. */
export const ALLOW_EVERYTHING = atomicStatement("Allow", ANY, ANY, undefined, []);

/** Whether all texts of `narrow` are in `wide`, in every request. */
function isWithin(narrow: PatternSet, wide: PatternSet): boolean {
  const { patterns } = wide;
  if (!wide.not) {
    if (!narrow.not) return narrow.patterns.every((each) => coversAny(patterns, each));
    return coversAny([...narrow.patterns, ...patterns], "*");
  }
  // If a variable has no value in the request, the statement does not apply ("IAM policy elements: Variables and
  // tags").
  const isSure = (excluded: string) => !hasVariable(excluded) || (narrow.not && narrow.patterns.includes(excluded));
  if (!patterns.every(isSure)) return false;
  if (narrow.not) return patterns.every((excluded) => coversAny(narrow.patterns, excluded));
  return patterns.every((excluded) => narrow.patterns.every((each) => !intersects(each, excluded)));
}

/** Whether some text may be in both. False only if that is certain. */
function mayIntersect(one: PatternSet, other: PatternSet): boolean {
  if (one.not && other.not) return !coversAny([...one.patterns, ...other.patterns], "*");
  if (one.not) return mayIntersect(other, one);
  if (other.not) return one.patterns.some((each) => !coversAny(other.patterns, each));
  return one.patterns.some((each) => other.patterns.some((pattern) => intersects(each, pattern)));
}

/** Whether a principal's own policies allow what a statement does, apart from the statement's principals. */
export type OwnPoliciesAllow = (arn: string, statement: AtomicStatement) => boolean;

/** A statement whose conditions split into more combinations is not split. */
const MAX_SPLIT = 64;

/** Statements, to compare others with. Most comparisons are fast: statements of other services are skipped. */
export class StatementCoverage {
  private readonly ids: ReadonlySet<string>;
  private readonly byService: ReadonlyMap<string, readonly AtomicStatement[]>;
  /** By service, with the statements of any service first. */
  private readonly nearby = new Map<string, readonly AtomicStatement[]>();

  /** @param ownPoliciesAllow decides for an account that delegates to its principals' policies. @default never */
  constructor(
    readonly statements: readonly AtomicStatement[],
    private readonly ownPoliciesAllow: OwnPoliciesAllow = () => false,
  ) {
    this.ids = new Set(statements.map(({ id }) => id));
    this.byService = groupedBy(statements, serviceOf);
  }

  /** Whether these statements apply to each request that the statement applies to. True only if that is certain. */
  covers(statement: AtomicStatement): boolean {
    return this.ids.has(statement.id) || this.coversAll(statement, MAX_SPLIT);
  }

  private coversAll(statement: AtomicStatement, most: number): boolean {
    if (this.near(statement).some((each) => this.coversOne(each, statement))) return true;
    const split = splitByValue(statement.conditions) ?? [];
    if (split.length === 0 || split.length > most) return false;
    return split.every((conditions) => this.coversAll({ ...statement, conditions }, most / split.length));
  }

  /** The statements that cover it if conditions are ignored. */
  coveringWithoutConditions(statement: AtomicStatement): readonly AtomicStatement[] {
    return this.near(statement).filter((each) => this.coversOne({ ...each, conditions: [] }, statement));
  }

  /** Whether both may apply to some request, by any principal. False only if that is certain. */
  mayOverlap(statement: AtomicStatement): boolean {
    const near = serviceOf(statement) === "" ? this.statements : this.near(statement);
    return near.some(
      (each) => mayIntersect(each.actions, statement.actions) && mayIntersect(each.resources, statement.resources),
    );
  }

  /** Its own statements, each once, that the other set does not cover. */
  missingFrom(other: StatementCoverage | undefined): readonly AtomicStatement[] {
    const unique = [...new Map(this.statements.map((each) => [each.id, each])).values()];
    return other ? unique.filter((each) => !other.covers(each)) : unique;
  }

  private near(statement: AtomicStatement): readonly AtomicStatement[] {
    const service = serviceOf(statement);
    const any = this.byService.get("") ?? [];
    if (service === "") return any;
    const known = this.nearby.get(service) ?? [...any, ...(this.byService.get(service) ?? [])];
    this.nearby.set(service, known);
    return known;
  }

  private coversOne(wide: AtomicStatement, narrow: AtomicStatement): boolean {
    return (
      isWithin(narrow.actions, wide.actions) &&
      isWithin(narrow.resources, wide.resources) &&
      areImpliedBy(wide.conditions, narrow.conditions) &&
      this.coversPrincipals(wide, narrow)
    );
  }

  private coversPrincipals(wide: AtomicStatement, narrow: AtomicStatement): boolean {
    if (!wide.who) return true;
    if (!narrow.who) return isEverybody(wide.who);
    if (wide.who.not) return isOutside(narrow.who, wide.who);
    if (narrow.who.not) return isEverybody(wide.who);
    const [wideValue = "", value = ""] = [wide.who.values[0], narrow.who.values[0]];
    if (isEverybody(wide.who) || value === wideValue) return true;
    const account = /^AWS arn:[^:]+:iam::(\d{12}):root$/.exec(wideValue)?.[1];
    if (account === undefined || accountOf(value) !== account) return false;
    // A policy that names an account leaves the decision to the policies of its principals. A named principal of the
    // resource's own account needs no other policy.
    const asPrincipal = { ...narrow, who: undefined };
    return (
      wide.effect === "Deny" ||
      account !== wide.who.home ||
      this.ownPoliciesAllow(value.replace(/^AWS /, ""), asPrincipal)
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

/** Whether `wide` excludes no principal of `narrow`, even if an account is read as all of its principals. */
function isOutside(narrow: PrincipalSet, wide: PrincipalSet): boolean {
  if (narrow.not) return wide.values.every((value) => narrow.values.includes(value));
  const [value = ""] = narrow.values;
  const group = groupOf(value);
  return group !== undefined && wide.values.every((other) => groupOf(other) !== undefined && groupOf(other) !== group);
}

/** The account of a principal, or the service or identity provider itself; undefined if unknown. */
function groupOf(value: string): string | undefined {
  return accountOf(value) ?? (/^(Service|Federated) /.test(value) ? value : undefined);
}

function accountOf(value: string): string | undefined {
  return /^AWS arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(value)?.[1];
}
