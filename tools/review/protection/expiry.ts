import { isSame } from "../../support/json";
import type { PlannedResource } from "../planned-resource";
import { counted } from "../../support/text";
import { UNKNOWN, type Value } from "../value";

/** What a lifecycle rule does to which objects. */
interface Expiry {
  /** "old versions of objects". */
  readonly who: string;
  /** "expire", "move to GLACIER". */
  readonly does: string;
  /** Whether it deletes something that nobody can restore. */
  readonly isFinal: boolean;
  /** The filter of its rule; undefined if it is for all objects. */
  readonly where: unknown;
  readonly date: unknown;
  readonly days: number;
  /** How many of the newest old versions it leaves out. */
  readonly kept: number;
  /** "after 30 days". */
  readonly when: string;
  /** "(rule old-versions of bucket example)". */
  readonly rule: string;
}

/**
 * Objects of a bucket, and images of a repository, that expire sooner after a plan, later, or no longer: the first loses
 * content, the others keep what was to be deleted.
 */
export function changedExpiry(resource: PlannedResource, isNew: (attribute: string) => boolean): readonly string[] {
  const { type, action, before, after } = resource;
  if (action === "none" || action === "forget") return [];
  // A new bucket or repository contains nothing that could expire.
  if (type === "aws_ecr_lifecycle_policy" && action !== "destroy" && !isNew("repository")) {
    const isSamePolicy = action !== "create" && isSame(before.at("policy").json?.raw, after.at("policy").json?.raw);
    return isSamePolicy ? [] : ["images may expire sooner, or no longer"];
  }
  if (type !== "aws_s3_bucket_lifecycle_configuration" || isNew("bucket")) return [];
  if (after.at("rule").isUnknown) return [`objects may expire sooner, or no longer ${UNKNOWN}`];
  const [earlier, later] = [action === "create" ? [] : expiriesOf(before), expiriesOf(after)];
  return [...soonerThan(earlier, later), ...weakerThan(earlier, later)];
}

const isAlike = (one: Expiry, other: Expiry): boolean =>
  one.who === other.who && one.does === other.does && isSame([one.where, one.date], [other.where, other.date]);

/** Whether the first leaves no object longer than the second. */
const isAsStrict = (one: Expiry, other: Expiry): boolean => one.days <= other.days && one.kept <= other.kept;

const changeOf = (will: Expiry, was: Expiry | undefined): string =>
  `${will.who} ${will.does} ${will.when}${was ? `, was ${was.when}` : ""} ${will.rule}`;

function soonerThan(earlier: readonly Expiry[], later: readonly Expiry[]): readonly string[] {
  return later
    .filter((will) => will.isFinal && !earlier.some((was) => isAlike(was, will) && isAsStrict(was, will)))
    .map((will) => changeOf(will, earlier.find((was) => isAlike(was, will)))); // prettier-ignore
}

function weakerThan(earlier: readonly Expiry[], later: readonly Expiry[]): readonly string[] {
  return earlier.flatMap((was) => {
    const successors = later.filter(
      (will) => isAlike(was, will) || (will.where === undefined && isAlike({ ...was, where: undefined }, will)),
    );
    if (successors.some((will) => will.when !== UNKNOWN && isAsStrict(will, was))) return [];
    const [successor] = successors;
    return [successor ? changeOf(successor, was) : `${was.who} no longer ${was.does}, was ${was.when} ${was.rule}`];
  });
}

const ACTIONS = [
  { attribute: "expiration", daysOf: "days", who: "objects", isFinal: true },
  { attribute: "noncurrent_version_expiration", daysOf: "noncurrent_days", who: "old versions of objects", isFinal: true }, // prettier-ignore
  { attribute: "abort_incomplete_multipart_upload", daysOf: "days_after_initiation", who: "incomplete uploads", isFinal: false }, // prettier-ignore
  { attribute: "transition", daysOf: "days", who: "objects", isFinal: false },
  { attribute: "noncurrent_version_transition", daysOf: "noncurrent_days", who: "old versions of objects", isFinal: false }, // prettier-ignore
] as const;

function expiriesOf(configuration: Value): readonly Expiry[] {
  const bucket = configuration.at("bucket").display;
  return configuration
    .at("rule")
    .elements()
    .filter((rule) => rule.at("status").raw !== "Disabled")
    .flatMap((rule) => {
      const name = `(rule ${rule.at("id").display} of bucket ${bucket})`;
      const filters = [rule.at("filter").raw, rule.at("prefix").raw];
      const where = filters.every(isEverything) ? undefined : filters;
      return ACTIONS.flatMap(({ attribute, daysOf, who, isFinal }) =>
        rule.at(attribute).elements().flatMap((each) => {
          const time = timeOf(each, daysOf);
          const does = each.at("storage_class").isEmpty ? "expire" : `move to ${each.at("storage_class").display}`;
          return time ? [{ who, does, isFinal, where, rule: name, ...time }] : [];
        }),
      );
    }); // prettier-ignore
}

/** Whether a filter, or a part of it, leaves no object out. */
function isEverything(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.every(isEverything);
  if (typeof filter === "object" && filter !== null) return Object.values(filter).every(isEverything);
  return filter === undefined || filter === null || filter === "" || filter === 0;
}

/** When an action happens; undefined if it has no time, and does nothing. */
function timeOf(action: Value, daysOf: string): Pick<Expiry, "date" | "days" | "kept" | "when"> | undefined {
  const [days, date, newest] = [action.at(daysOf), action.at("date"), action.at("newer_noncurrent_versions")];
  const kept = newest.number ?? 0;
  if ([days, date, newest].some(({ isUnknown }) => isUnknown))
    return { date: date.raw, days: 0, kept: 0, when: UNKNOWN };
  if (date.text !== undefined) return { date: date.raw, days: 0, kept, when: `on ${date.display}` };
  const isAtOnce = days.number === 0 && !action.at("storage_class").isEmpty;
  const { number } = days;
  if (number === undefined || (number === 0 && !isAtOnce)) return undefined;
  const except = kept > 0 ? ` except the newest ${kept}` : "";
  return { date: undefined, days: number, kept, when: `after ${counted(number, "day")}${except}` };
}
