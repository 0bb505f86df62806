import { CLOSE, OPEN, type VaryingWords } from "./words-that-vary";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/** A text that holds for several accounts, said once. */
export interface Said {
  /** `Admin in dev, ci`, or with a letter for what varies in several places of it: `X-irl-galileo-ApiHandler in X`. */
  readonly text: string;
  /** What the letters stand for, e.g. `X: dev, ci`; empty where there are none. */
  readonly where: string;
}

const SPAN = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, "g");
const LETTERS = ["X", "Y", "Z", "U", "V", "W"];

/** What one text has in the places that vary. */
type Values = readonly string[];

/** Says texts that differ in marked words only once. */
export function saidOnce(texts: readonly string[], words: VaryingWords): Said[] {
  const groups = groupedBy(distinct(texts).map(templateOf), ({ template }) => template);
  return [...groups]
    .sort(([a], [b]) => compareTexts(a, b))
    .flatMap(([template, members]) =>
      blocks(members.map(({ values }) => values)).map((choices) => rendered(template, choices, words)),
    );
}

/** The text with a number for each word that varies, equal words alike; and the words. */
function templateOf(text: string): { readonly template: string; readonly values: Values } {
  const values: string[] = [];
  const template = text.replace(SPAN, (_, word: string) => {
    if (!values.includes(word)) values.push(word);
    return `${OPEN}${String(values.indexOf(word))}${CLOSE}`;
  });
  return { template, values };
}

/**
 * Splits the values of alike texts until each part is every combination of its choices, so that a list never says more
 * than is so.
 */
function blocks(members: readonly Values[]): string[][][] {
  const places = members[0]?.length ?? 0;
  const choices = Array.from({ length: places }, (_, place) => distinct(members.map((values) => values[place] ?? "")));
  const combinations = choices.reduce((product, { length }) => product * length, 1);
  if (combinations === members.length) return [choices];
  const last = choices.findLastIndex(({ length }) => length > 1);
  const others = groupedBy(members, (values) => JSON.stringify(values.with(last, "")));
  const byChoices = groupedBy([...others.values()], (group) =>
    JSON.stringify(distinct(group.map((values) => values[last] ?? ""))),
  );
  if (byChoices.size > 1) return [...byChoices.values()].flatMap((parts) => blocks(parts.flat()));
  const first = choices.findIndex(({ length }) => length > 1);
  return [...groupedBy(members, (values) => values[first] ?? "").values()].flatMap(blocks);
}

function rendered(template: string, choices: readonly (readonly string[])[], words: VaryingWords): Said {
  const isRepeated = (place: number) => template.split(`${OPEN}${String(place)}${CLOSE}`).length > 2;
  const lettered = choices.flatMap((each, place) => (each.length > 1 && isRepeated(place) ? [place] : []));
  const letter = (place: number) => LETTERS[lettered.indexOf(place)] ?? `X${String(place)}`;
  const text = template.replace(SPAN, (span, digits: string, at: number) => {
    const place = Number(digits);
    const each = choices[place] ?? [];
    if (each.length === 1) return each[0] ?? "";
    if (lettered.includes(place)) return letter(place);
    const isPart = /[\w:/-]$/.test(template.slice(0, at)) || /^[\w:/-]/.test(template.slice(at + span.length));
    return isPart ? `{${words.sorted(each).join(", ")}}` : words.list(each);
  });
  return { text, where: lettered.map((place) => `${letter(place)}: ${words.list(choices[place] ?? [])}`).join("; ") };
}
