import { isEmpty, hasMark, isObject, listOf, parsedJson } from "../support/json";
import { isHidden, SENSITIVE } from "../../config/secret-text";
import { oneLine, shortened } from "../support/text";

export const UNKNOWN = "(known after apply)";
export const ABSENT = "(absent)";

/**
 * A value in a resource of a plan. Decisions use the raw value; everything that is displayed comes from the masked copy
 * of the plan, so no display shows a secret.
 */
export class Value {
  /**
   * @param raw the value in Terraform's JSON
   * @param shown the same value in the masked plan
   * @param unknown Terraform's marks of values known only after the apply
   */
  constructor(
    public readonly raw: unknown,
    private readonly shown: unknown,
    private readonly unknown: unknown = false,
  ) {}

  public at(key: string | number): Value {
    const part = (whole: unknown): unknown => {
      if (isObject(whole)) return Object.hasOwn(whole, key) ? whole[key] : undefined;
      return Array.isArray(whole) ? (whole as readonly unknown[])[Number(key)] : undefined;
    };
    const raw = part(this.raw);
    // A value that the masked plan does not have is not shown.
    const shown = part(this.shown) ?? (isEmpty(raw) ? raw : SENSITIVE);
    return new Value(raw, this.isSensitive ? SENSITIVE : shown, this.unknown === true || part(this.unknown));
  }

  /** The parts of a list, or of an object in the order of its keys, unknown ones included. */
  public parts(): readonly (readonly [key: string, part: Value])[] {
    const keys = [this.raw, this.unknown].flatMap((each) =>
      typeof each === "object" && each !== null ? Object.keys(each) : [],
    );
    const unique = [...new Set(keys)];
    return (this.isList ? unique : unique.sort()).map((key) => [key, this.at(key)]);
  }

  /** The elements of a list. A text or number counts as a list of one; an unknown list has one unknown element. */
  public elements(): readonly Value[] {
    if (this.isUnknown) return [this];
    if (Array.isArray(this.raw)) return this.parts().map(([, part]) => part);
    return this.isEmpty ? [] : [this];
  }

  /** The whole value is known only after the apply. */
  public get isUnknown(): boolean {
    return this.unknown === true;
  }

  /** At least a part of the value is known only after the apply. */
  public get hasUnknown(): boolean {
    return hasMark(this.unknown);
  }

  public get isSensitive(): boolean {
    return isHidden(this.shown);
  }

  public get isEmpty(): boolean {
    return isEmpty(this.raw) && !this.hasUnknown;
  }

  public get isList(): boolean {
    return Array.isArray(this.raw);
  }

  public get isObject(): boolean {
    return isObject(this.raw);
  }

  /** The text, if it is known and not empty. */
  public get text(): string | undefined {
    return typeof this.raw === "string" && this.raw !== "" && !this.isUnknown ? this.raw : undefined;
  }

  /** The number, if it is known. Terraform's JSON has some numbers as texts, as the provider declares them. */
  public get number(): number | undefined {
    if (this.isUnknown || isEmpty(this.raw) || typeof this.raw === "boolean" || typeof this.raw === "object")
      return undefined;
    const number = Number(this.raw);
    return Number.isFinite(number) ? number : undefined;
  }

  public get isTrue(): boolean {
    return this.raw === true || this.raw === "true";
  }

  /** The content of a JSON text; undefined without JSON, or if it is secret. */
  public get json(): Value | undefined {
    const [raw, shown] = [parsedJson(this.raw), parsedJson(this.shown)];
    return raw === undefined || shown === undefined || this.hasUnknown ? undefined : new Value(raw, shown);
  }

  /** The value for people, in one line, without secrets. */
  public get display(): string {
    if (this.isUnknown) return UNKNOWN;
    if (this.raw === null || this.raw === undefined) return ABSENT;
    if (typeof this.shown === "string") return this.shown === "" ? '""' : oneLine(this.shown);
    return oneLine(JSON.stringify(this.displayed()));
  }

  /** The value to display, with a note in place of unknown parts. An object is shown without what it leaves empty. */
  private displayed(): unknown {
    if (this.isUnknown) return UNKNOWN;
    if (this.isSensitive || !(this.isList || this.isObject)) return this.shown;
    const parts = this.parts()
      .filter(([, part]) => this.isList || !part.isEmpty)
      .map(([key, part]) => [key, part.displayed()] as const);
    return listOf(this.raw) === this.raw ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  }
}

/** Two different values at the same path. */
export interface ValueDifference {
  readonly path: string;
  readonly before: Value;
  readonly after: Value;
}

const LENGTH = 80;
/** Characters shown of a common beginning that is cut. */
const KEPT = 12;

/** Two values for people, shortened so that the difference between them is visible. */
export function displayPair(
  before: Value,
  after: Value,
  length = LENGTH,
): { readonly before: string; readonly after: string } {
  const [was, will] = [before.display, after.display];
  if (was.length <= length && will.length <= length) return { before: was, after: will };
  if (isPlainList(before) && isPlainList(after))
    return { before: rest(before, after, length), after: rest(after, before, length) };
  let common = 0;
  while (common < Math.min(was.length, will.length) && was[common] === will[common]) common++;
  const cut = (text: string): string => {
    const start = Math.max(0, common - KEPT);
    // Never cut a surrogate pair in two.
    const from = start > 0 && /[\udc00-\udfff]/.test(text[start] ?? "") ? start - 1 : start;
    return shortened(from > 0 && text.length > length ? `…${text.slice(from)}` : text, length);
  };
  return { before: cut(was), after: cut(will) };
}

function isPlainList(value: Value): boolean {
  return value.isList && !value.isSensitive && !value.elements().some(({ raw }) => isObject(raw) || Array.isArray(raw));
}

/** The elements that only this list has, and how many are common to both. */
function rest(list: Value, other: Value, length: number): string {
  const others = new Set(other.elements().map(({ display }) => display));
  const own = list.elements().map(({ display }) => display).filter((each) => !others.has(each)); // prettier-ignore
  const common = list.elements().length - own.length;
  return shortened(`[${[...own, ...(common > 0 ? [`… ${common} more`] : [])].join(", ")}]`, length);
}
