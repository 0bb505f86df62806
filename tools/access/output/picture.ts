import type { AdministratorWay, Hop } from "./administrators";
import type { Report } from "./report";
import { accountsIn } from "./rows";
import { wrapped } from "./terminal";

/** Close together, and with lines broken as they are here. */
const SETTINGS =
  '%%{init: {"flowchart": {"nodeSpacing": 14, "rankSpacing": 36, "padding": 6, "wrappingWidth": 400}}}%%';
const LABEL_COLUMNS = 30;
const ALL = "accounts";

const LOOKS: Readonly<Record<string, string>> = {
  entry: "fill:#ede9fe,stroke:#6d28d9,color:#111827",
  role: "fill:#f3f4f6,stroke:#6b7280,color:#111827",
  account: "fill:#fee2e2,stroke:#b91c1c,color:#111827",
};

/**
 * The first question as a picture in Mermaid's language: entries on the left, then roles, then the accounts that they
 * administer. Roles with the same sources and targets share a box; a dotted line leads from the administrator of one
 * account to the next.
 */
export function mermaidOf({ ways: { firstWays, links }, names }: Pick<Report, "ways" | "names">): string {
  const boxes = new Map<string, { readonly id: string; readonly text: string; readonly look: string }>();
  const edges = new Set<string>();
  const box = (text: string, look: string, key: string): string => {
    const known = boxes.get(key) ?? { id: `n${String(boxes.size + 1)}`, text, look };
    boxes.set(key, known);
    return known.id;
  };
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
      edges.add(`${from} -->${edgeLabel(hop)} ${to}`);
      from = to;
    }
    const last = hops.at(-1);
    const label = last?.to === "" ? edgeLabel(last) : "";
    for (const target of isAll ? [ALL] : targets.map(accountId)) edges.add(`${from} -->${label} ${target}`);
  }
  for (const { from, to } of links) edges.add(`${accountId(from)} -.-> ${accountId(to)}`);
  return [
    SETTINGS,
    "flowchart LR",
    ...[...boxes.values()].map(({ id, text, look }) => `  ${id}[${quoted(text)}]:::${look}`),
    `  subgraph ${ALL}["administrator of"]`,
    ...names.accounts.map(({ name }) => `    ${accountId(name)}[${quoted(name)}]:::account`),
    "  end",
    ...[...edges].map((edge) => `  ${edge}`),
    ...Object.entries(LOOKS).map(([name, look]) => `  classDef ${name} ${look}`),
    "",
  ].join("\n");
}

/** Entries, and roles that escalate and to which no entry leads. */
function isDrawn({ isInner, hops: [first], who }: AdministratorWay, all: readonly AdministratorWay[]): boolean {
  if (!isInner || first === undefined) return !isInner;
  return first.verb !== "assumes" && !all.some((way) => !way.isInner && way.hops.some(({ to }) => to === who));
}

function edgeLabel({ verb, conditions }: Hop): string {
  const text = [verb === "assumes" ? "" : verb, conditions].filter((part) => part !== "").join(", ");
  return text === "" ? "" : `|${quoted(text)}|`;
}

/** A text that Mermaid shows as it is: what means something to it, to Markdown or to HTML is written as a code. */
function quoted(text: string): string {
  return `"${wrapped(text, LABEL_COLUMNS).map(escaped).join("<br/>")}"`;
}

function escaped(line: string): string {
  const code = (character: string) => `#${String(character.codePointAt(0))};`;
  return line.replace(/[^\p{L}\p{N} .,:/=_(){}'-]/gu, code).replace(/^(?=[-\d])[-\d](?=[.) ]|\d+[.)] )/, code);
}
