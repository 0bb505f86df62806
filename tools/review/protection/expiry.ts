import { isSame } from "../../support/json";
import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";

interface Expiry {
  /** Which objects, and whether their old versions are meant. */
  readonly scope: unknown;
  readonly days: number;
  readonly words: string;
}

/** Objects of a bucket, and images of a repository, that a plan lets expire sooner than before. */
export function soonerExpiry(resource: PlannedResource, isNew: (attribute: string) => boolean): readonly string[] {
  const { type, action, before, after } = resource;
  if (action !== "create" && action !== "update" && action !== "replace") return [];
  // What is new holds nothing that could expire.
  if (type === "aws_ecr_lifecycle_policy" && !isNew("repository")) {
    const isSamePolicy = action !== "create" && isSame(before.at("policy").json?.raw, after.at("policy").json?.raw);
    return isSamePolicy ? [] : ["images may expire that were kept"];
  }
  if (type !== "aws_s3_bucket_lifecycle_configuration" || isNew("bucket")) return [];
  if (after.at("rule").isUnknown) return [`objects may expire that were kept ${UNKNOWN}`];
  const earlier = action === "create" ? [] : expiriesOf(before);
  return expiriesOf(after)
    .filter(({ scope, days }) => !earlier.some((each) => isSame(each.scope, scope) && each.days <= days))
    .map(({ words }) => words);
}

function expiriesOf(configuration: Value): readonly Expiry[] {
  return configuration.at("rule").elements().filter((rule) => rule.at("status").raw !== "Disabled").flatMap(expiriesOfRule); // prettier-ignore
}

function expiriesOfRule(rule: Value): readonly Expiry[] {
  const where = [rule.at("filter").raw, rule.at("prefix").raw];
  const name = `rule ${rule.at("id").words}`;
  const expiries = (attribute: string, daysOf: string, what: string): readonly Expiry[] =>
    rule.at(attribute).elements().flatMap((expiry) => {
      const [days, date] = [expiry.at(daysOf), expiry.at("date")];
      const scope = [attribute, where, date.raw];
      if (days.isUnknown || date.isUnknown) return [{ scope, days: 0, words: `${what} expire ${UNKNOWN} (${name})` }];
      if (date.text !== undefined) return [{ scope, days: 0, words: `${what} expire on ${date.words} (${name})` }];
      return days.number ? [{ scope, days: days.number, words: `${what} expire after ${days.words} days (${name})` }] : [];
    }); // prettier-ignore
  return [
    ...expiries("expiration", "days", "objects"),
    ...expiries("noncurrent_version_expiration", "noncurrent_days", "old versions of objects"),
  ];
}
