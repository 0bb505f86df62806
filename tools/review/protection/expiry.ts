import { isSame } from "../../support/json";
import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value } from "../value";

interface Expiry {
  /** Which objects, and whether it applies to their old versions. */
  readonly scope: unknown;
  readonly days: number;
  /** How many of the newest old versions it leaves out. */
  readonly kept: number;
  readonly message: string;
}

/** Objects of a bucket, and images of a repository, that expire sooner after a plan. */
export function soonerExpiry(resource: PlannedResource, isNew: (attribute: string) => boolean): readonly string[] {
  const { type, action, before, after } = resource;
  if (action !== "create" && action !== "update" && action !== "replace") return [];
  // A new bucket or repository contains nothing that could expire.
  if (type === "aws_ecr_lifecycle_policy" && !isNew("repository")) {
    const isSamePolicy = action !== "create" && isSame(before.at("policy").json?.raw, after.at("policy").json?.raw);
    return isSamePolicy ? [] : ["images may expire sooner"];
  }
  if (type !== "aws_s3_bucket_lifecycle_configuration" || isNew("bucket")) return [];
  if (after.at("rule").isUnknown) return [`objects may expire sooner ${UNKNOWN}`];
  const earlier = action === "create" ? [] : expiriesOf(before);
  return expiriesOf(after)
    .filter(
      ({ scope, days, kept }) =>
        !earlier.some((each) => isSame(each.scope, scope) && each.days <= days && each.kept <= kept),
    )
    .map(({ message }) => message);
}

function expiriesOf(configuration: Value): readonly Expiry[] {
  return configuration.at("rule").elements().filter((rule) => rule.at("status").raw !== "Disabled").flatMap(expiriesOfRule); // prettier-ignore
}

function expiriesOfRule(rule: Value): readonly Expiry[] {
  const where = [rule.at("filter").raw, rule.at("prefix").raw];
  const name = `rule ${rule.at("id").display}`;
  const expiries = (attribute: string, daysOf: string, what: string): readonly Expiry[] =>
    rule.at(attribute).elements().flatMap((expiry) => {
      const [days, date, newest] = [expiry.at(daysOf), expiry.at("date"), expiry.at("newer_noncurrent_versions")];
      const kept = newest.number ?? 0;
      const scope = [attribute, where, date.raw];
      if ([days, date, newest].some(({ isUnknown }) => isUnknown)) return [{ scope, days: 0, kept: 0, message: `${what} expire ${UNKNOWN} (${name})` }];
      if (date.text !== undefined) return [{ scope, days: 0, kept, message: `${what} expire on ${date.display} (${name})` }];
      const those = kept > 0 ? `${what} but the newest ${kept}` : what;
      return days.number ? [{ scope, days: days.number, kept, message: `${those} expire after ${days.display} days (${name})` }] : [];
    }); // prettier-ignore
  return [
    ...expiries("expiration", "days", "objects"),
    ...expiries("noncurrent_version_expiration", "noncurrent_days", "old versions of objects"),
  ];
}
