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

/** The number of reasons for each entry; fewer if the matrix would be too long. */
const MOST_REASONS = [5, 1, 0] as const;

/**
 * GitHub limits the outputs of a job to 1 MB at two bytes per character
 * (https://docs.github.com/en/actions/reference/limits). This leaves room for other outputs.
 */
const MOST_CHARACTERS = 480_000;

/** A job for one stack. */
interface MatrixEntry {
  readonly stack: string;
  /** null for an account-wide stack */
  readonly environment: string | null;
  /** The GitHub environment whose jobs may apply it: the environment's name, or `account-<account>`. */
  readonly deployment: string;
  /** The name of the account that the stack deploys into. */
  readonly account: string;
  readonly accountId: string;
  /** The ARN of that account's plan role; null if the estate names no repository and so has no such roles. */
  readonly role: string | null;
  readonly region: string;
  /** The first reasons, and the number of further ones. */
  readonly reasons: readonly string[];
}

export interface PipelineMatrix {
  /** The full hash of the commit to compare with. */
  readonly base: string;
  /** The full hash of HEAD; null if the files on disk differ from HEAD. */
  readonly head: string | null;
  /** The number of affected stacks. */
  readonly count: number;
  /** Waves run one after another, the entries of a wave in parallel, 256 at most. Each is a `strategy.matrix`. */
  readonly waves: readonly { readonly include: readonly MatrixEntry[] }[];
  /** The ids of stacks that the code no longer has. */
  readonly gone: readonly string[];
}

/**
 * The affected stacks as jobs of a pipeline. Everything that a stack depends on, directly or through unaffected stacks,
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
    gone: affected.removed,
  });
  return (
    MOST_REASONS.map(matrixWith).find((matrix) => JSON.stringify(matrix).length <= MOST_CHARACTERS) ?? matrixWith(0)
  );
}

function entryOf(
  spec: StackSpec,
  { reasons }: AffectedStack,
  { pipelines, solution }: Estate,
  most: number,
): MatrixEntry {
  const { id, account, environment, region } = spec;
  return {
    stack: id,
    environment: environment?.name ?? null,
    deployment: deploymentOf(spec),
    account: account.name,
    accountId: account.id,
    role: pipelines.length === 0 ? null : roleArn(account.id, accountNames.planRole(solution)),
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
 * Puts some nodes of a graph into waves. Each node is in the earliest wave after all chosen nodes that it depends on,
 * directly or through others. A wave that is too large is split into several.
 * @param nodes the whole graph, without cycles; a wave keeps their order
 * @param ids the nodes to put into waves
 * @param most the maximum size of a wave, at least 1
 */
export function wavesOf(nodes: readonly GraphNode[], ids: ReadonlySet<string>, most: number): string[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const levels = new Map<string, number>();
  /** The length of the longest chain of chosen nodes that ends at this node. */
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
