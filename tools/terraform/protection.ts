/** What keeps AWS or Terraform from destroying something: how it says so, and how we say it. */
const PROTECTIONS: readonly { readonly says: RegExp; readonly why: string }[] = [
  { says: /Instance cannot be destroyed|lifecycle\.prevent_destroy/, why: "prevent_destroy" },
  { says: /Cannot delete protected|deletion protection|DeletionProtection/i, why: "deletion protection" },
  { says: /BucketNotEmpty|bucket you tried to delete is not empty/i, why: "the bucket is not empty" },
  { says: /RepositoryNotEmptyException/, why: "the repository still holds images" },
];

/**
 * Why a destroy was refused, one text per resource: `aws_s3_bucket.state: prevent_destroy`. Undefined where any error
 * is something else.
 */
export function protectionIn(errors: readonly string[]): string[] | undefined {
  const reasons = errors.map((error) => {
    const protection = PROTECTIONS.find(({ says }) => says.test(error));
    if (!protection) return undefined;
    const what = nameOf(error);
    return what === undefined ? protection.why : `${what}: ${protection.why}`;
  });
  const known = reasons.filter((reason) => reason !== undefined);
  return known.length > 0 && known.length === reasons.length ? known : undefined;
}

/**
 * The resource's address where the error holds it, otherwise the provider's own words for it: `RDS DB Instance
 * (dagster)`.
 */
function nameOf(error: string): string | undefined {
  const unwrapped = error.replace(/\s+/g, " "); // Terraform breaks its texts wherever they reach the margin
  const patterns = [/Resource (\S+) has lifecycle\.prevent_destroy/, /\bwith (\S+),/, /Error: deleting ([^:]+):/];
  return patterns.map((pattern) => pattern.exec(unwrapped)?.[1]).find((name) => name !== undefined);
}
