import type { Access } from "../decide/access";
import { type Actor, type AccessGraph, type Step, pathsToAdministrator, ADMINISTRATOR } from "./access-graph";
import { escalationSteps } from "./escalations";
import type { Principal } from "../read/model";
import type { PolicyStatement } from "../policy/policy";
import { type Decision, requirementTexts } from "../policy/decision";
import { providerArn, UNKNOWN_PRINCIPAL } from "../decide/request-context";
import { sortedBy } from "../../support/order";

/** Who can become whom, over all accounts: by assuming roles, and by every known way to more than was given. */
export async function accessGraphOf(access: Access): Promise<AccessGraph> {
  const assumed = await assumptionSteps(access);
  const escalated = await escalationSteps(access, assumed.steps);
  const own = access.model.principals.map(({ arn }) => actorOf(access, arn));
  const present = new Set([...own, ...assumed.actors, ...escalated.actors].map(({ id }) => id));
  // An administrator of an account leads nowhere where nobody becomes one.
  const steps = [...assumed.steps, ...escalated.steps].filter(({ from }) => present.has(from));
  const administered = administratorSteps([...own, ...assumed.actors, ...escalated.actors], steps);
  const all = [...steps, ...administered];
  const actors = new Map([...own, ...assumed.actors, ...escalated.actors].map((actor) => [actor.id, actor]));
  const sortedActors = sortedBy(actors.values(), ({ id }) => id);
  const distinct = new Map(all.map((step) => [JSON.stringify([step.from, step.to, step.way, step.conditions]), step]));
  const sortedSteps = sortedBy(distinct, ([key]) => key).map(([, step]) => step);
  return { actors: sortedActors, steps: sortedSteps, paths: pathsToAdministrator(sortedActors, sortedSteps) };
}

/**
 * Whoever may do everything in an account becomes whom it likes there. Told only of those who lead out of it: the rest
 * is part of everything.
 */
function administratorSteps(actors: readonly Actor[], steps: readonly Step[]): Step[] {
  const accounts = new Map(actors.map(({ id, accountId }) => [id, accountId]));
  const leadsOut = new Set(
    steps.filter(({ from, to }) => accounts.get(from) !== accounts.get(to)).map(({ from }) => from),
  );
  return actors
    .filter(({ kind }) => kind === "administrator")
    .flatMap(({ id, accountId }) =>
      actors
        .filter(
          (actor) =>
            actor.accountId === accountId && ["role", "user", "account"].includes(actor.kind) && leadsOut.has(actor.id),
        )
        .map(({ id: to }) => ({
          from: id,
          to,
          way: "administer",
          text: "becomes whom it likes there:",
          conditions: [],
        })),
    );
}

/** Whoever may ask STS for a role, and how it is asked for. */
interface Candidate {
  readonly actor: Actor;
  /** Who makes the request, as a policy's principal. */
  readonly from: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Who is given which role by STS: by the trust policy of the role, and where that leaves it to an account, by the
 * policies there.
 */
export async function assumptionSteps(access: Access): Promise<{ actors: Actor[]; steps: Step[] }> {
  const found = await Promise.all(
    access.model.principals.filter(({ trust }) => trust).map((role) => stepsTo(access, role)),
  );
  return { actors: found.flatMap(({ actors }) => actors), steps: found.flatMap(({ steps }) => steps) };
}

async function stepsTo(access: Access, role: Principal): Promise<{ actors: Actor[]; steps: Step[] }> {
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
    if (!decision.allowed) steps.push(...(await letByAdministrator(access, actor, role)));
    if (!decision.allowed || standsForKnownOnly(access, actor, decision)) continue;
    actors.set(actor.id, actor);
    steps.push({ from: actor.id, to: role.arn, way: "assume", text: "assumes", conditions: conditionsOf(decision) });
  }
  return { actors: [...actors.values()], steps };
}

/**
 * Whom a role of another account trusts, but whose own policies do not allow it: whoever may write those lets it become
 * the role.
 */
async function letByAdministrator(access: Access, { id, accountId }: Actor, role: Principal): Promise<Step[]> {
  if (accountId === undefined || accountId === role.accountId || !access.model.principals.some(({ arn }) => arn === id))
    return [];
  const decision = await access.assume(id, role, { ownPoliciesAllow: true });
  if (!decision.allowed) return [];
  const conditions = conditionsOf(decision);
  return [
    {
      from: ADMINISTRATOR + accountId,
      to: role.arn,
      way: "administer",
      text: "lets somebody there assume",
      conditions,
    },
  ];
}

/** What a decision depends on; several alternatives are one condition. */
export function conditionsOf({ alternatives }: Pick<Decision, "alternatives">): string[] {
  if (alternatives.length === 0 || alternatives.some((set) => set.length === 0)) return [];
  const [only, ...others] = alternatives.map(requirementTexts);
  return others.length === 0 ? (only ?? []) : [[only ?? [], ...others].map((text) => text.join(" and ")).join(", or ")];
}

function candidatesOf(
  access: Access,
  { effect, principals = {}, conditions }: PolicyStatement,
  accountId: string,
): Candidate[] {
  if (effect === "Deny") return [];
  return Object.entries(principals).flatMap(([kind, values]) =>
    values.flatMap((value) => {
      if (kind === "Service")
        return [{ actor: { id: `service:${value}`, kind: "service" as const, name: value }, from: value }];
      if (kind === "Federated") return subjectsOf(value, conditions, accountId);
      if (kind === "AWS") return awsCandidates(access, value);
      return [];
    }),
  );
}

/** Users of an identity provider: those that the statement names, or all of them. */
function subjectsOf(provider: string, conditions: PolicyStatement["conditions"], accountId: string): Candidate[] {
  const host = provider.split(":oidc-provider/")[1] ?? provider.split(":saml-provider/")[1] ?? provider;
  const key = `${host}:sub`;
  const speaking = Object.entries(conditions).filter(([, keys]) =>
    Object.keys(keys).some((each) => each.toLowerCase() === key.toLowerCase()),
  );
  // What else is asked of subjects than to be like a text is told as a condition of all of them.
  const isPlain = speaking.every(([operator]) => /^String(Equals|Like)$/.test(operator));
  const named = isPlain ? speaking.flatMap(([, keys]) => keys[key] ?? []) : [];
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
  const everybody = access.model.principals.map(({ arn }) => ({ actor: actorOf(access, arn), from: arn }));
  if (value === "*")
    return [...everybody, { actor: { id: "anyone", kind: "person", name: "anyone" }, from: UNKNOWN_PRINCIPAL }];
  const accountId = value.split(":")[4] ?? "";
  const [, session] = /:assumed-role\/([^/]+)\//.exec(value) ?? [];
  const roles = access.model.principals.filter(
    (each) => each.kind === "role" && each.accountId === accountId && each.name === session,
  );
  // A session of a role of the estate: what it must be called is a condition.
  if (roles.length > 0) return roles.map(({ arn }) => ({ actor: actorOf(access, arn), from: arn }));
  if (!value.endsWith(":root")) return [{ actor: actorOf(access, value), from: value }];
  const inside = access.model.principals.filter((principal) => principal.accountId === accountId);
  const name = access.model.accounts.find(({ id }) => id === accountId)?.name;
  const anyone: Actor = {
    id: `account:${accountId}`,
    kind: "account",
    name: `whomever the account ${name ?? accountId} lets`,
    accountId,
  };
  return [...inside.map(({ arn }) => ({ actor: actorOf(access, arn), from: arn })), { actor: anyone, from: value }];
}

/** The actor with an ARN: one of the estate's, or somebody that policies merely name. */
export function actorOf(access: Access, arn: string): Actor {
  const accountId = arn.split(":")[4] ?? "";
  const known = access.model.principals.find((principal) => principal.arn === arn);
  const name = arn.split(/[:/]/).at(-1) ?? arn;
  return { id: arn, kind: known?.kind ?? (arn.includes(":user/") ? "person" : "role"), name, accountId };
}

/** An account that is trusted for some of its principals, all of which are the estate's, stands for nobody else. */
function standsForKnownOnly(access: Access, actor: Actor, { alternatives }: Decision): boolean {
  if (actor.kind !== "account" && actor.id !== "anyone") return false;
  const known = new Set(access.model.principals.map(({ arn }) => arn));
  return alternatives.every((requirements) =>
    requirements.some(
      ({ key, operator, values }) =>
        key.toLowerCase() === "aws:principalarn" &&
        /^(String|Arn)(Equals|Like)$/.test(operator) &&
        values.every((arn) => known.has(arn)),
    ),
  );
}
