import type { Access } from "../decide/access";
import { requirementTexts, type ConditionRequirement, type Decision } from "../policy/decision";
import type { Actor } from "./access-graph";
import type { Principal } from "../read/model";
import { covers } from "../policy/patterns";
import { attachable, BOUNDARY, FULL_ADMINISTRATOR_POLICY, isCustomerManaged } from "./policy-changes";
import type { Policy } from "../policy/policy";

/**
 * A role or user that a principal can create: the pattern of its name, the policies that it can get, and the boundary
 * that it must have.
 */
export interface NewPrincipal {
  readonly actor: Actor;
  readonly role: Principal;
  readonly conditions: readonly string[];
}

/** The roles and users that a principal can create, give policies to, and use. */
export class NewPrincipals {
  constructor(
    private readonly access: Access,
    private readonly creator: Principal,
  ) {}

  async find(): Promise<NewPrincipal[]> {
    const roles = this.patterns("role").map((pattern) => this.creatable(pattern, "role"));
    const users = this.patterns("user").map((pattern) => this.creatable(pattern, "user"));
    const created = (await Promise.all([...roles, ...users])).filter((each) => each !== undefined);
    // A pattern is left out if a wider pattern has the same boundary and can get any policy.
    const isCovered = ({ actor, role }: NewPrincipal) =>
      created.some((other) => {
        const covered = other.actor.id !== actor.id && covers(patternOf(other), patternOf({ actor }));
        const isEqual = other.role.boundary?.name === role.boundary?.name;
        return covered && isEqual && other.role.policies.includes(FULL_ADMINISTRATOR_POLICY);
      });
    return created.filter((each) => !isCovered(each));
  }

  /** All names, and the names in the policies that apply to the creator. */
  private patterns(kind: Principal["kind"]): string[] {
    const { policies, boundary, accountId } = this.creator;
    const levels = this.access.organizationOf(accountId) ?? [];
    const all = [...policies, ...(boundary ? [boundary] : []), ...levels.flatMap((level) => level.policies)];
    const resources = all.flatMap(({ statements }) =>
      statements.flatMap((each) => [...(each.resources ?? []), ...(each.notResources ?? [])]),
    );
    const names = resources.flatMap((arn) => {
      const [, service = "", account = "", name = ""] =
        /^arn:[^:]*:([^:]*):[^:]*:([^:]*):(?:role|user)\/(.*)$/.exec(arn) ?? [];
      return covers(service, "iam") && covers(account, accountId) && arn.includes(`:${kind}/`) ? [name] : [];
    });
    return [...new Set(["*", ...names])].map((name) => `arn:aws:iam::${accountId}:${kind}/${name}`);
  }

  private async creatable(pattern: string, kind: Principal["kind"]): Promise<NewPrincipal | undefined> {
    const noun = kind === "role" ? "Role" : "User";
    const arn = pattern.replace(/\$\{[^}]*\}|[*?]/g, "x");
    const creates = await this.ask(`iam:Create${noun}`, arn);
    if (!creates.allowed || !(await this.canUse(arn, kind))) return undefined;
    const { policies, decision } = await this.policiesFor(arn, noun);
    if (policies.length === 0) return undefined;
    const required = this.boundaryOf(creates) ?? this.boundaryOf(decision);
    const boundary = required && (await this.canRemove(arn, noun, required)) ? undefined : required;
    const { accountId } = this.creator;
    const name = pattern.split(`:${kind}/`)[1] ?? pattern;
    const within = boundary ? `, within ${boundary.name.split("/").at(-1) ?? boundary.name}` : "";
    const actor: Actor = {
      id: `made:${pattern}${boundary ? `#${boundary.name}` : ""}`,
      kind: "made",
      name: `a new ${kind} ${name}${within}`,
      accountId,
    };
    const role = { kind, arn, name: arn.split("/").at(-1) ?? arn, accountId, policies, boundary, tags: {} };
    return { actor, role: { ...role, source: actor.name }, conditions: otherConditions(creates) };
  }

  /**
   * The creator writes the new role's trust policy, but cannot assume the role if a Deny forbids it. A new user needs
   * credentials.
   */
  private async canUse(arn: string, kind: Principal["kind"]): Promise<boolean> {
    if (kind === "role") return !(await this.access.decide(this.creator, "sts:AssumeRole", arn)).explicit;
    const [key, password] = [await this.ask("iam:CreateAccessKey", arn), await this.ask("iam:CreateLoginProfile", arn)];
    return key.allowed || password.allowed;
  }

  /** The policies that the creator can give to it, and the decision that allows this. */
  private async policiesFor(arn: string, noun: string): Promise<{ policies: Policy[]; decision: Decision }> {
    const puts = await this.ask(`iam:Put${noun}Policy`, arn);
    const [policies, attaches] = await attachable(this.access, this.creator, `iam:Attach${noun}Policy`, arn);
    if (!puts.allowed) return { policies, decision: attaches };
    const both = attaches.allowed ? { ...puts, alternatives: [...puts.alternatives, ...attaches.alternatives] } : puts;
    return { policies: [FULL_ADMINISTRATOR_POLICY], decision: both };
  }

  private async canRemove(arn: string, noun: string, boundary: Policy): Promise<boolean> {
    const changes = [
      await this.ask(`iam:Delete${noun}PermissionsBoundary`, arn),
      await this.ask(`iam:Put${noun}PermissionsBoundary`, arn),
    ];
    const keepsIt = (set: readonly ConditionRequirement[]) =>
      set.some((each) => isBoundary(each) && each.values.every((value) => value === boundary.name));
    if (
      changes.some(({ allowed, alternatives }) => allowed && !(alternatives.length > 0 && alternatives.every(keepsIt)))
    )
      return true;
    return isCustomerManaged(boundary.name) && (await this.ask("iam:CreatePolicyVersion", boundary.name)).allowed;
  }

  /** The boundary that every alternative requires. A boundary that no stack creates counts as none. */
  private boundaryOf({ alternatives }: Decision): Policy | undefined {
    const required = alternatives.map((set) => set.find(isBoundary));
    const [arn, ...others] = [...new Set(required.flatMap((requirement) => requirement?.values ?? ["none"]))];
    if (arn === undefined || others.length > 0) return undefined;
    return this.access.index.managedPolicy(arn);
  }

  private ask(action: string, on: string): Promise<Decision> {
    return this.access.decide(this.creator, action, on, { brief: true });
  }
}

function patternOf({ actor }: Pick<NewPrincipal, "actor">): string {
  return actor.id.replace(/^made:/, "").replace(/#.*$/, "");
}

function isBoundary({ key, operator }: ConditionRequirement): boolean {
  return key.toLowerCase() === BOUNDARY && /^(String|Arn)Equals$/.test(operator);
}

/** The conditions of creating it, without the boundary: the actor's name shows the boundary. */
function otherConditions({ alternatives }: Decision): string[] {
  const [only = []] = alternatives;
  return requirementTexts(only.filter((requirement) => !isBoundary(requirement)));
}
