import { join } from "node:path";
import { UserError } from "../../config/user-error";
import { estateAt, synthesizeCommit } from "../synth/git/base-commit";
import { mergeBase } from "../synth/git/repository";
import { readStacks } from "../synth/read-stacks";
import { stackJson, type Stack } from "../synth/stacks";
import { synthesizeAsync } from "../synth/synth";
import type { JsonObject } from "../support/json";
import { EstateVersion } from "./estate-version";

interface SinceOptions {
  /** The project's folder. */
  readonly root: string;
  /** HEAD is compared with its merge base with this ref. @default the main branch, of the remote if there is one */
  readonly ref?: string;
  readonly estateFile: string;
  /** An ignored folder of this run. */
  readonly directory: string;
  readonly signal?: AbortSignal;
}

interface VersionsSince {
  /** The full hash of the commit to compare with. */
  readonly base: string;
  readonly before: EstateVersion;
  /** The files on disk, with uncommitted changes, and without imports and moves of the files next to the estate. */
  readonly now: EstateVersion;
  /** The present stacks. */
  readonly stacks: readonly Stack[];
}

/**
 * Synthesizes the estate of another commit, by its own code, and the present one.
 * @throws UserError if one of them cannot be synthesized
 */
export async function versionsSince({
  root,
  ref,
  estateFile,
  directory,
  signal,
}: SinceOptions): Promise<VersionsSince> {
  const base = mergeBase(root, ref, "--base");
  const { place, path } = estateAt({ root, commit: base, estateFile });
  if (place === "missing")
    throw new UserError(`--base must be a commit with ${path}, got ${base.slice(0, 12)}. Name a later one.`);
  const [present, other] = [join(directory, "cdktf.out"), join(directory, "base")];
  const ended = await Promise.allSettled([
    synthesizeAsync(present, { root, estate: estateFile, select: ["--without-addresses"], signal }),
    synthesizeCommit({ root, commit: base, estateFile, folder: join(directory, "checkout"), signal }, other),
  ]);
  const failed = ended.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  const stacks = readStacks(present);
  return { base, before: versionOf(readStacks(other)), now: versionOf(stacks), stacks };
}

const versionOf = (stacks: readonly Stack[]): EstateVersion =>
  new EstateVersion(new Map(stacks.map((stack) => [stack.id, stackJson(stack) as JsonObject])));
