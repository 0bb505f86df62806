import { isEmpty, hasMark, isObject, listOf, parsedJson } from "../support/json";
import { SENSITIVE } from "./mask/sensitive";
import { oneLine, shortened } from "../support/text";

export const UNKNOWN = "(known after apply)";
export const ABSENT = "(absent)";

/**
 * A place in a resource's values. Decisions are made on what stands there; what is told of it is taken from the masked
 * copy of the plan, so that no way of telling it shows a secret.
 */
export class Value {
  /**
   * @param raw what Terraform says
   * @param shown the same place in the masked plan
   * @param unknown Terraform's marks of what is known only after the apply
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
    // What the masked plan does not have in this place may not be shown.
    const shown = part(this.shown) ?? (isEmpty(raw) ? raw : SENSITIVE);
    return new Value(raw, this.isSensitive ? SENSITIVE : shown, this.unknown === true || part(this.unknown));
  }

  /** The parts of a list, or of an object in the order of their keys; those too that are not known yet. */
  public parts(): readonly (readonly [key: string, part: Value])[] {
    const keys = [this.raw, this.unknown].flatMap((each) =>
      typeof each === "object" && each !== null ? Object.keys(each) : [],
    );
    const unique = [...new Set(keys)];
    return (this.isList ? unique : unique.sort()).map((key) => [key, this.at(key)]);
  }

  /**
   * The elements of a list; a text or a number stands for a list of it, what is not known yet for one of an element not
   * known yet.
   */
  public elements(): readonly Value[] {
    if (this.isUnknown) return [this];
    if (Array.isArray(this.raw)) return this.parts().map(([, part]) => part);
    return this.isEmpty ? [] : [this];
  }

  /** As a whole not known before the apply. */
  public get isUnknown(): boolean {
    return this.unknown === true;
  }

  /** Not known before the apply, wholly or in part. */
  public get hasUnknown(): boolean {
    return hasMark(this.unknown);
  }

  public get isSensitive(): boolean {
    return this.shown === SENSITIVE;
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

  /** The text that is known to stand here, and is not empty. */
  public get text(): string | undefined {
    return typeof this.raw === "string" && this.raw !== "" && !this.isUnknown ? this.raw : undefined;
  }

  /**
   * The number that is known to stand here. Terraform's JSON has numbers as texts where a provider declares them so.
   */
  public get number(): number | undefined {
    if (this.isUnknown || isEmpty(this.raw) || typeof this.raw === "boolean" || typeof this.raw === "object")
      return undefined;
    const number = Number(this.raw);
    return Number.isFinite(number) ? number : undefined;
  }

  public get isTrue(): boolean {
    return this.raw === true || this.raw === "true";
  }

  /** What a JSON text holds, as a place of its own; undefined where no JSON stands here, or where it is secret. */
  public get json(): Value | undefined {
    const [raw, shown] = [parsedJson(this.raw), parsedJson(this.shown)];
    return raw === undefined || shown === undefined || this.hasUnknown ? undefined : new Value(raw, shown);
  }

  /** As people read it, in one line, and without a secret. */
  public get display(): string {
    if (this.isUnknown) return UNKNOWN;
    if (this.raw === null || this.raw === undefined) return ABSENT;
    if (typeof this.shown === "string") return this.shown === "" ? '""' : oneLine(this.shown);
    return oneLine(JSON.stringify(this.displayed()));
  }

  /** With words in the place of what is not known yet. */
  private displayed(): unknown {
    if (this.isUnknown) return UNKNOWN;
    if (this.isSensitive || !(this.isList || this.isObject)) return this.shown;
    const parts = this.parts().map(([key, part]) => [key, part.displayed()] as const);
    return listOf(this.raw) === this.raw ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  }
}

/** Two values at the same path that don't say the same. */
export interface ValueDifference {
  readonly path: string;
  readonly before: Value;
  readonly after: Value;
}

const LENGTH = 80;
/** What both begin with is told up to here, where it has to be shortened. */
const KEPT = 12;

/** Two values as people read them, short, and so that the difference between them is not what is cut. */
export function displayPair(before: Value, after: Value): { readonly before: string; readonly after: string } {
  const [was, will] = [before.display, after.display];
  if (was.length <= LENGTH && will.length <= LENGTH) return { before: was, after: will };
  if (isPlainList(before) && isPlainList(after)) return { before: rest(before, after), after: rest(after, before) };
  let common = 0;
  while (common < Math.min(was.length, will.length) && was[common] === will[common]) common++;
  const cut = (text: string): string => {
    const start = Math.max(0, common - KEPT);
    // A surrogate pair is not cut in two.
    const from = start > 0 && /[\udc00-\udfff]/.test(text[start] ?? "") ? start - 1 : start;
    return shortened(from > 0 && text.length > LENGTH ? `…${text.slice(from)}` : text, LENGTH);
  };
  return { before: cut(was), after: cut(will) };
}

function isPlainList(value: Value): boolean {
  return value.isList && !value.isSensitive && !value.elements().some(({ raw }) => isObject(raw) || Array.isArray(raw));
}

/** What a list has and the other has not, and how much they have in common. */
function rest(list: Value, other: Value): string {
  const others = new Set(other.elements().map(({ display }) => display));
  const own = list.elements().map(({ display }) => display).filter((each) => !others.has(each)); // prettier-ignore
  const common = list.elements().length - own.length;
  return shortened(`[${[...own, ...(common > 0 ? [`… ${common} more`] : [])].join(", ")}]`, LENGTH);
}
