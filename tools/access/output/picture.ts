import type { AdministratorWay, Hop } from "./administrators";
import type { Report } from "./report";
import { accountsIn } from "./rows";
import { wrapped } from "./terminal";

/** Close together, and with lines broken as they are here. */
const SETTINGS =
  '%%{init: {"flowchart": {"nodeSpacing": 14, "rankSpacing": 36, "padding": 6, "wrappingWidth": 400}}}%%';
const LABEL_COLUMNS = 30;
/** All accounts, as the end of an edge. */
export const ALL = "accounts";

const LOOKS: Readonly<Record<string, string>> = {
  entry: "fill:#ede9fe,stroke:#6d28d9,color:#111827",
  role: "fill:#f3f4f6,stroke:#6b7280,color:#111827",
  account: "fill:#fee2e2,stroke:#b91c1c,color:#111827",
};

interface PictureBox {
  readonly id: string;
  readonly text: string;
  readonly look: "entry" | "role";
}

interface PictureEdge {
  readonly from: string;
  /** A box, an account, or `ALL` of them. */
  readonly to: string;
  /** Empty if it only assumes, without a condition. */
  readonly text: string;
  /** Whether it leads from the administrator of one account to the next. */
  readonly isOnward: boolean;
}

/** The first question as a picture. */
export interface AdministratorPicture {
  readonly boxes: readonly PictureBox[];
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  readonly edges: readonly PictureEdge[];
}

/**
 * Entries, then roles, then the accounts that they administer. Roles with the same sources and targets share a box.
 */
export function administratorPicture({
  ways: { firstWays, links },
  names,
}: Pick<Report, "ways" | "names">): AdministratorPicture {
  const boxes = new Map<string, PictureBox>();
  const edges = new Map<string, PictureEdge>();
  const box = (text: string, look: PictureBox["look"], key: string): string => {
    const known = boxes.get(key) ?? { id: `n${String(boxes.size + 1)}`, text, look };
    boxes.set(key, known);
    return known.id;
  };
  const edge = (from: string, to: string, text: string, isOnward = false) =>
    edges.set(JSON.stringify([from, to, text, isOnward]), { from, to, text, isOnward });
  const accountId = (name: string) => `account${String((names.place(name) ?? -1) + 1)}`;
  for (const { who, hops, accounts, row } of firstWays.filter((way) => isDrawn(way, firstWays))) {
    const targets = accountsIn(accounts, row, names);
    const isAll = targets.length > 2 && targets.length === names.accounts.length;
    let from = box(who, "entry", who);
    for (const hop of hops.filter(({ to }) => to !== "")) {
      // A role in another account is one role; roles in the accounts that the ways end in may be several.
      const to = box(
        hop.to,
        "role",
        JSON.stringify([hop.to, hop.to.includes("<") ? row.values : [], hop.isAtEnd ? targets : []]),
      );
      edge(from, to, edgeText(hop));
      from = to;
    }
    const last = hops.at(-1);
    const text = last?.to === "" ? edgeText(last) : "";
    for (const target of isAll ? [ALL] : targets.map(accountId)) edge(from, target, text);
  }
  for (const { from, to } of links) edge(accountId(from), accountId(to), "", true);
  const accounts = names.accounts.map(({ name }) => ({ id: accountId(name), name }));
  return { boxes: [...boxes.values()], accounts, edges: [...edges.values()] };
}

/** The picture in Mermaid's language. A dotted line leads from the administrator of one account to the next. */
export function mermaidOf(report: Pick<Report, "ways" | "names">): string {
  const { boxes, accounts, edges } = administratorPicture(report);
  return [
    SETTINGS,
    "flowchart LR",
    ...boxes.map(({ id, text, look }) => `  ${id}[${quoted(text)}]:::${look}`),
    `  subgraph ${ALL}["administrator of"]`,
    ...accounts.map(({ id, name }) => `    ${id}[${quoted(name)}]:::account`),
    "  end",
    ...edges.map(({ from, to, text, isOnward }) => {
      return `  ${from} ${isOnward ? "-.->" : "-->"}${text === "" ? "" : `|${quoted(text)}|`} ${to}`;
    }),
    ...Object.entries(LOOKS).map(([name, look]) => `  classDef ${name} ${look}`),
    "",
  ].join("\n");
}

/** Entries, and roles that escalate and to which no entry leads. */
function isDrawn({ isInner, hops: [first], who }: AdministratorWay, all: readonly AdministratorWay[]): boolean {
  if (!isInner || first === undefined) return !isInner;
  return first.verb !== "assumes" && !all.some((way) => !way.isInner && way.hops.some(({ to }) => to === who));
}

function edgeText({ verb, conditions }: Hop): string {
  return [verb === "assumes" ? "" : verb, conditions].filter((part) => part !== "").join(", ");
}

/** A text that Mermaid shows as it is: what means something to it, to Markdown or to HTML is written as a code. */
function quoted(text: string): string {
  return `"${wrapped(text, LABEL_COLUMNS).map(escaped).join("<br/>")}"`;
}

function escaped(line: string): string {
  const code = (character: string) => `#${String(character.codePointAt(0))};`;
  return line.replace(/[^\p{L}\p{N} .,:/=_(){}'-]/gu, code).replace(/^(?=[-\d])[-\d](?=[.) ]|\d+[.)] )/, code);
}
