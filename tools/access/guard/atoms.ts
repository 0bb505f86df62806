import type { BaselinePolicy, BaselineStatement } from "./baseline";
import { withoutVariables } from "../policy/patterns";
import { type Requirement, requirementsOf } from "./requirements";
import type { Texts } from "./texts";

/** Whom a statement of a resource's policy speaks of. */
export interface Who {
  readonly not: boolean;
  /** `AWS arn:…`, `Service ec2.amazonaws.com` …; just one, unless `not`. */
  readonly values: readonly string[];
  /** The account of the resource: its own principals need no more than its policy. */
  readonly home: string;
}

/** The least part of a statement that says something alone: one action on one resource by one principal. */
export interface Atom {
  readonly effect: "Allow" | "Deny";
  readonly actions: Texts;
  readonly resources: Texts;
  /** Only of policies of resources, trust policies among them. */
  readonly who?: Who;
  readonly requirements: readonly Requirement[];
  /** The same for atoms that say the same. */
  readonly id: string;
}

/** What a policy of a resource is attached to. */
export interface Home {
  readonly account: string;
  /** What statements without a resource speak of: a trust policy's role. */
  readonly arn: string;
}

/**
 * All that a policy says, as atoms. Splitting and joining statements, and reordering lists, does not change their ids.
 */
export function atomsOf(policy: BaselinePolicy, home?: Home): readonly Atom[] {
  return policy.statements.flatMap((statement) => {
    const requirements = requirementsOf(statement.conditions ?? {}, policy.version);
    const resources = resourcesOf(statement, policy.version, home?.arn ?? "*");
    const whos = home ? whosOf(statement, home) : [undefined];
    return actionsOf(statement).flatMap((actions) =>
      resources.flatMap((each) => whos.map((who) => atom(statement.effect, actions, each, who, requirements))),
    );
  });
}

function atom(
  effect: Atom["effect"],
  actions: Texts,
  resources: Texts,
  who: Who | undefined,
  requirements: Atom["requirements"],
): Atom {
  const bare = ({ not, patterns }: Texts) => [not, patterns];
  const id = JSON.stringify([effect, bare(actions), bare(resources), who, requirements.map((each) => each.id)]);
  return { effect, actions, resources, who, requirements, id };
}

function actionsOf({ actions = [], notActions }: BaselineStatement): readonly Texts[] {
  const pattern = (written: string) => written.toLowerCase();
  if (notActions) return [{ not: true, patterns: notActions.map(pattern).sort(), written: notActions }];
  return actions.map((written) => ({ not: false, patterns: [pattern(written)], written: [written] }));
}

function resourcesOf(
  { resources, notResources }: BaselineStatement,
  version: string,
  otherwise: string,
): readonly Texts[] {
  const pattern = (written: string) => (version === "2008-10-17" ? withoutVariables(written) : written);
  if (notResources) return [{ not: true, patterns: notResources.map(pattern).sort(), written: notResources }];
  return (resources ?? [otherwise]).map((written) => ({
    not: false,
    patterns: [pattern(written)],
    written: [written],
  }));
}

function whosOf({ principals = {}, notPrincipals }: BaselineStatement, { account }: Home): readonly Who[] {
  const values = Object.entries(notPrincipals ?? principals).flatMap(([kind, each]) =>
    each.map((value) => `${kind} ${value}`),
  );
  if (notPrincipals) return [{ not: true, values: values.sort(), home: account }];
  return values.map((value) => ({ not: false, values: [value], home: account }));
}

/** An atom that says: everything, always. */
export const EVERYTHING = atom(
  "Allow",
  { not: false, patterns: ["*"], written: ["*"] },
  { not: false, patterns: ["*"], written: ["*"] },
  undefined,
  [],
);
