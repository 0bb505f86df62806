import {
  type Baseline,
  type BaselinePolicy,
  type BaselinePrincipal,
  type PolicyReference,
  tagsNamedIn,
} from "./baseline";
import { intersects } from "../policy/patterns";
import { type AtomicStatement, atomicStatementsOf, type PolicyTarget, Coverage } from "./statement-coverage";
/** "Actions, resources, and condition keys for AWS Identity and Access Management". */
const NAMES_POLICY = /^iam:(PermissionsBoundary|PolicyARN)$/i;

/** What some policies allow and what they deny. */
export interface Permissions {
  readonly allows: Coverage;
  readonly denies: Coverage;
}

/** What decides about a principal's requests. */
export interface PrincipalEntry extends Permissions {
  readonly entry: BaselinePrincipal;
  readonly boundary?: Permissions & { readonly name: string };
  readonly trust: Permissions;
  readonly control: OrganizationLimits;
  /** Every Deny that it meets: its own, its boundary's, and those of service control policies. */
  readonly allDenies: Coverage;
}

/** What service control policies leave to an account: whatever each level allows, and none denies. */
export interface OrganizationLimits {
  readonly levels: readonly { readonly name: string; readonly allows: Coverage }[];
  readonly denies: Coverage;
}

/** One of the two baselines that are compared, ready to be asked. What is asked for twice is made once. */
export class IndexedBaseline {
  /** Allows of all policies of resources and roles: who has no other Allow may have one of these. */
  readonly resourceAllows: Coverage;
  /** Tags of principals that some policy speaks of, in lower case. */
  readonly spokenTags: ReadonlySet<string>;
  /** Values of the conditions that name managed policies. */
  private readonly policyPatterns: readonly string[];
  private readonly holders = new Map<string, PrincipalEntry>();

  constructor(readonly baseline: Baseline) {
    const { principals, guardedResources, managedPolicies, serviceControlPolicies, accounts } = baseline;
    const resources = Object.keys(guardedResources).flatMap((arn) => this.resource(arn)?.allows.atoms ?? []);
    const trusts = Object.entries(principals).flatMap(([arn, each]) => this.trust(arn, each).allows.atoms);
    this.resourceAllows = new Coverage([...resources, ...trusts]);
    const references = [
      ...Object.values(principals).flatMap((each) => [...each.policies, each.boundary, each.trust]),
      ...Object.values(accounts).flatMap(({ organizationPath = [] }) =>
        organizationPath.flatMap(({ policies }) => policies),
      ),
    ];
    const own = references.filter((each) => typeof each === "object");
    const shared = [...Object.values(managedPolicies), ...Object.values(serviceControlPolicies)];
    const ofResources = Object.values(guardedResources).flatMap(({ policies }) => policies);
    const statements = [...own, ...shared, ...ofResources].flatMap((each) => each.statements);
    this.spokenTags = tagsNamedIn(statements);
    this.policyPatterns = statements.flatMap(({ conditions = {} }) =>
      Object.values(conditions).flatMap((keys) =>
        Object.entries(keys).flatMap(([key, values]) => (NAMES_POLICY.test(key) ? values : [])),
      ),
    );
  }

  holder(arn: string): PrincipalEntry | undefined {
    const entry = Object.hasOwn(this.baseline.principals, arn) ? this.baseline.principals[arn] : undefined;
    if (!entry) return undefined;
    const holder = this.holders.get(arn) ?? this.holderOf(arn, entry);
    this.holders.set(arn, holder);
    return holder;
  }

  /** What the policy of a resource says. */
  resource(arn: string): Permissions | undefined {
    const { guardedResources } = this.baseline;
    const entry = Object.hasOwn(guardedResources, arn) ? guardedResources[arn] : undefined;
    return entry && this.says(entry.policies, { account: entry.account, arn });
  }

  /** What a managed policy says. */
  managedPolicy(arn: string): Permissions | undefined {
    const { managedPolicies } = this.baseline;
    return Object.hasOwn(managedPolicies, arn) ? this.says([arn]) : undefined;
  }

  /** Whether some condition may speak of a managed policy. */
  isNamed(arn: string): boolean {
    return this.policyPatterns.some((pattern) => intersects(pattern, arn));
  }

  /** Nothing binds the management account, nor one that no organization of the estate holds. */
  control(accountId: string): OrganizationLimits {
    const { accounts, serviceControlPolicies } = this.baseline;
    const account = Object.hasOwn(accounts, accountId) ? accounts[accountId] : undefined;
    const path = account && !account.management ? (account.organizationPath ?? []) : [];
    const levels = path.map(({ name, policies }) => ({ name, atoms: atomsOfAll(policies, serviceControlPolicies) }));
    return {
      levels: levels.map(({ name, atoms }) => ({ name, allows: only("Allow", atoms) })),
      denies: only(
        "Deny",
        levels.flatMap(({ atoms }) => atoms),
      ),
    };
  }

  private holderOf(arn: string, entry: BaselinePrincipal): PrincipalEntry {
    const own = this.says(entry.policies);
    const boundary =
      entry.boundary === undefined ? undefined : { ...this.says([entry.boundary]), name: nameOf(entry.boundary) };
    const control = this.control(entry.account);
    const allDenies = new Coverage([...own.denies.atoms, ...(boundary?.denies.atoms ?? []), ...control.denies.atoms]);
    return { ...own, entry, boundary, trust: this.trust(arn, entry), control, allDenies };
  }

  private trust(arn: string, { trust, account }: BaselinePrincipal): Permissions {
    return this.says(trust ? [trust] : [], { account, arn });
  }

  private says(references: readonly PolicyReference[], home?: PolicyTarget): Permissions {
    const atoms = atomsOfAll(references, this.baseline.managedPolicies, home);
    return { allows: only("Allow", atoms, (arn, atom) => this.allowsItself(arn, atom)), denies: only("Deny", atoms) };
  }

  /** Whether a principal's own policies and boundary allow it: its account, where it is let in, may send it. */
  private allowsItself(arn: string, atom: AtomicStatement): boolean {
    const holder = this.holder(arn);
    return (
      holder !== undefined && holder.allows.covers(atom) && (!holder.boundary || holder.boundary.allows.covers(atom))
    );
  }
}

function only(
  effect: AtomicStatement["effect"],
  atoms: readonly AtomicStatement[],
  delegates?: ConstructorParameters<typeof Coverage>[1],
): Coverage {
  return new Coverage(
    atoms.filter((each) => each.effect === effect),
    delegates,
  );
}

function nameOf(reference: PolicyReference): string {
  return typeof reference === "string" ? reference : reference.name;
}

/** AWS's own policies hold thousands of actions and many principals have them. */
const remembered = new WeakMap<BaselinePolicy, readonly AtomicStatement[]>();

function atomsOfAll(
  references: readonly PolicyReference[],
  shared: Readonly<Record<string, BaselinePolicy>>,
  home?: PolicyTarget,
): readonly AtomicStatement[] {
  return references.flatMap((reference) => {
    const policy = typeof reference === "string" ? shared[reference] : reference;
    if (!policy) return [];
    if (home) return atomicStatementsOf(policy, home);
    const atoms = remembered.get(policy) ?? atomicStatementsOf(policy);
    remembered.set(policy, atoms);
    return atoms;
  });
}
