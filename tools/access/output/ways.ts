import type { AccessGraph, PathToAdministrator, Step } from "../graph/access-graph";
import type { AccountAccess } from "../read/model";
import { inBrackets, Places } from "./places";
import { saidOnce } from "./said-once";
import { compareTexts, distinct, groupedBy } from "../../support/order";

/** Ways to everything in an account that are alike, said once. */
export interface Way {
  /**
   * Whether it is more than roles that are assumed and hold everything: something is made, changed, handed on or
   * entered on the way.
   */
  readonly isEscalation: boolean;
  readonly steps: number;
  /** `platform-lead in master`. */
  readonly from: string;
  /** `assumes Admin in dev (MFA), which may do everything there`. */
  readonly how: string;
  /** What letters stand for. */
  readonly where: string;
}

/** All ways to everything: up to the first account, and from everything in one account on to the next. */
export interface Ways {
  readonly toFirst: readonly Way[];
  readonly onwards: readonly Way[];
}

const PLAIN = new Set(["assume", "administer"]);

/**
 * Tells every path once. One that leads through everything in an account is told in two parts, up to there and from
 * there on, since the second part is the same for whoever gets there.
 */
export function waysOf({ actors, paths }: AccessGraph, accounts: readonly AccountAccess[]): Ways {
  const places = new Places({ actors }, accounts);
  const isThrough = (step: Step) => places.actor(step.to).kind === "administrator";
  const toFirst: (readonly Step[])[] = [];
  const onwards: (readonly Step[])[] = [];
  for (const { steps } of paths)
    for (const [index, part] of partsOf(steps, isThrough).entries()) (index === 0 ? toFirst : onwards).push(part);
  return { toFirst: told(toFirst, places), onwards: told(onwards, places) };
}

/** Whether a path is more than roles that are assumed. */
export function isEscalation({ steps }: Pick<PathToAdministrator, "steps">): boolean {
  return steps.some(({ way }) => !PLAIN.has(way));
}

function partsOf(steps: readonly Step[], isEnd: (step: Step) => boolean): Step[][] {
  const parts: Step[][] = [[]];
  for (const [index, step] of steps.entries()) {
    parts.at(-1)?.push(step);
    if (isEnd(step) && index < steps.length - 1) parts.push([]);
  }
  return parts;
}

function told(chains: readonly (readonly Step[])[], places: Places): Way[] {
  const kinds = groupedBy(chains, (steps) => JSON.stringify([steps.length, isEscalation({ steps })]));
  const ways = [...kinds.values()].flatMap((alike) => {
    const texts = alike.map((steps) => `${places.located(steps[0]?.from ?? "")}\n${chainText(steps, places)}`);
    const [steps = []] = alike;
    return saidOnce(texts, places.words).map(({ text, where }): Way => {
      const [from = "", how = ""] = text.split("\n");
      return { isEscalation: isEscalation({ steps }), steps: steps.length, from, how, where };
    });
  });
  return sameEnd(ways).sort(
    (a, b) =>
      a.steps - b.steps || compareTexts(a.from, b.from) || compareTexts(a.how, b.how) || compareTexts(a.where, b.where),
  );
}

/** Several that go the same way are said together. */
function sameEnd(ways: readonly Way[]): Way[] {
  const groups = groupedBy(ways, ({ from: _from, ...rest }) =>
    JSON.stringify([rest.isEscalation, rest.steps, rest.how, rest.where]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, from: distinct([first, ...others].map(({ from }) => from)).join("; ") }] : [],
  );
}

function chainText(steps: readonly Step[], places: Places): string {
  return steps
    .map((step) => places.does(step, places.actor(step.from).accountId) + inBrackets(step.conditions))
    .join(", which ");
}
