import { Access } from "../access/decide/access";
import { type Baseline, baselineOf } from "../access/guard/baseline";
import { accessGraphOf } from "../access/graph/access-graph-of";
import { accessModelOf } from "../access/read/model-of";
import { NotAPolicy } from "../access/policy/policy";
import { UnresolvedAccess, Problems } from "../access/read/problems";
import { Unresolvable, StackScope } from "../access/read/resolver";
import type { SynthesizedStack } from "../synth/synthesized";
import { compareBaselines, widens, accessChangeLines } from "../access/guard/compare-baselines";
import { accessResources, type AccessResource } from "./access-change/access-resources";
import { stacksBeforeAndAfter, withResources } from "./access-change/before-and-after";
import type { PlanJson } from "../review/plan-json";
import { SUPPORTED_TYPES, reportUnsupported } from "../access/read/unsupported-resources";
import { argumentsInState } from "./access-change/state-values";

/** What plans change about who may do what. */
export interface AccessChange {
  /** Whether somebody may do something then that nobody let them do so far, or nobody can tell. */
  readonly widens: boolean;
  /**
   * Who may do more, and who less, in words; or what cannot be told, and why. Empty where the change is in no words of
   * access.
   */
  readonly lines: readonly string[];
}

/**
 * What is different about who may do what once plans are applied. Before is what the states behind the plans hold;
 * after is what the stacks say.
 *
 * @param stacks all that the code synthesizes now
 * @param plans as `terraform show -json` prints them, by stack. A stack without one is taken to stay what it says
 * @returns undefined where the plans touch nothing that says who may do what; it takes no time then
 */
export async function accessChange(
  stacks: readonly SynthesizedStack[],
  plans: ReadonlyMap<string, PlanJson>,
): Promise<AccessChange | undefined> {
  const strangers = [...plans.keys()].filter((id) => !stacks.some((stack) => stack.id === id));
  if (strangers.length > 0) return untold("there is a plan, and no stack, of", strangers);
  const planned = new Map([...plans].map(([id, plan]) => [id, accessResources(plan)]));
  if (!stacks.some((stack) => touchesAccess(stack, planned.get(stack.id) ?? []))) return undefined;
  const { before, after } = stacksBeforeAndAfter(stacks, planned, plans);
  const [then, now] = [await read(before), await read(after)];
  const problems = [
    ...("problems" in then ? untold("who may do what now is not plain from the plans:", then.problems).lines : []),
    ...("problems" in now ? untold("who may do what then is not plain from the stacks:", now.problems).lines : []),
  ];
  if ("problems" in then || "problems" in now) return { widens: true, lines: problems };
  const comparison = compareBaselines(then.baseline, now.baseline);
  return { widens: widens(comparison), lines: accessChangeLines(comparison) };
}

/** A gap must not look like "no". */
function untold(why: string, problems: readonly string[]): AccessChange {
  return { widens: true, lines: [`cannot be compared: ${why}`, ...problems.map((problem) => `  ${problem}`)] };
}

type Reading = { readonly baseline: Baseline } | { readonly problems: readonly string[] };

async function read(stacks: readonly SynthesizedStack[]): Promise<Reading> {
  try {
    const access = new Access(accessModelOf(stacks));
    return { baseline: baselineOf(access.model, await accessGraphOf(access)) };
  } catch (error) {
    if (error instanceof UnresolvedAccess) return { problems: error.problems };
    if (error instanceof Unresolvable || error instanceof NotAPolicy) return { problems: [error.message] };
    throw error;
  }
}

/**
 * Whether a plan changes anything that says who may do what. It takes no time: nothing is resolved that need not be.
 */
export function touchesAccess(stack: SynthesizedStack, planned: readonly AccessResource[]): boolean {
  const changed = planned.filter(({ changes }) => changes);
  return (
    changed.length > 0 && (changed.some(({ type }) => SUPPORTED_TYPES.has(type)) || changesUnreadAccess(stack, changed))
  );
}

/**
 * A permission of a function, a public bucket, a policy where none is read: whoever reads the access of all will say
 * that it can't be told.
 */
function changesUnreadAccess(stack: SynthesizedStack, changed: readonly AccessResource[]): boolean {
  const { resource = {}, ...json } = stack.json;
  const place = (each: AccessResource) => ({
    values: resource[each.type]?.[each.name] ?? argumentsInState(each, undefined, changed),
  });
  const problems = new Problems();
  reportUnsupported(
    [new StackScope(withResources({ ...stack, json, absent: resource }, changed, place), new Map())],
    problems,
  );
  return problems.any;
}
