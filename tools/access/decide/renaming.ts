/** A text with its account ids renamed in the order in which they come, and the way back. */
export interface Renamed {
  readonly text: string;
  /** A text with the ids that it had. */
  readonly back: (text: string) => string;
}

const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;

/** A pattern that may match a part of an id, or a comparison of numbers: there an id is more than a name. */
const MORE_THAN_A_NAME = /[0-9][*?]|[*?][0-9]|"(?:ForA[a-zA-Z]+:)?(?:Numeric|Date)/;

/**
 * Gives texts that differ in account ids only one text: policies compare ids, and ask nothing else of them. A text in
 * which an id is more than a name comes back as it is.
 */
export function withoutAccountIds(text: string): Renamed {
  if (MORE_THAN_A_NAME.test(text)) return { text, back: (same) => same };
  const placeholders = new Map<string, string>();
  const renamed = text.replace(ACCOUNT_ID, (id) => {
    const known = placeholders.get(id) ?? String(placeholders.size).padStart(12, "0");
    placeholders.set(id, known);
    return known;
  });
  const ids = new Map([...placeholders].map(([id, known]) => [known, id]));
  return { text: renamed, back: (other) => other.replace(ACCOUNT_ID, (known) => ids.get(known) ?? known) };
}
