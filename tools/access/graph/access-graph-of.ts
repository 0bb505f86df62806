import type { Access } from "../decide/access";
import {
  type AccessGraph,
  type Actor,
  type ActorsAndSteps,
  actorOf,
  ADMINISTRATOR,
  groupActor,
  pathsToAdministrator,
  type Step,
} from "./access-graph";
import { escalationSteps } from "./escalations";
import { administrationSteps } from "./identity-center";
import { rootSessionSteps } from "./root-sessions";
import { IDENTITY_GROUP, type Principal } from "../read/model";
import { isPermissionSetRole } from "../read/permission-set-role";
import type { ParsedStatement } from "../policy/statement";
import { conditionsOf, type Decision } from "../policy/decision";
import { providerArn, UNKNOWN_PRINCIPAL } from "../decide/request-context";
import { groupedBy, sortedBy } from "../../support/order";

/** Which actors can assume which others, over all accounts: by STS, and by every known way to escalate privileges. */
export async function accessGraphOf(access: Access): Promise<AccessGraph> {
  const [own, roots] = [await stepsInto(access, access.model.principals), await rootSessionSteps(access)];
  return graphOf({ actors: [...own.actors, ...roots.actors], steps: [...own.steps, ...roots.steps] });
}

/** Steps to the roles among these principals, and these principals' ways to escalate, which stay in their account. */
export async function stepsInto(access: Access, principals: readonly Principal[]): Promise<ActorsAndSteps> {
  const assumed = await assumptionSteps(access, principals);
  const escalated = await escalationSteps(access, principals, assumed.steps);
  const administered = await administrationSteps(access, principals);
  const own = principals.map(({ arn }) => actorOf(access, arn));
  return {
    actors: [...own, ...assumed.actors, ...escalated.actors, ...administered.actors],
    steps: [...assumed.steps, ...escalated.steps, ...administered.steps],
  };
}

/** A graph of these actors and steps. */
export function graphOf(found: ActorsAndSteps): AccessGraph {
  const { actors, steps } = withAdministratorSteps(found);
  const sortedActors = sortedBy(actors, ({ id }) => id);
  const distinct = new Map(
    steps.map((step) => [JSON.stringify([step.from, step.to, step.way, step.conditions]), step]),
  );
  const sortedSteps = sortedBy(distinct, ([key]) => key).map(([, step]) => step);
  return { actors: sortedActors, steps: sortedSteps, paths: pathsToAdministrator(sortedActors, sortedSteps) };
}

/** Each actor once, and all steps that these have, including those of administrators. */
export function withAdministratorSteps(found: ActorsAndSteps): ActorsAndSteps {
  const byId = new Map(found.actors.map((actor) => [actor.id, actor]));
  const actors = [...byId.values()];
  // Steps of an account's administrator count only if an actor reaches it.
  const steps = found.steps.filter(({ from }) => byId.has(from));
  return { actors, steps: [...steps, ...administratorSteps(actors, steps)] };
}

/** An administrator can use any principal of its account. Only principals with a step to another account are listed. */
function administratorSteps(actors: readonly Actor[], steps: readonly Step[]): Step[] {
  const accounts = new Map(actors.map(({ id, accountId }) => [id, accountId]));
  const leavesAccount = new Set(
    steps.filter(({ from, to }) => accounts.get(from) !== accounts.get(to)).map(({ from }) => from),
  );
  const usable = groupedBy(
    actors.filter(({ id, kind }) => ["role", "user", "account"].includes(kind) && leavesAccount.has(id)),
    ({ accountId = "" }) => accountId,
  );
  return actors
    .filter(({ kind }) => kind === "administrator")
    .flatMap(({ id, accountId }) =>
      (usable.get(accountId ?? "") ?? []).map(({ id: to }) => {
        return { from: id, to, way: "administer", text: "can use", conditions: [] };
      }),
    );
}

/** An actor that asks STS for a role, and its request. */
interface Candidate {
  readonly actor: Actor;
  /** The requesting principal, as a policy names it. */
  readonly from: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Steps by which STS gives roles. The role's trust policy decides; if it trusts an account, the policies of that
 * account's principals decide too.
 */
async function assumptionSteps(access: Access, principals: readonly Principal[]): Promise<ActorsAndSteps> {
  const found: ActorsAndSteps[] = [];
  for (const role of principals.filter(({ trust }) => trust)) found.push(await stepsTo(access, role));
  return { actors: found.flatMap(({ actors }) => actors), steps: found.flatMap(({ steps }) => steps) };
}

async function stepsTo(access: Access, role: Principal): Promise<ActorsAndSteps> {
  const actors = new Map<string, Actor>();
  const steps: Step[] = [];
  const candidates = (role.trust?.statements ?? []).flatMap((statement) =>
    candidatesOf(access, statement, role.accountId),
  );
  for (const { actor, from, context } of new Map(
    candidates.map((candidate) => [candidate.actor.id, candidate]),
  ).values()) {
    if (actor.id === role.arn) continue;
    const decision = await access.assume(from, role, { context });
    if (!decision.allowed) steps.push(...(await authorizedByAdministrator(access, actor, role)));
    if (!decision.allowed || coversKnownPrincipalsOnly(access, actor, decision)) continue;
    actors.set(actor.id, actor);
    steps.push({ from: actor.id, to: role.arn, way: "assume", text: "assumes", conditions: conditionsOf(decision) });
  }
  return { actors: [...actors.values()], steps };
}

/**
 * A role trusts a principal of another account whose own policies do not allow it. An administrator of that account can
 * change these policies.
 */
async function authorizedByAdministrator(access: Access, { id, accountId }: Actor, role: Principal): Promise<Step[]> {
  if (accountId === undefined || accountId === role.accountId || !access.index.principal(id)) return [];
  const decision = await access.assume(id, role, { ownPoliciesAllow: true });
  if (!decision.allowed) return [];
  const text = "allows a principal there to assume";
  const conditions = conditionsOf(decision);
  return [{ from: ADMINISTRATOR + accountId, to: role.arn, way: "administer", text, conditions }];
}

function candidatesOf(
  access: Access,
  { effect, principals = {}, conditions }: ParsedStatement,
  accountId: string,
): Candidate[] {
  if (effect === "Deny") return [];
  return Object.entries(principals).flatMap(([kind, values]) =>
    values.flatMap((value) => {
      if (kind === "Service")
        return [{ actor: { id: `service:${value}`, kind: "service" as const, name: value }, from: value }];
      if (kind === "Federated") return subjectsOf(value, conditions, accountId);
      if (kind === "AWS") return awsCandidates(access, value);
      if (kind === IDENTITY_GROUP) {
        const actor = groupActor(access, value);
        return [{ actor, from: actor.id }];
      }
      return [];
    }),
  );
}

/** Users of an identity provider: the subjects that the statement names, or all. */
function subjectsOf(provider: string, conditions: ParsedStatement["conditions"], accountId: string): Candidate[] {
  const host = provider.split(":oidc-provider/")[1] ?? provider.split(":saml-provider/")[1] ?? provider;
  const key = `${host}:sub`;
  const onSubject = Object.entries(conditions).filter(([, keys]) =>
    Object.keys(keys).some((each) => each.toLowerCase() === key.toLowerCase()),
  );
  // Any other operator on subjects stays a condition of a step from all subjects.
  const isPlain = onSubject.every(([operator]) => /^String(Equals|Like)$/.test(operator));
  const named = isPlain ? onSubject.flatMap(([, keys]) => keys[key] ?? []) : [];
  const subjects = named.length > 0 ? [...new Set(named)] : ["*"];
  return subjects.map((subject) => {
    const actor: Actor = { id: `subject:${provider}#${subject}`, kind: "subject", name: `${host} ${subject}` };
    return {
      actor,
      from: providerArn(provider, accountId),
      context: named.length > 0 ? { [key]: subject } : undefined,
    };
  });
}

function awsCandidates(access: Access, value: string): Candidate[] {
  const candidate = ({ arn }: Principal): Candidate => ({ actor: actorOf(access, arn), from: arn });
  if (value === "*")
    return [
      ...access.model.principals.map(candidate),
      { actor: { id: "anyone", kind: "person", name: "anyone" }, from: UNKNOWN_PRINCIPAL },
    ];
  const accountId = value.split(":")[4] ?? "";
  const [, session] = /:assumed-role\/([^/]+)\//.exec(value) ?? [];
  const inside = access.index.principalsOf(accountId);
  const roles = session === undefined ? [] : inside.filter((each) => each.kind === "role" && each.name === session);
  // A session of a role of the estate: the session name is a condition.
  if (roles.length > 0) return roles.map(candidate);
  if (!value.endsWith(":root")) return [{ actor: actorOf(access, value), from: value }];
  const name = access.index.account(accountId)?.name;
  const anyPrincipal: Actor = {
    id: `account:${accountId}`,
    kind: "account",
    name: `any principal that ${name ?? accountId} authorizes`,
    accountId,
  };
  return [...inside.map(candidate), { actor: anyPrincipal, from: value }];
}

/** Whether the conditions on a trusted account allow only principals of the estate, which have steps of their own. */
function coversKnownPrincipalsOnly(access: Access, actor: Actor, { alternatives }: Decision): boolean {
  if (actor.kind !== "account" && actor.id !== "anyone") return false;
  return alternatives.every((requirements) =>
    requirements.some(
      ({ key, operator, values }) =>
        key.toLowerCase() === "aws:principalarn" &&
        /^(String|Arn)(Equals|Like)$/.test(operator) &&
        values.every((arn) => access.index.principal(arn) !== undefined || isPermissionSetRole(arn)),
    ),
  );
}
