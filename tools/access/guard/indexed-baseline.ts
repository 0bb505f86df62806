import {
  type Baseline,
  type BaselinePolicy,
  type BaselinePrincipal,
  type BaselineStatement,
  type PolicyReference,
  tagsNamedIn,
} from "./baseline";
import { intersects } from "../policy/patterns";
import { IDENTITY_GROUP } from "../read/model";
import {
  type AtomicStatement,
  atomicStatementsOf,
  type OwnPoliciesAllow,
  type PolicyTarget,
  StatementCoverage,
} from "./statement-coverage";
import { distinct } from "../../support/order";

/** "Actions, resources, and condition keys for AWS Identity and Access Management". */
const NAMES_POLICY = /^iam:(PermissionsBoundary|PolicyARN)$/i;

/** What some policies allow and what they deny. */
export interface PolicyPermissions {
  readonly allows: StatementCoverage;
  readonly denies: StatementCoverage;
}

/** Everything that decides a principal's requests. */
export interface PrincipalEntry extends PolicyPermissions {
  readonly entry: BaselinePrincipal;
  readonly boundary?: PolicyPermissions & { readonly name: string };
  readonly trust: PolicyPermissions;
  readonly limits: OrganizationLimits;
  /** Every Deny that applies to it: its own, its boundary's, and those of service control policies. */
  readonly allDenies: StatementCoverage;
}

/** The service control policies of an account: a request needs an Allow of each level, and no Deny. */
interface OrganizationLimits {
  readonly levels: readonly { readonly name: string; readonly allows: StatementCoverage }[];
  readonly denies: StatementCoverage;
}

/** A baseline with indexes for comparing it. Results are cached. */
export class IndexedBaseline {
  private readonly entries = new Map<string, PrincipalEntry>();
  private knownResourceAllows?: StatementCoverage;
  private knownTags?: ReadonlySet<string>;
  private knownPolicyPatterns?: readonly string[];

  constructor(readonly baseline: Baseline) {}

  /** Allows of all policies of resources and roles: one may apply to a principal that has no other Allow. */
  get resourceAllows(): StatementCoverage {
    this.knownResourceAllows ??= this.allowsOfResources();
    return this.knownResourceAllows;
  }

  /** Tags of principals that some policy names, in lower case. */
  get namedTags(): ReadonlySet<string> {
    this.knownTags ??= tagsNamedIn(this.statements());
    return this.knownTags;
  }

  /** Values of the conditions that name managed policies. */
  private get policyPatterns(): readonly string[] {
    this.knownPolicyPatterns ??= this.statements().flatMap(({ conditions = {} }) =>
      Object.values(conditions).flatMap((keys) =>
        Object.entries(keys).flatMap(([key, values]) => (NAMES_POLICY.test(key) ? values : [])),
      ),
    );
    return this.knownPolicyPatterns;
  }

  private allowsOfResources(): StatementCoverage {
    const { principals, guardedResources } = this.baseline;
    const resources = Object.keys(guardedResources).flatMap((arn) => this.resource(arn)?.allows.statements ?? []);
    const trusts = Object.entries(principals).flatMap(([arn, each]) => this.trust(arn, each).allows.statements);
    return new StatementCoverage([...resources, ...trusts]);
  }

  /** The statements of all policies. */
  private statements(): readonly BaselineStatement[] {
    const { principals, guardedResources, managedPolicies, serviceControlPolicies, accounts } = this.baseline;
    const references = [
      ...Object.values(principals).flatMap((each) => [...each.policies, each.boundary, each.trust]),
      ...Object.values(accounts).flatMap(({ organizationPath = [] }) =>
        organizationPath.flatMap(({ policies }) => policies),
      ),
    ];
    const own = references.filter((each) => typeof each === "object");
    const shared = [...Object.values(managedPolicies), ...Object.values(serviceControlPolicies)];
    const ofResources = Object.values(guardedResources).flatMap(({ policies }) => policies);
    return [...own, ...shared, ...ofResources].flatMap((each) => each.statements);
  }

  principal(arn: string): PrincipalEntry | undefined {
    const principal = Object.hasOwn(this.baseline.principals, arn) ? this.baseline.principals[arn] : undefined;
    if (!principal) return undefined;
    const entry = this.entries.get(arn) ?? this.entryOf(arn, principal);
    this.entries.set(arn, entry);
    return entry;
  }

  /** The groups of Identity Center that a role's trust policy names, sorted. */
  groupsOf(arn: string): readonly string[] {
    const statements = this.principal(arn)?.entry.trust?.statements ?? [];
    return distinct(statements.flatMap(({ principals = {} }) => principals[IDENTITY_GROUP] ?? []));
  }

  /** The permissions that a resource's policy gives. */
  resource(arn: string): PolicyPermissions | undefined {
    const { guardedResources } = this.baseline;
    const entry = Object.hasOwn(guardedResources, arn) ? guardedResources[arn] : undefined;
    return entry && this.permissionsOf(entry.policies, { account: entry.account, arn });
  }

  /** The permissions of a managed policy. */
  managedPolicy(arn: string): PolicyPermissions | undefined {
    return Object.hasOwn(this.baseline.managedPolicies, arn) ? this.permissionsOf([arn]) : undefined;
  }

  /** Whether some condition may name the managed policy. */
  isNamedByCondition(arn: string): boolean {
    return this.policyPatterns.some((pattern) => intersects(pattern, arn));
  }

  /** No limits apply to the management account, or to an account outside the organization. */
  organizationLimits(accountId: string): OrganizationLimits {
    const { accounts, serviceControlPolicies } = this.baseline;
    const account = Object.hasOwn(accounts, accountId) ? accounts[accountId] : undefined;
    const path = account && !account.management ? (account.organizationPath ?? []) : [];
    const levels = path.map(({ name, policies }) => ({ name, all: statementsOf(policies, serviceControlPolicies) }));
    return {
      levels: levels.map(({ name, all }) => ({ name, allows: only("Allow", all) })),
      denies: only(
        "Deny",
        levels.flatMap(({ all }) => all),
      ),
    };
  }

  private entryOf(arn: string, entry: BaselinePrincipal): PrincipalEntry {
    const own = this.permissionsOf(entry.policies);
    const boundary =
      entry.boundary === undefined
        ? undefined
        : { ...this.permissionsOf([entry.boundary]), name: nameOf(entry.boundary) };
    const limits = this.organizationLimits(entry.account);
    const denies = [own, ...(boundary ? [boundary] : []), limits].flatMap((each) => each.denies.statements);
    const allDenies = new StatementCoverage(denies);
    return { ...own, entry, boundary, trust: this.trust(arn, entry), limits, allDenies };
  }

  private trust(arn: string, { trust, account }: BaselinePrincipal): PolicyPermissions {
    return this.permissionsOf(trust ? [trust] : [], { account, arn });
  }

  private permissionsOf(references: readonly PolicyReference[], target?: PolicyTarget): PolicyPermissions {
    const all = statementsOf(references, this.baseline.managedPolicies, target);
    return {
      allows: only("Allow", all, (arn, statement) => this.ownPoliciesAllow(arn, statement)),
      denies: only("Deny", all),
    };
  }

  private ownPoliciesAllow(arn: string, statement: AtomicStatement): boolean {
    const entry = this.principal(arn);
    if (!entry) return false;
    return entry.allows.covers(statement) && (!entry.boundary || entry.boundary.allows.covers(statement));
  }
}

function only(
  effect: AtomicStatement["effect"],
  statements: readonly AtomicStatement[],
  ownPoliciesAllow?: OwnPoliciesAllow,
): StatementCoverage {
  return new StatementCoverage(
    statements.filter((each) => each.effect === effect),
    ownPoliciesAllow,
  );
}

function nameOf(reference: PolicyReference): string {
  return typeof reference === "string" ? reference : reference.name;
}

/** AWS managed policies name thousands of actions, and many principals have them. */
const cached = new WeakMap<BaselinePolicy, readonly AtomicStatement[]>();

function statementsOf(
  references: readonly PolicyReference[],
  shared: Readonly<Record<string, BaselinePolicy>>,
  target?: PolicyTarget,
): readonly AtomicStatement[] {
  return references.flatMap((reference) => {
    const policy = typeof reference === "string" ? shared[reference] : reference;
    if (!policy) return [];
    if (target) return atomicStatementsOf(policy, target);
    const statements = cached.get(policy) ?? atomicStatementsOf(policy);
    cached.set(policy, statements);
    return statements;
  });
}
