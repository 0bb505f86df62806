import type { Matrix } from "../decide/matrix";
import type { AccountAccess } from "../read/model";
import { capabilityGroups } from "./capability-groups";
import { notesOf, type PrincipalsAlike, principalsAlike } from "./principals-alike";
import { wrapped } from "./wrapped";

/** A principal, or several alike, under the number that heads its column. */
type Numbered = PrincipalsAlike & { readonly number: number };

const COLUMNS = 120;
const CELL = 5;
/** The width of a number and what follows it. */
const HEAD = 5;
const NO = "·";

/**
 * Who may do what, for a terminal: first everybody by number, with the resources and conditions of what is not plainly
 * allowed; then the capabilities as rows and the numbers as columns, as many tables as the width needs.
 */
export function matrixText(
  matrix: Matrix,
  accounts: readonly AccountAccess[],
  { columns = COLUMNS }: { columns?: number } = {},
): string {
  const all = principalsAlike(matrix, accounts);
  const able = all
    .filter(({ cells }) => Object.keys(cells).length > 0)
    .map((alike, index) => ({ ...alike, number: index + 1 }));
  const unable = all.filter(({ cells }) => Object.keys(cells).length === 0).map(nameOf);
  const label = Math.max(0, ...matrix.capabilities.map(({ label }) => label.length + 2));
  const perTable = Math.max(1, Math.floor((columns - label) / CELL));
  const tables = Array.from({ length: Math.ceil(able.length / perTable) }, (_, index) =>
    able.slice(index * perTable, (index + 1) * perTable),
  );
  return [
    ...able.flatMap((each) => legend(each, matrix, columns)),
    ...(unable.length > 0 ? headed("-", `${unable.join("; ")}: nothing of what is asked for here`, columns) : []),
    ...tables.flatMap((each) => ["", ...table(each, matrix, label)]),
    "",
    ...wrapped(
      `yes; some: on some resources only, and if: under a condition, as told above; ${NO}: no. Each in its own account.`,
      {
        columns,
      },
    ),
  ].join("\n");
}

function legend(each: Numbered, { capabilities }: Matrix, columns: number): string[] {
  return [
    ...headed(String(each.number), nameOf(each), columns),
    ...notesOf(each, capabilities).flatMap((note) => wrapped(note, { indent: " ".repeat(HEAD + 2), columns })),
  ];
}

/** A text beside its number. */
function headed(number: string, text: string, columns: number): string[] {
  const [first = "", ...others] = wrapped(text, { indent: " ".repeat(HEAD), hanging: "", columns });
  return [number.padStart(HEAD - 2) + first.slice(HEAD - 2), ...others];
}

/** Capabilities that none of those shown has are left out. */
function table(shown: readonly Numbered[], { capabilities }: Matrix, label: number): string[] {
  const line = (head: string, cells: readonly string[]) =>
    (head.padEnd(label) + cells.map((cell) => cell.padStart(CELL)).join("")).trimEnd();
  const had = capabilities.filter(({ id }) => shown.some(({ cells }) => cells[id] !== undefined));
  return [
    line(
      "may",
      shown.map(({ number }) => String(number)),
    ),
    ...capabilityGroups(capabilities).flatMap(({ title, capabilities: each }) => {
      const rows = each.filter((capability) => had.includes(capability));
      const lines = rows.map(({ id, label }) =>
        line(
          `  ${label}`,
          shown.map(({ cells }) => cells[id]?.answer ?? NO),
        ),
      );
      return lines.length === 0 ? [] : [title, ...lines];
    }),
  ];
}

function nameOf({ names, where }: PrincipalsAlike): string {
  return where === "" ? names : `${names} (${where})`;
}
