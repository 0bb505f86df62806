import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stacksOf } from "../../config/layout";
import { parseJson } from "../../config/input";
import type { Estate } from "../../config/model";
import { synthesizeAsync } from "../synth/synth";
import { stackJson, type Stack } from "../synth/stacks";
import { upstreamsOf } from "../synth/upstreams";
import { compareStacks, type ComparedStack, type AffectedComparison } from "./affected/compare-stacks";
import { estateAt, hasSameCode, synthesizeCommit } from "../synth/git/base-commit";
import { checkoutOf } from "../synth/git/checkout";
import { mergeBase, treeOf } from "../synth/git/repository";
import { readStacks } from "../synth/read-stacks";
import { objectOf, type JsonObject } from "../support/json";

interface AffectedOptions {
  /** The project's folder. */
  readonly root: string;
  /** HEAD is compared with its merge base with this ref. @default the main branch, of the remote if there is one */
  readonly ref?: string;
  /** The option that errors name. */
  readonly option: "--base" | "--affected";
  readonly estate: Estate;
  readonly estateFile: string;
  /** An ignored folder of this run. */
  readonly directory: string;
  /** Aborts the run. The checkout of the other commit is still removed. */
  readonly signal?: AbortSignal;
}

/** The effect of a change on an estate. The present version is the files on disk, with uncommitted changes. */
export interface Affected extends AffectedComparison {
  /** The full hash of the commit to compare with. */
  readonly base: string;
  /** The full hash of HEAD. @default none: the files on disk differ from HEAD */
  readonly head?: string;
  /** The present stacks that may differ, at least, in the estate's order. Empty if nothing differs. */
  readonly stacks: readonly Stack[];
  /** The number of present stacks; 0 if no file differs. */
  readonly total: number;
  /** Limits of the comparison that a reader must know. */
  readonly notes: readonly string[];
}

/**
 * Finds the stacks whose synthesized JSON differs from that of another commit, and the stacks that read their states.
 * Synthesizes both commits at the same time, the other one by its own code in a separate checkout. If only the estate
 * differs, it synthesizes the stacks whose input differs; if no file differs, none.
 * @throws UserError if there is no such commit, or if one of the two cannot be synthesized
 */
export async function findAffected(options: AffectedOptions): Promise<Affected> {
  const { root, ref, option, estateFile, directory, signal } = options;
  const base = mergeBase(root, ref, option);
  const { commit, changedPaths } = checkoutOf(root, [estateFile]);
  const head = changedPaths.length === 0 ? commit : undefined;
  const { place, path } = estateAt({ root, commit: base, estateFile });
  const unchanged = head !== undefined && treeOf(root, head) === treeOf(root, base);
  if (unchanged && place !== "missing")
    return { base, head, stacks: [], total: 0, affected: [], removed: [], notes: [] };

  const [present, before] = [join(directory, "cdktf.out"), join(directory, "base")];
  const commitBase = { root, commit: base, estateFile };
  const select =
    place === "there" && commit !== undefined && hasSameCode(commitBase, commit, changedPaths)
      ? unlikeEachOther(directory)
      : EVERYTHING;
  // If the base does not have the estate file, every stack is new: there is nothing to synthesize.
  const other = () =>
    synthesizeCommit({ ...commitBase, folder: join(directory, "checkout"), select: select.before, signal }, before);
  await together([
    synthesizeAsync(present, { root, estate: estateFile, select: select.present, signal }).finally(select.presentEnded),
    ...(place === "missing" ? [] : [other().finally(select.beforeEnded)]),
  ]);
  const stacks = inOrder(readStacks(present), options.estate);
  const then = place === "missing" ? [] : readStacks(before);
  const isCompared = select.isUnlike();
  const short = base.slice(0, 12);
  const newTo = place === "missing" ? `new: ${short} does not have ${path}` : `new: ${short} does not have this stack`;
  return {
    base,
    head,
    stacks,
    total: select === EVERYTHING ? stacks.length : stacksOf(options.estate).length,
    notes: notesOf(place, path, short),
    ...compareStacks(compared(stacks.filter(isCompared)), compared(then.filter(isCompared)), newTo),
  };
}

/** What two processes synthesize. */
interface Selection {
  /** The arguments of main.ts. @default every stack */
  readonly present?: readonly string[];
  readonly before?: readonly string[];
  readonly presentEnded?: () => void;
  readonly beforeEnded?: () => void;
  /** Once both have ended: whether a stack may differ. The others are synthesized for a plan. */
  readonly isUnlike: () => (stack: Stack) => boolean;
}

const EVERYTHING: Selection = { isUnlike: () => () => true };

/**
 * Arguments of main.ts for two estates and the same code: each process synthesizes only the stacks whose input differs.
 * They exchange digests through files. Both add what their stacks follow in promotion.
 */
function unlikeEachOther(directory: string): Selection {
  const [present, before] = [join(directory, "present.digests.json"), join(directory, "base.digests.json")];
  // A process that failed wrote none, and the other one would wait for it.
  const ended = (file: string) => () => {
    if (!existsSync(file)) writeFileSync(file, "{}");
  };
  return {
    present: ["--unlike", present, before],
    before: ["--unlike", before, present],
    presentEnded: ended(present),
    beforeEnded: ended(before),
    isUnlike: () => {
      const [now, then] = [present, before].map((file) => objectOf(parseJson(readFileSync(file, "utf8"))));
      return ({ id }) => now?.[id] === undefined || now[id] !== then?.[id];
    },
  };
}

/** Waits for all, so that nothing keeps running, and throws the first error in their order. */
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
      return [`note: ${path} is outside the project: only changes of the code are compared, not those of this file`];
  }
}
