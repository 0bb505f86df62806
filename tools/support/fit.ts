import { counted } from "./words";

/** A part of a page that can be cut between its items. */
export interface Section {
  readonly open: string;
  readonly items: readonly string[];
  readonly close: string;
  /** What its items are: "change". */
  readonly noun: string;
}

/** Room for the line that says what was left out. */
const RESERVE = 300;

/**
 * The sections in their order, as much of them as there is room for; what is left out is said. The first sections get
 * the room first.
 *
 * @param where the whole is found
 */
export function fitted(sections: readonly Section[], room: number, where: string): string {
  const separator = "\n\n";
  let left = room - RESERVE;
  let page = "";
  const missing = { sections: 0, items: 0 };
  for (const { open, items, close, noun } of sections) {
    const note = (count: number): string => `… ${counted(count, noun)} more: ${where}`;
    const frame = open.length + close.length + separator.length + note(items.length).length + 2;
    const kept: string[] = [];
    let used = frame;
    for (const item of items) {
      if (used + item.length + 1 > left) break;
      kept.push(item);
      used += item.length + 1;
    }
    if (kept.length === 0 && (items.length > 0 || frame > left)) {
      missing.sections++;
      missing.items += items.length;
      continue;
    }
    const cut = items.length - kept.length;
    page += `${separator}${open}${[...kept, ...(cut > 0 ? [`\n${note(cut)}`] : [])].join("\n")}${close}`;
    left -= used;
  }
  if (missing.sections === 0) return page;
  return `${page}${separator}… ${counted(missing.sections, "section")} with ${counted(missing.items, "item")} left out: ${where}`;
}
