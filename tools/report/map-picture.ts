import type { Edge, Graph, Subgraph } from "@viz-js/viz" with { "resolution-mode": "import" };
import { distinct, groupedBy } from "../support/order";
import { counted } from "../support/text";
import { linkTo } from "./components";
import type { ReportedAccount, ReportedStack } from "./estate-view";
import { graphSvg, label, labelLines } from "./graphviz";
import type { TrustBetweenAccounts } from "./trust";

/** Of more stacks than this, the picture shows accounts only. */
const MOST_STACKS = 90;
/** Stacks of one account that are in one column. */
const COLUMN = 8;
/** Accounts of one frame that are in one column. */
const ACCOUNT_COLUMN = 13;

export const stackAnchor = (id: string): string => `stack-${id}`;
export const accountAnchor = (name: string): string => `account-${name}`;

/** Accounts with their stacks, and which of them trust which. A click leads to the stack. */
export function mapPicture(
  accounts: readonly ReportedAccount[],
  trust: readonly TrustBetweenAccounts[],
): Promise<string> {
  const stacks = accounts.reduce((sum, account) => sum + account.stacks.length, 0);
  const graph = stacks > MOST_STACKS ? graphOfAccounts(accounts, trust) : graphOfStacks(accounts, trust);
  return graphSvg("Map of accounts, their stacks and the trust between accounts", graph);
}

function graphOfStacks(accounts: readonly ReportedAccount[], trust: readonly TrustBetweenAccounts[]): Graph {
  const known = byId(accounts);
  // An identity that no stack of its own account creates, such as a user, is at the frame of the account.
  const end = (stack: string | undefined, accountId: string): End | undefined => {
    const account = known.get(accountId);
    const own = account?.stacks.find(({ id }) => id === stack);
    const middle = account?.stacks[Math.floor(account.stacks.length / 2)];
    return own ? { node: own.id } : middle && { node: middle.id, cluster: clusterName(accountId) };
  };
  return {
    graphAttributes: { rankdir: "LR", compound: true, ranksep: 1.3, nodesep: 0.08, newrank: false },
    subgraphs: accounts.map(clusterOf),
    edges: edgesOf(trust, known, end),
  };
}

const byId = (accounts: readonly ReportedAccount[]): ReadonlyMap<string, ReportedAccount> =>
  new Map(accounts.map((account) => [account.id, account]));

const clusterName = (accountId: string): string => `cluster_${accountId}`;

/** Columns of stacks: an invisible edge leads from each to its neighbour. */
function clusterOf({ id, name, kind, stacks }: ReportedAccount): Subgraph {
  return {
    name: clusterName(id),
    graphAttributes: {
      ...{ label: label(`${name} · ${kind} · ${id}`), class: `account ${kind}`, style: "rounded", labeljust: "l" },
      ...{ URL: linkTo(accountAnchor(name)), margin: 10 },
    },
    nodes: stacks.map((stack) => ({
      name: stack.id,
      attributes: { label: stackLabel(stack), class: classOf(stack), URL: linkTo(stackAnchor(stack.id)) },
    })),
    edges: columnsOf(stacks, COLUMN),
  };
}

const columnsOf = (nodes: readonly { readonly id: string }[], column: number): Edge[] =>
  nodes
    .slice(column)
    .map(({ id }, index) => ({ tail: nodes[index]?.id ?? "", head: id, attributes: { style: "invis" } }));

const classOf = ({ status }: ReportedStack): string => `stack ${(status ?? "").replaceAll(" ", "-")}`.trim();

function stackLabel({ id, resources, state, status }: ReportedStack): string {
  const isNew = status === undefined || status === "no changes" ? "" : ` · ${status}`;
  return labelLines([id, `${counted(resources.length, "resource")}${isNew}`, state.replace(/^s3:\/\/[^/]+\//, "")]);
}

/** Accounts of one kind that trust the same accounts, and are trusted by the same, share a frame and its edges. */
function graphOfAccounts(accounts: readonly ReportedAccount[], trust: readonly TrustBetweenAccounts[]): Graph {
  const neighbours = ({ id }: ReportedAccount) =>
    distinct(trust.flatMap(({ fromAccount: from, toAccount: to }) => (from === id ? [`to ${to}`] : to === id ? [`from ${from}`] : []))); // prettier-ignore
  const groups = [...groupedBy(accounts, (each) => JSON.stringify([each.kind, ...neighbours(each)])).values()];
  const ends = new Map(groups.flatMap((group) => group.map(({ id }) => [id, endOfGroup(group)] as const)));
  return {
    graphAttributes: { rankdir: "LR", compound: true, ranksep: 0.5, nodesep: 0.12 },
    subgraphs: groups.map((group) => ({
      // The name makes it a frame.
      ...(group.length > 1 && { name: clusterName(group[0]?.id ?? "") }),
      graphAttributes: { label: label(counted(group.length, `${group[0]?.kind ?? ""} account`)), style: "rounded", margin: 10 },
      nodes: [...group].reverse().map(accountNode), // Graphviz begins at the bottom
      edges: columnsOf(group, ACCOUNT_COLUMN),
    })), // prettier-ignore
    edges: edgesOf(trust, byId(accounts), (_, account) => ends.get(account)),
  };
}

function endOfGroup(group: readonly ReportedAccount[]): End | undefined {
  const last = group.at(-1);
  return last && { node: last.id, ...(group.length > 1 && { cluster: clusterName(group[0]?.id ?? "") }) };
}

function accountNode({ id, name, kind, stacks }: ReportedAccount): NonNullable<Graph["nodes"]>[number] {
  const resources = stacks.reduce((sum, each) => sum + each.resources.length, 0);
  const isChanged = stacks.some(({ status }) => status !== undefined && status !== "no changes");
  return {
    name: id,
    attributes: {
      label: labelLines([`${name} · ${kind}`, `${counted(stacks.length, "stack")}, ${counted(resources, "resource")}`, id]),
      class: isChanged ? "stack changes" : "stack",
      URL: linkTo(accountAnchor(name)),
    },
  }; // prettier-ignore
}

/** Where an edge begins or ends. */
interface End {
  readonly node: string;
  /** The frame at which it ends. @default at the node */
  readonly cluster?: string;
}

/** One edge for all roles between two ends, with the conditions that all of them have. */
function edgesOf(
  trust: readonly TrustBetweenAccounts[],
  accounts: ReadonlyMap<string, ReportedAccount>,
  endOf: (stack: string | undefined, account: string) => End | undefined,
): Edge[] {
  const isMain = (id: string) => accounts.get(id)?.kind === "main";
  // From left to right: main accounts, the master account, members. An edge to the left moves no account.
  const isBackward = ({ fromAccount, toAccount }: TrustBetweenAccounts) => isMain(toAccount) && !isMain(fromAccount);
  const drawn = trust.flatMap((one) => {
    const [tail, head] = [endOf(one.fromStack, one.fromAccount), endOf(one.toStack, one.toAccount)];
    return tail && head ? [{ one, tail, head }] : [];
  });
  const between = groupedBy(drawn, ({ tail, head }) => JSON.stringify([tail, head]));
  return [...between.values()].flatMap((each) =>
    each.slice(0, 1).map(({ tail, head }) => ({
      tail: tail.node,
      head: head.node,
      attributes: {
        ...{ label: edgeLabel(each.map(({ one }) => one)), class: "trust" },
        ...(each.some(({ one }) => isBackward(one)) && { constraint: false }),
        ...(tail.cluster !== undefined && { ltail: tail.cluster }),
        ...(head.cluster !== undefined && { lhead: head.cluster }),
      },
    })),
  );
}

function edgeLabel(each: readonly TrustBetweenAccounts[]): string {
  const conditions = [...new Set(each.map((one) => one.conditions.join("\n")))];
  if (conditions.length === 1) return labelLines((conditions[0] ?? "").split("\n"));
  return label(`${counted(each.length, "role")}, see below`);
}
