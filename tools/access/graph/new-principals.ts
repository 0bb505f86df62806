import type { Access } from "../decide/access";
import { requirementTexts, type Decision, type ConditionRequirement } from "../policy/decision";
import type { Actor } from "./access-graph";
import { ADMINISTRATOR_ACCESS, FULL_ADMINISTRATOR_POLICY } from "./escalations";
import { managedPolicy } from "../policy/managed-policies";
import type { Principal } from "../read/model";
import { covers } from "../policy/patterns";
import type { Policy } from "../policy/policy";

/**
 * A role or user that somebody can make: of names that match a pattern, with what can be given to it, within the
 * boundary that it must carry.
 */
export interface NewPrincipal {
  readonly actor: Actor;
  readonly role: Principal;
  readonly conditions: readonly string[];
}

const BOUNDARY = "iam:permissionsboundary";
const POLICY = "iam:policyarn";

/** Whether an ARN is of a policy that its account can change. */
export function isOwnPolicy(arn: string): boolean {
  return /^arn:aws:iam::\d{12}:policy\//.test(arn);
}

/** What somebody may attach to a role or user: anything, or only policies that a condition names. */
export async function attachable(
  access: Access,
  principal: Principal,
  action: string,
  on: string,
): Promise<[Policy[], Decision]> {
  const anything = await access.decide(principal, action, on, {
    brief: true,
    context: { "iam:PolicyARN": ADMINISTRATOR_ACCESS },
  });
  if (anything.allowed) return [[FULL_ADMINISTRATOR_POLICY], anything];
  const attaches = await access.decide(principal, action, on, { brief: true });
  const arns = attaches.alternatives.flatMap(
    (set) => set.find(({ key }) => key.toLowerCase() === POLICY)?.values ?? [],
  );
  const own = (arn: string) => access.model.managedPolicies.find(({ name }) => name === arn);
  return [arns.map((arn) => own(arn) ?? managedPolicy(arn) ?? FULL_ADMINISTRATOR_POLICY), attaches];
}

/** The roles and users that a principal can make, give something to, and become. */
export class NewPrincipals {
  constructor(
    private readonly access: Access,
    private readonly maker: Principal,
  ) {}

  async find(): Promise<NewPrincipal[]> {
    const roles = this.patterns("role").map((pattern) => this.madeOf(pattern, "role"));
    const users = this.patterns("user").map((pattern) => this.madeOf(pattern, "user"));
    const made = (await Promise.all([...roles, ...users])).filter((each) => each !== undefined);
    // What is told of all names need not be told of some.
    const isTold = ({ actor, role }: NewPrincipal) =>
      made.some((other) => {
        const covered = other.actor.id !== actor.id && covers(patternOf(other), patternOf({ actor }));
        return (
          covered &&
          other.role.boundary?.name === role.boundary?.name &&
          other.role.policies.includes(FULL_ADMINISTRATOR_POLICY)
        );
      });
    return made.filter((each) => !isTold(each));
  }

  /** All names, and those that the policies which have a say in it speak of. */
  private patterns(kind: Principal["kind"]): string[] {
    const { policies, boundary, accountId } = this.maker;
    const levels = this.access.organizationOf(accountId) ?? [];
    const all = [...policies, ...(boundary ? [boundary] : []), ...levels.flatMap((level) => level.policies)];
    const spokenOf = all.flatMap(({ statements }) =>
      statements.flatMap((each) => [...(each.resources ?? []), ...(each.notResources ?? [])]),
    );
    const names = spokenOf.flatMap((arn) => {
      const [, service = "", account = "", name = ""] =
        /^arn:[^:]*:([^:]*):[^:]*:([^:]*):(?:role|user)\/(.*)$/.exec(arn) ?? [];
      return covers(service, "iam") && covers(account, accountId) && arn.includes(`:${kind}/`) ? [name] : [];
    });
    return [...new Set(["*", ...names])].map((name) => `arn:aws:iam::${accountId}:${kind}/${name}`);
  }

  private async madeOf(pattern: string, kind: Principal["kind"]): Promise<NewPrincipal | undefined> {
    const noun = kind === "role" ? "Role" : "User";
    const arn = pattern.replace(/\$\{[^}]*\}|[*?]/g, "x");
    const makes = await this.ask(`iam:Create${noun}`, arn);
    if (!makes.allowed || !(await this.mayBecome(arn, kind))) return undefined;
    const { policies, gives } = await this.givenTo(arn, noun);
    if (policies.length === 0) return undefined;
    const asked = this.boundaryOf(makes) ?? this.boundaryOf(gives);
    const boundary = asked && (await this.mayTakeOff(arn, noun, asked)) ? undefined : asked;
    const { accountId } = this.maker;
    const name = pattern.split(`:${kind}/`)[1] ?? pattern;
    const within = boundary ? `, within ${boundary.name.split("/").at(-1) ?? ""}` : "";
    const actor: Actor = {
      id: `made:${pattern}${boundary ? `#${boundary.name}` : ""}`,
      kind: "made",
      name: `a new ${kind} ${name}${within}`,
      accountId,
    };
    return {
      actor,
      role: {
        kind,
        arn,
        name: arn.split("/").at(-1) ?? arn,
        accountId,
        policies,
        boundary,
        tags: {},
        source: actor.name,
      },
      conditions: otherConditions(makes),
    };
  }

  /**
   * A role's trust policy is the maker's to write, but one who may become nobody cannot become it either; a user needs
   * credentials.
   */
  private async mayBecome(arn: string, kind: Principal["kind"]): Promise<boolean> {
    if (kind === "role") return !(await this.access.decide(this.maker, "sts:AssumeRole", arn)).explicit;
    const [key, password] = [await this.ask("iam:CreateAccessKey", arn), await this.ask("iam:CreateLoginProfile", arn)];
    return key.allowed || password.allowed;
  }

  /** What the maker can give to it, and how. */
  private async givenTo(arn: string, noun: string): Promise<{ policies: Policy[]; gives: Decision }> {
    const puts = await this.ask(`iam:Put${noun}Policy`, arn);
    const [policies, attaches] = await attachable(this.access, this.maker, `iam:Attach${noun}Policy`, arn);
    if (!puts.allowed) return { policies, gives: attaches };
    const both = attaches.allowed ? { ...puts, alternatives: [...puts.alternatives, ...attaches.alternatives] } : puts;
    return { policies: [FULL_ADMINISTRATOR_POLICY], gives: both };
  }

  private async mayTakeOff(arn: string, noun: string, boundary: Policy): Promise<boolean> {
    const takes = [
      await this.ask(`iam:Delete${noun}PermissionsBoundary`, arn),
      await this.ask(`iam:Put${noun}PermissionsBoundary`, arn),
    ];
    const isKept = (set: readonly ConditionRequirement[]) =>
      set.some((each) => isBoundary(each) && each.values.every((it) => it === boundary.name));
    if (takes.some(({ allowed, alternatives }) => allowed && !(alternatives.length > 0 && alternatives.every(isKept))))
      return true;
    return isOwnPolicy(boundary.name) && (await this.ask("iam:CreatePolicyVersion", boundary.name)).allowed;
  }

  /** The boundary that every alternative asks for. One that no stack makes is taken to bound nothing. */
  private boundaryOf({ alternatives }: Decision): Policy | undefined {
    const asked = alternatives.map((set) => set.find(isBoundary));
    const [arn, ...others] = [...new Set(asked.flatMap((requirement) => requirement?.values ?? ["none"]))];
    if (arn === undefined || others.length > 0) return undefined;
    return this.access.model.managedPolicies.find(({ name }) => name === arn);
  }

  private ask(action: string, on: string, context: Readonly<Record<string, string>> = {}): Promise<Decision> {
    return this.access.decide(this.maker, action, on, { context, brief: true });
  }
}

function patternOf({ actor }: Pick<NewPrincipal, "actor">): string {
  return actor.id.replace(/^made:/, "").replace(/#.*$/, "");
}

function isBoundary({ key, operator }: ConditionRequirement): boolean {
  return key.toLowerCase() === BOUNDARY && /^(String|Arn)Equals$/.test(operator);
}

/** What making it depends on, but for the boundary, which the role's name tells. */
function otherConditions({ alternatives }: Decision): string[] {
  const [only = []] = alternatives;
  return requirementTexts(only.filter((requirement) => !isBoundary(requirement)));
}
