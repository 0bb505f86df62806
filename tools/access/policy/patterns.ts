/*
 * The wildcard patterns of IAM policies, as languages: `*` is any text, `:` and `/` in it too, `?` is one character
 * ("IAM JSON policy elements: Resource"). `${aws:username}` is a policy variable, `${*}`, `${?}` and `${$}` are the
 * characters themselves ("IAM policy elements: Variables and tags"). Case matters: patterns of actions are to be given
 * in lower case.
 */

const ANY = 0;
const ONE = 1;
/** A character, or a whole variable with its braces, or a wildcard. */
type Token = string | typeof ANY | typeof ONE;

/** A character that no pattern contains. It represents all texts of a wildcard: only another wildcard matches it. */
const OTHER = "\u{10ffff}";

/**
 * Whether `wide` matches every text that `narrow` matches, for all values of variables. Only the same variable or a `*`
 * matches a variable. The answer is exact for patterns without variables.
 */
export function covers(wide: string, narrow: string): boolean {
  return coversAny([wide], narrow);
}

/** Whether the patterns of `wides` together match every text that `narrow` matches. As exact as `covers`. */
export function coversAny(wides: readonly string[], narrow: string): boolean {
  if (wides.includes(narrow) || wides.includes("*")) return true;
  const [only = ""] = wides;
  if (wides.length === 1 && !narrow.startsWith(plainStart(only))) return false;
  const narrowTokens = tokens(narrow);
  const candidates = wides.map(tokens).filter((wide) => mayCover(wide, narrowTokens, wides.length === 1));
  return (
    candidates.length > 0 && remembered(`${narrow}\n${wides.join("\n")}`, () => includes(candidates, narrowTokens))
  );
}

/** Whether some text is matched by both, for some values of their variables. Exact without variables. */
export function intersects(one: string, other: string): boolean {
  if (one === "*" || other === "*" || one === other) return true;
  const [start, otherStart] = [plainStart(one), plainStart(other)];
  if (!start.startsWith(otherStart) && !otherStart.startsWith(start)) return false;
  return meet(tokens(one).map(anything), tokens(other).map(anything));
}

/** Whether the text of a pattern depends on the request. */
export function hasVariable(pattern: string): boolean {
  return tokens(pattern).some(isVariable);
}

/** The pattern that matches only this text. Variables are kept. */
export function literalPattern(text: string): string {
  return text.replace(/\$\{[^}]*\}|[*?]/g, (found) => (found.length === 1 ? `\${${found}}` : found));
}

/** The pattern for a policy version without variables, in which `${` is two characters. */
export function withoutVariables(pattern: string): string {
  return pattern.replaceAll("${", "${$}{");
}

const plainStarts = new Map<string, string>();

/** The text before the first wildcard or variable. Most pairs of patterns already differ in it. */
function plainStart(pattern: string): string {
  let start = plainStarts.get(pattern);
  if (start === undefined) {
    const end = pattern.search(/[*?$]/);
    start = end < 0 ? pattern : pattern.slice(0, end);
    plainStarts.set(pattern, start);
  }
  return start;
}

const known = new Map<string, readonly Token[]>();

function tokens(pattern: string): readonly Token[] {
  const done = known.get(pattern);
  if (done) return done;
  const parsed = (pattern.match(/\$\{[^}]*\}|[^]/gu) ?? []).map(token);
  // `**` is `*`.
  const tidy = parsed.filter((each, index) => each !== ANY || parsed[index - 1] !== ANY);
  known.set(pattern, tidy);
  return tidy;
}

function token(text: string): Token {
  if (text === "*") return ANY;
  if (text === "?") return ONE;
  const [, escaped] = /^\$\{([*?$])\}$/.exec(text) ?? [];
  return escaped ?? text;
}

function isVariable(each: Token | undefined): boolean {
  return typeof each === "string" && each.startsWith("${") && each.length > 2;
}

function anything(each: Token): Token {
  return isVariable(each) ? ANY : each;
}

/**
 * A fast check that excludes most pairs: `narrow` must have the fixed beginning and end of `wide`. If `wide` is not
 * alone, `narrow` only must be able to have them: `wide` may cover the texts in which a `*` of `narrow` is empty.
 */
function mayCover(wide: readonly Token[], narrow: readonly Token[], isAlone: boolean): boolean {
  return [1, -1].every((direction) => {
    const at = (of: readonly Token[], index: number) => of.at(direction > 0 ? index : -1 - index);
    for (let index = 0; index < wide.length && typeof at(wide, index) === "string"; index++) {
      const there = at(narrow, index);
      if (there === at(wide, index)) continue;
      return !isAlone && typeof there !== "string";
    }
    return true;
  });
}

const answers = new Map<string, boolean>();

function remembered(question: string, ask: () => boolean): boolean {
  let answer = answers.get(question);
  if (answer === undefined) {
    if (answers.size > 100_000) answers.clear();
    answer = ask();
    answers.set(question, answer);
  }
  return answer;
}

/** For each wide pattern, the positions that are reachable by the text read so far. */
type Places = readonly (readonly number[])[];

/**
 * Language inclusion: walks all texts of `narrow` and tracks all positions in the wide patterns. A text that reaches no
 * position, or ends before all ends, is a counterexample.
 */
function includes(wides: readonly (readonly Token[])[], narrow: readonly Token[]): boolean {
  const seen = new Set<string>();
  const open: { at: number; places: Places }[] = [{ at: 0, places: wides.map((wide) => settled(wide, [0])) }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, places } = next;
    if (places.every((each) => each.length === 0)) return false;
    const label = `${at}|${places.join("|")}`;
    if (seen.has(label)) continue;
    seen.add(label);
    const read = narrow[at];
    const after = (letter: string): Places => places.map((each, index) => step(wides[index] ?? [], each, letter));
    if (read === undefined) {
      if (!places.some((each, index) => each.includes((wides[index] ?? []).length))) return false;
    } else if (read === ANY) {
      open.push({ at: at + 1, places }, { at, places: after(OTHER) });
    } else {
      open.push({ at: at + 1, places: after(read === ONE ? OTHER : read) });
    }
  }
  return true;
}

function step(wide: readonly Token[], places: readonly number[], letter: string): readonly number[] {
  const reached = places.flatMap((at) => {
    const here = wide[at];
    if (here === ANY) return [at];
    return here === letter || (here === ONE && !isVariable(letter)) ? [at + 1] : [];
  });
  return settled(wide, reached);
}

/**
 * Adds the positions after each `*`, which may be empty. Drops positions before the last reached `*`, which matches
 * everything that they match.
 */
function settled(wide: readonly Token[], reached: readonly number[]): readonly number[] {
  const all = [...new Set(reached.flatMap((at) => (wide[at] === ANY ? [at, at + 1] : [at])))].sort((a, b) => a - b);
  const last = all.findLast((at) => wide[at] === ANY) ?? 0;
  return all.filter((at) => at >= last);
}

/** Whether one text matches both patterns: row by row over the pairs of positions. Pairs past an end match nothing. */
function meet(one: readonly Token[], other: readonly Token[]): boolean {
  let below: boolean[] = [];
  for (let i = one.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = other.length; j >= 0; j--) {
      const [a, b] = [one[i], other[j]];
      if (a === undefined && b === undefined) row[j] = true;
      else if (a === ANY || b === ANY) row[j] = below[j] === true || row[j + 1] === true;
      else row[j] = (a === b || a === ONE || b === ONE) && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] ?? false;
}

/** Matches an action with a pattern, ignoring case: `*` is any text, `?` one character. */
export function actionMatcher(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`, "i");
}
