import { hash } from "node:crypto";

/* The words of a question that may be names, and those that may not. */

/** The characters of a word, and wildcards. Between words are colons, slashes and spaces. */
export const RUN = /[\w.@+=*-]+/g;

/** Only such words are replaced: not numbers, addresses of networks, hosts, dates. */
const NAME = /^[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*$/;

/** An account id. It is replaced in any word. */
export const ACCOUNT_ID = /(?<![0-9])[0-9]{12}(?![0-9])/g;
const HAS_ACCOUNT_ID = new RegExp(ACCOUNT_ID.source);

/** A replacement of a name. */
export const PLACEHOLDER = /zq(\d+)qz/g;
const HAS_PLACEHOLDER = new RegExp(PLACEHOLDER.source);

/** In lower case: the words of every question in the form of the library, and names with a meaning in IAM. */
const RESERVED = new Set(
  (
    "request principal action resource accountid contextvariables identitypolicies permissionboundarypolicies " +
    "sessionpolicy servicecontrolpolicies orgidentifier resourcecontrolpolicies resourcepolicy policies policy name " +
    "version statement sid effect allow deny notaction notresource notprincipal condition simulationmode discovery " +
    "strict discoverycontextkeyconstraints keyname presenceisknown valueisknown null true false root " +
    "aws-reserved aws-service-role service-role assumed-role federated-user"
  ).split(" "),
);

/**
 * A pattern that may match part of an id, a variable whose value may be part of one, or a comparison of numbers: there
 * the digits of an id matter.
 */
const DIGITS_MATTER = /[0-9][*?]|[*?][0-9]|[0-9]\$\{|\}[0-9]|"(?:ForA[a-zA-Z]+:)?(?:Numeric|Date)/;

/** A text or a statement of a question. */
export interface Piece {
  /** Whole words that may be names. */
  readonly names: readonly { readonly name: string; readonly lower: string }[];
  /** Whole words that are no names, in lower case. */
  readonly others: ReadonlySet<string>;
  /** Parts of words, next to a wildcard: before it, after it, or between two. */
  readonly beginnings: readonly string[];
  readonly ends: readonly string[];
  readonly middles: readonly string[];
  /** Whether names cannot be recognized: nothing is replaced then. */
  readonly isUnclear: boolean;
  /** Whether account ids are to stay. */
  readonly digitsMatter: boolean;
  /** The words that may be replaced, in order, and a number for all texts that differ only in these words. */
  readonly words: readonly string[];
  readonly pattern: number;
  /** A number of its own for each content. */
  readonly content: number;
}

export class Words {
  readonly names = new Set<string>();
  readonly others = new Set<string>();
  private readonly beginnings = new Set<string>();
  private readonly ends = new Set<string>();
  private readonly middles = new Set<string>();
  isUnclear = false;

  /** A text in which all words are known to the library. */
  known(text: string): void {
    // JSON escapes such characters: the escapes would be read as words.
    if (/\\|[^ -~]/.test(text)) this.isUnclear = true;
    for (const run of text.match(RUN) ?? []) {
      if (run.includes("*")) this.addParts(run);
      else this.others.add(run.toLowerCase());
    }
  }

  /** A text that is compared with others, or a pattern of such texts. */
  compared(text: string): void {
    // A `?` is one character, whereas names have different lengths. Of a variable next to a word, the value is a part.
    if (/[?\\]|[^ -~]|[\w.@+=*-]\$\{|\}[\w.@+=*-]/.test(text)) this.isUnclear = true;
    const plain = text.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
      this.known(variable);
      return "$";
    });
    if (/[{}]/.test(plain)) this.isUnclear = true;
    const [, head = "", rest = plain] =
      /^(arn:[^:]*:s3:[^:]*:[^:]*:|arn:(?:[^:]*:){4}[^:/]*[:/]?)(.*)$/.exec(plain) ?? [];
    this.known(head === "" && rest.startsWith("arn:") ? rest : head);
    for (const run of rest.match(RUN) ?? []) {
      if (run.includes("*")) this.addParts(run);
      else if (NAME.test(run)) this.names.add(run);
      else this.others.add(run.toLowerCase());
    }
  }

  private addParts(run: string): void {
    const parts = run.split("*");
    parts.forEach((part, index) => {
      const kind = index === 0 ? this.beginnings : index === parts.length - 1 ? this.ends : this.middles;
      if (part !== "") kind.add(part);
    });
  }

  /** @param json the text that these words are of */
  toPiece(json: string): Piece {
    const [beginnings, ends, middles] = [[...this.beginnings], [...this.ends], [...this.middles]];
    const isLikePlaceholder = (part: string) => /zq|qz|^[zq0-9]*$/i.test(part);
    const isOpen = (lower: string) => !this.others.has(lower) && !RESERVED.has(lower);
    const words: string[] = [];
    const pattern = json.replace(RUN, (run) => {
      const mayBeName = NAME.test(run) && isOpen(run.toLowerCase());
      if (!mayBeName && !HAS_ACCOUNT_ID.test(run)) return run;
      words.push(run);
      // No JSON contains this character.
      return "\0";
    });
    return {
      names: [...this.names].map((name) => ({ name, lower: name.toLowerCase() })).filter(({ lower }) => isOpen(lower)),
      others: this.others,
      ...{ beginnings, ends, middles },
      isUnclear:
        this.isUnclear || HAS_PLACEHOLDER.test(json) || [...beginnings, ...ends, ...middles].some(isLikePlaceholder),
      digitsMatter: DIGITS_MATTER.test(json),
      words,
      pattern: numberOf(pattern),
      content: numberOf(json),
    };
  }
}

const numbers = new Map<string, number>();

/** Equal for equal texts. A digest needs less memory than a text. */
function numberOf(text: string): number {
  const digest = hash("sha256", text, "base64");
  const number = numbers.get(digest) ?? numbers.size;
  numbers.set(digest, number);
  return number;
}
