/** A text whose account ids are numbered placeholders. */
interface AccountPlaceholders {
  readonly text: string;
  /** Puts the original ids back into a text. */
  readonly restore: (text: string) => string;
}

const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;

/**
 * A pattern that may match part of an id, a variable whose value may be part of one, or a comparison of numbers: there
 * the digits of an id matter.
 */
const DIGITS_MATTER = /[0-9][*?]|[*?][0-9]|[0-9]\$\{|\}[0-9]|"(?:ForA[a-zA-Z]+:)?(?:Numeric|Date)/;

/**
 * Replaces account ids by placeholders in order of appearance. Texts that differ only in account ids become equal:
 * policies only compare ids. A text in which the digits of an id matter stays as it is.
 */
export function replaceAccountIds(text: string): AccountPlaceholders {
  if (DIGITS_MATTER.test(text)) return { text, restore: (same) => same };
  const placeholders = new Map<string, string>();
  const replaced = text.replace(ACCOUNT_ID, (id) => {
    const placeholder = placeholders.get(id) ?? String(placeholders.size).padStart(12, "0");
    placeholders.set(id, placeholder);
    return placeholder;
  });
  const ids = new Map([...placeholders].map(([id, placeholder]) => [placeholder, id]));
  return {
    text: replaced,
    restore: (other) => other.replace(ACCOUNT_ID, (placeholder) => ids.get(placeholder) ?? placeholder),
  };
}
