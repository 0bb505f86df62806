import type { BaselinePath } from "./baseline";
import type { AtomicStatement, PatternSet } from "./statement-coverage";
import { groupedBy } from "../../support/order";

export type StatementKind =
  "permission" | "denial" | "boundary" | "trust" | "resource policy" | "service control policy" | "managed policy";

/** A statement that one baseline allows more by than the other: its Allow, or a Deny that only the other has. */
export interface StatementGain {
  readonly kind: StatementKind;
  readonly statement: AtomicStatement;
  /** The boundary, or the level of the organization, that contains it. */
  readonly owner?: string;
  /** A statement of the other baseline that differs only in its conditions. */
  readonly counterpart?: AtomicStatement;
  /** Resources on which the other baseline allows it too. */
  readonly sharedResources?: readonly string[];
}

export type OtherGain =
  | { readonly kind: "principal" }
  | { readonly kind: "boundary removed"; readonly name: string }
  | { readonly kind: "session"; readonly seconds: number; readonly other: number }
  | { readonly kind: "tag"; readonly tag: string; readonly value?: string; readonly other?: string }
  | { readonly kind: "level"; readonly name: string }
  | { readonly kind: "group"; readonly gained: string; readonly lost: string }
  | { readonly kind: "path to administrator"; readonly path: BaselinePath; /** Of a changed one. */ readonly was?: BaselinePath }; // prettier-ignore

/** Something that one baseline allows and the other does not. */
export type Gain = StatementGain | OtherGain;

interface PairedGains {
  readonly gained: readonly Gain[];
  readonly lost: readonly Gain[];
  /** Each as it is after, with its counterpart before. */
  readonly changed: readonly Gain[];
}

/**
 * Takes a gain and a loss that differ only in their conditions as one change: an edit of a trust's source address is
 * no new way in, and no lost one. Where several statements are alike, nobody can say which became which.
 */
export function pairedGains(gained: readonly Gain[], lost: readonly Gain[]): PairedGains {
  const [gains, losses] = [gained, lost].map((all) => groupedBy(all, withoutConditions));
  const pairs = [...(gains ?? [])].flatMap(([key, own]) => {
    const [gain, loss] = [own[0], losses?.get(key)?.[0]];
    const changed = gain && loss && own.length + (losses?.get(key)?.length ?? 0) === 2 && changeOf(gain, loss);
    return changed ? [{ gain, loss, changed }] : [];
  });
  return {
    gained: gained.filter((each) => !pairs.some(({ gain }) => gain === each)),
    lost: lost.filter((each) => !pairs.some(({ loss }) => loss === each)),
    changed: pairs.map(({ changed }) => changed),
  };
}

const written = ({ not, patterns }: PatternSet): unknown => [not, patterns];

function withoutConditions(gain: Gain): string {
  if ("statement" in gain) {
    const { kind, owner, statement } = gain;
    const { effect, who, actions, resources } = statement;
    return JSON.stringify([kind, owner, effect, who, written(actions), written(resources)]);
  }
  if (gain.kind === "tag") return JSON.stringify([gain.kind, gain.tag]);
  if (gain.kind !== "path to administrator") return JSON.stringify(gain);
  return JSON.stringify([
    gain.kind,
    gain.path.account,
    gain.path.from,
    gain.path.steps.map(({ way, to }) => [way, to]),
  ]);
}

function changeOf(gain: Gain, loss: Gain): Gain | undefined {
  if ("statement" in gain && "statement" in loss) return changedStatement(gain, loss);
  if (gain.kind === "tag" && loss.kind === "tag") return gain;
  if (gain.kind !== "path to administrator" || loss.kind !== "path to administrator") return undefined;
  return { ...gain, was: loss.path };
}

/** Without a Deny more is allowed: the gain of one is the Deny before. */
function changedStatement({ kind, owner, statement: gained }: StatementGain, { statement: lost }: StatementGain): Gain {
  const [statement, counterpart] = gained.effect === "Allow" ? [gained, lost] : [lost, gained];
  return { kind, owner, statement, counterpart };
}

/** ", if MFA and from 198.51.100.7 (was from 203.0.113.7)". */
export function changedTail(now: readonly string[], was: readonly string[]): string {
  const [common, added] = [now.filter((each) => was.includes(each)), now.filter((each) => !was.includes(each))];
  const removed = was.filter((each) => !now.includes(each));
  const conditions = [...common, ...added];
  const before = removed.length > 0 ? removed.join(" and ") : "without";
  return `${conditions.length > 0 ? `, if ${conditions.join(" and ")}` : ""} (was ${before})`;
}

/** All conditions of a path's steps, each once. */
export const conditionsOfPath = ({ steps }: BaselinePath): readonly string[] =>
  [...new Set(steps.flatMap((step) => step.conditions))].sort();
