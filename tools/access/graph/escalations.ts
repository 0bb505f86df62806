import type { Access } from "../decide/access";
import { type Actor, type ActorsAndSteps, actorOf, administratorOf, type Step } from "./access-graph";
import { identityCenterSteps } from "./identity-center";
import { NewPrincipals } from "./new-principals";
import {
  administers,
  allowed,
  attachable,
  boundaryRemoval,
  FULL_ADMINISTRATOR_POLICY,
  administratorChanges,
} from "./policy-changes";
import type { Principal } from "../read/model";
import { isPermissionSetRole } from "../read/permission-set-role";
import type { Policy } from "../policy/policy";
import { PASS_ROLE_SERVICES, RUNNING_WORKLOADS } from "./pass-role-services";
import { conditionsOf, type Decision } from "../policy/decision";
import { distinct, groupedBy } from "../../support/order";

/*
 * Known ways to escalate privileges ("AWS IAM Privilege Escalation Methods" of Rhino Security Labs, and the catalog of
 * pathfinding.cloud). Each asks for the permissions that it needs, and adds a step to the principal that it reaches.
 */

/** Principals' ways to escalate. `assumed` are the steps by which the roles among them are assumed. */
export async function escalationSteps(
  access: Access,
  principals: readonly Principal[],
  assumed: readonly Step[],
): Promise<ActorsAndSteps> {
  const assumedBy = groupedBy(assumed, ({ from }) => from);
  const found: ActorsAndSteps[] = [];
  // One after the other: all at once would keep every principal's decisions in memory.
  for (const principal of principals)
    found.push(await new Escalations(access, principal, assumedBy.get(principal.arn) ?? []).find());
  return { actors: found.flatMap(({ actors }) => actors), steps: found.flatMap(({ steps }) => steps) };
}

/** One principal's ways to escalate. */
class Escalations {
  readonly actors: Actor[] = [];
  readonly steps: Step[] = [];
  /** The principal, without its boundary if it can remove that. */
  private subject: Principal;

  constructor(
    private readonly access: Access,
    private readonly principal: Principal,
    private readonly assumed: readonly Step[],
    private readonly actor = actorOf(access, principal.arn),
  ) {
    this.subject = principal;
  }

  async find({ creates = true }: { creates?: boolean } = {}): Promise<ActorsAndSteps> {
    const all = await administers(this.access, this.principal);
    if (all) {
      this.addAdministrator("administer", "is administrator of", all);
      return this;
    }
    if (await this.removeBoundary()) return this;
    await this.writeOwnPolicies();
    await this.useGroups();
    await this.useIdentityCenter();
    await this.changeTrust();
    await this.createCredentials();
    await this.passRoles();
    await this.enterWorkloads();
    await this.writeOthersPolicies();
    if (creates) await this.createPrincipals();
    return this;
  }

  /** If it can remove its boundary, all other ways are asked for without the boundary. */
  private async removeBoundary(): Promise<boolean> {
    const removes = await boundaryRemoval(this.access, this.subject, this.principal);
    if (!removes) return false;
    this.subject = { ...this.principal, boundary: undefined };
    if (!(await administers(this.access, this.subject))) return false;
    this.addAdministrator("lift-boundary", "removes its own permissions boundary, and then is administrator of", [
      removes,
    ]);
    return true;
  }

  /** Writes its own policies, within its boundary. */
  private async writeOwnPolicies(): Promise<void> {
    for (const [way, decision] of await administratorChanges(this.access, this.subject, this.subject)) {
      this.addAdministrator(`${way}-own-policy`, "changes its own policies, and then is administrator of", [decision]);
    }
  }

  /** Joins a group of administrators, or writes the policies of its group. */
  private async useGroups(): Promise<void> {
    const { kind, name, accountId } = this.subject;
    const groups =
      kind === "user" ? (this.access.model.groups ?? []).filter((group) => group.accountId === accountId) : [];
    const isEnough = (policies: readonly Policy[]) =>
      administers(this.access, { ...this.subject, policies: [...this.subject.policies, ...policies] });
    for (const group of groups) {
      const joins = group.users.includes(name) ? undefined : await this.allowed("iam:AddUserToGroup", group.arn);
      if (!joins && !group.users.includes(name)) continue;
      const joining = joins ? [joins] : [];
      if (joins && (await isEnough(group.policies))) {
        this.addAdministrator("join-group", `joins the group ${group.name}, and then is administrator of`, joining);
      }
      const puts = await this.allowed("iam:PutGroupPolicy", group.arn);
      const [attached, attaches] = await attachable(this.access, this.subject, "iam:AttachGroupPolicy", group.arn);
      const writes = puts ?? (attached.length > 0 ? attaches : undefined);
      if (!writes || !(await isEnough(puts ? [FULL_ADMINISTRATOR_POLICY] : attached))) continue;
      this.addAdministrator(
        "rewrite-group",
        `changes the policies of its group ${group.name}, and then is administrator of`,
        [...joining, writes],
      );
    }
  }

  private async useIdentityCenter(): Promise<void> {
    const { actors, steps } = await identityCenterSteps(this.access, this.subject, this.actor);
    this.actors.push(...actors);
    this.steps.push(...steps);
  }

  private async changeTrust(): Promise<void> {
    await this.useEach("role", "change-trust", "changes the trust policy of", ["iam:UpdateAssumeRolePolicy"]);
  }

  private async createCredentials(): Promise<void> {
    await this.useEach("user", "make-access-key", "creates an access key of", ["iam:CreateAccessKey"]);
    await this.useEach("user", "make-password", "creates a password of", ["iam:CreateLoginProfile"]);
    await this.useEach("user", "change-password", "changes the password of", ["iam:UpdateLoginProfile"]);
  }

  private async useEach(kind: Principal["kind"], way: string, text: string, actions: readonly string[]): Promise<void> {
    if (!(await this.allAllowed(actions.map((action) => [action, "*"] as const)))) return;
    for (const other of this.others(kind)) {
      const decisions = await this.allAllowed(actions.map((action) => [action, other.arn] as const));
      if (decisions) this.addStep(other, way, text, decisions);
    }
  }

  /** Passes a role to a service that the role trusts, and runs something there as the role. */
  private async passRoles(): Promise<void> {
    if (!(await this.allowed("iam:PassRole", `arn:aws:iam::${this.subject.accountId}:role/*`))) return;
    const roles = this.others("role");
    for (const { id, service, text, actions } of PASS_ROLE_SERVICES) {
      const runs = await this.allAllowed(actions.map((action) => [action, "*"] as const));
      if (!runs) continue;
      for (const role of roles.filter((each) => trusts(each, service))) {
        const passes = await this.allowed("iam:PassRole", role.arn, { "iam:PassedToService": service });
        if (passes) this.addStep(role, `pass-role-${id}`, `runs ${text} as`, [passes, ...runs]);
      }
    }
  }

  /** Enters a workload that runs as a role. */
  private async enterWorkloads(): Promise<void> {
    const { accountId } = this.subject;
    const place = `*:${accountId}`;
    for (const { way, service, text, action, on } of RUNNING_WORKLOADS) {
      const enters = await this.allowed(action, `arn:aws:${on.replace("#", place)}`);
      if (enters)
        for (const role of this.others("role").filter((each) => trusts(each, service)))
          this.addStep(role, way, text, [enters]);
    }
  }

  /** Changes the policies, or removes the boundary, of a role or user that it can use. */
  private async writeOthersPolicies(): Promise<void> {
    const reached = new Set(
      [...this.assumed, ...this.steps].filter(({ from }) => from === this.actor.id).map(({ to }) => to),
    );
    if (reached.size === 0) return;
    for (const other of [...this.others("role"), ...this.others("user")].filter(({ arn }) => reached.has(arn))) {
      const removes = await boundaryRemoval(this.access, this.subject, other);
      const free = removes ? { ...other, boundary: undefined } : other;
      const [[, changes] = []] = await administratorChanges(this.access, this.subject, free);
      const decisions = [removes, changes].filter((decision) => decision !== undefined);
      if (!changes && !(removes && (await administers(this.access, free)))) continue;
      const text = changes ? "changes the policies" : "removes the permissions boundary";
      this.addAdministrator(
        "rewrite-role",
        `${text} of ${other.name}, which it can use, and then is administrator of`,
        decisions,
      );
      return;
    }
  }

  private async createPrincipals(): Promise<void> {
    for (const { actor, role, conditions } of await new NewPrincipals(this.access, this.subject).find()) {
      this.actors.push(actor);
      this.steps.push({ from: this.actor.id, to: actor.id, way: "make-role", text: "creates and assumes", conditions });
      const own = await new Escalations(this.access, role, [], actor).find({ creates: false });
      this.actors.push(...own.actors);
      this.steps.push(...own.steps);
    }
  }

  private addStep(other: Principal, way: string, text: string, decisions: readonly Decision[]): void {
    const conditions = allConditions(decisions);
    this.actors.push(this.actor, actorOf(this.access, other.arn));
    this.steps.push({ from: this.actor.id, to: other.arn, way, text, conditions });
  }

  private addAdministrator(way: string, text: string, decisions: readonly Decision[]): void {
    const conditions = allConditions(decisions);
    const administrator = administratorOf(this.access, this.principal.accountId);
    this.actors.push(this.actor, administrator);
    this.steps.push({ from: this.actor.id, to: administrator.id, way, text, conditions });
  }

  /**
   * The other roles or users of its account that IAM lets principals change. Searched only for a principal that can use
   * some of them.
   */
  private others(kind: Principal["kind"]): Principal[] {
    const inAccount = this.access.index.principalsOf(this.principal.accountId);
    return inAccount.filter(
      (other) => other.kind === kind && other.arn !== this.principal.arn && !isPermissionSetRole(other.arn),
    );
  }

  private allowed(
    action: string,
    on: string,
    context?: Readonly<Record<string, string>>,
  ): Promise<Decision | undefined> {
    return allowed(this.access, this.subject, action, on, context);
  }

  private async allAllowed(needs: readonly (readonly [action: string, on: string])[]): Promise<Decision[] | undefined> {
    const decisions = await Promise.all(needs.map(([action, on]) => this.allowed(action, on)));
    const allowed = decisions.filter((decision) => decision !== undefined);
    return allowed.length === needs.length ? allowed : undefined;
  }
}

function allConditions(decisions: readonly Decision[]): string[] {
  return distinct(decisions.flatMap(conditionsOf));
}

/** Whether a role trusts a service, which may be named with a region, as in `states.eu-west-1.amazonaws.com`. */
function trusts({ trust }: Principal, service: string): boolean {
  const named = (trust?.statements ?? [])
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ principals }) => principals?.["Service"] ?? []);
  return named.some((each) => each.toLowerCase().replace(/^([\w-]+)\.[a-z]+(?:-[a-z]+)+-\d\./, "$1.") === service);
}
