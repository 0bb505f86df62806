import type { Finding, PlanSummary, StackReview, StackSummary } from "../review";

/** A finding, and the stack whose plan has it. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** What reviewers read first. */
export interface SummaryFindings {
  readonly destroyed: readonly StackFinding[];
  /** The command that allows every destruction in stacks that can be applied. @default no such destruction */
  readonly remedy?: string;
  readonly refused: readonly StackFinding[];
  readonly network: readonly StackFinding[];
  readonly protection: readonly StackFinding[];
  readonly pending: readonly StackFinding[];
  readonly drifted: readonly StackFinding[];
  /** Stacks without a complete plan, with reasons. */
  readonly waiting: readonly StackSummary[];
  readonly abandoned: readonly string[];
}

/** Explains the signs in the lines of an access change. */
export const ACCESS_LEGEND = "+ newly allowed, - no longer allowed";

/** Stacks of these statuses destroy nothing, whatever their plan lists. */
const NOT_HAPPENING: readonly StackSummary["status"][] = ["kept", "failed", "not started"];

/** @param id the plan's id. @default it is not known yet: the remedy contains a placeholder */
export function findingsOf(summary: PlanSummary, id?: string): SummaryFindings {
  const { rehearsedOn, stacks, abandoned = [] } = summary;
  const happening = stacks.filter(({ status }) => !NOT_HAPPENING.includes(status));
  const gathered = (findings: (review: StackReview) => readonly Finding[]): readonly StackFinding[] =>
    happening.flatMap(({ id: stack, status, review }) =>
      (review ? findings(review) : []).map(({ address, message }) => ({
        ...{ stack, address },
        message: status === "waiting" ? `${message} (with current inputs: the stack waits)` : message,
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
        ? `npm run apply -- plans/${id ?? "<id>"} ${flags.join(" ")}`
        : undefined,
    refused: gathered(({ refused = [] }) => refused),
    network: gathered(({ networkOpened }) => networkOpened),
    protection: gathered(({ protectionLowered }) => protectionLowered),
    pending: gathered(({ pending = [] }) => pending),
    drifted: gathered(({ drifted }) =>
      drifted.map((address) => ({ address, message: "was changed outside of Terraform" })),
    ),
    waiting: stacks.filter(({ status }) => status === "waiting" || NOT_HAPPENING.includes(status)),
    abandoned,
  };
}

/** Quotes a word for the shell. Keys of `for_each` contain brackets and quotes. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
