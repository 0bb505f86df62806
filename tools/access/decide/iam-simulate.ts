import {
  type AllowedConditionExpression,
  isWildcardOnlyAction,
  type RequestAnalysis,
  runSimulation,
  type Simulation,
  type SimulationOptions,
} from "@cloud-copilot/iam-simulate";
import { type AccessRequest, type Decision, ImpossibleRequest, type Reason } from "../policy/decision";
import { withoutVariables } from "../policy/patterns";
import { documentOf, type Policy } from "../policy/policy";
import { ALWAYS, conjunction, NEVER, type RequirementSets, simplify } from "./requirement-sets";

/*
 * The adapter of @cloud-copilot/iam-simulate, which decides as AWS documents it ("Policy evaluation logic"). No other
 * file imports the library: it is AGPL-3.0 and a development dependency, and no generated file contains any of it.
 */

/** A policy under a label: verdicts refer to the policy by it. */
export interface LabelledPolicy {
  readonly label: string;
  readonly policy: Policy;
}

/** A level of the organization with its service control policies. */
interface Level {
  readonly name: string;
  readonly policies: readonly LabelledPolicy[];
}

/** A request with the policies that apply to it. */
export interface QuestionParts {
  readonly request: AccessRequest;
  readonly identity: readonly LabelledPolicy[];
  readonly boundary?: LabelledPolicy;
  readonly session?: Policy;
  readonly organization: readonly Level[];
  readonly resource?: Policy;
  /** Whether condition keys that the context lacks may have any value. */
  readonly discover: boolean;
  /** Keys that the request never contains. */
  readonly absentKeys: readonly string[];
}

/** A request in the form of the library, as plain JSON. */
export type Question = readonly [Simulation, Partial<SimulationOptions>];

/** A statement, and the label of its policy. */
export interface LabelledReason extends Pick<Reason, "effect" | "statement"> {
  readonly label?: string;
}

/** A decision whose reasons refer to policies by label. */
export interface LabelledDecision extends Omit<Decision, "because" | "nearly"> {
  readonly because: readonly LabelledReason[];
  readonly nearly: readonly (LabelledReason & { readonly conditions: readonly string[] })[];
}

/** The library's own label of the session policy. It gives the resource's policy none. */
export const SESSION_POLICY_LABEL = "SessionPolicy";

/** Renders a request in the form of the library. */
export function questionOf(parts: QuestionParts): Question {
  const { request, identity, boundary, session, organization, resource, discover, absentKeys } = parts;
  const { principal, action, resourceAccountId: accountId } = request;
  const named = ({ label, policy }: LabelledPolicy) => ({ name: label, policy: rendered(policy) });
  const levelOf = (level: Level) => ({ orgIdentifier: level.name, policies: level.policies.map(named) });
  const context = Object.entries(request.context).map(([key, value]) => [knownKey(key), value] as const);
  const contextVariables = Object.fromEntries(context) as Record<string, string | string[]>;
  const simulation: Simulation = {
    request: { principal, action, resource: { resource: request.resource, accountId }, contextVariables },
    identityPolicies: identity.map(named),
    permissionBoundaryPolicies: boundary && [named(boundary)],
    sessionPolicy: session && rendered(session),
    serviceControlPolicies: organization.map(levelOf),
    resourceControlPolicies: [],
    resourcePolicy: resource && rendered(resource),
  };
  const keys = [...Object.keys(contextVariables), ...absentKeys.map(knownKey)];
  const known = keys.map((keyName) => ({ keyName, presenceIsKnown: true, valueIsKnown: true }) as const);
  return [simulation, { simulationMode: discover ? "Discovery" : "Strict", discoveryContextKeyConstraints: known }];
}

/**
 * Decides a request.
 *
 * @throws ImpossibleRequest if AWS has no such action, or if the action does not act on the resource
 */
export async function runQuestion([simulation, options]: Question): Promise<LabelledDecision> {
  const { action, resource } = simulation.request;
  const response = await runSimulation(simulation, options);
  if (response.resultType === "error")
    throw new ImpossibleRequest(describeErrors(action, resource.resource, response.errors));
  const results =
    response.resultType === "single" ? [{ ...response.result, resourcePattern: resource.resource }] : response.results;
  const allowed = results.filter(({ analysis }) => analysis.result === "Allowed");
  const deciding = allowed.length > 0 ? allowed : results;
  return {
    allowed: allowed.length > 0,
    explicit: allowed.length === 0 && results.some(({ analysis }) => analysis.result === "ExplicitlyDenied"),
    because: unique(deciding.flatMap(({ analysis }) => reasonsOf(analysis))),
    nearly: allowed.length > 0 ? [] : unique(results.flatMap(({ analysis }) => nearMissesOf(analysis))),
    blockedBy: [...new Set(results.flatMap(({ analysis }) => (analysis.blockedBy ?? []).map(kindOfBlock)))],
    alternatives: simplify(allowed.flatMap(({ analysis }) => requirementSetsOf(analysis.conditions))),
    resources: allowed.map(({ resourcePattern }) => resourcePattern),
    ignoredKeys: [...new Set(results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys))].map(originalKey),
  };
}

const wildcardOnly = new Map<string, boolean>();

/**
 * Whether AWS defines no resource type for an action: such an action is requested on `*`.
 *
 * @throws ImpossibleRequest if AWS has no such action
 */
export async function isWildcardOnly(action: string): Promise<boolean> {
  const [service = "", name = ""] = action.split(":");
  try {
    const answer = wildcardOnly.get(action) ?? (await isWildcardOnlyAction(service, name));
    wildcardOnly.set(action, answer);
    return answer;
  } catch {
    throw new ImpossibleRequest(`AWS has no action ${action}`);
  }
}

function describeErrors(action: string, resource: string, errors: { message: string }): string {
  const descriptions: Readonly<Record<string, string>> = {
    "invalid.service": `AWS has no service of the action ${action}`,
    "invalid.action": `AWS has no action ${action}`,
    "no.resource.types": `${action} does not act on ${resource}`,
    "multiple.resource.types": `${action} can act on several resource types that ${resource} matches`,
  };
  return descriptions[errors.message] ?? `${action} on ${resource} cannot be decided: ${JSON.stringify(errors)}`;
}

/*
 * The library knows only AWS's own condition keys. It treats those of an identity provider, such as
 * `token.actions.githubusercontent.com:sub`, as keys that are never sent. A tag of the principal may have any name, and
 * is compared in the same way.
 */
const CLAIM = "aws:PrincipalTag/claim-of-";

function knownKey(key: string): string {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[^:]*)?:/i.test(key) && !key.startsWith("aws:") ? CLAIM + key : key;
}

function originalKey(key: string): string {
  return key.startsWith(CLAIM) ? key.slice(CLAIM.length) : key;
}

/** The library reads a network of all addresses as its first address alone. Its two halves mean the same. */
const ALL_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "0.0.0.0/0": ["0.0.0.0/1", "128.0.0.0/1"],
  "::/0": ["::/1", "8000::/1"],
};

const documents = new WeakMap<Policy, object>();

/** A policy document that the library reads as AWS would read the policy. */
export function rendered(policy: Policy): object {
  const done = documents.get(policy);
  if (done) return done;
  // The library reads `${` as a variable in every version.
  const plain = (texts: readonly string[]) => (policy.version === "2012-10-17" ? texts : texts.map(withoutVariables));
  const statements = policy.statements.map((statement) => ({
    ...statement,
    resources: statement.resources && plain(statement.resources),
    notResources: statement.notResources && plain(statement.notResources),
    conditions: Object.fromEntries(
      Object.entries(statement.conditions).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [
            knownKey(key),
            plain(values).flatMap((value) => ALL_ADDRESSES[value] ?? [value]),
          ]),
        ),
      ]),
    ),
  }));
  const document = documentOf({ ...policy, statements });
  documents.set(policy, document);
  return document;
}

type AnalysedStatement = NonNullable<RequestAnalysis["identityAnalysis"]>["allowStatements"][number];

/** All statements that deny; if none does, all that allow. */
function reasonsOf(analysis: RequestAnalysis): LabelledReason[] {
  const parts = partsOf(analysis);
  const denying = parts.flatMap(({ denyStatements }) => denyStatements);
  return (denying.length > 0 ? denying : parts.flatMap(({ allowStatements }) => allowStatements)).map(labelled);
}

function nearMissesOf(analysis: RequestAnalysis): (LabelledReason & { conditions: string[] })[] {
  return partsOf(analysis)
    .flatMap(({ unmatchedStatements }) => unmatchedStatements)
    .filter((each) => each.statement.isAllow() && each.actionMatch && each.resourceMatch)
    .filter(({ principalMatch, conditionMatch }) => principalMatch !== "NoMatch" && conditionMatch !== "Match")
    .map((statement) => ({ ...labelled(statement), conditions: failedConditions(statement) }));
}

function labelled({ policyId, statement }: AnalysedStatement): LabelledReason {
  return {
    label: policyId,
    effect: statement.isAllow() ? "Allow" : "Deny",
    statement: statement.sid() ?? String(statement.index()),
  };
}

function partsOf(analysis: RequestAnalysis) {
  const { sessionAnalysis, identityAnalysis, permissionBoundaryAnalysis, scpAnalysis, resourceAnalysis } = analysis;
  const own = [identityAnalysis, permissionBoundaryAnalysis, sessionAnalysis, resourceAnalysis];
  return [...own, ...(scpAnalysis?.ouAnalysis ?? [])].filter((part) => part !== undefined);
}

function failedConditions({ explain }: AnalysedStatement): string[] {
  return (explain.conditions ?? [])
    .filter(({ matches }) => !matches)
    .map(({ operator, conditionKeyValue, values, resolvedConditionKeyValue, failedBecauseMissing }) => {
      const wanted = [values].flat().map(({ value }) => value);
      const got = failedBecauseMissing ? "nothing" : (resolvedConditionKeyValue ?? "another value");
      return `${operator} ${originalKey(conditionKeyValue)} ${wanted.join(", ")} (got ${got})`;
    });
}

function kindOfBlock(reason: NonNullable<RequestAnalysis["blockedBy"]>[number]): Reason["kind"] {
  if (reason === "pb") return "permissions boundary";
  if (reason === "scp" || reason === "rcp") return "service control policy";
  return reason === "identity" ? "identity policy" : "resource policy";
}

function requirementSetsOf(expression: AllowedConditionExpression | undefined): RequirementSets {
  if (!expression || expression.conditionType === "always") return ALWAYS;
  if (expression.conditionType === "never") return NEVER;
  if (expression.conditionType === "sessionName")
    return [[{ operator: "StringEquals", key: "sts:RoleSessionName", values: expression.sessionName }]];
  // The library has already inverted the conditions of a Deny.
  if (expression.conditionType === "condition")
    return [[{ operator: expression.op, key: originalKey(expression.key), values: expression.values }]];
  const parts = expression.conditions.map(requirementSetsOf);
  return expression.operator === "or" ? parts.flat() : conjunction(parts);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
