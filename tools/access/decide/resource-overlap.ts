/**
 * False only if no resource can match both: their texts before the first wildcard or variable differ. An ARN with fewer
 * than six fields matches any continuation.
 */
export function mayOverlap(pattern: string, resource: string): boolean {
  const [one, other] = [beginningOf(pattern), beginningOf(resource)];
  if (one.isIncomplete) return true;
  const [shorter, longer] = one.start.length <= other.start.length ? [one, other] : [other, one];
  return longer.start.startsWith(shorter.start) && (!shorter.isWhole || longer.start.length === shorter.start.length);
}

interface Beginning {
  /** The text before the first wildcard or variable, with ASCII letters in lower case. */
  readonly start: string;
  readonly isWhole: boolean;
  /** Whether an ARN has fewer fields than it should. */
  readonly isIncomplete: boolean;
}

const beginnings = new Map<string, Beginning>();

function beginningOf(text: string): Beginning {
  const known = beginnings.get(text);
  if (known) return known;
  const start = (/^[^*?$]*/.exec(text)?.[0] ?? "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const isIncomplete = text.split(":").length < ARN_FIELDS;
  const beginning = { start, isWhole: start.length === text.length, isIncomplete };
  beginnings.set(text, beginning);
  return beginning;
}

/** `arn:partition:service:region:account:resource`; the resource may contain colons ("Amazon Resource Names"). */
const ARN_FIELDS = 6;
