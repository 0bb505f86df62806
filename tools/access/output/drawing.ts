import type { Actor, AccessGraph, Step } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { classesOf } from "./drawing-classes";
import { drawnEdges } from "./drawing-edges";
import { compactNames } from "./compact-names";
import { labelLines } from "./label-lines";
import { shortName } from "./places";
import { besideAccounts, OUTSIDE } from "./drawing-outside";
import { pruned } from "./drawing-pruned";
import { compareTexts, groupedBy } from "../../support/order";

/** One actor, or several that come from the same and lead to the same. */
export interface DrawnNode {
  /** Letters and digits only. */
  readonly id: string;
  /** Lines. */
  readonly label: readonly string[];
  readonly kind: Actor["kind"];
  /** Whether it may do everything in its account. */
  readonly isAdministrator: boolean;
  /** The account that it is drawn in; undefined for whoever is outside. */
  readonly accountId?: string;
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** What must hold, and how it is done where that is not by assuming a role. A line each. */
  readonly label: readonly string[];
  /** Whether it leads to everything in an account, and whether by more than assuming roles. */
  readonly kind: "plain" | "way" | "escalation";
}

/** Who becomes whom, as far as it can be looked at. */
export interface Drawing {
  readonly clusters: readonly {
    readonly accountId: string;
    readonly name: string;
    readonly nodes: readonly DrawnNode[];
  }[];
  readonly outside: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  /** What colours mean, and what is not drawn, or not one by one. */
  readonly notes: readonly string[];
}

const LABEL_COLUMNS = 36;

const NOTES = [
  "Red boxes may do everything in their account; orange lines lead there; red lines do so by more than assuming roles.",
  "Whoever is outside stands beside each account that it enters. Several of an account that come from the same and lead to the same are one box.",
  "Not drawn: what whoever may do everything in an account does there; roles that only AWS services take and that lead nowhere; users that lead nowhere.",
];

/** What both pictures show. It does not depend on the order of what it is made from. */
export function drawingOf(accessGraph: AccessGraph, accounts: readonly AccountAccess[]): Drawing {
  const { actors, steps, administrators } = besideAccounts(pruned(accessGraph));
  const classes = classesOf(actors, steps, administrators);
  const nodes = new Map([...classes].map(([, members], index) => [nodeId(index), members]));
  const idOf = new Map([...nodes].flatMap(([id, members]) => members.map((member) => [member.id, id] as const)));
  const drawn = [...nodes].map(([id, members]) => drawnNode(id, members, administrators));
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const inside = groupedBy(
    drawn.filter(({ accountId }) => accountId !== undefined),
    ({ accountId = "" }) => accountId,
  );
  return {
    clusters: [...inside]
      .sort(([a], [b]) => compareTexts(a, b))
      .map(([accountId, each]) => ({ accountId, name: names.get(accountId) ?? accountId, nodes: each })),
    outside: drawn.filter(({ accountId }) => accountId === undefined),
    edges: drawnEdges(steps, { idOf, sizeOf: (id) => nodes.get(id)?.length ?? 0, leads: leadingOf(accessGraph.steps) }),
    notes: NOTES,
  };
}

function drawnNode(id: string, members: readonly Actor[], administrators: ReadonlySet<string>): DrawnNode {
  const [{ kind, accountId } = { kind: "role" as const }] = members;
  return {
    id,
    label: labelLines(compactNames(members.map(shortName)), LABEL_COLUMNS),
    kind,
    isAdministrator: members.every((member) => administrators.has(member.id)),
    accountId: OUTSIDE.includes(kind) ? undefined : accountId,
  };
}

function nodeId(index: number): string {
  return `n${String(index + 1)}`;
}

/** Everybody from whom steps lead to everything in an account. */
function leadingOf(steps: readonly Step[]): ReadonlySet<string> {
  const into = groupedBy(steps, ({ to }) => to);
  const leading = new Set(steps.filter(({ to }) => to.startsWith("administrator:")).map(({ to }) => to));
  for (const id of leading) for (const { from } of into.get(id) ?? []) leading.add(from);
  return leading;
}
