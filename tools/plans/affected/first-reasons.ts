/** The first of some reasons, and how many there are beside them. */
export function firstReasons(reasons: readonly string[], most: number): string[] {
  const more = reasons.length - most;
  return more > 0 ? [...reasons.slice(0, most), `and ${more} more`] : [...reasons];
}
