import type { Section } from "../../support/markdown";

const FENCE = /^(`{3,})text$/;
const HEADING = /^(### |<details>)/;

/**
 * The parts of a plan's page, so that a comment that is too long is cut between them, and within them between lines: the
 * page as a whole would be left out. What is folded in the page comes last: findings get room first.
 */
export function pageSections(pages: readonly string[]): readonly Section[] {
  const all = pages.flatMap((page) => partsOf(page.trimEnd()).map(sectionOf));
  const isFolded = ({ open }: Section): boolean => open.startsWith("<details>");
  return [...all.filter((section) => !isFolded(section)), ...all.filter(isFolded)];
}

/** Splits a page at its headings. A line in a block of code is none. */
function partsOf(page: string): readonly string[] {
  const parts: string[][] = [[]];
  let fence: string | undefined;
  for (const line of page.split("\n")) {
    if (fence === undefined && HEADING.test(line)) parts.push([]);
    parts.at(-1)?.push(line);
    fence = fence === undefined ? FENCE.exec(line)?.[1] : line === fence ? undefined : fence;
  }
  return parts.map((lines) => lines.join("\n").trim()).filter((part) => part !== "");
}

/** A part with its items: the lines of its only block of code, or of its list. */
function sectionOf(part: string): Section {
  const block = /^(###[^\n]*\n\n(?:[^\n`]+\n\n)?(`{3,})text\n)([\s\S]*)(\n\2)$/.exec(part);
  if (block) return { open: block[1] ?? "", items: (block[3] ?? "").split("\n"), close: block[4] ?? "", noun: "line" };
  const folded = /^(<details>[^\n]*\n\n)(- [\s\S]*)(\n\n<\/details>)$/.exec(part);
  if (folded)
    return {
      open: folded[1] ?? "",
      items: (folded[2] ?? "").split(/\n(?=- )/),
      close: folded[3] ?? "",
      noun: "change",
    };
  return { open: part, items: [], close: "", noun: "item" };
}
