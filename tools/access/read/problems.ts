import { UserError } from "../../../config/user-error";
import { NotAPolicy, parsePolicy, type Policy, type PolicyKind } from "../policy/policy";
import { type ScopedResource, Unresolvable } from "./resolver";

/**
 * The access of an estate that its stacks do not tell: what cannot be resolved is named, since a silent gap would pass
 * for "may not".
 */
export class UnresolvedAccess extends UserError {
  override readonly name = "UnresolvedAccess";

  constructor(readonly problems: readonly string[]) {
    super(
      [
        "who may do what cannot be told from the synthesized stacks:",
        ...problems.map((problem) => `  ${problem}`),
      ].join("\n"),
    );
  }
}

/** Collects what cannot be resolved, so that all of it is told at once. */
export class Problems {
  private readonly found: string[] = [];

  add(where: string, what: string): void {
    this.found.push(`${where} ${what}`);
  }

  /** What a reading returns; or undefined, and the problem is kept, where it cannot be resolved. */
  attempt<T>(where: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unresolvable) && !(error instanceof NotAPolicy)) throw error;
      this.add(where, error.message);
      return undefined;
    }
  }

  /** The policy that an argument of a resource holds. */
  policy(resource: ScopedResource, argument: string, name: string, kind: PolicyKind): Policy | undefined {
    const where = `${resource.address}.${argument}`;
    return this.attempt(where, () => parsePolicy(resource.argument(argument), name, resource.address, kind));
  }

  get any(): boolean {
    return this.found.length > 0;
  }

  throwIfAny(): void {
    if (this.any) throw new UnresolvedAccess([...new Set(this.found)].sort());
  }
}
