import type { GraphNode } from "../../synth/critical-path";

/**
 * Some of a graph's nodes in waves: each stands behind all of them that it depends on, be it through others, and as
 * early as that lets it. A wave that would be too large is cut into several, one after another.
 *
 * @param nodes the whole graph, without a circle; a wave has their order
 * @param ids those to put in waves
 * @param most how many a wave may have, from 1
 */
export function wavesOf(nodes: readonly GraphNode[], ids: ReadonlySet<string>, most: number): string[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const levels = new Map<string, number>();
  /** How many of the chosen stand one behind another up to this node, itself among them. */
  const levelOf = (id: string): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    const before = Math.max(0, ...(byId.get(id)?.dependencies ?? []).map(levelOf));
    const level = before + (ids.has(id) ? 1 : 0);
    levels.set(id, level);
    return level;
  };
  const waves: string[][] = [];
  for (const { id } of nodes) if (ids.has(id)) (waves[levelOf(id) - 1] ??= []).push(id);
  return waves.flatMap((wave) => chunksOf(wave, most));
}

function chunksOf<T>(list: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, index) =>
    list.slice(index * most, (index + 1) * most),
  );
}
