import type { Access } from "../decide/access";
import { actorOf, conditionsOf } from "./access-graph-of";
import { type Actor, type Step, ADMINISTRATOR } from "./access-graph";
import { attachable, isOwnPolicy, NewPrincipals } from "./new-principals";
import type { Principal } from "../read/model";
import { type Policy, policyOf } from "../policy/policy";
import { RUNNING_WORKLOADS, PASS_ROLE_SERVICES } from "./pass-role-services";
import type { Decision } from "../policy/decision";

/*
 * Known ways by which somebody gets more than was given ("AWS IAM Privilege Escalation Methods" of Rhino Security Labs,
 * and the catalog of pathfinding.cloud). Each asks for what it needs, and says whom it makes somebody.
 */

/** What somebody who can write policies writes: everything. */
export const FULL_ADMINISTRATOR_POLICY = policyOf("whatever it likes", "written by whoever may write it", {
  Sid: "Everything",
  Effect: "Allow",
  Action: "*",
  Resource: "*",
});

export const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

export interface ActorsAndSteps {
  readonly actors: readonly Actor[];
  readonly steps: readonly Step[];
}

/** Everybody's ways to more than was given. `assumed` are the steps by which roles are assumed. */
export async function escalationSteps(access: Access, assumed: readonly Step[]): Promise<ActorsAndSteps> {
  const found = await Promise.all(
    access.model.principals.map((principal) => new Escalations(access, principal, assumed).find()),
  );
  return { actors: found.flatMap(({ actors }) => actors), steps: found.flatMap(({ steps }) => steps) };
}

/**
 * Whether somebody may do everything in an account: make a role of a name that no policy speaks of, and give it
 * everything.
 */
export async function administers(access: Access, principal: Principal): Promise<Decision[] | undefined> {
  const role = `arn:aws:iam::${principal.accountId}:role/of-a-name-that-no-policy-speaks-of`;
  const makes = await access.decide(principal, "iam:CreateRole", role, { brief: true });
  if (!makes.allowed || isBounded(makes)) return undefined;
  const context = { "iam:PolicyARN": ADMINISTRATOR_ACCESS };
  const gives = await access.decide(principal, "iam:AttachRolePolicy", role, { brief: true, context });
  return gives.allowed && !isBounded(gives) ? [makes, gives] : undefined;
}

/** A boundary that is asked for is no way to everything: that is a role that is made within it. */
function isBounded({ alternatives }: Decision): boolean {
  return (
    alternatives.length > 0 &&
    alternatives.every((set) => set.some(({ key }) => key.toLowerCase() === "iam:permissionsboundary"))
  );
}

/** One principal's ways. */
export class Escalations {
  readonly actors: Actor[] = [];
  readonly steps: Step[] = [];
  private readonly roles: readonly Principal[];
  private readonly users: readonly Principal[];
  private subject: Principal;

  constructor(
    private readonly access: Access,
    private readonly principal: Principal,
    private readonly assumed: readonly Step[],
    private readonly actor = actorOf(access, principal.arn),
  ) {
    this.subject = principal;
    const inAccount = access.model.principals.filter(
      ({ accountId, arn }) => accountId === principal.accountId && arn !== principal.arn,
    );
    this.roles = inAccount.filter(({ kind }) => kind === "role");
    this.users = inAccount.filter(({ kind }) => kind === "user");
  }

  async find({ makes = true }: { makes?: boolean } = {}): Promise<ActorsAndSteps> {
    const all = await administers(this.access, this.principal);
    if (all) {
      this.becomesAdministrator("administer", "may do everything in", all);
      return this;
    }
    if (await this.liftBoundary()) return this;
    await this.rewriteItself();
    await this.useGroups();
    await this.changeTrust();
    await this.makeCredentials();
    await this.passRoles();
    await this.enter();
    await this.rewriteOthers();
    if (makes) await this.makeRoles();
    return this;
  }

  /** Without its boundary it may do whatever its policies say: all other ways are asked for without it. */
  private async liftBoundary(): Promise<boolean> {
    const lifts = await this.lifts(this.principal);
    if (!lifts) return false;
    this.subject = { ...this.principal, boundary: undefined };
    if (!(await administers(this.access, this.subject))) return false;
    this.becomesAdministrator("lift-boundary", "takes off its own boundary, and then may do everything in", [lifts]);
    return true;
  }

  /** Takes off somebody's boundary, sets another in its place, or rewrites it. */
  private async lifts({ kind, arn, boundary }: Principal): Promise<Decision | undefined> {
    if (!boundary) return undefined;
    const noun = nounOf(kind);
    return (
      (await this.may(`iam:Delete${noun}PermissionsBoundary`, arn)) ??
      (await this.may(`iam:Put${noun}PermissionsBoundary`, arn, { "iam:PermissionsBoundary": ADMINISTRATOR_ACCESS })) ??
      (isOwnPolicy(boundary.name) ? await this.may("iam:CreatePolicyVersion", boundary.name) : undefined)
    );
  }

  /** It gives itself what it likes, within its boundary. */
  private async rewriteItself(): Promise<void> {
    for (const [way, decision] of await this.rewrites(this.subject)) {
      this.becomesAdministrator(`${way}-own-policy`, "gives itself what it likes, and then may do everything in", [
        decision,
      ]);
    }
  }

  /** How it gives somebody so much that it is everything. */
  private async rewrites(other: Principal): Promise<[way: string, decision: Decision][]> {
    const noun = nounOf(other.kind);
    const found: [way: string, decision: Decision | undefined][] = [];
    const holds = (policies: readonly Policy[]) =>
      administers(this.access, { ...other, policies: [...other.policies, ...policies] });
    if (await holds([FULL_ADMINISTRATOR_POLICY])) {
      found.push(["put", await this.may(`iam:Put${noun}Policy`, other.arn)]);
      for (const { name } of other.policies)
        if (isOwnPolicy(name)) found.push(["rewrite", await this.may("iam:CreatePolicyVersion", name)]);
      const [attached, attaches] = await attachable(this.access, this.subject, `iam:Attach${noun}Policy`, other.arn);
      if (attached.length > 0 && (await holds(attached))) found.push(["attach", attaches]);
    }
    const inline = await this.may(`iam:Delete${noun}Policy`, other.arn);
    const managed = await this.may(`iam:Detach${noun}Policy`, other.arn);
    // What denies it something stands in a policy that it can take away: nothing else of the policy is missed then.
    const loosened = other.policies.map((policy) =>
      (policy.name.startsWith("arn:") ? managed : inline) ? withoutDenies(policy) : policy,
    );
    if (await administers(this.access, { ...other, policies: loosened })) found.push(["loosen", inline ?? managed]);
    return found.flatMap(([way, decision]) => (decision ? [[way, decision] as [string, Decision]] : []));
  }

  /** It joins a group that has what it likes, or gives its group what it likes. */
  private async useGroups(): Promise<void> {
    const { kind, name, accountId } = this.subject;
    const groups =
      kind === "user" ? (this.access.model.groups ?? []).filter((group) => group.accountId === accountId) : [];
    const holds = (policies: readonly Policy[]) =>
      administers(this.access, { ...this.subject, policies: [...this.subject.policies, ...policies] });
    for (const group of groups) {
      const joins = group.users.includes(name) ? undefined : await this.may("iam:AddUserToGroup", group.arn);
      if (!joins && !group.users.includes(name)) continue;
      const told = joins ? [joins] : [];
      if (joins && (await holds(group.policies))) {
        this.becomesAdministrator("join-group", `joins the group ${group.name}, and then may do everything in`, told);
      }
      const puts = await this.may("iam:PutGroupPolicy", group.arn);
      const [attached, attaches] = await attachable(this.access, this.subject, "iam:AttachGroupPolicy", group.arn);
      const writes = puts ?? (attached.length > 0 ? attaches : undefined);
      if (!writes || !(await holds(puts ? [FULL_ADMINISTRATOR_POLICY] : attached))) continue;
      this.becomesAdministrator(
        "rewrite-group",
        `gives its group ${group.name} what it likes, and then may do everything in`,
        [...told, writes],
      );
    }
  }

  private async changeTrust(): Promise<void> {
    await this.becomeEach(this.roles, "change-trust", "lets itself become", ["iam:UpdateAssumeRolePolicy"]);
  }

  private async makeCredentials(): Promise<void> {
    await this.becomeEach(this.users, "make-access-key", "makes an access key of", ["iam:CreateAccessKey"]);
    await this.becomeEach(this.users, "make-password", "makes a password of", ["iam:CreateLoginProfile"]);
    await this.becomeEach(this.users, "change-password", "changes the password of", ["iam:UpdateLoginProfile"]);
  }

  private async becomeEach(
    others: readonly Principal[],
    way: string,
    text: string,
    actions: readonly string[],
  ): Promise<void> {
    if (!(await this.mayAll(actions.map((action) => [action, "*"] as const)))) return;
    for (const other of others) {
      const decisions = await this.mayAll(actions.map((action) => [action, other.arn] as const));
      if (decisions) this.becomes(other, way, text, decisions);
    }
  }

  /** It hands a role to a service that the role trusts, and says there what runs as it. */
  private async passRoles(): Promise<void> {
    if (!(await this.may("iam:PassRole", `arn:aws:iam::${this.subject.accountId}:role/*`))) return;
    for (const { id, service, text, actions } of PASS_ROLE_SERVICES) {
      const runs = await this.mayAll(actions.map((action) => [action, "*"] as const));
      if (!runs) continue;
      for (const role of this.roles.filter((each) => trusts(each, service))) {
        const passes = await this.may("iam:PassRole", role.arn, { "iam:PassedToService": service });
        if (passes) this.becomes(role, `pass-role-${id}`, `has ${text} run as`, [passes, ...runs]);
      }
    }
  }

  private async enter(): Promise<void> {
    const { accountId } = this.subject;
    const place = `*:${accountId}`;
    for (const { way, service, text, action, on } of RUNNING_WORKLOADS) {
      const enters = await this.may(action, `arn:aws:${on.replace("#", place)}`);
      if (enters)
        for (const role of this.roles.filter((each) => trusts(each, service))) this.becomes(role, way, text, [enters]);
    }
  }

  /** It gives a role or user that it can become what it likes, or takes off its boundary. */
  private async rewriteOthers(): Promise<void> {
    const reached = new Set(
      [...this.assumed, ...this.steps].filter(({ from }) => from === this.actor.id).map(({ to }) => to),
    );
    for (const other of [...this.roles, ...this.users].filter(({ arn }) => reached.has(arn))) {
      const lifts = await this.lifts(other);
      const free = lifts ? { ...other, boundary: undefined } : other;
      const [[, rewrites] = []] = await this.rewrites(free);
      const decisions = [lifts, rewrites].filter((decision) => decision !== undefined);
      if (!rewrites && !(lifts && (await administers(this.access, free)))) continue;
      const text = rewrites ? "what it likes" : "more, without its boundary";
      this.becomesAdministrator(
        "rewrite-role",
        `gives ${other.name}, which it becomes, ${text}, and then may do everything in`,
        decisions,
      );
      return;
    }
  }

  private async makeRoles(): Promise<void> {
    for (const { actor, role, conditions } of await new NewPrincipals(this.access, this.subject).find()) {
      this.actors.push(actor);
      this.steps.push({
        from: this.actor.id,
        to: actor.id,
        way: "make-role",
        text: "makes, and becomes,",
        conditions,
      });
      const own = await new Escalations(this.access, role, [], actor).find({ makes: false });
      this.actors.push(...own.actors);
      this.steps.push(...own.steps);
    }
  }

  private becomes(other: Principal, way: string, text: string, decisions: readonly Decision[]): void {
    const conditions = allConditions(decisions);
    this.actors.push(this.actor, actorOf(this.access, other.arn));
    this.steps.push({ from: this.actor.id, to: other.arn, way, text, conditions });
  }

  private becomesAdministrator(way: string, text: string, decisions: readonly Decision[]): void {
    const conditions = allConditions(decisions);
    const { accountId } = this.principal;
    const { name } = this.access.account(accountId);
    const administrator: Actor = {
      id: ADMINISTRATOR + accountId,
      kind: "administrator",
      name: `everything in ${name}`,
      accountId,
    };
    this.actors.push(this.actor, administrator);
    this.steps.push({ from: this.actor.id, to: administrator.id, way, text, conditions });
  }

  private async may(
    action: string,
    on: string,
    context: Readonly<Record<string, string>> = {},
  ): Promise<Decision | undefined> {
    const decision = await this.access.decide(this.subject, action, on, { brief: true, context });
    return decision.allowed ? decision : undefined;
  }

  private async mayAll(needs: readonly (readonly [action: string, on: string])[]): Promise<Decision[] | undefined> {
    const decisions = await Promise.all(needs.map(([action, on]) => this.may(action, on)));
    const allowed = decisions.filter((decision) => decision !== undefined);
    return allowed.length === needs.length ? allowed : undefined;
  }
}

function withoutDenies(policy: Policy): Policy {
  return { ...policy, statements: policy.statements.filter(({ effect }) => effect === "Allow") };
}

function allConditions(decisions: readonly Decision[]): string[] {
  return [...new Set(decisions.flatMap(conditionsOf))].sort();
}

function nounOf(kind: Principal["kind"]): string {
  return kind === "role" ? "Role" : "User";
}

/** Whether a role trusts a service, which may be named with a region, as in `states.eu-west-1.amazonaws.com`. */
function trusts({ trust }: Principal, service: string): boolean {
  const named = (trust?.statements ?? [])
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ principals }) => principals?.["Service"] ?? []);
  return named.some((each) => each.toLowerCase().replace(/^([\w-]+)\.[a-z]+(?:-[a-z]+)+-\d\./, "$1.") === service);
}
