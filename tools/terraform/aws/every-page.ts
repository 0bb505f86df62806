/**
 * All elements of a list that AWS answers in pages. A page may be empty although more follow.
 *
 * @param ask reads one page; returns its elements, and the marker of the next page if there is one
 */
export async function everyPage<Each>(
  ask: (marker: string | undefined) => Promise<readonly [elements: readonly Each[] | undefined, next?: string | null]>,
): Promise<Each[]> {
  const all: Each[] = [];
  let marker: string | undefined;
  do {
    const [elements = [], next] = await ask(marker);
    all.push(...elements);
    marker = next ?? undefined;
  } while (marker !== undefined && marker !== "");
  return all;
}
