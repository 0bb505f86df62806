import { createHash } from "node:crypto";
import {
  type AllowedConditionExpression,
  isWildcardOnlyAction,
  type RequestAnalysis,
  runSimulation,
  type Simulation,
  type SimulationOptions,
} from "@cloud-copilot/iam-simulate";
import {
  type AccessRequest,
  type ApplicablePolicies,
  type Decision,
  ImpossibleRequest,
  type Reason,
  type ConditionRequirement,
  type DecisionOptions,
} from "../policy/decision";
import { withoutVariables } from "../policy/patterns";
import { documentOf, type Policy } from "../policy/policy";
import {
  everyPolicy,
  isAlwaysAllowed,
  isAlwaysDenied,
  mentionedConditionKeys,
  mayBeAllowed,
  namesPrincipals,
  PRINCIPAL_ARN,
  sliceForRequest,
  distinguishes,
} from "./policy-slices";

/*
 * The only file that knows @cloud-copilot/iam-simulate, which decides as AWS documents it ("Policy evaluation logic").
 * It is AGPL-3.0 and a development dependency: nothing of it is part of what the project generates.
 */

/** The brief answer where no statement could allow it, or one refuses it, whatever the request holds. */
export const REFUSED: Decision = {
  allowed: false,
  explicit: false,
  because: [],
  nearly: [],
  blockedBy: [],
  alternatives: [],
  resources: [],
  ignoredKeys: [],
};

/**
 * Decides a request.
 *
 * @throws ImpossibleRequest where the brief answer does not show before
 */
export async function simulate(
  request: AccessRequest,
  policies: ApplicablePolicies,
  { discover = false, absentKeys = [], brief = false }: DecisionOptions = {},
): Promise<Decision> {
  const { action, context } = request;
  const labels = new Labels(policies.resource);
  const resource = await resourceFor(request);
  const slices = policies.identity
    .map((policy) => sliceForRequest(policy, action, resource))
    .filter((policy) => policy !== undefined);
  if (
    brief &&
    (!mayBeAllowed(request, slices, policies.resource) || isAlwaysDenied(request, resource, slices, policies))
  )
    return REFUSED;
  // A policy that says nothing of the action is there all the same: to be trusted by nobody is not to have no trust
  // policy.
  const guard = policies.resource && (sliceForRequest(policies.resource, action, resource) ?? policies.resource);
  const organization = policies.organization?.map(({ name, policies: all }) => ({
    name,
    policies: all.map((policy) => sliceForRequest(policy, action, resource)).filter((policy) => policy !== undefined),
  }));
  if (brief && isAlwaysAllowed(request, { ...policies, identity: slices, organization, resource: guard })) {
    return { ...REFUSED, allowed: true, alternatives: [[]], resources: ["*"] };
  }
  const all = everyPolicy({ ...policies, organization, resource: guard }, slices);
  const mentioned = new Set(all.flatMap((policy) => [...mentionedConditionKeys(policy)]));
  const principal = representativeOf(request, all, guard, brief);
  const known = Object.entries({
    ...context,
    ...(context[PRINCIPAL_ARN] === request.principal && { [PRINCIPAL_ARN]: principal }),
  });
  const contextVariables = Object.fromEntries(
    known
      .filter(([key]) => mentioned.has(key.toLowerCase()))
      .map(([key, value]) => [knownKey(key), typeof value === "string" ? value : [...value]]),
  );
  const simulation: Simulation = {
    request: { principal, action, resource: { resource, accountId: request.resourceAccountId }, contextVariables },
    identityPolicies: slices.map((policy) => labels.named(policy, "identity policy")),
    permissionBoundaryPolicies: policies.boundary && [labels.named(policies.boundary, "permissions boundary")],
    sessionPolicy: policies.session && rendered(policies.session),
    serviceControlPolicies: (organization ?? []).map((level) => ({
      orgIdentifier: level.name,
      policies: level.policies.map((policy) => labels.named(policy, "service control policy")),
    })),
    resourceControlPolicies: [],
    resourcePolicy: guard && rendered(guard),
  };
  const keys = [...Object.keys(contextVariables), ...absentKeys.map(knownKey)];
  const options: Partial<SimulationOptions> = {
    simulationMode: discover ? "Discovery" : "Strict",
    discoveryContextKeyConstraints: keys.map((keyName) => ({ keyName, presenceIsKnown: true, valueIsKnown: true })),
  };
  const { because, nearly, ...verdict } = await cachedVerdict(simulation, options);
  return {
    ...verdict,
    because: because.map((reason) => labels.reason(reason)),
    nearly: nearly.map(({ conditions, ...reason }) => ({ ...labels.reason(reason), conditions })),
  };
}

/**
 * Where nothing speaks of who asks, everybody of the account gets the same answer; the brief one also where what speaks
 * of that means others alone. One name for all of them is one question.
 */
function representativeOf(
  { principal, context }: AccessRequest,
  all: readonly Policy[],
  guard: Policy | undefined,
  brief: boolean,
): string {
  if (!/^arn:aws:iam::\d+:(role|user)\//.test(principal) || namesPrincipals(guard)) return principal;
  const anybody = `arn:aws:iam::${principal.split(":")[4] ?? ""}:role/anybody`;
  const isSaid = (context[PRINCIPAL_ARN] ?? principal) === principal;
  const speaks = (policy: Policy) => mentionedConditionKeys(policy).has(PRINCIPAL_ARN.toLowerCase());
  const means = (policy: Policy) =>
    !brief || !isSaid || distinguishes(policy, principal) || distinguishes(policy, anybody);
  return all.some((policy) => speaks(policy) && means(policy)) ? principal : anybody;
}

/** A statement by the label of its policy. */
interface LabelledReason extends Pick<Reason, "effect" | "statement"> {
  readonly label?: string;
}

interface Verdict extends Omit<Decision, "because" | "nearly"> {
  readonly because: readonly LabelledReason[];
  readonly nearly: readonly (LabelledReason & { readonly conditions: readonly string[] })[];
}

const verdicts = new Map<string, Promise<string>>();

/**
 * The accounts of an estate are alike, and so is most of what is asked of them: a question is put once, whatever the
 * ids in it.
 */
async function cachedVerdict(simulation: Simulation, options: Partial<SimulationOptions>): Promise<Verdict> {
  const { text, back } = replaceAccountIds(JSON.stringify([simulation, options]));
  const key = createHash("sha256").update(text).digest("base64");
  let known = verdicts.get(key);
  if (!known) {
    known = judge(...(JSON.parse(text) as [Simulation, Partial<SimulationOptions>])).then((verdict) =>
      JSON.stringify(verdict),
    );
    verdicts.set(key, known);
  }
  try {
    return JSON.parse(back(await known)) as Verdict;
  } catch (error) {
    throw error instanceof ImpossibleRequest ? new ImpossibleRequest(back(error.message)) : error;
  }
}

async function judge(simulation: Simulation, options: Partial<SimulationOptions>): Promise<Verdict> {
  const { action, resource } = simulation.request;
  const response = await runSimulation(simulation, options);
  if (response.resultType === "error")
    throw new ImpossibleRequest(impossible(action, resource.resource, response.errors));
  const results =
    response.resultType === "single" ? [{ ...response.result, resourcePattern: resource.resource }] : response.results;
  const allowed = results.filter(({ analysis }) => analysis.result === "Allowed");
  const deciding = allowed.length > 0 ? allowed : results;
  return {
    allowed: allowed.length > 0,
    explicit: allowed.length === 0 && results.some(({ analysis }) => analysis.result === "ExplicitlyDenied"),
    because: unique(deciding.flatMap(({ analysis }) => reasons(analysis))),
    nearly: allowed.length > 0 ? [] : unique(results.flatMap(({ analysis }) => nearMisses(analysis))),
    blockedBy: [...new Set(results.flatMap(({ analysis }) => (analysis.blockedBy ?? []).map(kindOfBlock)))],
    alternatives: simplest(allowed.flatMap(({ analysis }) => alternatives(analysis.conditions))),
    resources: allowed.map(({ resourcePattern }) => resourcePattern),
    ignoredKeys: [...new Set(results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys))].map(originalKey),
  };
}

const wildcardOnly = new Map<string, boolean>();

/** AWS knows no resource of some actions: they are asked for with `*`. */
async function resourceFor({ action, resource }: AccessRequest): Promise<string> {
  const known = wildcardOnly.get(action);
  if (known !== undefined) return known ? "*" : resource;
  const [service = "", name = ""] = action.split(":");
  try {
    wildcardOnly.set(action, await isWildcardOnlyAction(service, name));
  } catch {
    throw new ImpossibleRequest(`AWS has no action ${action}`);
  }
  return wildcardOnly.get(action) ? "*" : resource;
}

function impossible(action: string, resource: string, errors: { message: string }): string {
  const told: Readonly<Record<string, string>> = {
    "invalid.service": `AWS has no service of the action ${action}`,
    "invalid.action": `AWS has no action ${action}`,
    "no.resource.types": `${action} does not act on ${resource}`,
    "multiple.resource.types": `${action} can act on several kinds of ${resource}`,
  };
  return told[errors.message] ?? `${action} on ${resource} cannot be decided: ${JSON.stringify(errors)}`;
}

/*
 * The library knows AWS's own condition keys only, and takes those of an identity provider, such as
 * `token.actions.githubusercontent.com:sub`, for keys that are never sent. A tag of the principal may have any name,
 * and is compared in the same way.
 */
const CLAIM = "aws:PrincipalTag/claim-of-";

function knownKey(key: string): string {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[^:]*)?:/i.test(key) && !key.startsWith("aws:") ? CLAIM + key : key;
}

function originalKey(key: string): string {
  return key.startsWith(CLAIM) ? key.slice(CLAIM.length) : key;
}

/** The library takes a network of all addresses for its first address alone: its halves are the same. */
const ALL_ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "0.0.0.0/0": ["0.0.0.0/1", "128.0.0.0/1"],
  "::/0": ["::/1", "8000::/1"],
};

function asNetworks(value: string): readonly string[] {
  return ALL_ADDRESSES[value] ?? [value];
}

const documents = new WeakMap<Policy, object>();

function rendered(policy: Policy): object {
  const done = documents.get(policy);
  if (done) return done;
  // The library takes `${` for a variable in whatever version.
  const plain = (texts: readonly string[]) => (policy.version === "2012-10-17" ? texts : texts.map(withoutVariables));
  const statements = policy.statements.map((statement) => ({
    ...statement,
    resources: statement.resources && plain(statement.resources),
    notResources: statement.notResources && plain(statement.notResources),
    conditions: Object.fromEntries(
      Object.entries(statement.conditions).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [knownKey(key), plain(values).flatMap(asNetworks)]),
        ),
      ]),
    ),
  }));
  // The library validates what it is given: members that are there but undefined are none of a policy's.
  const document = JSON.parse(JSON.stringify(documentOf({ ...policy, statements }))) as object;
  documents.set(policy, document);
  return document;
}

type Analysed = NonNullable<RequestAnalysis["identityAnalysis"]>["allowStatements"][number];

/** The policies of a request by what the library calls them. */
class Labels {
  private readonly byLabel = new Map<string, { policy: Policy; kind: Reason["kind"] }>();

  constructor(private readonly resource: Policy | undefined) {}

  named(policy: Policy, kind: Reason["kind"]): { name: string; policy: object } {
    const name = `policy ${this.byLabel.size}`;
    this.byLabel.set(name, { policy, kind });
    return { name, policy: rendered(policy) };
  }

  reason({ label, effect, statement }: LabelledReason): Reason {
    const { policy, kind } = this.byLabel.get(label ?? "") ?? this.withoutLabel(label);
    return {
      kind,
      effect,
      policy: policy?.name ?? "session policy",
      source: policy?.source ?? "the request",
      statement,
    };
  }

  /** The library takes no name for the resource's policy, and names the session's itself. */
  private withoutLabel(label: string | undefined): { policy?: Policy; kind: Reason["kind"] } {
    return label === "SessionPolicy" ? { kind: "session policy" } : { policy: this.resource, kind: "resource policy" };
  }
}

/** All that deny; where nothing does, all that allow. */
function reasons(analysis: RequestAnalysis): LabelledReason[] {
  const parts = partsOf(analysis);
  const denying = parts.flatMap(({ denyStatements }) => denyStatements);
  const deciding = denying.length > 0 ? denying : parts.flatMap(({ allowStatements }) => allowStatements);
  return deciding.map(labelled);
}

function nearMisses(analysis: RequestAnalysis): (LabelledReason & { conditions: string[] })[] {
  return partsOf(analysis)
    .flatMap(({ unmatchedStatements }) => unmatchedStatements)
    .filter(
      ({ statement, actionMatch, resourceMatch, principalMatch, conditionMatch }) =>
        statement.isAllow() &&
        actionMatch &&
        resourceMatch &&
        principalMatch !== "NoMatch" &&
        conditionMatch !== "Match",
    )
    .map((statement) => ({ ...labelled(statement), conditions: failedConditions(statement) }));
}

function labelled({ policyId, statement }: Analysed): LabelledReason {
  return {
    label: policyId,
    effect: statement.isAllow() ? "Allow" : "Deny",
    statement: statement.sid() ?? String(statement.index()),
  };
}

function partsOf(analysis: RequestAnalysis) {
  const { sessionAnalysis, identityAnalysis, permissionBoundaryAnalysis, scpAnalysis, resourceAnalysis } = analysis;
  const parts = [
    identityAnalysis,
    permissionBoundaryAnalysis,
    sessionAnalysis,
    resourceAnalysis,
    ...(scpAnalysis?.ouAnalysis ?? []),
  ];
  return parts.filter((part) => part !== undefined);
}

function failedConditions({ explain }: Analysed): string[] {
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

/** As sets of requirements that are each enough. */
function alternatives(expression: AllowedConditionExpression | undefined): (readonly ConditionRequirement[])[] {
  if (!expression || expression.conditionType === "always") return [[]];
  if (expression.conditionType === "never") return [];
  if (expression.conditionType === "sessionName") {
    return [[{ operator: "StringEquals", key: "sts:RoleSessionName", values: expression.sessionName }]];
  }
  if (expression.conditionType === "condition") {
    // What a Deny asks for is inverted already.
    const { op, key, values } = expression;
    return [[{ operator: op, key: originalKey(key), values }]];
  }
  const parts = expression.conditions.map(alternatives);
  if (expression.operator === "or") return parts.flat();
  return parts.reduce<(readonly ConditionRequirement[])[]>(
    (sets, part) => sets.flatMap((set) => part.map((other) => [...set, ...other])),
    [[]],
  );
}

/** Without the sets that hold another one: that is enough. */
function simplest(sets: readonly (readonly ConditionRequirement[])[]): (readonly ConditionRequirement[])[] {
  const keyed = sets.map((set) => new Map(set.map((requirement) => [JSON.stringify(requirement), requirement])));
  const contains = (
    outer: ReadonlyMap<string, ConditionRequirement>,
    inner: ReadonlyMap<string, ConditionRequirement>,
  ) => [...inner.keys()].every((key) => outer.has(key));
  return keyed
    .filter(
      (set, index) =>
        !keyed.some((other, at) => at !== index && contains(set, other) && (other.size < set.size || at < index)),
    )
    .map((set) => [...set.values()]);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** A text with its account ids renamed in the order in which they come, and the way back. */
export interface AccountPlaceholders {
  readonly text: string;
  /** A text with the ids that it had. */
  readonly back: (text: string) => string;
}

const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;

/** A pattern that may match a part of an id, or a comparison of numbers: there an id is more than a name. */
const MORE_THAN_A_NAME = /[0-9][*?]|[*?][0-9]|"(?:ForA[a-zA-Z]+:)?(?:Numeric|Date)/;

/**
 * Gives texts that differ in account ids only one text: policies compare ids, and ask nothing else of them. A text in
 * which an id is more than a name comes back as it is.
 */
export function replaceAccountIds(text: string): AccountPlaceholders {
  if (MORE_THAN_A_NAME.test(text)) return { text, back: (same) => same };
  const placeholders = new Map<string, string>();
  const renamed = text.replace(ACCOUNT_ID, (id) => {
    const known = placeholders.get(id) ?? String(placeholders.size).padStart(12, "0");
    placeholders.set(id, known);
    return known;
  });
  const ids = new Map([...placeholders].map(([id, known]) => [known, id]));
  return { text: renamed, back: (other) => other.replace(ACCOUNT_ID, (known) => ids.get(known) ?? known) };
}
