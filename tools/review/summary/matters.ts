import type { Matter, PlanSummary, StackReview, StackSummary } from "../review";

/** A matter, and the stack in whose plan it is. */
export interface StackMatter extends Matter {
  readonly stack: string;
}

/** What people read first, whatever it is shown on. */
export interface Matters {
  readonly destroyed: readonly StackMatter[];
  /**
   * The command that allows every destruction in stacks that can be applied. @default there is none, or it can't be
   * applied
   */
  readonly remedy?: string;
  readonly network: readonly StackMatter[];
  readonly protection: readonly StackMatter[];
  readonly drifted: readonly StackMatter[];
  /** Stacks whose plan is not what was asked for, with why. */
  readonly standing: readonly StackSummary[];
  readonly abandoned: readonly string[];
}

/** Destroys that protection keeps from happening take nothing away. */
const NOT_HAPPENING: readonly StackSummary["status"][] = ["kept", "failed", "not started"];

export function mattersOf(summary: PlanSummary): Matters {
  const { id, rehearsedOn, stacks, abandoned = [] } = summary;
  const happening = stacks.filter(({ status }) => !NOT_HAPPENING.includes(status));
  const gathered = (matters: (review: StackReview) => readonly Matter[]): readonly StackMatter[] =>
    happening.flatMap(({ id: stack, status, review }) =>
      (review ? matters(review) : []).map(({ address, words }) => ({
        ...{ stack, address },
        words: status === "waiting" ? `${words} (as far as is known: the stack waits)` : words,
      })),
    );
  const destroyed = gathered(({ destroysState }) => destroysState);
  const applicable = new Set(stacks.filter(({ status }) => status === "changes").map((stack) => stack.id));
  const flags = destroyed
    .filter(({ stack }) => applicable.has(stack))
    .map(({ stack, address }) => `--allow-destroy ${shellQuoted(`${stack}:${address}`)}`);
  return {
    destroyed,
    remedy:
      flags.length > 0 && rehearsedOn === undefined
        ? `npm run apply -- ${shellQuoted(`plans/${id}`)} ${flags.join(" ")}`
        : undefined,
    network: gathered(({ networkOpened }) => networkOpened),
    protection: gathered(({ protectionLowered }) => protectionLowered),
    drifted: gathered(({ drifted }) =>
      drifted.map((address) => ({ address, words: "was changed outside of Terraform" })),
    ),
    standing: stacks.filter(({ status }) => status === "waiting" || NOT_HAPPENING.includes(status)),
    abandoned,
  };
}

/** A word that a shell takes as it is: keys of `for_each` stand in brackets and quotes. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
