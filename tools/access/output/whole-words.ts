/** A known word in a text. */
interface Occurrence {
  readonly word: string;
  readonly at: number;
}

const isEndOfWord = /(?![\p{L}\p{N}_])/uy;

/**
 * Finds known words in texts. A word is found only whole: not next to a letter, a digit or an underscore. The time does
 * not depend on the number of known words, because texts are searched once for all of them.
 */
export class WholeWords {
  /** Long words first. */
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly lengths: readonly number[];

  constructor(words: Iterable<string>) {
    const known = [...new Set(words)].filter((word) => word !== "");
    known.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.ranks = new Map(known.map((word, index) => [word, index]));
    this.lengths = [...new Set(known.map(({ length }) => length))];
  }

  /** All known words in a text, in its order; at the same place, the longest first. */
  in(text: string): Occurrence[] {
    return [...text.matchAll(/(?<![\p{L}\p{N}_])[^]/gu)].flatMap(({ index }) =>
      this.lengths.flatMap((length) => {
        const word = text.slice(index, index + length);
        isEndOfWord.lastIndex = index + length;
        return this.ranks.has(word) && isEndOfWord.test(text) ? [{ word, at: index }] : [];
      }),
    );
  }

  /** The longest of the known words among these; of equally long ones, the first in the order of texts. */
  longest(words: readonly string[]): string | undefined {
    const rank = (word: string) => this.ranks.get(word) ?? Infinity;
    return words
      .filter((word) => this.ranks.has(word))
      .reduce<string | undefined>(
        (best, word) => (best === undefined || rank(word) < rank(best) ? word : best),
        undefined,
      );
  }

  /** The text with a known word replaced wherever it is whole. */
  replaced(text: string, word: string, replacement: string): string {
    const parts: string[] = [];
    let done = 0;
    for (const { word: found, at } of this.in(text)) {
      if (found !== word || at < done) continue;
      parts.push(text.slice(done, at), replacement);
      done = at + word.length;
    }
    return parts.join("") + text.slice(done);
  }
}
