import { UserError } from "../../../config/user-error";
import { NotAPolicy, parsePolicy, type Policy, type PolicyKind } from "../policy/policy";
import { type ScopedResource, Unresolvable } from "./resolver";

/** The stacks do not determine access completely. All gaps are listed: a silent gap would count as "may not". */
export class UnresolvedAccess extends UserError {
  override readonly name = "UnresolvedAccess";

  constructor(readonly problems: readonly string[]) {
    super(
      [
        "access cannot be read completely from the synthesized stacks:",
        ...problems.map((problem) => `  ${problem}`),
      ].join("\n"),
    );
  }
}

/** Policies by resource: a scope that two models share is parsed once. */
const policies = new WeakMap<ScopedResource, Map<string, Policy>>();

/** Collects everything that cannot be resolved, to report it at once. */
export class Problems {
  private readonly found: string[] = [];

  add(where: string, what: string): void {
    this.found.push(`${where} ${what}`);
  }

  addAll({ found }: Problems): void {
    this.found.push(...found);
  }

  /** The result of `read`. If that cannot be resolved, keeps the problem and returns undefined. */
  attempt<T>(where: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unresolvable) && !(error instanceof NotAPolicy)) throw error;
      this.add(where, error.message);
      return undefined;
    }
  }

  /** The policy in an argument of a resource. */
  policy(resource: ScopedResource, argument: string, name: string, kind: PolicyKind): Policy | undefined {
    const where = `${resource.address}.${argument}`;
    const key = JSON.stringify([argument, name, kind]);
    const known = policies.get(resource) ?? new Map<string, Policy>();
    policies.set(resource, known);
    const policy =
      known.get(key) ??
      this.attempt(where, () => parsePolicy(resource.argument(argument), name, resource.address, kind));
    if (policy) known.set(key, policy);
    return policy;
  }

  get any(): boolean {
    return this.found.length > 0;
  }

  throwIfAny(): void {
    if (this.any) throw new UnresolvedAccess([...new Set(this.found)].sort());
  }
}
