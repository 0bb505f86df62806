import { join } from "node:path";
import { stacksOf } from "../../config/layout";
import type { Estate } from "../../config/model";
import { synthesizeAsync } from "../synth/synth";
import { stackJson, type Stack } from "../synth/stacks";
import { upstreamsOf } from "../synth/upstreams";
import { compareStacks, type ComparedStack, type AffectedComparison } from "./affected/compare-stacks";
import { estateAt, synthesizeCommit } from "../synth/git/base-commit";
import { checkoutOf, mergeBase, treeOf } from "../synth/git/repository";
import { readStacks } from "../synth/read-stacks";
import type { JsonObject } from "../support/json";

export interface AffectedOptions {
  /** The project's folder. */
  readonly root: string;
  /** With what is compared: where HEAD left it. @default the main branch, on the remote where there is one */
  readonly ref?: string;
  /** What errors call the ref. */
  readonly option: "--base" | "--affected";
  readonly estate: Estate;
  readonly estateFile: string;
  /** An ignored folder of this run's own. */
  readonly directory: string;
  /** Ends it; the checkout of the other commit goes all the same. */
  readonly signal?: AbortSignal;
}

/** What a change does to an estate. The present is what is on disk, uncommitted changes too. */
export interface Affected extends AffectedComparison {
  /** The full hash of the commit that is compared with. */
  readonly base: string;
  /** The full hash of HEAD. @default none: the files on disk are no commit's */
  readonly head?: string;
  /** Every present stack, in the estate's order. Empty where nothing had to be synthesized, since nothing differs. */
  readonly stacks: readonly Stack[];
  /** What a reader must know of how they were compared. */
  readonly notes: readonly string[];
}

/**
 * The stacks whose synthesized JSON differs from that of another commit, with those that read their states. Both are
 * synthesized, at the same time, the other commit by its own code in a checkout of its own; where nothing at all
 * differs, neither is.
 *
 * @throws UserError where there is no such commit, or where one of the two can't be synthesized
 */
export async function findAffected(options: AffectedOptions): Promise<Affected> {
  const { root, ref, option, estateFile, directory, signal } = options;
  const base = mergeBase(root, ref, option);
  const { commit, changedPaths } = checkoutOf(root);
  const head = changedPaths.length === 0 ? commit : undefined;
  const { place, path } = estateAt({ root, commit: base, estateFile });
  const unchanged = head !== undefined && treeOf(root, head) === treeOf(root, base);
  if (unchanged && place !== "missing") return { base, head, stacks: [], affected: [], gone: [], notes: [] };

  const [present, before] = [join(directory, "cdktf.out"), join(directory, "base")];
  // An estate that the base does not have is new as a whole: there is nothing to synthesize.
  const other = () =>
    synthesizeCommit({ root, commit: base, estateFile, folder: join(directory, "checkout"), signal }, before);
  await together([
    synthesizeAsync(present, { root, estate: estateFile, signal }),
    ...(place === "missing" ? [] : [other()]),
  ]);
  const stacks = inOrder(readStacks(present), options.estate);
  const then = place === "missing" ? [] : readStacks(before);
  const short = base.slice(0, 12);
  const newTo = place === "missing" ? `new: ${short} does not have ${path}` : `new: ${short} does not have this stack`;
  return {
    base,
    head,
    stacks,
    notes: notesOf(place, path, short),
    ...compareStacks(compared(stacks), compared(then), newTo),
  };
}

/** Waits for all, so that nothing is left behind, and throws the first error in their order. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(works);
  const failed = ended.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

function inOrder(stacks: readonly Stack[], estate: Estate): Stack[] {
  const places = new Map(stacksOf(estate).map(({ id }, index) => [id, index]));
  return [...stacks].sort(
    (one, other) => (places.get(one.id) ?? stacks.length) - (places.get(other.id) ?? stacks.length),
  );
}

function compared(stacks: readonly Stack[]): ComparedStack[] {
  return stacks.map((stack) => ({
    id: stack.id,
    json: stackJson(stack) as JsonObject,
    reads: upstreamsOf(stack, stacks).map(({ stackId }) => stackId),
  }));
}

function notesOf(place: ReturnType<typeof estateAt>["place"], path: string, commit: string): string[] {
  switch (place) {
    case "there":
      return [];
    case "missing":
      return [`note: commit ${commit} does not have ${path}: every stack is new`];
    case "elsewhere":
      return [`note: ${path} lies outside of the project: its own changes are not seen, only those of the code`];
  }
}
