import { formatValue, type Problem } from "../estate-error";
import { STUDY_DATA } from "../resolve/account";
import { draftEnvironments, entries, given, isDraftValues, nameAmong, textsOf, type Draft } from "./draft";

/** S3 moves no object to STANDARD_IA earlier ("Constraints and considerations for transitions", S3 User Guide). */
const FIRST_DAY_OF_STANDARD_IA = 30;

/** Settings are those of buckets that the environment has, and S3 would accept their days. */
export function* bucketSettings(draft: Draft): Iterable<Problem> {
  for (const [name, environment] of draftEnvironments(draft)) {
    const application = given(environment, "application", {});
    if (!isDraftValues(application)) continue;
    const buckets = textsOf(given(application, "buckets", []));
    for (const [bucket, { archive, expirationDays }] of entries(application, "bucketSettings")) {
      const path = `environments.${name}.application.bucketSettings`;
      const at = `${path}.${bucket}`;
      const names = buckets && [STUDY_DATA, ...buckets];
      if (names && !names.includes(bucket))
        yield { path, expected: nameAmong("a bucket", names), got: formatValue(bucket) };
      const { days, storageClass } = isDraftValues(archive) ? archive : {};
      if (typeof days !== "number") continue;
      if (storageClass === "STANDARD_IA" && days < FIRST_DAY_OF_STANDARD_IA)
        yield {
          path: `${at}.archive.days`,
          expected: `at least ${FIRST_DAY_OF_STANDARD_IA} for STANDARD_IA`,
          got: String(days),
        };
      if (typeof expirationDays === "number" && expirationDays <= days)
        yield {
          path: `${at}.expirationDays`,
          expected: `more than the ${days} days of archive, or S3 refuses the rules`,
          got: String(expirationDays),
        };
    }
  }
}
