import { deploymentOf, stacksOf, type StackSpec } from "../../config/layout";
import type { Estate } from "../../config/model";
import { accountNames, roleArn } from "../../config/naming";
import type { Affected } from "./affected";
import { type AffectedStack, firstReasons } from "./affected/compare-stacks";
import type { GraphNode } from "../synth/critical-path";

/**
 * GitHub's limit: "A job matrix can generate a maximum of 256 jobs per workflow run"
 * (https://docs.github.com/en/actions/reference/limits).
 */
export const MOST_ENTRIES = 256;

/** Reasons of an entry; fewer where the whole would be too long. */
const MOST_REASONS = [5, 1, 0] as const;

/**
 * A job's outputs are 1 MB at most, two bytes a character (https://docs.github.com/en/actions/reference/limits): some
 * room is left for others.
 */
const MOST_CHARACTERS = 480_000;

/** A job: one stack. */
export interface MatrixEntry {
  readonly stack: string;
  /** null: an account-wide stack */
  readonly environment: string | null;
  /** The GitHub environment whose jobs may apply it: the environment's name, or `account-<account>`. */
  readonly deployment: string;
  /** The name of the account that it deploys into, and its id. */
  readonly account: string;
  readonly accountId: string;
  /** The ARN of that account's plan role; null where the estate names no repository, and has none. */
  readonly role: string | null;
  readonly region: string;
  /** The first few, and how many more there are. */
  readonly reasons: readonly string[];
}

export interface PipelineMatrix {
  /** The full hash of the commit that was compared with. */
  readonly base: string;
  /** The full hash of HEAD; null where the files on disk are no commit's. */
  readonly head: string | null;
  /** How many stacks are affected. */
  readonly count: number;
  /**
   * One after another; a wave's entries at the same time, 256 at most. Each is a `strategy.matrix` of GitHub Actions.
   */
  readonly waves: readonly { readonly include: readonly MatrixEntry[] }[];
  /** The ids of stacks that are no more. */
  readonly gone: readonly string[];
}

/**
 * The affected stacks as jobs of a pipeline: whatever a stack depends on, be it through stacks that are not affected,
 * is in an earlier wave.
 */
export function pipelineMatrix(affected: Affected, estate: Estate): PipelineMatrix {
  const specs = new Map(stacksOf(estate).map((spec) => [spec.id, spec]));
  const ids = new Set(affected.affected.map(({ id }) => id));
  const waves = wavesOf(affected.stacks, ids, MOST_ENTRIES);
  const reasons = new Map(affected.affected.map((stack) => [stack.id, stack]));
  const matrixWith = (most: number): PipelineMatrix => ({
    base: affected.base,
    head: affected.head ?? null,
    count: ids.size,
    waves: waves.map((wave) => ({
      include: wave.map((id) => entryOf(found(specs, id), found(reasons, id), estate, most)),
    })),
    gone: affected.gone,
  });
  return (
    MOST_REASONS.map(matrixWith).find((matrix) => JSON.stringify(matrix).length <= MOST_CHARACTERS) ?? matrixWith(0)
  );
}

function entryOf(
  spec: StackSpec,
  { reasons }: AffectedStack,
  { repository, solution }: Estate,
  most: number,
): MatrixEntry {
  const { id, account, environment, region } = spec;
  return {
    stack: id,
    environment: environment?.name ?? null,
    deployment: deploymentOf(spec),
    account: account.name,
    accountId: account.id,
    role: repository === undefined ? null : roleArn(account.id, accountNames.planRole(solution)),
    region,
    reasons: firstReasons(reasons, most),
  };
}

function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`the estate has no stack ${id}`);
  return value;
}

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
