import { deploymentOf, stacksOf, type StackSpec } from "../../config/layout";
import type { Estate } from "../../config/model";
import { accountNames, roleArn } from "../../config/naming";
import type { Affected } from "./affected";
import type { AffectedStack } from "./affected/compare-stacks";
import { firstReasons } from "./affected/first-reasons";
import { wavesOf } from "./affected/waves";

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
