import type { AttributeChange } from "../review/review";
import { ABSENT } from "../review/value";
import { groupedBy } from "../support/order";
import { textTable } from "../support/table";
import { counted, oneLine, shortened } from "../support/text";
import type { AdoptionReport } from "./adopt";
import { attributeIn, snippetOf } from "./estate-keys";
import type { Candidate } from "./finder";
import { CATEGORIES, type Category, type AdoptionRow } from "./rows";

interface TextOptions {
  /** The name of the estate file. */
  readonly estateName: string;
  /** The name of the file of adoptions. */
  readonly fileName: string;
  /** No frames: suitable for grep. */
  readonly plain: boolean;
}

/** What a person decides an adoption by: a table of every resource that no state holds, then the details. */
export function adoptionText(adoption: AdoptionReport, options: TextOptions): string {
  const { rows } = adoption;
  const listed = rows.filter(({ category }) => category !== "managed");
  const cells = listed.map((row) => [row.stack, row.address, inAws(row), row.category]);
  return [
    ...(cells.length > 0
      ? [textTable(["stack", "resource", "in AWS", "result"], cells, { numbers: [], plain: options.plain })]
      : []),
    ...CATEGORIES.map((category) => section(category, rows, options)),
    extraSection(adoption),
    keySection(rows, true, options),
    keySection(rows, false, options),
    usedUpSection(adoption, options),
    ...[...adoption.problems].map(([id, problem]) => block(`${id} could not be planned`, problem.split("\n"))),
    countsText(rows),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function inAws({ found, candidates = [] }: AdoptionRow): string {
  if (found) return nameOf(found);
  return candidates.length > 0 ? counted(candidates.length, "candidate") : "";
}

const nameOf = ({ id, description }: Candidate): string =>
  shortened(oneLine(description === "" ? id : `${id} (${description})`), 70);

const HEADINGS: Partial<Record<Category, string>> = {
  "would be replaced":
    "Would be replaced: the plan is blocked until a key of the estate, or a change in AWS, makes them match",
  refused: "Refused",
  ambiguous: "Ambiguous",
  "not found": "Not in AWS: correct the entry, or remove it",
  "not looked for": "Not looked for: if AWS has them, write their import ids into the file; otherwise they are created",
  loses: "Loses",
  "changes in place": "Changes in place",
  "tags only": "Tags only",
};

function section(category: Category, rows: readonly AdoptionRow[], { fileName }: TextOptions): string {
  const heading = HEADINGS[category];
  const own = rows.filter((row) => row.category === category);
  if (heading === undefined || own.length === 0) return "";
  return block(
    category === "ambiguous" ? `${heading}: choose with --choose <id>, or write the id into ${fileName}` : heading,
    own.flatMap((row) => [`${row.stack} ${row.address}`, ...details(row).map((line) => `  ${line}`)]),
  );
}

function details({ changes, notes, kept, candidates = [] }: AdoptionRow): string[] {
  const isTag = ({ path }: AttributeChange) => /^tags(_all)?$/.test(attributeIn(path));
  return [
    ...notes,
    ...changes
      .filter((change) => !isTag(change))
      .map(({ path, before, after, forcesReplacement }) => {
        const key = kept.find((each) => each.path === attributeIn(path))?.key;
        const what = `${path}${forcesReplacement ? " (replaces it)" : ""}: ${before} → ${after}`;
        return key === undefined ? what : `${what}. To keep it: ${key}`;
      }),
    ...tagLine(changes.filter(isTag)),
    ...candidates.map(nameOf),
  ];
}

/** Tags in one line: every adopted resource gets those of the estate. */
function tagLine(changes: readonly AttributeChange[]): string[] {
  if (changes.length === 0) return [];
  const nameIn = (path: string) => path.replace(/^tags(_all)?\.?/, "") || "all";
  const added = changes.filter(({ before }) => before === ABSENT).map(({ path }) => nameIn(path));
  const changed = changes
    .filter(({ before }) => before !== ABSENT)
    .map(({ path, before, after }) => `${nameIn(path)}: ${before} → ${after}`);
  return [`tags: ${[...changed, ...(added.length > 0 ? [`adds ${added.join(", ")}`] : [])].join("; ")}`];
}

function extraSection({ extras, rows }: AdoptionReport): string {
  const lines = [
    ...extras.found.map(({ account, type, id, name = "", region }) => `${account} ${type} ${nameOf({ id, description: name === id ? "" : name })}, ${region}`), // prettier-ignore
    ...rows.flatMap(({ stack, address, extras: kept = [] }) => kept.map((message) => `${stack} ${address} ${message}`)),
  ];
  const unknown = [...extras.problems].map(([account, problem]) => block(`What ${account} has besides the estate is not known`, problem.split("\n"))); // prettier-ignore
  const list = lines.length > 0 ? [block("Extra: in the account, not in the estate. Nothing changes them", lines)] : [];
  return [...list, ...unknown].join("\n\n");
}

/** What keeps resources as they are, to be written into the estate file. */
function keySection(rows: readonly AdoptionRow[], isReplaced: boolean, { estateName }: TextOptions): string {
  const own = rows.filter(({ category }) => (category === "would be replaced") === isReplaced);
  const snippet = snippetOf(own.flatMap(({ kept }) => kept));
  if (snippet === "") return "";
  const heading = isReplaced
    ? `To keep what would be replaced, write into ${estateName}, and adopt again`
    : `To keep what would change in place, if you want to, write into ${estateName}`;
  return block(heading, snippet.split("\n"));
}

function usedUpSection({ usedUp }: AdoptionReport, { fileName }: TextOptions): string {
  if (usedUp.length === 0) return "";
  return block(
    `Used up: a state holds them, so ${fileName} no longer needs them`,
    usedUp.map(({ stack, address }) => `${stack} ${address}`),
  );
}

const block = (heading: string, lines: readonly string[]): string =>
  [`${heading}:`, ...lines.map((line) => `  ${oneLine(line)}`)].join("\n");

/** "12 same, 3 tags only, 1 missing". */
function countsText(rows: readonly AdoptionRow[]): string {
  const groups = groupedBy(rows, ({ category }) => category);
  const counts = CATEGORIES.flatMap((category) => {
    const count = groups.get(category)?.length ?? 0;
    return count > 0 ? [`${count} ${category === "missing" ? "missing (will be created)" : category}`] : [];
  });
  return `${counted(rows.length, "resource")}: ${counts.join(", ")}`;
}
